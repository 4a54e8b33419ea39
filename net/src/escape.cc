#include "escape.h"

#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
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

bool needs_escape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

}  // namespace

char* write_escaped(std::string_view text, char* out) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1f);
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    const __m128i special =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(block, control), block));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(special));
    const int plain = mask == 0 ? 16 : std::countr_zero(mask);
    at += plain;
    out += plain;
    if (mask != 0) out = write_escape(*at++, out);
  }
#endif
  for (; at != end; ++at) {
    if (needs_escape(*at)) {
      out = write_escape(*at, out);
    } else {
      *out++ = *at;
    }
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text) {
  const std::size_t before = out.size();
  out.resize(before + escaped_bytes_max(text.size()) + kEscapeSlack);
  out.resize(static_cast<std::size_t>(write_escaped(text, out.data() + before) - out.data()));
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

}  // namespace wingmq::net
