#pragma once

#include <utility>
#include <vector>

#include "control/admin_calls.h"
#include "operations/go_on.h"

namespace wingmq::net {

/// Goes on with `Then(queue, call)` when the queue is found that the call's first name names. The engine's answer to that is what finish() of
/// the call takes next.
template <auto Then>
[[nodiscard]] AdminOutcome found_queues(Result<std::vector<QueueGroups>>& queues, AdminCall& call) {
  if (!queues) return refused_by_engine(queues.error());
  const auto queue = find_queue(std::move(*queues), call.names.front(), call.query);
  if (!queue) return std::unexpected(queue.error());
  return Then(*queue, call);
}
template <auto Then>
[[nodiscard]] AdminOutcome with_queue(AdminCall& call) {
  return go_on<found_queues<Then>>(call.engine.inspect(std::nullopt, call.ticket), call);
}

/// The same with the group that its second name names: `Then(queue, group, call)`.
template <auto Then>
[[nodiscard]] AdminOutcome in_queue(const QueueGroups& queue, AdminCall& call) {
  const auto group = find_group(queue, call.names.at(1));
  if (!group) return std::unexpected(group.error());
  return Then(queue, *group, call);
}
template <auto Then>
[[nodiscard]] AdminOutcome with_group(AdminCall& call) {
  return with_queue<in_queue<Then>>(call);
}

}  // namespace wingmq::net
