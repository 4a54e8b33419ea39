#pragma once

#include <string_view>

#include "load/options.h"

namespace wingmq::load {

/// `wingmq bench`: starts a server unless there is one, loads it, and prints what was measured. SIGINT and SIGTERM end
/// the run early with what there is. Returns the program's exit code: 0 when something was measured. Throws
/// std::exception when the server, its queues or a file cannot be had. Call it with options that find_fault() finds
/// none in, while no other thread runs.
[[nodiscard]] int run_bench(const Options& options, std::string_view version);

}  // namespace wingmq::load
