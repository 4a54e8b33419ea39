#include "text/language.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "text/text.h"

namespace wingmq::net {
namespace {

/// The weight behind `;`, in thousandths; nullopt when it cannot be read.
std::optional<int> weight(std::string_view parameter) {
  parameter = trimmed(parameter);
  if (parameter.empty()) return 1000;
  if (!equal_ignoring_case(parameter.substr(0, 2), "q=")) return std::nullopt;
  const auto text = parameter.substr(2);
  double value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > 1) return std::nullopt;
  return static_cast<int>(value * 1000 + 0.5);
}

/// `en` or `en-US`, in any case.
bool is_language(std::string_view range, std::string_view language) {
  return equal_ignoring_case(range.substr(0, range.find('-')), language);
}

}  // namespace

Language preferred_language(std::string_view accept_language, Language otherwise) {
  int english = 0;
  int chinese = 0;
  bool english_first = false;
  while (!accept_language.empty()) {
    const auto item = accept_language.substr(0, accept_language.find(','));
    accept_language.remove_prefix(std::min(item.size() + 1, accept_language.size()));
    const auto semicolon = item.find(';');
    const auto q = semicolon == std::string_view::npos ? 1000 : weight(item.substr(semicolon + 1)).value_or(0);
    const auto range = trimmed(item.substr(0, semicolon));
    if (is_language(range, "en")) {
      if (chinese == 0) english_first = true;
      english = std::max(english, q);
    } else if (is_language(range, "zh")) {
      chinese = std::max(chinese, q);
    }
  }
  if (english == 0 && chinese == 0) return otherwise;
  const bool wins = english > chinese || (english == chinese && english_first);
  return wins ? Language::kEnglish : Language::kChinese;
}

}  // namespace wingmq::net
