#pragma once

#include "operations/handlers.h"

namespace wingmq::net {

/// The engine's refusal in the words of the caller. Who gives a name where an id is wanted is helped (net/API.md, outcomes): when there is no
/// such queue or group, and the caller's project has one of that name, the context's hint says which id it has. The engine is asked for that,
/// so this may have to wait too.
[[nodiscard]] Outcome refused(const Error& error, CallContext& context);

}  // namespace wingmq::net
