#pragma once

#include <string>

#include "fields.h"
#include "message_io.h"

namespace wingmq::net {

/// Who a call acts for: the owner of its projects (API.md 2).
struct Principal {
  std::string customer;
};

/// The customer that a call without accessKey acts for.
inline constexpr std::string_view kDefaultCustomer = "test";

/// Finds out who a call acts for: the customer that customInfo names, else the accessKey's owner. Mode `off`: the public
/// headers are unread but for accessKey, which is its owner's name, and everybody may act for anybody. Checking
/// signatures and credentials belongs here. A faulty customInfo goes to the Findings.
[[nodiscard]] Principal identify(const Request& request, const Fields& call);

}  // namespace wingmq::net
