#pragma once

#include <span>
#include <vector>

#include "group/group.h"
#include "log/shards.h"
#include "wingmq/info.h"

namespace wingmq {

/// The page of retained messages that `request` asks for, with their states when a group's `view` is given.
[[nodiscard]] std::vector<PeekedMessage> peek_messages(const Shards& shards, const GroupView* view,
                                                       const PeekRequest& request);

/// The page of a group's dead letters that `request` asks for.
[[nodiscard]] std::vector<PeekedMessage> peek_dead_letters(std::span<const MarkedRun> letters, Millis retention,
                                                           const PeekRequest& request);

}  // namespace wingmq
