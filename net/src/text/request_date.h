#pragma once

#include <optional>
#include <string_view>

#include "wingmq/clock.h"

namespace wingmq::net {

/// Reads a signed request's date: `Mon, 23 Nov 2026 08:00:00 GMT` with a day of one or two digits, a month by any short name that
/// English has for it (`Sept`), and the zone GMT, UTC, Z, CST, HKT or SGT (eight hours east), XJT (six), GMT+8, GMT+08:00, the
/// same with UTC, or ±hhmm (D07). nullopt for anything else, and when the weekday is another one.
[[nodiscard]] std::optional<Time> parse_request_date(std::string_view text);

/// What stands behind the time of such a date; empty: nothing, or what stands before it cannot be read.
[[nodiscard]] std::string_view zone_of_request_date(std::string_view text);
[[nodiscard]] bool is_known_zone(std::string_view zone);

}  // namespace wingmq::net
