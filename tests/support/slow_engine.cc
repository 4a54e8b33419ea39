#include "support/slow_engine.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace wingmq::test {

/// One call, from the moment it was asked until its ticket has been told.
struct SlowEngine::Held {
  enum class Stage : std::uint8_t {
    kAsked,
    kRunning,   ///< the inner engine is being called
    kParked,    ///< the inner engine has the relay
    kAnswered,  ///< the ticket is still to be told
  };

  /// What the inner engine is given instead of the ticket.
  class Relay final : public Ticket {
   public:
    Relay(SlowEngine& engine, Held& held) : engine_(engine), held_(held) {}
    void on_settled(Settled settled) override {
      const std::lock_guard lock(engine_.mutex_);
      held_.outcome = std::move(settled);
      held_.stage = Stage::kAnswered;
      engine_.work_.notify_one();
    }
    void on_held_back() override { held_.ticket->on_held_back(); }

   private:
    SlowEngine& engine_;
    Held& held_;
  };

  Held(SlowEngine& engine, Ticket* told, Work asked, Settled refused)
      : ticket(told), work(std::move(asked)), outcome(std::move(refused)), relay(engine, *this) {}

  Ticket* ticket;  ///< nullptr: nobody is told
  Work work;
  Settled outcome;  ///< until the answer is there: the refusal at the end
  Stage stage = Stage::kAsked;
  bool given_up = false;  ///< by cancel(), while the inner engine was being called
  Relay relay;
};

SlowEngine::SlowEngine(Engine& inner, std::uint64_t seed, Manner manner)
    : inner_(inner), manner_(manner), rng_(seed), thread_([this] { run(); }) {}

SlowEngine::~SlowEngine() {
  close(Millis(0));
  while (manner_ == Manner::kByHand && step()) continue;
  quiesce();
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    work_.notify_one();
  }
  thread_.join();
}

void SlowEngine::quiesce() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] {
    const auto moves = [this](const Held& each) { return each.stage != Held::Stage::kParked && (manner_ != Manner::kNever || closing_); };
    return !busy_ && std::ranges::none_of(held_, moves);
  });
}

std::size_t SlowEngine::pending() {
  const std::lock_guard lock(mutex_);
  return held_.size();
}

void SlowEngine::close(Millis) {
  inner_.close(Millis(0));
  const std::lock_guard lock(mutex_);
  closing_ = true;
  work_.notify_one();
}

// --- The thread -------------------------------------------------------------------------------------------------------

std::vector<std::list<SlowEngine::Held>::iterator> SlowEngine::ready() {
  std::vector<std::list<Held>::iterator> found;
  for (auto each = held_.begin(); each != held_.end(); ++each) {
    if (each->stage == Held::Stage::kAsked || each->stage == Held::Stage::kAnswered) found.push_back(each);
  }
  return found;
}

std::list<SlowEngine::Held>::iterator SlowEngine::pick() {
  if (manner_ == Manner::kByHand && !ending_) return held_.end();
  if (manner_ == Manner::kNever && !closing_) return held_.end();
  auto found = ready();
  return found.empty() ? held_.end() : rng_.pick(found);
}

bool SlowEngine::step() {
  std::unique_lock lock(mutex_);
  const auto found = ready();
  if (!found.empty()) move(found.front(), lock);
  return !found.empty();
}

void SlowEngine::move(std::list<Held>::iterator held, std::unique_lock<std::mutex>& lock) {
  if (held->stage == Held::Stage::kAnswered || manner_ == Manner::kNever) {
    tell(held, lock);
  } else {
    make_call(*held, lock);
  }
}

void SlowEngine::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const auto next = pick();
    if (next == held_.end()) {
      idle_.notify_all();
      work_.wait(lock);
      continue;
    }
    busy_ = true;
    move(next, lock);
    busy_ = false;
  }
}

void SlowEngine::make_call(Held& held, std::unique_lock<std::mutex>& lock) {
  held.stage = Held::Stage::kRunning;
  lock.unlock();
  auto answer = held.work(inner_, held.relay);
  lock.lock();
  if (answer) {
    held.outcome = std::move(*answer);
    held.stage = Held::Stage::kAnswered;
  } else if (held.stage == Held::Stage::kRunning) {
    held.stage = Held::Stage::kParked;
  }
  if (held.stage != Held::Stage::kParked || !held.given_up || !inner_.cancel(held.relay)) return;
  if (std::holds_alternative<Result<Delivery>>(held.outcome)) held.outcome = Result<Delivery>(Delivery{});
  held.stage = Held::Stage::kAnswered;
}

