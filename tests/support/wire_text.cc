#include "support/wire_text.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cctype>

namespace wingmq::contract {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }
bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Length of the lower-case UUID at the start of `text`, or 0.
std::size_t uuid_length(std::string_view text) {
  constexpr std::size_t kLength = 36;
  if (text.size() < kLength) return 0;
  for (std::size_t i = 0; i < kLength; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_lower_hex(text[i])) return 0;
  }
  return kLength;
}

std::size_t hex_length(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_lower_hex(text[length])) ++length;
  return length;
}

}  // namespace

std::string json_text(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (is_word(c) || c == '-' || c == '_' || c == '.' || c == '~')) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string canonical(std::string_view json) {
  std::string out;
  std::size_t i = 0;
  while (i < json.size()) {
    const char c = json[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++i;
    } else if (c != '"') {
      out += c;
      ++i;
    } else {
      const std::size_t start = i++;
      while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
      ++i;
      out += json_text(std::string(boost::json::parse(json.substr(start, i - start)).as_string()));
    }
  }
  return out;
}

std::string masked(std::string_view text) {
  constexpr std::string_view kHandlerKeys[] = {R"("handler":")", R"(\"handler\":\")"};
  std::string out;
  std::size_t i = 0;
  while (i < text.size()) {
    const auto rest = text.substr(i);
    const bool word_start = i == 0 || !is_word(text[i - 1]);
    std::size_t skip = 0;
    for (const auto key : kHandlerKeys) {
      if (!rest.starts_with(key)) continue;
      out += std::string(key) + "<handler>";
      skip = rest.find_first_of("\"\\", key.size());
    }
    if (skip == 0 && word_start) {
      skip = uuid_length(rest);
      if (skip != 0) {
        out += "<uuid>";
      } else if (hex_length(rest) == 32 && (rest.size() == 32 || !is_word(rest[32]))) {
        skip = 32;
        out += "<project>";
      }
    }
    if (skip == 0) out += text[i];
    i += skip == 0 ? 1 : skip;
  }
  return out;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace wingmq::contract
