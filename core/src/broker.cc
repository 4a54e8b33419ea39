#include "wingmq/broker.h"

#include <utility>

#include "base/environment.h"
#include "base/mutex.h"
#include "reclaim.h"
#include "registry.h"

namespace wingmq {

class Broker::Impl {
 public:
  Impl(Options options, Clock& clock, RandomSource& random)
      : clock_(clock), environment_(options, random), registry_(environment_) {}

  /// Runs action(now, effects), then calls the waiters that it answered.
  template <typename Action>
  auto run(Action action) {
    Effects effects;
    auto result = action(clock_.now(), effects);
    effects.carry_out();
    return result;
  }

  /// Does what is due by `now`, in order of time.
  void run_due(Time now, Effects& effects) {
    while (const auto due = environment_.timers.take(now)) {
      if (!due->timed) continue;
      try {
        due->timed->fire(now, effects);
      } catch (...) {
        environment_.timers.arm(*due->timed, due->at, true);  // what is left is still due
        throw;
      }
      effects.carry_out();
    }
  }

  /// Whether `bytes` more fit below the limit and `reserve`; reclaims what it can before it says no.
  [[nodiscard]] Result<void> check_memory(std::size_t bytes, std::size_t reserve, Time now, Effects& effects) {
    const MemoryBudget& budget = environment_.budget;
    const std::size_t limit = budget.limit();
    if (budget.used() + bytes <= limit + reserve) return {};
    // One after the other: beside another thread that reclaims, one could find nothing left to free and say no for nothing.
    const MutexLock lock(reclaim_mutex_);
    // A little more than needed, so that the next sends need not come here.
    const std::size_t slack = limit / 64;
    // Others go on meanwhile: what they finished with during a look in vain is found by the next one, which costs little when they did
    // nothing.
    constexpr int kLooksInVain = 4;
    for (int vain = 0; true;) {
      const std::size_t used = budget.used() + bytes;
      if (used <= limit + reserve) return {};
      if (vain == kLooksInVain) return std::unexpected(Error{ErrorCode::kMemoryFull, limit, used});
      const std::size_t freed = reclaim(environment_, registry_, used - (limit + reserve) + slack, now, effects);
      vain = freed == 0 ? vain + 1 : 0;
    }
  }