void SlowEngine::tell(std::list<Held>::iterator held, std::unique_lock<std::mutex>& lock) {
  std::list<Held> told;
  told.splice(told.begin(), held_, held);  // the ticket is free for another call as soon as it is told
  lock.unlock();
  if (told.front().ticket != nullptr) told.front().ticket->on_settled(std::move(told.front().outcome));
  told.clear();
  lock.lock();
}

// --- Asking -----------------------------------------------------------------------------------------------------------

void SlowEngine::hold(Ticket* ticket, Work work, Settled refusal) {
  std::list<Held> one;
  one.emplace_back(*this, ticket, std::move(work), std::move(refusal));
  const std::lock_guard lock(mutex_);
  held_.splice(held_.end(), one);
  work_.notify_one();
}

template <typename T, typename Ask>
AtOnce<T> SlowEngine::later(Ticket& ticket, Ask ask) {
  auto work = [ask = std::move(ask)](Engine& inner, Ticket& relay) mutable -> std::optional<Settled> {
    auto answer = ask(inner, relay);
    if (!answer) return std::nullopt;
    return Settled(std::move(*answer));
  };
  hold(&ticket, std::move(work), Result<T>(std::unexpected(Error{ErrorCode::kShuttingDown})));
  return std::nullopt;
}

bool SlowEngine::cancel(Ticket& ticket) {
  const std::lock_guard lock(mutex_);
  const auto held = std::ranges::find(held_, &ticket, &Held::ticket);
  if (held == held_.end() || held->stage == Held::Stage::kAnswered) return false;
  if (held->stage == Held::Stage::kRunning) {
    held->given_up = true;
    return false;
  }
  if (held->stage == Held::Stage::kParked && !inner_.cancel(held->relay)) return false;
  held_.erase(held);
  return true;
}

void SlowEngine::give_back(const Project& project, GroupId group, const Delivery& delivery) {
  const auto work = [=](Engine& inner, Ticket&) -> std::optional<Settled> {
    inner.give_back(project, group, delivery);
    return Settled(Result<void>());
  };
  hold(nullptr, work, Result<void>());
}

