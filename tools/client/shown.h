#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/table.h"

namespace wingmq::tools {

// Values as people read them.

/// An instant in UTC: `2026-11-23 08:00:00.123`.
[[nodiscard]] std::string time_text(std::int64_t ms);
/// `514 B`, `1.2 MiB`.
[[nodiscard]] std::string bytes_text(std::int64_t bytes);
/// `1 message`, `2 messages`.
[[nodiscard]] std::string count_text(std::int64_t count, std::string_view noun);
/// A JSON value as it stands: a string's characters, anything else as it was written, on one line.
[[nodiscard]] std::string value_text(std::string_view json);
/// The same where `empty` (`{}`, `[]`) says nothing.
[[nodiscard]] std::string value_text(std::string_view json, std::string_view empty);
/// A list of text as it stands: `a,b`.
[[nodiscard]] std::string tags_text(std::string_view json);

/// A number that is worth a look unless it is 0.
[[nodiscard]] Cell count_cell(std::string text, Colour colour);
/// What a message is for a group.
[[nodiscard]] Cell state_cell(std::string state);

}  // namespace wingmq::tools
