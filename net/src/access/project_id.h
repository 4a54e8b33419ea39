#pragma once

#include <string>

#include "wingmq/types.h"

namespace wingmq::net {

/// `project_id` of a project: 32 lower-case hex digits, the same after every restart (API.md 2). Two projects differ in
/// it unless SHA-256, cut to 128 bits, collides.
[[nodiscard]] std::string project_id(const Project& project);

}  // namespace wingmq::net
