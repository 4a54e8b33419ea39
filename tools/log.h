#pragma once

#include <string_view>

#include "settings.h"

namespace wingmq::tools {

/// Sends log lines of at least `level` to standard error from now on. Before the first line, once.
void start_log(net::LogLevel level, LogFormat format);

/// Writes one line. Safe for concurrent use.
void write_log(net::LogLevel level, std::string_view text);

/// Writes a line about a request, at level debug: method, path, status, bytes of its body and of the reply's, milliseconds, key; in
/// JSON as members. Safe for concurrent use.
void write_request_log(const net::ServedRequest& request);

}  // namespace wingmq::tools
