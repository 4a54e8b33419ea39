// What of the model is compared with the real broker.
#include <algorithm>

#include "support/model_broker.h"

namespace wingmq::test {

QueueInfo ModelBroker::queue_info(QueueId id) const {
  const QueueState& queue = queue_at(id);
  QueueInfo info;
  info.id = id;
  info.project = queue.project;
  info.spec = queue.spec;
  info.created = queue.created;
  info.messages = queue.messages.size();
  for (const auto& [message, sent] : queue.messages) info.payload_bytes += message.payload_bytes;
  info.group_count = static_cast<std::uint32_t>(queue.groups.size());
  return info;
}

std::vector<GroupInfo> ModelBroker::group_infos(QueueId id) const {
  const QueueState& queue = queue_at(id);
  std::vector<GroupInfo> infos;
  for (const GroupState& group : queue.groups) {
    const auto in_state = [](const StreamState& stream, MessageState state) {
      return static_cast<std::uint64_t>(
          std::count_if(stream.entries.begin(), stream.entries.end(),
                        [state](const auto& each) { return each.second.state == state; }));
    };
    GroupInfo info;
    info.id = group.id;
    info.name = group.name;
    info.produced = queue.messages.size();
    info.in_flight = in_state(group.queue, MessageState::kInFlight);
    info.available = in_state(group.queue, MessageState::kAvailable) + info.in_flight;
    info.consumed = info.produced - info.available - in_state(group.queue, MessageState::kDead);
    info.dead_produced = group.dead_produced;
    info.dead_available = group.dead_produced - group.dead_confirmed;
    info.dead_in_flight = in_state(group.dead, MessageState::kInFlight);
    info.parked = group.queue.parked.size() + group.dead.parked.size();
    info.tags = TagRule(group.tags, group.match);
    infos.push_back(std::move(info));
  }
  return infos;
}

std::vector<MessageNumber> ModelBroker::retained(QueueId id) const {
  std::vector<MessageNumber> numbers;
  for (const auto& [message, sent] : queue_at(id).messages) numbers.push_back(message.number);
  return numbers;
}

std::vector<ModelEntry> ModelBroker::entries(GroupId id, Stream stream) const {
  std::vector<ModelEntry> entries;
  const auto [queue, group] = group_at(id);
  if (group == nullptr) return entries;
  for (const auto& [position, entry] : stream_of(*group, stream).entries) {
    entries.push_back(entry);
    entries.back().lease_deadline = lease_deadline(stream_of(*group, stream), position);
  }
  return entries;
}

std::optional<Time> ModelBroker::lease_deadline(const StreamState& stream, Position position) {
  for (const Lease& lease : stream.leases) {
    for (std::size_t index = 0; index < lease.positions.size(); ++index) {
      if (lease.positions[index] == position && !lease.confirmed[index]) return lease.deadline;
    }
  }
  return std::nullopt;
}

}  // namespace wingmq::test
