#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "control/admin_result.h"
#include "wingmq/info.h"
#include "wingmq/watch.h"

namespace wingmq::net {

/// A count by the name that the control plane shows it under.
struct CountName {
  std::string_view name;
  std::uint64_t WatchedCounts::* count;
};
/// Those of a group; of a queue there is `messages` alone.
[[nodiscard]] std::span<const CountName> count_names(bool of_group) noexcept;

/// The counts of a group, or with nullptr those of the queue itself.
[[nodiscard]] WatchedCounts counts_of(const QueueGroups& queue, const GroupInfo* group);

/// Reads `drained`, or COUNT OP NUMBER without spaces: `available>=3`. 400 for anything else.
[[nodiscard]] AdminResult<std::vector<Condition>> read_condition(std::string_view text, bool of_group);

}  // namespace wingmq::net