AtOnce<QueueInfo> SlowEngine::create_queue(const Project& project, QueueSpec spec, Ticket& ticket) {
  return later<QueueInfo>(ticket, [=](Engine& inner, Ticket& relay) { return inner.create_queue(project, spec, relay); });
}
AtOnce<std::vector<QueueInfo>> SlowEngine::queues(const Project& project, Ticket& ticket) {
  return later<std::vector<QueueInfo>>(ticket, [=](Engine& inner, Ticket& relay) { return inner.queues(project, relay); });
}
AtOnce<QueueInfo> SlowEngine::queue(const Project& project, QueueId id, Ticket& ticket) {
  return later<QueueInfo>(ticket, [=](Engine& inner, Ticket& relay) { return inner.queue(project, id, relay); });
}
AtOnce<void> SlowEngine::remove_queue(const Project& project, QueueId id, Ticket& ticket) {
  return later<void>(ticket, [=](Engine& inner, Ticket& relay) { return inner.remove_queue(project, id, relay); });
}
AtOnce<Quota> SlowEngine::quota(const Project& project, Ticket& ticket) {
  return later<Quota>(ticket, [=](Engine& inner, Ticket& relay) { return inner.quota(project, relay); });
}
AtOnce<std::vector<GroupInfo>> SlowEngine::create_groups(const Project& project, QueueId queue, std::span<const std::string> names,
                                                         Ticket& ticket) {
  return later<std::vector<GroupInfo>>(ticket, [=, own = std::vector<std::string>(names.begin(), names.end())](
                                                   Engine& inner, Ticket& relay) { return inner.create_groups(project, queue, own, relay); });
}
AtOnce<QueueGroups> SlowEngine::groups(const Project& project, QueueId queue, Ticket& ticket) {
  return later<QueueGroups>(ticket, [=](Engine& inner, Ticket& relay) { return inner.groups(project, queue, relay); });
}
AtOnce<void> SlowEngine::remove_groups(const Project& project, QueueId queue, std::span<const std::string> names, Ticket& ticket) {
  return later<void>(ticket, [=, own = std::vector<std::string>(names.begin(), names.end())](Engine& inner, Ticket& relay) {
    return inner.remove_groups(project, queue, own, relay);
  });
}
AtOnce<Stored> SlowEngine::send(const Project& project, QueueId queue, BatchRef batch, Ticket& ticket) {
  return later<Stored>(ticket, [=](Engine& inner, Ticket& relay) mutable { return inner.send(project, queue, std::move(batch), relay); });
}
AtOnce<Delivery> SlowEngine::consume(const Project& project, const ConsumeRequest& request, Ticket& ticket) {
  return later<Delivery>(ticket, [=](Engine& inner, Ticket& relay) { return inner.consume(project, request, relay); });
}
AtOnce<ConfirmResult> SlowEngine::confirm(const Project& project, std::optional<QueueId> queue, GroupId group, Stream stream,
                                          std::span<const ConfirmEntry> entries, Ticket& ticket) {
  return later<ConfirmResult>(ticket, [=, own = std::vector<ConfirmEntry>(entries.begin(), entries.end())](Engine& inner, Ticket& relay) {
    return inner.confirm(project, queue, group, stream, own, relay);
  });
}
AtOnce<void> SlowEngine::reset(const Project& project, std::optional<QueueId> queue, GroupId group, ResetTarget target, bool force,
                               Ticket& ticket) {
  return later<void>(ticket, [=](Engine& inner, Ticket& relay) { return inner.reset(project, queue, group, target, force, relay); });
}
AtOnce<std::vector<QueueGroups>> SlowEngine::inspect(const std::optional<Project>& project, Ticket& ticket) {
  return later<std::vector<QueueGroups>>(ticket, [=](Engine& inner, Ticket& relay) { return inner.inspect(project, relay); });
}
AtOnce<std::vector<PeekedMessage>> SlowEngine::peek(QueueId queue, const PeekRequest& request, Ticket& ticket) {
  return later<std::vector<PeekedMessage>>(ticket, [=](Engine& inner, Ticket& relay) { return inner.peek(queue, request, relay); });
}
AtOnce<QueueGroups> SlowEngine::declare_queue(const QueuePlan& plan, Ticket& ticket) {
  return later<QueueGroups>(ticket, [=](Engine& inner, Ticket& relay) { return inner.declare_queue(plan, relay); });
}
AtOnce<std::uint64_t> SlowEngine::purge(QueueId queue, std::optional<GroupId> group, Ticket& ticket) {
  return later<std::uint64_t>(ticket, [=](Engine& inner, Ticket& relay) { return inner.purge(queue, group, relay); });
}
AtOnce<std::uint64_t> SlowEngine::redrive(QueueId queue, GroupId group, std::uint64_t messages_max, Ticket& ticket) {
  return later<std::uint64_t>(ticket, [=](Engine& inner, Ticket& relay) { return inner.redrive(queue, group, messages_max, relay); });
}
AtOnce<std::uint64_t> SlowEngine::expire(QueueId queue, GroupId group, const ExpireRequest& request, Ticket& ticket) {
  return later<std::uint64_t>(ticket, [=](Engine& inner, Ticket& relay) { return inner.expire(queue, group, request, relay); });
}
AtOnce<std::uint64_t> SlowEngine::duplicate(QueueId queue, GroupId group, const Handle& lease, Ticket& ticket) {
  return later<std::uint64_t>(ticket, [=](Engine& inner, Ticket& relay) { return inner.duplicate(queue, group, lease, relay); });
}
AtOnce<WatchedCounts> SlowEngine::watch(const WatchRequest& request, Ticket& ticket) {
  return later<WatchedCounts>(ticket, [=](Engine& inner, Ticket& relay) { return inner.watch(request, relay); });
}
AtOnce<void> SlowEngine::wipe(bool keep_queues, Ticket& ticket) {
  return later<void>(ticket, [=](Engine& inner, Ticket& relay) { return inner.wipe(keep_queues, relay); });
}
AtOnce<void> SlowEngine::wipe(std::span<const QueuePlan> fresh, Ticket& ticket) {
  return later<void>(ticket, [own = std::vector<QueuePlan>(fresh.begin(), fresh.end())](Engine& inner, Ticket& relay) {
    return inner.wipe(own, relay);
  });
}
AtOnce<AdvanceReport> SlowEngine::advance(Time to, Ticket& ticket) {
  return later<AdvanceReport>(ticket, [=](Engine& inner, Ticket& relay) { return inner.advance(to, relay); });
}

}  // namespace wingmq::test
