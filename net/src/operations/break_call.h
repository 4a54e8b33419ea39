#pragma once

#include <optional>

#include "operations/handlers.h"

namespace wingmq::net {

/// For a call that is about to do something, and whose faults somebody knows: notes the fault that it is to have in its context. Returns the
/// outcome of a call that does nothing then; nullopt: it goes on.
[[nodiscard]] std::optional<Outcome> break_call(Call& call, std::optional<QueueId> queue, std::optional<GroupId> group);

/// Goes on breaking a consume whose messages came: `body` is its reply.
[[nodiscard]] Outcome break_delivery(const Delivery& delivery, std::string body, CallContext& context);

}  // namespace wingmq::net
