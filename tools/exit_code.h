#pragma once

#include <string_view>

namespace wingmq::tools {

/// How `wingmq` ends (server.md).
enum ExitCode : int { kStopped = 0, kFailed = 1, kBadOption = 2, kCannotBind = 3, kRefused = 4 };

/// Says on standard error, in one line, why the program ends, and returns `code`.
ExitCode fail(ExitCode code, std::string_view reason);

}  // namespace wingmq::tools
