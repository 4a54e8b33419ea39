#pragma once

#include <span>
#include <string_view>

#include "access/signed_operation.h"
#include "operations/handlers.h"

namespace wingmq::net {

/// One of the 14 operations (API.md 4).
struct Operation : SignedOperation {
  Outcome (*run)(Call& call);
};

/// What stands in front of every operation's name in its path.
inline constexpr std::string_view kOperationPrefix = "/apiproxy/v3/queue/";

[[nodiscard]] std::span<const Operation> operations() noexcept;

/// The operation at a path, matched exactly and case-sensitively; nullptr when there is none.
[[nodiscard]] const Operation* find_operation(std::string_view path) noexcept;

}  // namespace wingmq::net
