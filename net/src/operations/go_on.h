#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "wingmq/engine.h"

namespace wingmq::net {

/// Goes on with a call when its engine has answered: `Finish(answer, context)` now, or noted in `context.finish` for when its ticket settles.
template <auto Finish, typename T, typename Context>
[[nodiscard]] auto go_on(AtOnce<T> answer, Context& context) -> decltype(Finish(*answer, context)) {
  if (answer) return Finish(*answer, context);
  context.keep();
  context.finish = [](Settled& late, Context& waiting) { return Finish(std::get<Result<T>>(late), waiting); };
  return std::nullopt;
}

}  // namespace wingmq::net
