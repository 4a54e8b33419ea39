// What testers and operators do to the model.
#include <algorithm>

#include "support/model_broker.h"

namespace wingmq::test {
namespace {

std::unexpected<Error> missing(ErrorCode code) { return std::unexpected(Error{code}); }

}  // namespace

Result<std::uint64_t> ModelBroker::purge(QueueId queue_id, std::optional<GroupId> group_id) {
  const auto queue = std::ranges::find(queues_, queue_id, &QueueState::id);
  if (queue == queues_.end()) return missing(ErrorCode::kQueueNotFound);
  if (group_id) {
    const auto found = locate(queue->project, queue_id, *group_id);
    if (!found) return std::unexpected(found.error());
    std::uint64_t passed = 0;
    for (const auto& [position, entry] : found->second->queue.entries) {
      passed += entry.state == MessageState::kAvailable || entry.state == MessageState::kInFlight ? 1 : 0;
    }
    static_cast<void>(reset(queue->project, queue_id, *group_id, {Broker::ResetTarget::Kind::kLatest, {}}, true));
    return passed;
  }
  const std::uint64_t gone = queue->messages.size();
  queue->messages.clear();
  for (GroupState& group : queue->groups) {
    for (StreamState* stream : {&group.queue, &group.dead}) {
      stream->entries.clear();
      stream->leases.clear();
    }
    group.dead_confirmed = group.dead_produced;
  }
  return gone;
}

Result<std::uint64_t> ModelBroker::redrive(QueueId queue_id, GroupId group_id, std::uint64_t messages_max) {
  const auto queue = std::ranges::find(queues_, queue_id, &QueueState::id);
  if (queue == queues_.end()) return missing(ErrorCode::kQueueNotFound);
  const auto found = locate(queue->project, queue_id, group_id);
  if (!found) return std::unexpected(found.error());
  GroupState& group = *found->second;
  std::uint64_t moved = 0;
  for (auto& [place, letter] : group.dead.entries) {
    if (moved == messages_max) break;
    if (letter.state != MessageState::kAvailable || !wanted(group, letter.message)) continue;
    const auto is_dead = [&](const auto& each) {
      return each.second.message.number == letter.message.number && each.second.state == MessageState::kDead;
    };
    const auto dead = std::ranges::find_if(group.queue.entries, is_dead);
    if (dead == group.queue.entries.end()) continue;
    dead->second.state = MessageState::kAvailable;
    dead->second.failures = 0;
    letter.state = MessageState::kConfirmed;
    ++group.dead_confirmed;
    ++moved;
  }
  serve(*found->first, group);
  return moved;
}

Result<std::uint64_t> ModelBroker::expire(QueueId queue_id, GroupId group_id) {
  const auto queue = std::ranges::find(queues_, queue_id, &QueueState::id);
  if (queue == queues_.end()) return missing(ErrorCode::kQueueNotFound);
  const auto found = locate(queue->project, queue_id, group_id);
  if (!found) return std::unexpected(found.error());
  std::uint64_t messages = 0;
  for (const Stream stream : {Stream::kQueue, Stream::kDeadLetters}) {
    auto& leases = stream_of(*found->second, stream).leases;
    // Leases are numbered as they begin, so that this is the order of their ends, and of their beginnings where that is one time.
    std::ranges::sort(leases, {}, [](const Lease& lease) { return std::pair(lease.deadline, lease.number); });
    while (!leases.empty()) {
      messages += release(*found->first, *found->second, stream, leases.front().number, ReleaseCause::kExpired, now_, std::nullopt).first;
    }
  }
  serve(*found->first, *found->second);
  return messages;
}

void ModelBroker::wipe(bool keep_queues) {
  for (QueueState& queue : queues_) {
    for (GroupState& group : queue.groups) {
      answer_all(group, ModelDelivery{});
      group.queue = StreamState{};
      group.dead = StreamState{};
      group.dead_produced = 0;
      group.dead_confirmed = 0;
    }
    queue.messages.clear();
  }
  if (!keep_queues) queues_.clear();
}

void ModelBroker::close() {
  closed_ = true;
  for (QueueState& queue : queues_) {
    for (GroupState& group : queue.groups) answer_all(group, ModelDelivery{});
  }
}

}  // namespace wingmq::test
