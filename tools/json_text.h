#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wingmq::tools {

/// JSON for people: two blanks a level, each member and element on a line of its own. Goes by the characters, so that
/// numbers and strings keep their spelling, which a parser might change. Any thread.
[[nodiscard]] std::string indent_json(std::string_view json);

/// JSON on one line: line ends and tabs outside of strings become blanks. A valid text has none inside of strings. Any
/// thread.
[[nodiscard]] std::string flatten_json(std::string_view json);

/// The elements of a list, or the members of an object (`"a":1`), as they stand in a valid text. Any thread.
[[nodiscard]] std::vector<std::string_view> json_parts(std::string_view json);

/// The value of a member as it stands in the text of an object; empty when there is none. `name` as it is written. Any thread.
[[nodiscard]] std::string_view json_member(std::string_view object, std::string_view name);

}  // namespace wingmq::tools
