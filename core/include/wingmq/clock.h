#pragma once

#include <atomic>
#include <chrono>

namespace wingmq {

/// Every span of time inside the broker, in milliseconds.
using Millis = std::chrono::milliseconds;

/// A point in time: milliseconds since the Unix epoch, UTC (API.md, introduction).
using Time = std::chrono::sys_time<Millis>;

/// Tells the time and can be moved forward. The broker reads it once per call and passes the value down.
/// Safe for concurrent use. Invariant: now() never goes back.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// The present instant.
  [[nodiscard]] virtual Time now() const noexcept = 0;

  /// Moves the clock forward so that now() is at least `to`; an instant in the past changes nothing.
  virtual void move_to(Time to) noexcept = 0;

  /// Whether time passes by itself. A clock that stands still needs no timers.
  [[nodiscard]] virtual bool runs() const noexcept = 0;

  /// How far move_to() has carried this clock ahead of where it would be otherwise.
  [[nodiscard]] virtual Millis offset() const noexcept = 0;
};

/// The machine's time: read from the wall once, then carried on by the steady clock, so that a correction of
/// the wall clock neither expires a lease early nor lets time run backwards.
class SystemClock final : public Clock {
 public:
  SystemClock() noexcept;
  [[nodiscard]] Time now() const noexcept override;
  void move_to(Time to) noexcept override;
  [[nodiscard]] bool runs() const noexcept override { return true; }
  [[nodiscard]] Millis offset() const noexcept override;

 private:
  const std::chrono::system_clock::time_point wall_start_;
  const std::chrono::steady_clock::time_point steady_start_;
  std::atomic<Millis::rep> offset_ms_{0};
};

/// A clock that moves only when told to. For tests, and for `wingmq serve --clock manual`.
class ManualClock final : public Clock {
 public:
  /// Stands at `start` until moved.
  explicit ManualClock(Time start) noexcept : start_(start), now_ms_(start.time_since_epoch().count()) {}
  [[nodiscard]] Time now() const noexcept override { return Time(Millis(now_ms_.load(std::memory_order_acquire))); }
  void move_to(Time to) noexcept override;
  [[nodiscard]] bool runs() const noexcept override { return false; }
  [[nodiscard]] Millis offset() const noexcept override { return now() - start_; }

 private:
  const Time start_;
  std::atomic<Millis::rep> now_ms_;
};

}  // namespace wingmq
