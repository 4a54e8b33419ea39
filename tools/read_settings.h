#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "settings.h"

namespace wingmq::tools {

/// Values given for one setting, and where: `--limit`, `WINGMQ_LIMIT`, `test.toml:3`.
struct GivenSetting {
  std::string name;
  std::vector<std::string> values;
  std::string origin;
};

/// The keys of a TOML file as settings, in the file's order. The error names the file and the line.
[[nodiscard]] std::expected<std::vector<GivenSetting>, std::string> read_config(const std::string& path);

/// What the environment sets. Values of repeatable settings are separated by white space.
[[nodiscard]] std::vector<GivenSetting> read_environment(
    const std::function<std::optional<std::string>(const std::string& variable)>& lookup);

/// Joins the sources: the command line beats the environment, which beats the file. The error names what is wrong, where it
/// was said and what would be right.
[[nodiscard]] std::expected<ServeSettings, std::string> resolve(const std::vector<GivenSetting>& command_line,
                                                                const std::vector<GivenSetting>& environment,
                                                                const std::vector<GivenSetting>& file);

/// Half of the memory that this process may use: the machine's, or its cgroup's when that is less.
[[nodiscard]] std::size_t default_memory_limit();

}  // namespace wingmq::tools
