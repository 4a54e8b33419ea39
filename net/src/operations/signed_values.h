#pragma once

#include "access/auth.h"
#include "operations/error_map.h"

namespace wingmq::net {

/// The parameters of a call as its signature sees them: a ReadSignedValues for the Authenticator.
[[nodiscard]] SignedValues read_signed_values(const Request& request, const SignedOperation& operation);

/// The Authenticator's reason as a refusal.
[[nodiscard]] Refusal refusal_of(const AccessRefusal& refusal, const Request& request, const SignedOperation& operation);

}  // namespace wingmq::net
