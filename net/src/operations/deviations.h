#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace wingmq::net {

/// Decisions D01 to D30 (net/API.md): places where the reference is silent or contradicts itself.
inline constexpr std::uint8_t kDecisionCount = 30;

/// Name of decision `number`, 1 to kDecisionCount: `D07`.
[[nodiscard]] std::string decision_id(std::uint8_t number);

/// What was decided, in one sentence.
[[nodiscard]] std::string_view decision_rule(std::uint8_t number);

/// Counts how often traffic relied on each decision. Safe for concurrent use.
class Deviations {
 public:
  /// Notes one call that only passed, or was answered the way it was, because of decision `number`, 1 to
  /// kDecisionCount.
  void hit(std::uint8_t number) noexcept { hits_[number - 1].fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t hits(std::uint8_t number) const noexcept {
    return hits_[number - 1].load(std::memory_order_relaxed);
  }
  /// Back to zero.
  void clear() noexcept {
    for (auto& hits : hits_) hits.store(0, std::memory_order_relaxed);
  }

 private:
  std::array<std::atomic<std::uint64_t>, kDecisionCount> hits_{};
};

/// The decisions that one call relied on.
class Decisions {
 public:
  /// Notes that the call passed, or is answered as it is, because of decision `number`.
  void note(std::uint8_t number) noexcept { bits_ |= std::uint32_t{1} << number; }
  [[nodiscard]] bool noted(std::uint8_t number) const noexcept { return (bits_ >> number & 1) != 0; }
  void add(const Decisions& others) noexcept { bits_ |= others.bits_; }
  void remove(const Decisions& others) noexcept { bits_ &= ~others.bits_; }
  /// Counts each of them, once.
  void count(Deviations& deviations) const noexcept {
    if (bits_ == 0) return;
    for (std::uint8_t number = 1; number <= kDecisionCount; ++number) {
      if (noted(number)) deviations.hit(number);
    }
  }

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace wingmq::net
