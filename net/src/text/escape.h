#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wingmq::net {

/// Bytes that escaping may need for `bytes` bytes of text: a control character becomes six.
[[nodiscard]] constexpr std::size_t escaped_bytes_max(std::size_t bytes) { return bytes * 6; }

/// Bytes that escaping may need for `bytes` bytes of a JSON text: of the control characters it can hold only the three
/// between tokens, and these become two.
[[nodiscard]] constexpr std::size_t escaped_json_bytes_max(std::size_t bytes) { return bytes * 2; }

/// Writes `text` as the inside of a JSON string: quotes, backslashes and control characters escaped, all else as it is.
/// `out` has room for the escaped text. Returns the end of what was written.
char* write_escaped(std::string_view text, char* out) noexcept;

/// Appends `text` as the inside of a JSON string.
void append_escaped(std::string& out, std::string_view text);

/// Appends `text` as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view text);

}  // namespace wingmq::net
