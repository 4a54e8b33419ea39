#include "json_text.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace wingmq::tools {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kMarks = "{}[],:";

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

/// Follows a text by its characters: inside of a string, or not.
class StringWatch {
 public:
  /// Whether `c`, the next character, belongs to a string; its quotes do.
  bool belongs(char c) {
    if (!inside_) return inside_ = c == '"';
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      inside_ = false;
    }
    return true;
  }

 private:
  bool inside_ = false;
  bool escaped_ = false;
};

class Indenter {
 public:
  void open(char c, bool empty) {
    text_ += c;
    levels_.push_back(empty);
    if (!empty) new_line();
  }
  void close(char c) {
    const bool empty = levels_.empty() || levels_.back();
    if (!levels_.empty()) levels_.pop_back();
    if (!empty) new_line();
    text_ += c;
  }
  void comma() {
    text_ += ',';
    new_line();
  }
  void add(std::string_view piece) { text_ += piece; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void new_line() {
    text_ += '\n';
    text_.append(levels_.size() * 2, ' ');
  }

  std::string text_;
  std::vector<bool> levels_;  ///< of each open object or list: whether it is empty
};

}  // namespace

std::string indent_json(std::string_view json) {
  Indenter out;
  StringWatch strings;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (strings.belongs(c) || !(is_blank(c) || kMarks.find(c) != std::string_view::npos)) {
      out.add({&c, 1});
    } else if (c == '{' || c == '[') {
      const auto next = json.find_first_not_of(kBlanks, i + 1);
      out.open(c, next != std::string_view::npos && (json[next] == '}' || json[next] == ']'));
    } else if (c == '}' || c == ']') {
      out.close(c);
    } else if (c == ',') {
      out.comma();
    } else if (c == ':') {
      out.add(": ");
    }
  }
  return out.take();
}

std::string flatten_json(std::string_view json) {
  std::string text(json);
  StringWatch strings;
  for (char& c : text) {
    if (!strings.belongs(c) && is_blank(c)) c = ' ';
  }
  return text;
}

std::vector<std::string_view> json_parts(std::string_view json) {
  std::vector<std::string_view> parts;
  StringWatch strings;
  std::size_t depth = 0;
  std::size_t begin = 0;
  const auto end_part = [&](std::size_t end) {
    const auto part = trimmed(json.substr(begin, end - begin));
    if (!part.empty()) parts.push_back(part);
    begin = end + 1;
  };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (strings.belongs(c)) continue;
    if (c == '{' || c == '[') {
      if (++depth == 1) begin = i + 1;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) end_part(i);
    } else if (depth == 1 && c == ',') {
      end_part(i);
    }
  }
  return parts;
}

std::string_view json_member(std::string_view object, std::string_view name) {
  for (const auto part : json_parts(object)) {
    if (part.size() < name.size() + 2 || part.front() != '"' || part.substr(1, name.size()) != name) continue;
    const auto rest = trimmed(part.substr(name.size() + 2));
    if (part[name.size() + 1] == '"' && rest.starts_with(':')) return trimmed(rest.substr(1));
  }
  return {};
}

}  // namespace wingmq::tools
