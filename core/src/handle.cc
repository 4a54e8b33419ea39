#include "wingmq/handle.h"

namespace wingmq {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kNoDigit = 0xFF;
constexpr std::size_t kBytes = 18;  // stream 4, lease 4, index 2, secret 8: three bytes make four characters
static_assert(kBytes / 3 * 4 == Handle::kTextBytes);

constexpr std::array<std::uint8_t, 256> make_digits() {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(kNoDigit);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}
constexpr auto kDigits = make_digits();

using Bytes = std::array<std::uint8_t, kBytes>;

template <typename T>
void put(Bytes& bytes, std::size_t at, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

template <typename T>
T get(const Bytes& bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | (T{bytes[at + i]} << (8 * i)));
  return value;
}

}  // namespace

std::array<char, Handle::kTextBytes> Handle::text() const noexcept {
  Bytes bytes;
  put(bytes, 0, stream);
  put(bytes, 4, lease);
  put(bytes, 8, index);
  put(bytes, 10, secret);
  std::array<char, kTextBytes> text;
  for (std::size_t i = 0, at = 0; i < kBytes; i += 3, at += 4) {
    const std::uint32_t three = std::uint32_t{bytes[i]} << 16 | std::uint32_t{bytes[i + 1]} << 8 | bytes[i + 2];
    text[at] = kAlphabet[three >> 18];
    text[at + 1] = kAlphabet[three >> 12 & 63];
    text[at + 2] = kAlphabet[three >> 6 & 63];
    text[at + 3] = kAlphabet[three & 63];
  }
  return text;
}

std::optional<Handle> Handle::parse(std::string_view text) noexcept {
  if (text.size() != kTextBytes) return std::nullopt;
  Bytes bytes;
  for (std::size_t i = 0, at = 0; i < kBytes; i += 3, at += 4) {
    std::uint32_t three = 0;
    for (std::size_t digit = at; digit < at + 4; ++digit) {
      const std::uint8_t value = kDigits[static_cast<std::uint8_t>(text[digit])];
      if (value == kNoDigit) return std::nullopt;
      three = three << 6 | value;
    }
    bytes[i] = static_cast<std::uint8_t>(three >> 16);
    bytes[i + 1] = static_cast<std::uint8_t>(three >> 8);
    bytes[i + 2] = static_cast<std::uint8_t>(three);
  }
  return Handle{.stream = get<std::uint32_t>(bytes, 0),
                .lease = get<std::uint32_t>(bytes, 4),
                .index = get<std::uint16_t>(bytes, 8),
                .secret = get<std::uint64_t>(bytes, 10)};
}

}  // namespace wingmq
