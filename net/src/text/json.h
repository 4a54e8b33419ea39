#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wingmq::net::json {

/// How deep a text may nest (API.md 1). Bounds the reader's recursion.
inline constexpr int kDepthMax = 64;

enum class Kind : std::uint8_t { kNull, kTrue, kFalse, kNumber, kString, kArray, kObject };

/// A value that has been read: checked down to its last byte, and left as it stands in the text.
struct Value {
  Kind kind = Kind::kNull;
  bool escapes = false;           ///< kString: there is a backslash in it
  std::uint32_t decoded_bytes = 0;  ///< kString: UTF-8 bytes that it stands for
  std::string_view raw;           ///< without white space around it; a string with its quotes

  /// kString: what stands between the quotes.
  [[nodiscard]] std::string_view inner() const noexcept { return raw.substr(1, raw.size() - 2); }
};

enum class Fault : std::uint8_t { kNone, kSyntax, kTooDeep, kNotUtf8 };

/// Reads one JSON text from front to back in a single pass, strictly by RFC 8259: what it has stepped over is valid,
/// wanted or not, so that a value may be passed on as text. A simdjson on-demand document would not do: it skips values
/// without checking them, and a second, strict pass over a 512 KB batch costs as much as this one. simdjson does check
/// the UTF-8 of the whole text at the start.
///
/// Functions return false at the first fault and from then on; fault() and at() tell. Not shared between threads; the text
/// must outlive the reader and every Value.
class Reader {
 public:
  explicit Reader(std::string_view text);
  /// Reads a part of a text that another reader has read: its UTF-8 needs no second look.
  [[nodiscard]] static Reader of_checked(std::string_view text) noexcept { return {text, Fault::kNone}; }

  /// Steps over white space; what comes next, '\0' at the end.
  [[nodiscard]] char peek() noexcept {
    skip_space();
    return at_ == end_ ? '\0' : *at_;
  }

  /// Reads any value.
  [[nodiscard]] bool value(Value& out);

  /// Reads an object: `member(const Value& name)` is called behind each colon and must read the value; when it
  /// returns false, reading ends.
  template <typename Member>
  [[nodiscard]] bool object(Member&& member);

  /// Reads an array: `element()` is called in front of each element and must read it.
  template <typename Element>
  [[nodiscard]] bool array(Element&& element);

  /// Whether nothing but white space is left; a fault otherwise.
  [[nodiscard]] bool end();

  [[nodiscard]] Fault fault() const noexcept { return fault_; }
  /// How many bytes were read without a fault.
  [[nodiscard]] std::size_t at() const noexcept { return static_cast<std::size_t>(at_ - begin_); }
  /// What is left to read, as it stands.
  [[nodiscard]] std::string_view rest() const noexcept { return {at_, static_cast<std::size_t>(end_ - at_)}; }
  /// Steps over a whole value of `bytes` bytes that the caller has read by itself.
  void skip(std::size_t bytes) noexcept { at_ += bytes; }

 private:
  Reader(std::string_view text, Fault fault) noexcept
      : begin_(text.data()), at_(begin_), end_(begin_ + (fault == Fault::kNone ? text.size() : 0)), fault_(fault) {}
  bool fail(Fault fault) noexcept;
  void skip_space() noexcept;
  bool take(char wanted) noexcept;
  bool open(char bracket) noexcept;
  bool string(Value& out);
  bool number() noexcept;
  bool digits() noexcept;
  bool literal(std::string_view word) noexcept;

  const char* begin_;
  const char* at_;
  const char* end_;
  int depth_ = 0;
  Fault fault_ = Fault::kNone;
};

template <typename Member>
bool Reader::object(Member&& member) {
  if (!open('{')) return false;
  if (peek() != '}') {
    do {
      Value name;
      if (peek() != '"') return fail(Fault::kSyntax);
      if (!string(name) || !take(':') || !member(name)) return false;
    } while (peek() == ',' && take(','));
  }
  --depth_;
  return take('}');
}

template <typename Element>
bool Reader::array(Element&& element) {
  if (!open('[')) return false;
  if (peek() != ']') {
    do {
      if (!element()) return false;
    } while (peek() == ',' && take(','));
  }
  --depth_;
  return take(']');
}

/// Writes what a string that was read stands for to `out`, which has room for its decoded_bytes and may be the place where
/// the string itself stands; returns the number of bytes.
std::size_t decode_to(const Value& string, char* out) noexcept;

/// What a string that was read stands for.
[[nodiscard]] std::string decode(const Value& string);

/// Whether a string that was read stands for `text`.
[[nodiscard]] bool is(const Value& string, std::string_view text);

}  // namespace wingmq::net::json
