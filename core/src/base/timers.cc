#include "base/timers.h"

#include <utility>

namespace wingmq {

Timed::Timed(TimerRank rank) : rank_(rank) {
  TimerMap one;
  one.emplace(TimerKey{}, std::weak_ptr<Timed>());
  place_ = one.extract(one.begin());
}

void Timers::arm(Timed& timed, Time at, bool sure) noexcept {
  const Millis::rep at_ms = at.time_since_epoch().count();
  if (!sure && timed.armed_ms_.load(std::memory_order_relaxed) <= at_ms) return;
  const MutexLock lock(mutex_);
  if (timed.armed_ms_.load(std::memory_order_relaxed) <= at_ms) return;
  auto place = timed.place_.empty() ? timers_.extract(key_of(timed)) : std::move(timed.place_);
  if (timed.timer_ == 0) timed.timer_ = ++last_timer_;
  timed.armed_ms_.store(at_ms, std::memory_order_relaxed);
  place.key() = key_of(timed);
  place.mapped() = timed.weak_from_this();
  const auto added = timers_.insert(std::move(place)).position;
  const bool earlier = added == timers_.begin() && (timers_.size() == 1 || std::next(added)->first.at > at);
  if (earlier && wakeup_) wakeup_();
}

void Timers::disarm(Timed& timed) noexcept {
  const MutexLock lock(mutex_);
  if (timed.place_.empty()) timed.place_ = timers_.extract(key_of(timed));
  timed.armed_ms_.store(Timed::kNotArmed, std::memory_order_relaxed);
}

std::optional<Time> Timers::next() const {
  const MutexLock lock(mutex_);
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.at;
}

std::optional<Timers::Due> Timers::take(Time now) noexcept {
  const MutexLock lock(mutex_);
  if (timers_.empty() || timers_.begin()->first.at > now) return std::nullopt;
  auto place = timers_.extract(timers_.begin());
  Due due{place.key().at, place.mapped().lock()};
  if (due.timed) {
    due.timed->armed_ms_.store(Timed::kNotArmed, std::memory_order_relaxed);
    due.timed->place_ = std::move(place);
  }
  return due;
}

void Timers::clock_moved() {
  const MutexLock lock(mutex_);
  if (wakeup_ && !timers_.empty()) wakeup_();
}

void Timers::on_earlier(std::function<void()> wakeup) {
  const MutexLock lock(mutex_);
  wakeup_ = std::move(wakeup);
}

}  // namespace wingmq
