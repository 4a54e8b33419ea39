#pragma once

#include <string>

#include "operations/fields.h"

namespace wingmq::net {

/// Who a call acts for: the owner of its projects (API.md 2).
struct Principal {
  std::string customer;
};

/// The customer that a call without accessKey acts for.
inline constexpr std::string_view kDefaultCustomer = "test";

/// Whose resources a key opens.
struct Caller {
  std::string customer;      ///< the key's owner
  bool may_delegate = true;  ///< may act for other customers
};

/// Finds out who a call acts for: the customer that customInfo names, else the key's owner. A faulty customInfo, or one that
/// the caller may not use, goes to the Findings.
[[nodiscard]] Principal identify(const Caller& caller, const Fields& call);

}  // namespace wingmq::net
