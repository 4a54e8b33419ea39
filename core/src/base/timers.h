#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/effects.h"
#include "base/mutex.h"
#include "wingmq/clock.h"

namespace wingmq {

class Timed;

/// Things due at one instant are done by rank: what retention takes away at an instant is not delivered at it.
enum class TimerRank : std::uint8_t { kQueue, kGroup };

struct TimerKey {
  Time at{};
  TimerRank rank = TimerRank::kQueue;
  std::uint64_t timer = 0;
  auto operator<=>(const TimerKey&) const = default;
};
using TimerMap = std::map<TimerKey, std::weak_ptr<Timed>>;

/// Something that has to be looked at when its time comes: a queue (retention) or a group (leases, waits, dead letters).
class Timed : public std::enable_shared_from_this<Timed> {
 public:
  explicit Timed(TimerRank rank);
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;
  virtual ~Timed() = default;

  /// Does what is due by `now` and arms itself again. Called with no lock held.
  virtual void fire(Time now, Effects& effects) = 0;

 private:
  friend class Timers;
  static constexpr Millis::rep kNotArmed = Millis::max().count();

  const TimerRank rank_;
  TimerMap::node_type place_;  // its place among the timers, when it is not there
  std::uint64_t timer_ = 0;  // order of first arming; 0: never armed
  std::atomic<Millis::rep> armed_ms_{kNotArmed};
};

/// Everything that waits for an instant, ordered. One entry for each queue or group, whatever it holds. Safe for concurrent
/// use; its lock is a leaf.
class Timers {
 public:
  /// None of these needs memory: a Timed brings its place along.

  /// Has `timed` fired at `at` or earlier. Costs one load when that is so already; call it under the lock that guards what
  /// fire() looks at, else with `sure` set.
  void arm(Timed& timed, Time at, bool sure = false) noexcept EXCLUDES(mutex_);

  /// Forgets `timed`.
  void disarm(Timed& timed) noexcept EXCLUDES(mutex_);

  [[nodiscard]] std::optional<Time> next() const EXCLUDES(mutex_);

  /// Takes out the first one due by `now`, with its instant; nullopt: none.
  struct Due {
    Time at{};
    std::shared_ptr<Timed> timed;  ///< empty when it is being destroyed
  };
  [[nodiscard]] std::optional<Due> take(Time now) noexcept EXCLUDES(mutex_);

  /// Tells whoever waits for next() that it came nearer without having changed, for the clock was moved.
  void clock_moved() EXCLUDES(mutex_);

  /// As Broker::on_earlier_deadline().
  void on_earlier(std::function<void()> wakeup) EXCLUDES(mutex_);

 private:
  [[nodiscard]] static TimerKey key_of(const Timed& timed) {
    return {Time(Millis(timed.armed_ms_.load(std::memory_order_relaxed))), timed.rank_, timed.timer_};
  }

  mutable Mutex mutex_;
  TimerMap timers_ GUARDED_BY(mutex_);
  std::uint64_t last_timer_ GUARDED_BY(mutex_) = 0;
  std::function<void()> wakeup_ GUARDED_BY(mutex_);
};

}  // namespace wingmq
