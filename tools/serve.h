#pragma once

#include "settings.h"

namespace wingmq::tools {

/// How `wingmq` ends (server.md).
enum ExitCode : int { kStopped = 0, kFailed = 1, kBadOption = 2, kCannotBind = 3 };

/// Runs the server until a signal, or the end of standard input when the settings say so, stops it. Says on standard error
/// why it could not start.
[[nodiscard]] ExitCode serve(ServeSettings settings);

}  // namespace wingmq::tools
