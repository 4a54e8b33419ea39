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

}  // namespace wingmq::net
