#pragma once

#include <span>
#include <string_view>

#include "operations/handlers.h"
#include "operations/params.h"

namespace wingmq::net {

/// One of the 14 operations (API.md 4).
struct Operation {
  std::string_view name;
  Method method;
  Outcome (*run)(Call& call);
  std::span<const std::string_view> parameters;  ///< in the documented order, without customInfo
};

[[nodiscard]] constexpr std::string_view to_string(Method method) { return method == Method::kGet ? "GET" : "POST"; }

/// What stands in front of every operation's name in its path.
inline constexpr std::string_view kOperationPrefix = "/apiproxy/v3/queue/";

[[nodiscard]] std::span<const Operation> operations() noexcept;

/// The operation at a path, matched exactly and case-sensitively; nullptr when there is none.
[[nodiscard]] const Operation* find_operation(std::string_view path) noexcept;

}  // namespace wingmq::net
