#pragma once

#include <expected>
#include <functional>
#include <string>

#include "exit_code.h"
#include "settings.h"

namespace wingmq::tools {

/// Reads the settings once more, after they have changed outside.
using ReadSettings = std::function<std::expected<ServeSettings, std::string>()>;

/// Runs the server until a signal, or the end of standard input when the settings say so, stops it. SIGHUP takes over the
/// credentials of `read_again`. Says on standard error why it could not start.
[[nodiscard]] ExitCode serve(ServeSettings settings, const ReadSettings& read_again);

}  // namespace wingmq::tools
