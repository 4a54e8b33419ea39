#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/admin_input.h"
#include "control/admin_result.h"
#include "operations/deviations.h"
#include "wingmq/engine.h"

namespace wingmq::net {

/// The JSON text to answer with, or why there is none; nullopt: the call waits in the engine.
using AdminOutcome = std::optional<AdminResult<std::string>>;

/// A call of the control plane on its way, and what is needed to answer it: it may have to wait for the engine. For the thread that
/// serves it.
struct AdminCall {
  Engine& engine;
  Ticket& ticket;
  Deviations& deviations;
  std::string name;  ///< what stood at the path's wildcard, decoded
  QueryParameters query;
  PeekRequest peek = {};
  bool keeps_queues = false;  ///< a reset does
  /// What to do with the engine's answer.
  AdminOutcome (*finish)(Settled& settled, AdminCall& call) = nullptr;

  void keep() noexcept {}  // it refers to nothing of the request
};

// The calls of the control plane (server.md): each takes what was asked for and returns the JSON text to answer with.

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
[[nodiscard]] std::string show_clock(const Clock& clock);
/// POST /__admin/clock/advance: `{"by":"30s"}`, `{"by":ms}` or `{"to":ms}`. 409: the engine's clock cannot be moved.
[[nodiscard]] AdminOutcome advance_clock(AdminCall& call, std::string_view body);
/// POST /__admin/reset: `{}`, which leaves `declared`, or `{"keep":"queues"}`. 409: the engine cannot forget.
[[nodiscard]] AdminOutcome reset(AdminCall& call, std::string_view body, const std::vector<QueuePlan>& declared);

/// GET /__admin/queues. `region` and `project` narrow.
[[nodiscard]] AdminOutcome list_queues(AdminCall& call);
/// GET /__admin/queues/{q}
[[nodiscard]] AdminOutcome show_queue(AdminCall& call);
/// GET /__admin/queues/{q}/messages
[[nodiscard]] AdminOutcome list_messages(AdminCall& call);

/// GET /__admin/deviations
[[nodiscard]] std::string list_deviations(const Deviations& deviations);

/// Of all queues the one that has this id or name after `region` and `project` have narrowed the choice. 404: none; 409: several.
[[nodiscard]] AdminResult<QueueGroups> find_queue(std::vector<QueueGroups> queues, std::string_view name, const QueryParameters& query);

/// The engine's own refusal: it closes, or cannot be reached.
[[nodiscard]] std::unexpected<AdminError> refused_by_engine(const Error& error);

}  // namespace wingmq::net
