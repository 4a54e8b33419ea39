#pragma once

#include <optional>
#include <string_view>

#include "wingmq/delivery.h"

namespace wingmq::net {

/// Reads where a reset shall go (API.md 4.14, D27): `earliest` or `0`, `latest` or `1`, epoch milliseconds (13 digits) or
/// seconds (10 digits), an RFC 1123 time in GMT, or an ISO 8601 time (with or without seconds, their
/// fraction and a zone; without one: UTC). nullopt for anything else.
[[nodiscard]] std::optional<ResetTarget> parse_reset_target(std::string_view text);

}  // namespace wingmq::net
