#pragma once

#include <string>

#include "operations/event_log.h"
#include "wingmq/info.h"

namespace wingmq::net {

/// What a message is for one of its queue's groups.
struct Standing {
  PeekedMessage message;          ///< with the group's view of it
  bool behind_in_batch = false;   ///< leased, and earlier messages of the lease are not confirmed
  MessageEvents events;
};

/// Why a message is in that state, and what would change it: one sentence for a tester. Follows from the state; events only tell a reset
/// from a confirmation.
[[nodiscard]] std::string why(const Standing& standing, const QueueInfo& queue, const GroupInfo& group);

}  // namespace wingmq::net
