#include "wingmq/handle.h"

namespace wingmq {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kDigitMax = 63;
constexpr std::uint8_t kNoDigit = 0xFF;  // more than the bits of all digits together
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

constexpr std::size_t kIndexAt = 8;

Bytes bytes_of(const Handle& handle) {
  Bytes bytes;
  put(bytes, 0, handle.stream);
  put(bytes, 4, handle.lease);
  put(bytes, kIndexAt, handle.index);
  put(bytes, 10, handle.secret);
  return bytes;
}

/// Writes the four characters that stand for three bytes.
void put_group(const Bytes& bytes, std::size_t group, std::array<char, Handle::kTextBytes>& text) {
  const std::size_t i = 3 * group;
  const std::uint32_t three = std::uint32_t{bytes[i]} << 16 | std::uint32_t{bytes[i + 1]} << 8 | bytes[i + 2];
  char* const out = text.data() + 4 * group;
  out[0] = kAlphabet[three >> 18];
  out[1] = kAlphabet[three >> 12 & 63];
  out[2] = kAlphabet[three >> 6 & 63];
  out[3] = kAlphabet[three & 63];
}

template <typename T>
T get(const Bytes& bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | (T{bytes[at + i]} << (8 * i)));
  return value;
}

}  // namespace

std::array<char, Handle::kTextBytes> Handle::text() const noexcept {
  const Bytes bytes = bytes_of(*this);
  std::array<char, kTextBytes> text;
  for (std::size_t group = 0; group < kBytes / 3; ++group) put_group(bytes, group, text);
  return text;
}

HandleTexts::HandleTexts(const Handle& first) noexcept : bytes_(bytes_of(first)), text_(first.text()) {}

std::string_view HandleTexts::at(std::uint16_t index) noexcept {
  put(bytes_, kIndexAt, index);
  put_group(bytes_, kIndexAt / 3, text_);
  put_group(bytes_, (kIndexAt + 1) / 3, text_);
  return {text_.data(), text_.size()};
}

std::optional<Handle> Handle::parse(std::string_view text) noexcept {
  if (text.size() != kTextBytes) return std::nullopt;
  Bytes bytes;
  std::uint32_t all = 0;
  const auto digit = [&](std::size_t at) {
    const std::uint32_t value = kDigits[static_cast<std::uint8_t>(text[at])];
    all |= value;
    return value;
  };
  for (std::size_t i = 0, at = 0; i < kBytes; i += 3, at += 4) {
    const std::uint32_t three = digit(at) << 18 | digit(at + 1) << 12 | digit(at + 2) << 6 | digit(at + 3);
    bytes[i] = static_cast<std::uint8_t>(three >> 16);
    bytes[i + 1] = static_cast<std::uint8_t>(three >> 8);
    bytes[i + 2] = static_cast<std::uint8_t>(three);
  }
  if (all > kDigitMax) return std::nullopt;
  return Handle{.stream = get<std::uint32_t>(bytes, 0),
                .lease = get<std::uint32_t>(bytes, 4),
                .index = get<std::uint16_t>(bytes, kIndexAt),
                .secret = get<std::uint64_t>(bytes, 10)};
}

}  // namespace wingmq
