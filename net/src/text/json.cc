#include "text/json.h"

#include <simdjson.h>

#include <cstring>

#include "text/string_scan.h"

namespace wingmq::net::json {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char* put_utf8(unsigned code, char* out) {
  const auto put = [&](unsigned byte) { *out++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return out;
}

char short_escape(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;
  }
}

/// Decodes the checked escape behind a backslash at `at`; returns where the text goes on.
const char* decode_escape(const char* at, char*& out) {
  if (*at != 'u') {
    *out++ = short_escape(*at);
    return at + 1;
  }
  unsigned code = unit_at(at + 1);
  at += 5;
  if (is_high_surrogate(code)) {
    code = 0x10000 + ((code - 0xD800) << 10) + (unit_at(at + 2) - 0xDC00);
    at += 6;
  }
  out = put_utf8(code, out);
  return at;
}

}  // namespace

Reader::Reader(std::string_view text)
    : Reader(text, simdjson::validate_utf8(text.data(), text.size()) ? Fault::kNone : Fault::kNotUtf8) {}

/// The first fault stands; afterwards nothing is left to read, so that no caller needs to ask twice.
bool Reader::fail(Fault fault) noexcept {
  if (fault_ == Fault::kNone) fault_ = fault;
  end_ = at_;
  return false;
}

void Reader::skip_space() noexcept {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool Reader::take(char wanted) noexcept {
  if (peek() != wanted || at_ == end_) return fail(Fault::kSyntax);
  ++at_;
  return true;
}

bool Reader::open(char bracket) noexcept {
  if (!take(bracket)) return false;
  if (depth_ == kDepthMax) return fail(Fault::kTooDeep);
  ++depth_;
  return true;
}

bool Reader::end() {
  if (fault_ != Fault::kNone) return false;
  skip_space();
  return at_ == end_ || fail(Fault::kSyntax);
}

bool Reader::value(Value& out) {
  const char first = peek();
  const char* const start = at_;
  const auto any = [this] {
    Value ignored;
    return value(ignored);
  };
  bool good = false;
  switch (first) {
    case '"': return string(out);
    case '{':
      out.kind = Kind::kObject;
      good = object([&](const Value&) { return any(); });
      break;
    case '[':
      out.kind = Kind::kArray;
      good = array(any);
      break;
    case 't':
      out.kind = Kind::kTrue;
      good = literal("true");
      break;
    case 'f':
      out.kind = Kind::kFalse;
      good = literal("false");
      break;
    case 'n':
      out.kind = Kind::kNull;
      good = literal("null");
      break;
    default:
      out.kind = Kind::kNumber;
      good = number();
  }
  out.raw = {start, static_cast<std::size_t>(at_ - start)};
  return good;
}

bool Reader::string(Value& out) {
  const char* const start = at_;
  const StringScan scan = scan_string(at_ + 1, end_);
  at_ = scan.at;
  if (!scan.good) return fail(Fault::kSyntax);
  ++at_;
  out.kind = Kind::kString;
  out.raw = {start, static_cast<std::size_t>(at_ - start)};
  out.escapes = scan.saved != 0;  // every escape is longer than what it stands for
  out.decoded_bytes = static_cast<std::uint32_t>(out.raw.size()) - 2 - scan.saved;
  return true;
}

bool Reader::digits() noexcept {
  if (at_ == end_ || !is_digit(*at_)) return false;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return true;
}

bool Reader::number() noexcept {
  if (at_ != end_ && *at_ == '-') ++at_;
  if (at_ != end_ && *at_ == '0') {
    ++at_;
  } else if (!digits()) {
    return fail(Fault::kSyntax);
  }
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return fail(Fault::kSyntax);
  }
  if (at_ != end_ && (*at_ | 0x20) == 'e') {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return fail(Fault::kSyntax);
  }
  return true;
}

bool Reader::literal(std::string_view word) noexcept {
  if (static_cast<std::size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) {
    return fail(Fault::kSyntax);
  }
  at_ += word.size();
  return true;
}

std::size_t decode_to(const Value& string, char* out) noexcept {
  const char* at = string.raw.data() + 1;
  const char* const end = string.raw.data() + string.raw.size() - 1;
  char* const start = out;
  while (at != end) {
    const auto* escape = static_cast<const char*>(std::memchr(at, '\\', static_cast<std::size_t>(end - at)));
    const auto plain = static_cast<std::size_t>((escape == nullptr ? end : escape) - at);
    std::memmove(out, at, plain);
    out += plain;
    at += plain;
    if (escape != nullptr) at = decode_escape(at + 1, out);
  }
  return static_cast<std::size_t>(out - start);
}

std::string decode(const Value& string) {
  if (!string.escapes) return std::string(string.inner());
  std::string text(string.decoded_bytes, '\0');
  decode_to(string, text.data());
  return text;
}

bool is(const Value& string, std::string_view text) {
  if (!string.escapes) return string.inner() == text;
  return string.decoded_bytes == text.size() && decode(string) == text;
}

}  // namespace wingmq::net::json
