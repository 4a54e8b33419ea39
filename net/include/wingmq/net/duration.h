#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace wingmq::net {

/// Reads a span of time: numbers with the units d, h, m, s and ms, the larger unit first and each at most once: `250ms`,
/// `30s`, `1h30m`, `71h59m50s`. nullopt for anything else and for more milliseconds than 63 bits hold.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

}  // namespace wingmq::net