  Clock& clock_;
  Environment environment_;
  Registry registry_;
  Mutex reclaim_mutex_;  // before all others
  Mutex advance_mutex_;  // one advance after the other: each reports what it did alone
};

Broker::Broker(Options options, Clock& clock, RandomSource& random)
    : impl_(std::make_unique<Impl>(options, clock, random)) {}

Broker::~Broker() = default;

const Options& Broker::options() const noexcept { return impl_->environment_.options; }
Clock& Broker::clock() noexcept { return impl_->clock_; }
BufferPool& Broker::buffers() noexcept { return impl_->environment_.buffers; }
const MemoryBudget& Broker::memory() const noexcept { return impl_->environment_.budget; }

// --- Queues -----------------------------------------------------------------------------------------------------------

Result<QueueInfo> Broker::create_queue(const Project& project, QueueSpec spec) {
  return impl_->run(
      [&](Time now, Effects& effects) { return impl_->registry_.create_queue(project, std::move(spec), now, effects); });
}

std::vector<QueueInfo> Broker::queues(const Project& project) {
  return impl_->run([&](Time now, Effects& effects) {
    std::vector<QueueInfo> infos;
    for (const auto& queue : impl_->registry_.queues(project)) infos.push_back(queue->info(now, effects));
    return infos;
  });
}

Result<QueueInfo> Broker::queue(const Project& project, QueueId id) {
  return impl_->run([&](Time now, Effects& effects) -> Result<QueueInfo> {
    const auto found = impl_->registry_.queue(project, id);
    if (!found) return std::unexpected(found.error());
    return (*found)->info(now, effects);
  });
}

Result<void> Broker::remove_queue(const Project& project, QueueId id) {
  return impl_->run([&](Time, Effects& effects) { return impl_->registry_.remove_queue(project, id, effects); });
}

Quota Broker::quota(const Project& project) {
  return {.limit = options().limits.queues_per_project, .used = impl_->registry_.queue_count(project)};
}

// --- Consumer groups --------------------------------------------------------------------------------------------------

Result<std::vector<GroupInfo>> Broker::create_groups(const Project& project, QueueId queue,
                                                     std::span<const std::string> names) {
  return impl_->run(
      [&](Time now, Effects& effects) { return impl_->registry_.create_groups(project, queue, names, now, effects); });
}

Result<QueueGroups> Broker::groups(const Project& project, QueueId queue) {
  return impl_->run([&](Time now, Effects& effects) -> Result<QueueGroups> {
    const auto found = impl_->registry_.queue(project, queue);
    if (!found) return std::unexpected(found.error());
    return (*found)->inspect(now, effects);
  });
}

Result<void> Broker::remove_groups(const Project& project, QueueId queue, std::span<const std::string> names) {
  return impl_->run(
      [&](Time, Effects& effects) { return impl_->registry_.remove_groups(project, queue, names, effects); });
}

// --- Messages ---------------------------------------------------------------------------------------------------------

Result<Stored> Broker::send(const Project& project, QueueId queue, BatchRef batch) {
  return impl_->run([&](Time now, Effects& effects) -> Result<Stored> {
    const auto found = impl_->registry_.queue(project, queue);
    if (!found) return std::unexpected(found.error());
    if (batch->has_tags() && !has_tags_and_dead_letters((*found)->identity().spec.mode)) {
      return std::unexpected(Error{ErrorCode::kTagsNotSupported});
    }
    const std::uint64_t payload_max = options().limits.payload_bytes_max;
    if (batch->payload_bytes() > payload_max) {
      return std::unexpected(Error{ErrorCode::kPayloadTooLarge, payload_max, batch->payload_bytes()});
    }
    const auto room = impl_->check_memory(0, 0, now, effects);
    if (!room) return std::unexpected(room.error());
    return (*found)->send(std::move(batch), now, effects);
  });
}

Result<void> Broker::make_room(std::size_t bytes, std::size_t reserve) {
  if (memory().used() + bytes <= memory().limit() + reserve) return {};
  return impl_->run([&](Time now, Effects& effects) { return impl_->check_memory(bytes, reserve, now, effects); });
}

std::optional<Result<Delivery>> Broker::consume(const Project& project, const ConsumeRequest& request, Waiter& waiter) {
  return impl_->run([&](Time now, Effects& effects) -> std::optional<Result<Delivery>> {
    const auto group = impl_->registry_.group(project, request.queue, request.group);
    if (!group) return std::unexpected(group.error());
    return (*group)->consume(request, waiter, now, effects);
  });
}

bool Broker::cancel(Waiter& waiter) {
  const auto group = Group::of(waiter);
  return group && impl_->run([&](Time, Effects& effects) { return group->cancel(waiter, effects); });
}

void Broker::give_back(const Project& project, GroupId group, const Delivery& delivery) {
  if (delivery.empty()) return;
  impl_->run([&](Time now, Effects& effects) {
    const auto found = impl_->registry_.group(project, std::nullopt, group);
    if (found) (*found)->give_back(delivery, now, effects);
    return found.has_value();
  });
}

Result<ConfirmResult> Broker::confirm(const Project& project, std::optional<QueueId> queue, GroupId group,
                                      Stream stream, std::span<const ConfirmEntry> entries) {
  return impl_->run([&](Time now, Effects& effects) -> Result<ConfirmResult> {
    const auto found = impl_->registry_.group(project, queue, group);
    if (!found) return std::unexpected(found.error());
    return (*found)->confirm(stream, entries, now, effects);
  });
}

Result<void> Broker::reset(const Project& project, std::optional<QueueId> queue, GroupId group, ResetTarget target,
                           bool force) {
  return impl_->run([&](Time now, Effects& effects) -> Result<void> {
    const auto found = impl_->registry_.group(project, queue, group);
    if (!found) return std::unexpected(found.error());
    return (*found)->reset(target, force, now, effects);
  });
}

// --- Time -------------------------------------------------------------------------------------------------------------

std::optional<Time> Broker::next_deadline() const { return impl_->environment_.timers.next(); }

std::optional<Upcoming> Broker::next_event() {
  return impl_->run([&](Time now, Effects& effects) {
    std::optional<Upcoming> first;
    for (const auto& queue : impl_->registry_.queues()) {
      auto next = queue->next_event(now, effects);
      if (next && (!first || next->at < first->at)) first = std::move(next);
    }
    return first;
  });
}

void Broker::run_due() {
  Effects effects;
  impl_->run_due(impl_->clock_.now(), effects);
}

void Broker::on_earlier_deadline(std::function<void()> wakeup) {
  impl_->environment_.timers.on_earlier(std::move(wakeup));
}

AdvanceReport Broker::advance(Time to) {
  const MutexLock lock(impl_->advance_mutex_);
  AdvanceReport report;
  report.from = impl_->clock_.now();
  report.to = std::max(to, report.from);
  Effects effects(report);
  while (const auto next = impl_->environment_.timers.next()) {
    if (*next > report.to) break;
    impl_->clock_.move_to(*next);
    impl_->run_due(std::max(*next, report.from), effects);
  }
  impl_->clock_.move_to(report.to);
  impl_->environment_.timers.clock_moved();
  return report;
}

// --- Control plane ----------------------------------------------------------------------------------------------------

std::vector<QueueGroups> Broker::inspect() {
  return impl_->run([&](Time now, Effects& effects) {
    std::vector<QueueGroups> all;
    for (const auto& queue : impl_->registry_.queues()) all.push_back(queue->inspect(now, effects));
    return all;
  });
}

std::vector<QueueGroups> Broker::inspect(const Project& project) {
  return impl_->run([&](Time now, Effects& effects) {
    std::vector<QueueGroups> all;
    for (const auto& queue : impl_->registry_.queues(project)) all.push_back(queue->inspect(now, effects));
    return all;
  });
}

Result<QueueGroups> Broker::declare_queue(const QueuePlan& plan) {
  return impl_->run([&](Time now, Effects& effects) { return impl_->registry_.declare_queue(plan, now, effects); });
}

Result<std::uint64_t> Broker::purge(QueueId queue, std::optional<GroupId> group) {
  return impl_->run([&](Time now, Effects& effects) -> Result<std::uint64_t> {
    const auto found = impl_->registry_.find_queue(queue);
    if (!found) return std::unexpected(Error{ErrorCode::kQueueNotFound});
    return found->purge(group, now, effects);
  });
}

Result<std::uint64_t> Broker::redrive(QueueId queue, GroupId group, std::uint64_t messages_max) {
  return impl_->run([&](Time now, Effects& effects) -> Result<std::uint64_t> {
    const auto found = impl_->registry_.group(queue, group);
    if (!found) return std::unexpected(found.error());
    return (*found)->redrive(messages_max, now, effects);
  });
}

Result<std::uint64_t> Broker::expire(QueueId queue, GroupId group, const ExpireRequest& request) {
  return impl_->run([&](Time now, Effects& effects) -> Result<std::uint64_t> {
    const auto found = impl_->registry_.group(queue, group);
    if (!found) return std::unexpected(found.error());
    return (*found)->expire(request, now, effects);
  });
}

Result<std::uint64_t> Broker::duplicate(QueueId queue, GroupId group, const Handle& lease) {
  return impl_->run([&](Time now, Effects& effects) -> Result<std::uint64_t> {
    const auto found = impl_->registry_.group(queue, group);
    if (!found) return std::unexpected(found.error());
    return (*found)->duplicate(lease, now, effects);
  });
}

std::optional<Result<WatchedCounts>> Broker::watch(const WatchRequest& request, Watcher& watcher) {
  return impl_->run([&](Time now, Effects& effects) -> std::optional<Result<WatchedCounts>> {
    const auto found = impl_->registry_.find_queue(request.queue);
    if (!found) return std::unexpected(Error{ErrorCode::kQueueNotFound});
    return found->watch(request, watcher, now, effects);
  });
}

bool Broker::cancel(Watcher& watcher) { return Watches::cancel(watcher); }

Result<std::vector<PeekedMessage>> Broker::peek(QueueId queue, const PeekRequest& request) {
  return impl_->run([&](Time now, Effects& effects) -> Result<std::vector<PeekedMessage>> {
    const auto found = impl_->registry_.find_queue(queue);
    if (!found) return std::unexpected(Error{ErrorCode::kQueueNotFound});
    return found->peek(request, now, effects);
  });
}

void Broker::wipe(bool keep_queues) {
  const auto wiped =
      impl_->run([&](Time, Effects& effects) { return impl_->registry_.wipe(keep_queues, effects); });
}

Result<void> Broker::wipe(std::span<const QueuePlan> fresh) {
  const auto wiped =
      impl_->run([&](Time now, Effects& effects) { return impl_->registry_.replace_all(fresh, now, effects); });
  if (!wiped) return std::unexpected(wiped.error());
  return {};
}

void Broker::observe(GroupObserver& observer) { impl_->environment_.observer = &observer; }

Result<GroupSnapshot> Broker::snapshot(const Project& project, GroupId group) {
  return impl_->run([&](Time now, Effects& effects) -> Result<GroupSnapshot> {
    const auto found = impl_->registry_.group(project, std::nullopt, group);
    if (!found) return std::unexpected(found.error());
    return (*found)->snapshot(now, effects);
  });
}

void Broker::close() {
  impl_->environment_.closing.store(true, std::memory_order_release);
  Effects effects;
  for (const auto& queue : impl_->registry_.queues()) queue->answer_parked(effects);
  effects.carry_out();
}

}  // namespace wingmq
