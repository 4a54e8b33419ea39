#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "control/admin_input.h"
#include "control/admin_result.h"
#include "operations/deviations.h"
#include "wingmq/broker.h"

namespace wingmq::net {

// The calls of the control plane (server.md): each takes what was asked for and returns the JSON text to answer with.
// No state of their own; as safe for concurrent use as the broker.

/// Entries of `fired` in one reply; further ones are only counted, in `fired_left_out`.
inline constexpr std::size_t kFiredMax = 100'000;
/// The clock cannot be moved beyond the end of the year 9999: later instants have no RFC 3339 form.
inline constexpr std::int64_t kClockMaxMs = 253'402'300'799'999;
/// Messages in one reply.
inline constexpr std::uint64_t kPeekLimitDefault = 100;
inline constexpr std::uint64_t kPeekLimitMax = 1000;
/// Bytes of bodies, attributes and tags after which a reply takes no further message.
inline constexpr std::size_t kPeekBytesMax = std::size_t{4} << 20;

/// GET /__admin/clock
[[nodiscard]] std::string show_clock(Broker& broker);
/// POST /__admin/clock/advance: `{"by":"30s"}`, `{"by":ms}` or `{"to":ms}`.
[[nodiscard]] AdminResult<std::string> advance_clock(Broker& broker, std::string_view body);

/// GET /__admin/queues. `region` and `project` narrow.
[[nodiscard]] std::string list_queues(Broker& broker, const QueryParameters& query);
/// GET /__admin/queues/{q}
[[nodiscard]] AdminResult<std::string> show_queue(Broker& broker, std::string_view name, const QueryParameters& query);
/// GET /__admin/queues/{q}/messages
[[nodiscard]] AdminResult<std::string> list_messages(Broker& broker, std::string_view name,
                                                     const QueryParameters& query);

/// GET /__admin/deviations
[[nodiscard]] std::string list_deviations(const Deviations& deviations);

/// The one queue that has this id or name after `region` and `project` have narrowed the choice. 404: none; 409:
/// several.
[[nodiscard]] AdminResult<QueueGroups> find_queue(Broker& broker, std::string_view name, const QueryParameters& query);

}  // namespace wingmq::net
