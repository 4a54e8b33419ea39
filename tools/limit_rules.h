#pragma once

#include <expected>
#include <string>
#include <vector>

#include "settings.h"

namespace wingmq::tools {

/// Applies `NAME=VALUE` (server.md, --limit); otherwise says what would be right.
[[nodiscard]] std::expected<void, std::string> set_limit(ServeSettings& settings, const std::string& text);

/// Every limit as `NAME=VALUE`, with the value that `settings` have.
[[nodiscard]] std::vector<std::string> list_limits(const ServeSettings& settings);

}  // namespace wingmq::tools
