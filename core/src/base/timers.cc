#include "base/timers.h"

#include <utility>

namespace wingmq {

void Timers::arm(Timed& timed, Time at, bool sure) {
  const Millis::rep at_ms = at.time_since_epoch().count();
  if (!sure && timed.armed_ms_.load(std::memory_order_relaxed) <= at_ms) return;
  const MutexLock lock(mutex_);
  if (timed.armed_ms_.load(std::memory_order_relaxed) <= at_ms) return;
  timers_.erase(key_of(timed));
  if (timed.timer_ == 0) timed.timer_ = ++last_timer_;
  timed.armed_ms_.store(at_ms, std::memory_order_relaxed);
  const auto [place, added] = timers_.emplace(key_of(timed), timed.weak_from_this());
  const bool earlier = place == timers_.begin() && (timers_.size() == 1 || std::next(place)->first.at > at);
  if (earlier && wakeup_) wakeup_();
}

void Timers::disarm(Timed& timed) {
  const MutexLock lock(mutex_);
  timers_.erase(key_of(timed));
  timed.armed_ms_.store(Timed::kNotArmed, std::memory_order_relaxed);
}

std::optional<Time> Timers::next() const {
  const MutexLock lock(mutex_);
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.at;
}

std::optional<Timers::Due> Timers::take(Time now) {
  const MutexLock lock(mutex_);
  if (timers_.empty() || timers_.begin()->first.at > now) return std::nullopt;
  const auto first = timers_.begin();
  Due due{first->first.at, first->second.lock()};
  timers_.erase(first);
  if (due.timed) due.timed->armed_ms_.store(Timed::kNotArmed, std::memory_order_relaxed);
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
