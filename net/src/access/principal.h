#pragma once

#include <string>
#include <string_view>

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

}  // namespace wingmq::net
