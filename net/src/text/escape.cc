#include "text/escape.h"

#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "text/cpu.h"
#include "text/plain_run.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace wingmq::net {
namespace {

char* write_escape(char c, char* out) {
  const auto pair = [&](char letter) {
    out[0] = '\\';
    out[1] = letter;
    return out + 2;
  };
  switch (c) {
    case '"':
    case '\\': return pair(c);
    case '\n': return pair('n');
    case '\r': return pair('r');
    case '\t': return pair('t');
    case '\b': return pair('b');
    case '\f': return pair('f');
    default: break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::memcpy(out, "\\u00", 4);
  out[4] = kHex[static_cast<unsigned char>(c) >> 4];
  out[5] = kHex[static_cast<unsigned char>(c) & 0xF];
  return out + 6;
}

#ifdef __SSE2__

/// For each set of bits in eight bytes: where the bytes go when a backslash is put before each whose bit is set. An index of 8
/// stands for the backslash.
constexpr auto kSpread = [] {
  std::array<std::array<char, 16>, 256> spread{};
  for (unsigned marked = 0; marked < 256; ++marked) {
    std::size_t to = 0;
    for (char from = 0; from < 8; ++from) {
      if ((marked >> from & 1U) != 0) spread[marked][to++] = 8;
      spread[marked][to++] = from;
    }
  }
  return spread;
}();

/// Writes text in which quotes and backslashes are frequent, eight bytes at a time, until they become rare, something else has
/// to be escaped or fewer are left. Returns how many bytes were read.
__attribute__((target("avx2,popcnt"))) std::size_t write_frequent(std::string_view text, char*& out) {
  std::size_t at = 0;
  for (unsigned marked = 0xFF, before = 0xFF; text.size() - at >= 8 && (marked | before) != 0; at += 8) {
    __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    if ((_mm_movemask_epi8(controls) & 0xFF) != 0) break;
    const __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    before = std::exchange(marked, static_cast<unsigned>(_mm_movemask_epi8(marks)) & 0xFF);
    bytes = _mm_insert_epi8(bytes, '\\', 8);
    const __m128i spread = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kSpread[marked].data()));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(bytes, spread));
    out += 8 + std::popcount(marked);
  }
  return at;
}

#endif

}  // namespace

char* write_escaped(std::string_view text, char* out) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    const std::size_t plain = copy_plain(at, end, out);
    at += plain;
    out += plain;
    if (at == end) return out;
#ifdef __SSE2__
    if (const std::size_t done = has_avx2 ? write_frequent({at, end}, out) : 0) {
      at += done;
      continue;
    }
#endif
    out = write_escape(*at++, out);
  }
}

void append_escaped(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + escaped_bytes_max(text.size()));
  out.resize(static_cast<std::size_t>(write_escaped(text, out.data() + before) - out.data()));
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

}  // namespace wingmq::net
