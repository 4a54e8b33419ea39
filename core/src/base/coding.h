#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace wingmq {

// Numbers as bytes: seven bits in each, the lowest first, the highest bit set in all but the last. Each number has one form.

inline void put_number(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

inline void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out.append(text);
}

/// Takes numbers and texts off the front of bytes. After a fault everything is 0 and empty; fault() says what the first was.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : rest_(bytes) {}

  [[nodiscard]] std::uint64_t number(std::uint64_t max = UINT64_MAX) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80U) != 0) continue;
      const bool shortest = byte != 0 || shift == 0;
      const bool fits = shift < 63 || byte < 2;
      if (!shortest || !fits) return fail("a number is written in no way that numbers are");
      return value <= max ? value : fail("a number is too large");
    }
    return fail("the bytes end in a number");
  }
  template <typename T>
  [[nodiscard]] T number_as() {
    return static_cast<T>(number(static_cast<std::uint64_t>(std::numeric_limits<T>::max())));
  }
  /// How many elements follow that take `bytes_min` bytes each at least: never more than there can be.
  [[nodiscard]] std::size_t count(std::size_t bytes_min) {
    const std::uint64_t value = number();
    if (value > rest_.size() / bytes_min) return fail("a list is longer than the bytes that follow");
    return static_cast<std::size_t>(value);
  }
  [[nodiscard]] std::string_view text() {
    const std::size_t size = count(1);
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::uint8_t fail(std::string_view why) noexcept {
    if (fault_.empty()) fault_ = why;
    rest_ = {};
    return 0;
  }
  [[nodiscard]] std::string_view fault() const noexcept { return fault_; }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
  std::string_view fault_;
};

/// FNV-1a of 64 bits: finds damage, not malice.
[[nodiscard]] constexpr std::uint64_t hash_of(std::string_view bytes) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : bytes) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
  return hash;
}

}  // namespace wingmq
