#include "text/text.h"

#include <simdjson.h>

#include <algorithm>

namespace wingmq::net {
namespace {

constexpr std::size_t kShownMax = 80;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kSpaces = " \t\r\n";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_word(std::string_view text, std::string_view others) noexcept {
  const auto good = [&](char c) { return is_letter_or_digit(c) || others.find(c) != std::string_view::npos; };
  return !text.empty() && std::all_of(text.begin(), text.end(), good);
}

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

bool is_utf8(std::string_view text) noexcept { return simdjson::validate_utf8(text.data(), text.size()); }

std::optional<std::size_t> percent_decode_to(std::string_view text, Plus plus, char* out) noexcept {
  char* const start = out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == Plus::kIsSpace) c = ' ';
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high << 4 | low);
      i += 2;
    }
    *out++ = c;
  }
  return static_cast<std::size_t>(out - start);
}

std::optional<std::string> percent_decoded(std::string_view text, Plus plus) {
  std::string decoded(text.size(), '\0');
  const auto bytes = percent_decode_to(text, plus, decoded.data());
  if (!bytes) return std::nullopt;
  decoded.resize(*bytes);
  return decoded;
}

std::string shown(std::string_view text) {
  std::size_t bytes = std::min(text.size(), kShownMax);
  while (bytes > 0 && bytes < text.size() && continues(text[bytes])) --bytes;
  std::string result(text.substr(0, bytes));
  if (!is_utf8(result)) {
    std::replace_if(result.begin(), result.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  if (bytes < text.size()) result += "...";
  return result;
}

std::string_view beginning_of(std::string_view text, std::size_t bytes_max) noexcept {
  std::size_t bytes = std::min(text.size(), bytes_max);
  while (bytes > 0 && bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace wingmq::net
