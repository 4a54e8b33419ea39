#pragma once

#include "exit_code.h"
#include "settings.h"

namespace wingmq::tools {

/// Runs the server until a signal, or the end of standard input when the settings say so, stops it. Says on standard error
/// why it could not start.
[[nodiscard]] ExitCode serve(ServeSettings settings);

}  // namespace wingmq::tools
