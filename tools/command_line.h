#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace wingmq::tools {

// What is wrong with a command line, in the program's own words. Values are never shown: they may be secrets.

/// The first word that `command` has no use for, and what may have been meant by it.
[[nodiscard]] std::string describe_unknown(const CLI::App& command);

/// The same for `words` that do not begin with the name of a command, nor with an option: before they are parsed, since `--help` behind
/// a slip of the hand would be the program's.
[[nodiscard]] std::optional<std::string> find_unknown_command(const CLI::App& app, const std::vector<std::string>& words);

/// The same for a word where `app` needs the name of a command.
[[nodiscard]] std::string describe_unknown_command(const CLI::App& app);

/// What the parser of `command` found.
[[nodiscard]] std::string describe(const CLI::ParseError& error, const CLI::App& command);

}  // namespace wingmq::tools
