#include "support/model_broker.h"

#include <algorithm>
#include <stdexcept>

namespace wingmq::test {
namespace {

[[nodiscard]] std::unexpected<Error> refuse(ErrorCode code, std::uint64_t limit = 0, std::uint64_t actual = 0) {
  return std::unexpected(Error{code, limit, actual});
}

[[nodiscard]] bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// Whether two rules select alike: D20.
[[nodiscard]] bool same_rule(const std::vector<std::string>& a, TagMatch match_a, const std::vector<std::string>& b,
                             TagMatch match_b) {
  const std::set<std::string> set_a(a.begin(), a.end());
  const std::set<std::string> set_b(b.begin(), b.end());
  return set_a == set_b && (match_a == match_b || set_a.size() <= 1);
}

}  // namespace

std::size_t ModelBroker::Lease::cursor() const {
  return static_cast<std::size_t>(std::find(confirmed.begin(), confirmed.end(), false) - confirmed.begin());
}

// --- Finding ---

const ModelBroker::QueueState* ModelBroker::find_queue(const Project& project, QueueId id) const {
  for (const QueueState& queue : queues_) {
    if (queue.id == id && queue.project == project) return &queue;
  }
  return nullptr;
}

ModelBroker::QueueState* ModelBroker::find_queue(const Project& project, QueueId id) {
  return const_cast<QueueState*>(std::as_const(*this).find_queue(project, id));
}

const ModelBroker::QueueState& ModelBroker::queue_at(QueueId id) const {
  for (const QueueState& queue : queues_) {
    if (queue.id == id) return queue;
  }
  throw std::logic_error("the test asks the model for a queue that it has not");
}

std::pair<const ModelBroker::QueueState*, const ModelBroker::GroupState*> ModelBroker::group_at(GroupId id) const {
  for (const QueueState& queue : queues_) {
    for (const GroupState& group : queue.groups) {
      if (group.id == id) return {&queue, &group};
    }
  }
  return {nullptr, nullptr};
}

Result<std::pair<ModelBroker::QueueState*, ModelBroker::GroupState*>> ModelBroker::locate(
    const Project& project, std::optional<QueueId> queue_id, GroupId group_id) {
  if (queue_id && find_queue(project, *queue_id) == nullptr) return refuse(ErrorCode::kQueueNotFound);
  for (QueueState& queue : queues_) {
    if (queue.project != project || (queue_id && queue.id != *queue_id)) continue;
    for (GroupState& group : queue.groups) {
      if (group.id == group_id) return std::pair(&queue, &group);
    }
  }
  return refuse(ErrorCode::kGroupNotFound);
}

const ModelBroker::StreamState& ModelBroker::stream_of(const GroupState& group, Stream stream) {
  return stream == Stream::kQueue ? group.queue : group.dead;
}

ModelBroker::StreamState& ModelBroker::stream_of(GroupState& group, Stream stream) {
  return stream == Stream::kQueue ? group.queue : group.dead;
}

bool ModelBroker::wanted(const GroupState& group, const ModelMessage& message) {
  if (group.tags.empty()) return true;
  const auto carried = [&message](const std::string& tag) { return contains(message.tags, tag); };
  return group.match == TagMatch::kAny ? std::any_of(group.tags.begin(), group.tags.end(), carried)
                                       : std::all_of(group.tags.begin(), group.tags.end(), carried);
}

// --- Queues and groups ---

std::uint32_t ModelBroker::queues_of(const Project& project) const {
  return static_cast<std::uint32_t>(
      std::count_if(queues_.begin(), queues_.end(), [&](const QueueState& queue) { return queue.project == project; }));
}

Result<void> ModelBroker::may_create_queue(const Project& project, const std::string& name) const {
  for (const QueueState& queue : queues_) {
    if (queue.project == project && queue.spec.name == name) return refuse(ErrorCode::kQueueNameTaken);
  }
  const std::uint32_t limit = options_.limits.queues_per_project;
  const std::uint32_t wished = queues_of(project) + 1;
  if (wished > limit) return refuse(ErrorCode::kQueueQuotaExceeded, limit, wished);
  return {};
}

void ModelBroker::adopt_queue(const Project& project, QueueId id, const QueueSpec& spec) {
  queues_.push_back(QueueState{id, project, spec, now_, {}, {}});
}

Result<void> ModelBroker::remove_queue(const Project& project, QueueId id) {
  QueueState* queue = find_queue(project, id);
  if (queue == nullptr) return refuse(ErrorCode::kQueueNotFound);
  for (GroupState& group : queue->groups) answer_all(group, refuse(ErrorCode::kQueueNotFound));
  std::erase_if(queues_, [id](const QueueState& each) { return each.id == id; });
  return {};
}

Result<void> ModelBroker::may_create_groups(const Project& project, QueueId id,
                                            std::span<const std::string> names) const {
  const QueueState* queue = find_queue(project, id);
  if (queue == nullptr) return refuse(ErrorCode::kQueueNotFound);
  std::set<std::string> taken;
  for (const GroupState& group : queue->groups) taken.insert(group.name);
  for (const std::string& name : names) {
    if (!taken.insert(name).second) return refuse(ErrorCode::kGroupNameTaken);
  }
  const std::uint32_t limit = options_.limits.groups_per_queue;
  if (taken.size() > limit) return refuse(ErrorCode::kGroupLimitExceeded, limit, taken.size());
  return {};
}

void ModelBroker::adopt_group(QueueId queue_id, GroupId id, const std::string& name) {
  for (QueueState& queue : queues_) {
    if (queue.id != queue_id) continue;
    GroupState group;
    group.id = id;
    group.name = name;
    for (const auto& [message, sent] : queue.messages) append(group.queue, message, sent, MessageState::kAvailable);
    queue.groups.push_back(std::move(group));
  }
}

Result<void> ModelBroker::remove_groups(const Project& project, QueueId id, std::span<const std::string> names) {
  QueueState* queue = find_queue(project, id);
  if (queue == nullptr) return refuse(ErrorCode::kQueueNotFound);
  for (const std::string& name : names) {
    const auto named = [&name](const GroupState& group) { return group.name == name; };
    if (std::none_of(queue->groups.begin(), queue->groups.end(), named)) return refuse(ErrorCode::kGroupNotFound);
  }
  const std::vector<std::string> doomed(names.begin(), names.end());
  for (GroupState& group : queue->groups) {
    if (contains(doomed, group.name)) answer_all(group, refuse(ErrorCode::kGroupNotFound));
  }
  std::erase_if(queue->groups, [&doomed](const GroupState& group) { return contains(doomed, group.name); });
  return {};
}

// --- Sending and consuming ---

void ModelBroker::append(StreamState& stream, const ModelMessage& message, Time born, MessageState state) {
  stream.entries.emplace(stream.next_position++, ModelEntry{message, born, state, 0, std::nullopt});
}

Result<void> ModelBroker::send(const Project& project, QueueId id, std::span<const ModelMessage> messages) {
  QueueState* queue = find_queue(project, id);
  if (queue == nullptr) return refuse(ErrorCode::kQueueNotFound);
  std::uint64_t payload = 0;
  bool tagged = false;
  for (const ModelMessage& message : messages) {
    payload += message.payload_bytes;
    tagged = tagged || !message.tags.empty();
  }
  if (tagged && !has_tags_and_dead_letters(queue->spec.mode)) return refuse(ErrorCode::kTagsNotSupported);
  const std::uint32_t limit = options_.limits.payload_bytes_max;
  if (payload > limit) return refuse(ErrorCode::kPayloadTooLarge, limit, payload);
  for (const ModelMessage& message : messages) {
    queue->messages.emplace_back(message, now_);
    for (GroupState& group : queue->groups) {
      append(group.queue, message, now_, wanted(group, message) ? MessageState::kAvailable : MessageState::kConfirmed);
    }
  }
  for (GroupState& group : queue->groups) serve(*queue, group);
  return {};
}

ModelDelivery ModelBroker::deliver(const QueueState& queue, StreamState& stream, std::uint32_t messages_max,
                                   Millis ack_wait) {
  // D19: one unfinished batch at a time.
  if (queue.spec.mode == QueueMode::kFifo && !stream.leases.empty()) return {};
  ModelDelivery delivery;
  Lease lease;
  std::uint64_t payload = 0;
  for (auto& [position, entry] : stream.entries) {
    if (entry.state != MessageState::kAvailable) continue;
    if (lease.positions.size() == messages_max) break;
    payload += entry.message.payload_bytes;
    if (payload > options_.limits.payload_bytes_max && !lease.positions.empty()) break;
    entry.state = MessageState::kInFlight;
    lease.positions.push_back(position);
    delivery.messages.push_back({entry.message.number, entry.failures});
  }
  if (lease.positions.empty()) return {};
  lease.number = ++last_lease_;
  lease.confirmed.resize(lease.positions.size());
  lease.deadline = now_ + ack_wait;
  delivery.lease = lease.number;
  delivery.deadline = lease.deadline;
  stream.leases.push_back(std::move(lease));
  return delivery;
}

std::optional<Result<ModelDelivery>> ModelBroker::consume(const Project& project, const ModelConsume& request,
                                                          std::uint64_t waiter) {
  const auto found = locate(project, request.queue, request.group);
  if (!found) return std::unexpected(found.error());
  auto& [queue, group] = *found;
  if (request.stream == Stream::kQueue) {
    if (!request.tags.empty() && !has_tags_and_dead_letters(queue->spec.mode)) {
      return refuse(ErrorCode::kTagsNotSupported);
    }
    if (!group->tags.empty() && !same_rule(group->tags, group->match, request.tags, request.match)) {
      return refuse(ErrorCode::kTagRuleMismatch);
    }
    if (group->tags.empty() && !request.tags.empty()) {
      group->tags = request.tags;
      group->match = request.match;
      for (auto& [position, entry] : group->queue.entries) {
        if (entry.state == MessageState::kAvailable && !wanted(*group, entry.message)) {
          entry.state = MessageState::kConfirmed;
        }
      }
    }
  }
  const bool dead = request.stream == Stream::kDeadLetters;
  const Millis ack_wait = dead ? std::min(request.ack_wait, options_.limits.dead_letter_lease_max) : request.ack_wait;
  StreamState& stream = stream_of(*group, request.stream);
  ModelDelivery delivery = deliver(*queue, stream, request.messages_max, ack_wait);
  if (delivery.lease != 0) lease_owner_[delivery.lease] = {group->id, request.stream};
  if (delivery.lease != 0 || request.wait == Millis(0) || closed_) return delivery;
  stream.parked.push_back(Parked{waiter, request.messages_max, ack_wait, now_ + request.wait});
  return std::nullopt;
}

bool ModelBroker::cancel(std::uint64_t waiter) {
  std::size_t taken = 0;
  for (QueueState& queue : queues_) {
    for (GroupState& group : queue.groups) {
      for (StreamState* stream : {&group.queue, &group.dead}) {
        taken += std::erase_if(stream->parked, [waiter](const Parked& parked) { return parked.waiter == waiter; });
      }
    }
  }
  return taken != 0;
}

void ModelBroker::serve(QueueState& queue, StreamState& stream) {
  while (!stream.parked.empty()) {
    const Parked first = stream.parked.front();
    ModelDelivery delivery = deliver(queue, stream, first.messages_max, first.ack_wait);
    if (delivery.lease == 0) return;
    stream.parked.erase(stream.parked.begin());
    outcomes_.push_back({first.waiter, std::move(delivery)});
  }
}

void ModelBroker::serve(QueueState& queue, GroupState& group) {
  serve(queue, group.queue);
  serve(queue, group.dead);
  for (const Lease& lease : group.queue.leases) lease_owner_[lease.number] = {group.id, Stream::kQueue};
  for (const Lease& lease : group.dead.leases) lease_owner_[lease.number] = {group.id, Stream::kDeadLetters};
}

void ModelBroker::answer_all(StreamState& stream, const Result<ModelDelivery>& result) {
  for (const Parked& parked : stream.parked) outcomes_.push_back({parked.waiter, result});
  stream.parked.clear();
}

void ModelBroker::answer_all(GroupState& group, const Result<ModelDelivery>& result) {
  answer_all(group.queue, result);
  answer_all(group.dead, result);
}

// --- Confirming ---

bool ModelBroker::alive(GroupId group_id, Stream stream, ModelHandle handle) const {
  const auto [queue, group] = group_at(group_id);
  if (group == nullptr) return false;
  for (const Lease& lease : stream_of(*group, stream).leases) {
    if (lease.number == handle.lease && handle.index < lease.positions.size()) return !lease.confirmed[handle.index];
  }
  return false;
}

Result<void> ModelBroker::check_form(const StreamState& stream, std::span<const ModelConfirmEntry> entries) const {
  for (const ModelConfirmEntry& entry : entries) {
    if (entry.handle.lease == 0) return refuse(ErrorCode::kHandleInvalid);
    const auto lease = std::find_if(stream.leases.begin(), stream.leases.end(),
                                    [&entry](const Lease& each) { return each.number == entry.handle.lease; });
    if (lease == stream.leases.end()) return refuse(ErrorCode::kHandleInvalid);
    if (entry.handle.index >= lease->positions.size()) return refuse(ErrorCode::kHandleInvalid);
    if (lease->confirmed[entry.handle.index]) return refuse(ErrorCode::kHandleInvalid);
  }
  return {};
}

Result<ConfirmResult> ModelBroker::confirm(const Project& project, std::optional<QueueId> queue_id, GroupId group_id,
                                           Stream stream, std::span<const ModelConfirmEntry> entries) {
  const auto found = locate(project, queue_id, group_id);
  if (!found) return std::unexpected(found.error());
  auto& [queue, group] = *found;
  // D22: the first faulty entry decides, and a receipt of another stream is foreign whether it is alive or not.
  for (const ModelConfirmEntry& entry : entries) {
    const auto owner = lease_owner_.find(entry.handle.lease);
    if (owner != lease_owner_.end() && owner->second != std::pair(group_id, stream)) {
      return refuse(ErrorCode::kHandleForeign);
    }
    const auto fine = check_form(stream_of(*group, stream), std::span(&entry, 1));
    if (!fine) return std::unexpected(fine.error());
  }
  const ConfirmResult result = judge(*queue, *group, stream, entries);
  serve(*queue, *group);
  return result;
}

ConfirmResult ModelBroker::judge(QueueState& queue, GroupState& group, Stream stream_name,
                                 std::span<const ModelConfirmEntry> entries) {
  StreamState& stream = stream_of(group, stream_name);
  ConfirmResult result;
  for (const ModelConfirmEntry& entry : entries) {
    const auto lease = std::find_if(stream.leases.begin(), stream.leases.end(),
                                    [&entry](const Lease& each) { return each.number == entry.handle.lease; });
    if (lease == stream.leases.end()) {  // stopped, or complete, earlier in this request
      ++result.fail;
      continue;
    }
    const Position position = lease->positions[entry.handle.index];
    if (!entry.success || entry.handle.index != lease->cursor()) {  // D23
      ++result.fail;
      const bool counts = !entry.success && !lease->confirmed[entry.handle.index];
      release(queue, group, stream_name, lease->number, ReleaseCause::kFailed, now_,
              counts ? std::optional(position) : std::nullopt);
      continue;
    }
    ++result.success;
    lease->confirmed[entry.handle.index] = true;
    if (const auto kept = stream.entries.find(position); kept != stream.entries.end()) {
      kept->second.state = MessageState::kConfirmed;
    }
    if (stream_name == Stream::kDeadLetters) ++group.dead_confirmed;
    if (lease->complete()) stream.leases.erase(lease);
  }
  result.rest_leased = std::any_of(entries.begin(), entries.end(), [&stream](const ModelConfirmEntry& entry) {
    return std::any_of(stream.leases.begin(), stream.leases.end(), [&entry](const Lease& each) { return each.number == entry.handle.lease; });
  });
  return result;
}

std::pair<std::uint64_t, std::uint64_t> ModelBroker::release(QueueState& queue, GroupState& group, Stream stream_name,
                                                             std::uint64_t number, ReleaseCause cause, Time at,
                                                             std::optional<Position> failed) {
  StreamState& stream = stream_of(group, stream_name);
  const auto found = std::find_if(stream.leases.begin(), stream.leases.end(),
                                  [number](const Lease& each) { return each.number == number; });
  const Lease lease = *found;
  stream.leases.erase(found);
  std::uint64_t released = 0;
  std::uint64_t died = 0;
  for (std::size_t index = 0; index < lease.positions.size(); ++index) {
    const auto kept = stream.entries.find(lease.positions[index]);
    if (lease.confirmed[index] || kept == stream.entries.end()) continue;
    ModelEntry& entry = kept->second;
    ++released;
    const bool counts = options_.failure_counting == FailureCounting::kDelivered ? cause != ReleaseCause::kGivenBack
                                                                                 : failed == lease.positions[index];
    if (counts) ++entry.failures;
    const std::uint32_t failures_max = queue.spec.consume_count_max.value_or(0);
    if (counts && stream_name == Stream::kQueue && failures_max != 0 && entry.failures >= failures_max) {
      entry.state = MessageState::kDead;
      append(group.dead, entry.message, at, MessageState::kAvailable);
      ++group.dead_produced;
      ++died;
    } else if (stream_name == Stream::kQueue && !wanted(group, entry.message)) {
      entry.state = MessageState::kConfirmed;
    } else {
      entry.state = MessageState::kAvailable;
    }
  }
  return {released, died};
}

void ModelBroker::give_back(std::uint64_t number) {
  for (QueueState& queue : queues_) {
    for (GroupState& group : queue.groups) {
      for (const Stream stream : {Stream::kQueue, Stream::kDeadLetters}) {
        const auto& leases = stream_of(group, stream).leases;
        const auto same = [number](const Lease& lease) { return lease.number == number; };
        if (std::none_of(leases.begin(), leases.end(), same)) continue;
        release(queue, group, stream, number, ReleaseCause::kGivenBack, now_, std::nullopt);
        serve(queue, group);
        return;
      }
    }
  }
}

Result<void> ModelBroker::reset(const Project& project, std::optional<QueueId> queue_id, GroupId group_id,
                                Broker::ResetTarget target, bool force) {
  using Kind = Broker::ResetTarget::Kind;
  const auto found = locate(project, queue_id, group_id);
  if (!found) return std::unexpected(found.error());
  auto& [queue, group] = *found;
  const bool in_range = target.time <= now_ && target.time >= now_ - options_.limits.retention;
  if (target.kind == Kind::kTime && !in_range) return refuse(ErrorCode::kResetTimeOutOfRange);
  if (!force && !group->queue.leases.empty()) return refuse(ErrorCode::kResetBusy);
  group->queue.leases.clear();
  for (auto& [position, entry] : group->queue.entries) {
    const bool from_here = target.kind == Kind::kEarliest || (target.kind == Kind::kTime && entry.born >= target.time);
    entry.failures = 0;
    if (from_here && wanted(*group, entry.message)) {
      entry.state = MessageState::kAvailable;
    } else if (entry.state != MessageState::kDead || from_here) {
      entry.state = MessageState::kConfirmed;
    }
  }
  serve(*queue, *group);
  return {};
}

}  // namespace wingmq::test
