#pragma once

#include <string_view>

#include "control/admin_result.h"
#include "http/message_io.h"

namespace wingmq::net {

/// Whether `request` has the bearer token; an empty one is asked of nobody. 401 otherwise, in which `what` names what it is for.
[[nodiscard]] AdminResult<void> check_token(const Request& request, std::string_view token, std::string_view what);

}  // namespace wingmq::net
