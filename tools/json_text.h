#pragma once

#include <string>
#include <string_view>

namespace wingmq::tools {

/// JSON for people: two blanks a level, each member and element on a line of its own. Goes by the characters, so that
/// numbers and strings keep their spelling, which a parser might change. Any thread.
[[nodiscard]] std::string indent_json(std::string_view json);

/// JSON on one line: line ends and tabs outside of strings become blanks. A valid text has none inside of strings. Any
/// thread.
[[nodiscard]] std::string flatten_json(std::string_view json);

}  // namespace wingmq::tools
