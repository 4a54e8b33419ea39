#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wingmq::load {

/// What messages hold: words, or a JSON text, which stands in a request with a backslash before each quote.
enum class Content : std::uint8_t { kText, kJson };

/// `text` or `json`.
[[nodiscard]] std::string_view content_name(Content content);
[[nodiscard]] std::optional<Content> read_content(std::string_view name);

/// A message's body of `bytes` bytes: ASCII without control characters, and without `@`, which begins a stamp. Where a stamp would
/// stand it has nothing that JSON escapes.
[[nodiscard]] std::string message_text(Content content, std::uint32_t bytes);

/// `text` as the inside of a JSON string; it holds no control characters.
[[nodiscard]] std::string escaped(std::string_view text);

/// The size of a message_text() in the reply of a consume, where it stands in a string inside a string.
[[nodiscard]] std::size_t delivered_bytes(Content content, std::uint32_t bytes);

}  // namespace wingmq::load
