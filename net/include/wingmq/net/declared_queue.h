#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "wingmq/engine.h"

namespace wingmq::net {

/// A queue with its groups, described in one line, so that it exists before the first request (server.md, --queue).
using DeclaredQueue = QueuePlan;

/// Reads `NAME?region=R&mode=M&groups=G,G&dlq=N&description=D&project=C`. Everything but the name may be left out: the region
/// is then cn-snxy1, the customer `test`, the mode NORMAL; without dlq (failures after which a message is dead, 1 to 100)
/// there are no dead letters. The mode may be in small letters. Values may be percent-encoded and follow the rules of createQueue and createConsumeGroup
/// (API.md 4.1, 4.5). The error says which part is wrong and what would be right.
[[nodiscard]] std::expected<DeclaredQueue, std::string> parse_declared_queue(std::string_view text);

/// Creates the queue and its groups, and holds the thread until that is done. The error says which rule forbids it; then
/// there is neither.
[[nodiscard]] std::expected<void, std::string> declare_queue(Engine& engine, const DeclaredQueue& declared);

}  // namespace wingmq::net
