#pragma once

#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/signature.h"
#include "http/message_io.h"

namespace wingmq::net {

/// What a signature needs to know of an operation.
struct SignedOperation {
  std::string_view name;
  Method method;
  std::span<const std::string_view> parameters;  ///< in the documented order, without customInfo
};

/// The parameters that a call's digest covers.
struct SignedValues {
  std::vector<SignedValue> values;     ///< in wire order; they refer to the request and to `kept`
  std::forward_list<std::string> kept;
  bool readable = true;                ///< false: no parameters could be found in the request
};

/// Finds them. Where parameters stand is known to the operations, so they bring this.
using ReadSignedValues = SignedValues (*)(const Request& request, const SignedOperation& operation);

}  // namespace wingmq::net
