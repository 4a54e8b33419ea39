#pragma once

#include <optional>
#include <string_view>

#include "wingmq/clock.h"

namespace wingmq::net {

/// Reads a signed request's date: `Mon, 23 Nov 2026 08:00:00 GMT` with a day of one or two digits and the zone GMT, UTC, Z,
/// CST (eight hours east), GMT+8, GMT+08:00 or ±hhmm (D07). nullopt for anything else, and when the weekday is another one.
[[nodiscard]] std::optional<Time> parse_request_date(std::string_view text);

}  // namespace wingmq::net
