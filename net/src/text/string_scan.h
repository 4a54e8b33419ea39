#pragma once

#include <cstdint>

namespace wingmq::net {

/// The inside of a JSON string, as far as it was read.
struct StringScan {
  const char* at = nullptr;  ///< the closing quote; what is wrong, or the text's end, when the string is not good
  bool good = false;
  std::uint32_t saved = 0;  ///< bytes by which the text that it stands for is shorter
};

/// Reads a string by RFC 8259, 7, from behind its opening quote on, wherever in [at, end) it ends. A surrogate must have its
/// partner (API.md 1): alone it is no character. Its UTF-8 has been checked. Quotes and backslashes, of which JSON in a string
/// is full, cost little more than letters: they are found for 64 bytes at once.
[[nodiscard]] StringScan scan_string(const char* at, const char* end) noexcept;

/// The number that four hexadecimal digits stand for; above 0xFFFF when they are none.
[[nodiscard]] std::uint32_t unit_at(const char* hex) noexcept;

[[nodiscard]] constexpr bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
[[nodiscard]] constexpr bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace wingmq::net
