#pragma once

#include "http/message_io.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// Whether whoever asks reads HTML, as a browser says of itself.
[[nodiscard]] bool wants_html(const Request& request);

/// What a browser shows at / and /__admin: what this is and where to go from here. Plain HTML, which runs and loads nothing.
[[nodiscard]] Reply start_page(AdminAccess admin);

}  // namespace wingmq::net
