#include "escape.h"

#include <cstring>

#include "plain_run.h"

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

}  // namespace

char* write_escaped(std::string_view text, char* out) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    const std::size_t plain = copy_plain(at, end, out);
    at += plain;
    out += plain;
    if (at == end) return out;
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
