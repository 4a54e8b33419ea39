#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace wingmq::tools {

// What is wrong with a command line, in the program's own words. Values are never shown: they may be secrets.

/// The first word that `command` has no use for, and what may have been meant by it.
[[nodiscard]] std::string describe_unknown(const CLI::App& command);

/// The same for a word where `app` needs the name of a command.
[[nodiscard]] std::string describe_unknown_command(const CLI::App& app);

/// What the parser of `command` found.
[[nodiscard]] std::string describe(const CLI::ParseError& error, const CLI::App& command);

}  // namespace wingmq::tools
