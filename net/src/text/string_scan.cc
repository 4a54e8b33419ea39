#include "text/string_scan.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "text/plain_run.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace wingmq::net {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::uint32_t kNotHex = 0x10000;

constexpr std::array<std::uint32_t, 256> kHexDigits = [] {
  std::array<std::uint32_t, 256> digits{};
  digits.fill(kNotHex);
  for (unsigned i = 0; i < 10; ++i) digits['0' + i] = i;
  for (unsigned i = 0; i < 6; ++i) digits['a' + i] = digits['A' + i] = 10 + i;
  return digits;
}();

/// A bit for each byte of a block.
struct Marks {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t controls = 0;
};

Marks find_marks(const char* block) {
  Marks marks;
#ifdef __SSE2__
  for (unsigned i = 0; i < kBlockBytes; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i));
    const auto bits = [i](__m128i found) { return static_cast<std::uint64_t>(_mm_movemask_epi8(found)) << i; };
    marks.quotes |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    marks.backslashes |= bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    marks.controls |= bits(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes));
  }
#else
  for (unsigned i = 0; i < kBlockBytes; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (block[i] == '"') marks.quotes |= bit;
    if (block[i] == '\\') marks.backslashes |= bit;
    if (static_cast<unsigned char>(block[i]) < 0x20) marks.controls |= bit;
  }
#endif
  return marks;
}

/// The bytes that stand behind a backslash that is not itself escaped. `carry`: the block's first byte does; afterwards,
/// that the next block's does.
std::uint64_t find_escaped(std::uint64_t backslashes, std::uint64_t& carry) {
  std::uint64_t escaped = backslashes << 1 | carry;
  if ((backslashes & escaped) == 0) {  // no two in a row
    carry = backslashes >> (kBlockBytes - 1);
    return escaped;
  }
  escaped = carry;
  carry = 0;
  for (std::uint64_t rest = backslashes & ~escaped; rest != 0;) {
    const std::uint64_t backslash = rest & (~rest + 1);
    escaped |= backslash << 1;
    if (backslash << 1 == 0) carry = 1;
    rest &= ~(backslash | backslash << 1);
  }
  return escaped;
}

constexpr std::uint32_t utf8_bytes(std::uint32_t unit) { return unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3; }

/// One string being read.
class Scan {
 public:
  Scan(const char* at, const char* end) : at_(at), end_(end) {}

  StringScan run() {
    while (true) {
      const auto rest = static_cast<std::size_t>(end_ - at_);
      const char* const block = rest < kBlockBytes ? padded(rest) : at_;
      const Marks marks = find_marks(block);
      if ((marks.quotes | marks.backslashes | marks.controls | carry_) == 0) {
        at_ = plain_end(at_ + std::min(rest, kBlockBytes), end_);
        if (at_ == end_) return at(end_);
        continue;
      }
      const std::uint64_t escaped = find_escaped(marks.backslashes, carry_);
      const std::uint64_t ends = marks.quotes & ~escaped;
      const std::uint64_t inside = (ends & (~ends + 1)) - 1;  // all of the block when the string does not end in it
      const std::uint64_t controls = marks.controls & inside;
      if (controls != 0) return at(at_ + std::countr_zero(controls));
      if (const char* wrong = read_letters(block, escaped & inside & ~(marks.quotes | marks.backslashes))) return at(wrong);
      saved_ += static_cast<std::uint32_t>(std::popcount(escaped & inside));
      if (ends != 0) return {.at = at_ + std::countr_zero(ends), .good = true, .saved = saved_};
      if (rest < kBlockBytes) return at(end_);
      at_ += kBlockBytes;
    }
  }

 private:
  static StringScan at(const char* wrong) { return {.at = wrong}; }

  /// The last bytes of the text in a block of letters.
  const char* padded(std::size_t rest) {
    tail_.fill('x');
    std::memcpy(tail_.data(), at_, rest);
    return tail_.data();
  }

  /// Looks at the escaped bytes other than quotes and backslashes. Returns the first wrong one, nullptr when there is none.
  const char* read_letters(const char* block, std::uint64_t escaped) {
    for (; escaped != 0; escaped &= escaped - 1) {
      const auto index = static_cast<std::size_t>(std::countr_zero(escaped));
      const char letter = block[index];
      const bool good = letter == 'u' ? read_unit(at_ + index) : std::string_view("/bfnrt").contains(letter);
      if (!good) return std::min(at_ + index, end_);
    }
    return nullptr;
  }

  /// Reads `uXXXX`, and behind a high surrogate the `\uXXXX` that must follow.
  bool read_unit(const char* u) {
    if (u == partner_) return true;
    if (end_ - u < 5) return false;
    const std::uint32_t unit = unit_at(u + 1);
    if (unit >= kNotHex || is_low_surrogate(unit)) return false;
    // For the escape's letter a byte is counted already.
    if (!is_high_surrogate(unit)) {
      saved_ += 5 - utf8_bytes(unit);
      return true;
    }
    partner_ = u + 6;
    saved_ += 12 - 4 - 2;
    return end_ - u >= 11 && u[5] == '\\' && u[6] == 'u' && is_low_surrogate(unit_at(u + 7));
  }

  const char* at_;
  const char* const end_;
  const char* partner_ = nullptr;  // the `u` of a low surrogate that was read with its partner
  std::uint64_t carry_ = 0;
  std::uint32_t saved_ = 0;
  std::array<char, kBlockBytes> tail_;
};

}  // namespace

StringScan scan_string(const char* at, const char* end) noexcept {
  at = plain_end(at, end);
  if (at == end || *at != '\\') return {.at = at, .good = at != end && *at == '"'};
  return Scan(at, end).run();
}

std::uint32_t unit_at(const char* hex) noexcept {
  const auto digit = [hex](int index) { return kHexDigits[static_cast<unsigned char>(hex[index])]; };
  const std::uint32_t wrong = (digit(0) | digit(1) | digit(2) | digit(3)) & kNotHex;
  return wrong | digit(0) << 12 | digit(1) << 8 | digit(2) << 4 | digit(3);
}

}  // namespace wingmq::net
