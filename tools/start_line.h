#pragma once

#include <string>

#include "settings.h"

namespace wingmq::tools {

/// What the server says of itself at the start, in one line: version, addresses, profile, auth, clock, and everything else
/// that was set. Never a secret.
[[nodiscard]] std::string start_line(const ServeSettings& settings, const std::vector<net::Endpoint>& bound);

/// `http://127.0.0.1:9080` for every endpoint, then the same with https, as far as they are served.
[[nodiscard]] std::vector<std::string> urls_of(const std::vector<net::Endpoint>& bound, net::TlsMode tls);

}  // namespace wingmq::tools
