#pragma once

#include <cstddef>

#include "base/effects.h"
#include "registry.h"

namespace wingmq {

/// Frees `bytes` of message memory: of all queues, the oldest messages that every group has finished with go first, in bites
/// (API.md D28). Returns how many bytes became free, which may be fewer. Costs a look at every queue: only a
/// full broker pays it, and it frees enough for many sends.
std::size_t reclaim(Registry::Queues queues, std::size_t bytes, Time now, Effects& effects);

}  // namespace wingmq
