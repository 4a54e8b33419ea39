#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "settings.h"

namespace wingmq::tools {

/// Values given for one setting, and where: `--limit`, `WINGMQ_LIMIT`, `test.toml:3: limit`.
struct GivenSetting {
  std::string name;
  std::vector<std::string> values;
  std::string origin;
  std::vector<std::string> places = {};  ///< of each value, when they stand in lines of their own; else empty
};

/// The keys of a TOML file as settings. The error names the file and the line.
[[nodiscard]] std::expected<std::vector<GivenSetting>, std::string> read_config(const std::string& path);

using Environment = std::map<std::string, std::string>;

/// The process' own. Before the first thread.
[[nodiscard]] Environment process_environment();

/// What the environment sets. Values of repeatable settings are separated by white space. A variable that is almost the name
/// of a setting is an error.
[[nodiscard]] std::expected<std::vector<GivenSetting>, std::string> read_environment(const Environment& variables);

/// Variables of our prefix that set nothing. They are no error: `WINGMQ_URL` may well tell a client where the server is, and
/// an orchestrator names its services so (`WINGMQ_SERVICE_HOST`).
[[nodiscard]] std::vector<std::string> unused_variables(const Environment& variables);

/// Joins the sources: the command line beats the environment, which beats the file. The error names what is wrong, where it
/// was said and what would be right.
[[nodiscard]] std::expected<ServeSettings, std::string> resolve(const std::vector<GivenSetting>& command_line,
                                                                const std::vector<GivenSetting>& environment,
                                                                const std::vector<GivenSetting>& file);

/// Half of the memory that this process may use: the machine's, or its cgroup's when that is less.
[[nodiscard]] std::size_t default_memory_limit();

}  // namespace wingmq::tools
