#pragma once

#include <string>

namespace wingmq::net {

/// The OpenAPI 3.1 description of the 14 operations, the control plane, health and metrics, as JSON text: what
/// GET /__admin/openapi.json serves. The same for every server; limits in it are the defaults.
[[nodiscard]] std::string openapi_document();

}  // namespace wingmq::net
