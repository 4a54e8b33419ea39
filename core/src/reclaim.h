#pragma once

#include <cstddef>

#include "base/effects.h"
#include "registry.h"

namespace wingmq {

/// Frees `bytes` of message memory: of all queues, the oldest messages that every group has finished with go first, in bites; if
/// that is too little, what keeps a batch from going and is much smaller is copied out of it (API.md D28). Returns how many bytes
/// became free, which may be fewer. Looks only at queues in which something has changed since they had nothing to give. Throws
/// std::bad_alloc; what was freed stays free. Not for two threads at once.
std::size_t reclaim(Environment& environment, const Registry& registry, std::size_t bytes, Time now, Effects& effects);

}  // namespace wingmq
