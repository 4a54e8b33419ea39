// What testers and operators do to a group.
#include "group/handover.h"

namespace wingmq {

std::uint64_t Group::purge(bool dead_letters_too, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  now = settle(now, effects);
  const std::uint64_t available = state_.main.counts(*shards_).available;
  state_.main.reset(shards_->ends(), now);
  if (dead_letters_too) state_.purge_dead_letters(now);
  serve(now, effects);
  arm_and_note();
  return available;
}

std::uint64_t Group::redrive(std::uint64_t messages_max, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  now = settle(now, effects);
  const std::uint64_t moved = state_.redrive(messages_max, now);
  serve(now, effects);
  arm_and_note();
  return moved;
}

std::uint64_t Group::expire(const ExpireRequest& request, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  now = settle(now, effects);
  std::uint64_t messages = 0;
  for (const Stream stream : {Stream::kQueue, Stream::kDeadLetters}) {
    while (const auto lease = lease_for(request, stream)) {
      messages += machine(stream).expire(*lease, now, state_.dead_letters);
      if (request.which != ExpireRequest::Which::kAll) break;
    }
  }
  serve(now, effects);
  arm_and_note();
  return messages;
}

std::uint64_t Group::duplicate(const Handle& lease, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  now = settle(now, effects);
  std::uint64_t messages = 0;
  for (const Stream stream : {Stream::kQueue, Stream::kDeadLetters}) {
    if (lease.stream == stream_ + static_cast<std::uint32_t>(stream)) messages = machine(stream).duplicate(lease, now);
  }
  serve(now, effects);
  arm_and_note();
  return messages;
}

std::optional<Handle> Group::lease_for(const ExpireRequest& request, Stream stream) {
  using Which = ExpireRequest::Which;
  switch (request.which) {
    case Which::kAll: return machine(stream).next_lease();
    case Which::kMessage: return stream == Stream::kQueue ? state_.main.lease_of(request.partition, request.offset) : std::nullopt;
    case Which::kLease: return request.lease.stream == stream_ + static_cast<std::uint32_t>(stream) ? std::optional(request.lease) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Result<WatchedCounts>> Group::watch(const WatchRequest& request, Watcher& watcher, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  if (closed_) return std::unexpected(Error{ErrorCode::kGroupNotFound});
  const Handover handover(*this, effects);
  settle(now, effects);
  arm();
  return Watches::watch(shards_->watches, watcher, request, [this]() WINGMQ_TSA(no_thread_safety_analysis) { return counted(state_.main.counts(*shards_)); });
}

std::optional<Upcoming> Group::next_event(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  settle(now, effects);
  std::optional<Upcoming> first;
  // In the order in which they happen when they happen at one instant.
  const auto look = [&](FiredType type, std::optional<Time> at) {
    if (at && (!first || *at < first->at)) first = Upcoming{.at = *at, .type = type, .queue = queue_->spec.name, .group = name_};
  };
  look(FiredType::kMessageExpired, state_.dead_letters.next_expiry());
  // What keeps the timers is told early rather than exactly; whoever asks wants to know.
  if (state_.dead.next_expiry()) {
    state_.dead.for_each_marked([&](const Run& run, MessageState, const std::optional<GroupMachine::Holder>&) { look(FiredType::kMessageExpired, run.expires); });
  }
  look(FiredType::kLeaseExpired, state_.main.first_lease_end());
  look(FiredType::kLeaseExpired, state_.dead.first_lease_end());
  for (const WaitList& waits : waits_) look(FiredType::kWaitOver, waits.next());
  return first;
}

}  // namespace wingmq
