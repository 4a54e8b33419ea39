#pragma once

#include <string_view>

namespace wingmq::tools {

/// How `wingmq` ends (server.md).
enum ExitCode : int { kStopped = 0, kFailed = 1, kBadOption = 2, kCannotBind = 3, kRefused = 4, kNotMet = 5 };

/// From now on fail() names this command: `wingmq serve: …`. Before the first thread, at most once.
void say_command(std::string_view name);

/// Says on standard error, in one line, why the program ends, and returns `code`.
ExitCode fail(ExitCode code, std::string_view reason);

/// Writes all of `text` to standard output: kStopped, or kFailed, having said why.
[[nodiscard]] ExitCode write_out(std::string_view text);

}  // namespace wingmq::tools
