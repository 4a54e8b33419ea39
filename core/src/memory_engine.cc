#include "wingmq/memory_engine.h"

#include <utility>

namespace wingmq {

AtOnce<QueueInfo> MemoryEngine::create_queue(const Project& project, QueueSpec spec, Ticket&) {
  return broker_.create_queue(project, std::move(spec));
}
AtOnce<std::vector<QueueInfo>> MemoryEngine::queues(const Project& project, Ticket&) { return broker_.queues(project); }
AtOnce<QueueInfo> MemoryEngine::queue(const Project& project, QueueId id, Ticket&) { return broker_.queue(project, id); }
AtOnce<void> MemoryEngine::remove_queue(const Project& project, QueueId id, Ticket&) { return broker_.remove_queue(project, id); }
AtOnce<Quota> MemoryEngine::quota(const Project& project, Ticket&) { return broker_.quota(project); }
AtOnce<std::vector<GroupInfo>> MemoryEngine::create_groups(const Project& project, QueueId queue, std::span<const std::string> names,
                                                           Ticket&) {
  return broker_.create_groups(project, queue, names);
}
AtOnce<QueueGroups> MemoryEngine::groups(const Project& project, QueueId queue, Ticket&) { return broker_.groups(project, queue); }
AtOnce<void> MemoryEngine::remove_groups(const Project& project, QueueId queue, std::span<const std::string> names, Ticket&) {
  return broker_.remove_groups(project, queue, names);
}

AtOnce<Stored> MemoryEngine::send(const Project& project, QueueId queue, BatchRef batch, Ticket&) {
  return broker_.send(project, queue, std::move(batch));
}
AtOnce<Delivery> MemoryEngine::consume(const Project& project, const ConsumeRequest& request, Ticket& ticket) {
  auto answer = broker_.consume(project, request, ticket);
  if (!answer && ticket.held_back()) ticket.on_held_back();
  return answer;
}
AtOnce<ConfirmResult> MemoryEngine::confirm(const Project& project, std::optional<QueueId> queue, GroupId group, Stream stream,
                                            std::span<const ConfirmEntry> entries, Ticket&) {
  return broker_.confirm(project, queue, group, stream, entries);
}
AtOnce<void> MemoryEngine::reset(const Project& project, std::optional<QueueId> queue, GroupId group, ResetTarget target, bool force,
                                 Ticket&) {
  return broker_.reset(project, queue, group, target, force);
}
bool MemoryEngine::cancel(Ticket& ticket) {
  return broker_.cancel(static_cast<Waiter&>(ticket)) || broker_.cancel(static_cast<Watcher&>(ticket));
}
void MemoryEngine::give_back(const Project& project, GroupId group, const Delivery& delivery) {
  broker_.give_back(project, group, delivery);
}

AtOnce<std::vector<QueueGroups>> MemoryEngine::inspect(const std::optional<Project>& project, Ticket&) {
  return project ? broker_.inspect(*project) : broker_.inspect();
}
AtOnce<std::vector<PeekedMessage>> MemoryEngine::peek(QueueId queue, const PeekRequest& request, Ticket&) {
  return broker_.peek(queue, request);
}
AtOnce<QueueGroups> MemoryEngine::declare_queue(const QueuePlan& plan, Ticket&) { return broker_.declare_queue(plan); }
AtOnce<std::uint64_t> MemoryEngine::purge(QueueId queue, std::optional<GroupId> group, Ticket&) { return broker_.purge(queue, group); }
AtOnce<std::uint64_t> MemoryEngine::redrive(QueueId queue, GroupId group, std::uint64_t messages_max, Ticket&) {
  return broker_.redrive(queue, group, messages_max);
}
AtOnce<std::uint64_t> MemoryEngine::expire(QueueId queue, GroupId group, const ExpireRequest& request, Ticket&) {
  return broker_.expire(queue, group, request);
}
AtOnce<std::uint64_t> MemoryEngine::duplicate(QueueId queue, GroupId group, const Handle& lease, Ticket&) {
  return broker_.duplicate(queue, group, lease);
}
AtOnce<WatchedCounts> MemoryEngine::watch(const WatchRequest& request, Ticket& ticket) { return broker_.watch(request, ticket); }
AtOnce<void> MemoryEngine::wipe(bool keep_queues, Ticket&) {
  broker_.wipe(keep_queues);
  return Result<void>();
}
AtOnce<void> MemoryEngine::wipe(std::span<const QueuePlan> fresh, Ticket&) { return broker_.wipe(fresh); }
AtOnce<AdvanceReport> MemoryEngine::advance(Time to, Ticket&) { return broker_.advance(to); }

const Capabilities& MemoryEngine::capabilities() const noexcept {
  static constexpr Capabilities kAll;
  return kAll;
}
const Limits& MemoryEngine::limits() const noexcept { return broker_.options().limits; }
const Clock& MemoryEngine::clock() const noexcept { return broker_.clock(); }
BufferPool& MemoryEngine::buffers() noexcept { return broker_.buffers(); }
Result<void> MemoryEngine::make_room(std::size_t bytes, std::size_t reserve) { return broker_.make_room(bytes, reserve); }
const MemoryBudget& MemoryEngine::memory() const noexcept { return broker_.memory(); }
std::vector<QueueGroups> MemoryEngine::recent_counts() { return broker_.inspect(); }

std::optional<Time> MemoryEngine::next_deadline() const { return broker_.next_deadline(); }
std::optional<Upcoming> MemoryEngine::next_event() { return broker_.next_event(); }
void MemoryEngine::run_due() { broker_.run_due(); }
void MemoryEngine::on_earlier_deadline(std::function<void()> wakeup) { broker_.on_earlier_deadline(std::move(wakeup)); }
void MemoryEngine::close(Millis) { broker_.close(); }

}  // namespace wingmq
