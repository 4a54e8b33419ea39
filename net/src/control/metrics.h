#pragma once

#include "access/auth.h"
#include "http/message_io.h"
#include "operations/deviations.h"
#include "wingmq/engine.h"

namespace wingmq::net {

/// `GET /metrics` (server.md): what the engine holds, in the Prometheus text format. Labels carry ids and names, never
/// accessKeys.
[[nodiscard]] Reply metrics(Engine& engine, const Deviations& deviations, const Authenticator& auth);

}  // namespace wingmq::net
