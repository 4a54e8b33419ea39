#include "json_text.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace wingmq::tools {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kMarks = "{}[],:";

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

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

}  // namespace wingmq::tools
