#pragma once

#include "access/principal.h"
#include "operations/fields.h"

namespace wingmq::net {

/// The parameter that says for whom a call is made.
inline constexpr std::string_view kCustomInfo = "customInfo";

/// Finds out who a call acts for: the customer that customInfo names, else the key's owner. A faulty customInfo, or one that
/// the caller may not use, goes to the Findings.
[[nodiscard]] Principal identify(const Caller& caller, const Fields& call);

}  // namespace wingmq::net
