#pragma once

#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "operations/deviations.h"
#include "operations/error_map.h"

namespace wingmq::net {

/// What reading one request brings to light: the first thing that is wrong with it, and the decisions it relies on. Reading
/// goes on behind a fault with harmless values, so that a decoder reads like the operation's description; whoever acts on
/// what was read asks refusal() first. Belongs to one call.
class Findings {
 public:
  /// Notes what is wrong; only the first counts.
  void refuse(Refusal refusal) {
    if (!refusal_) refusal_ = std::move(refusal);
  }
  [[nodiscard]] const std::optional<Refusal>& refusal() const noexcept { return refusal_; }

  /// Notes that the call passed, or is answered as it is, because of a decision (API.md D01-D30).
  void note(std::uint8_t decision) noexcept { decisions_.note(decision); }
  [[nodiscard]] bool noted(std::uint8_t decision) const noexcept { return decisions_.noted(decision); }
  [[nodiscard]] const Decisions& decisions() const noexcept { return decisions_; }

  /// Holds a decoded text as long as the call lasts.
  std::string_view keep(std::string text) { return kept_.emplace_front(std::move(text)); }
  /// Hands them over to who needs them longer; they stay where they are.
  [[nodiscard]] std::forward_list<std::string> take_kept() noexcept { return std::exchange(kept_, {}); }

 private:
  std::optional<Refusal> refusal_;
  Decisions decisions_;
  std::forward_list<std::string> kept_;
};

}  // namespace wingmq::net
