#include "wingmq/clock.h"

namespace wingmq {
namespace {

/// Raises `target` to at least `value`.
void raise(std::atomic<Millis::rep>& target, Millis::rep value) noexcept {
  Millis::rep seen = target.load(std::memory_order_relaxed);
  while (seen < value && !target.compare_exchange_weak(seen, value, std::memory_order_acq_rel)) {
  }
}

}  // namespace

SystemClock::SystemClock() noexcept
    : wall_start_(std::chrono::system_clock::now()), steady_start_(std::chrono::steady_clock::now()) {}

Time SystemClock::now() const noexcept {
  const auto passed = std::chrono::steady_clock::now() - steady_start_;
  const auto wall = wall_start_ + std::chrono::duration_cast<std::chrono::system_clock::duration>(passed);
  return std::chrono::floor<Millis>(wall) + offset();
}

void SystemClock::move_to(Time to) noexcept {
  const Time unmoved = now() - offset();
  raise(offset_ms_, (to - unmoved).count());
}

Millis SystemClock::offset() const noexcept { return Millis(offset_ms_.load(std::memory_order_acquire)); }

void ManualClock::move_to(Time to) noexcept { raise(now_ms_, to.time_since_epoch().count()); }

}  // namespace wingmq
