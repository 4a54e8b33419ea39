#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/admin_input.h"
#include "control/admin_result.h"
#include "control/fault_rules.h"
#include "control/journal.h"
#include "operations/deviations.h"
#include "wingmq/engine.h"

namespace wingmq::net {

class ExplainedRequests;

/// What to answer with, or why there is nothing; nullopt: the call waits in the engine.
using AdminOutcome = std::optional<AdminResult<AdminReply>>;

/// POST /__admin/queues, read.
struct CreateCall {
  QueuePlan plan;
  bool if_missing = false;
};
/// POST /__admin/queues/{q}/messages, read.
struct SendCall {
  BatchRef batch;  ///< until the engine has it
  std::uint32_t messages = 0;
  QueueId queue = {};
};
/// POST /__admin/queues/{q}/purge, read.
struct PurgeCall {
  std::optional<std::string> group;
};
/// POST /__admin/queues/{q}/groups/{g}/redrive, read.
struct RedriveCall {
  std::uint64_t messages_max = UINT64_MAX;
};

/// GET /__admin/wait, read.
struct WaitCall {
  std::vector<std::string> wanted;  ///< conditions, as they were written
  bool never = false;               ///< that they do not come true
  std::chrono::milliseconds span{};
  std::chrono::steady_clock::time_point begun;
  std::vector<PeekedMessage> holding = {};
  WatchRequest watch = {};
};

struct Standing;
/// GET /__admin/queues/{q}/messages/{partition}/{offset}, group after group.
struct MessageCall {
  PartitionIndex partition;
  Offset offset;
  QueueGroups queue = {};
  std::size_t next = 0;                       ///< the group that comes next
  std::shared_ptr<Standing> standing = {};    ///< what is known of it
  std::string reply = {};                     ///< as far as it goes
};

/// A call of the control plane on its way, and what is needed to answer it: it may have to wait for the engine. For the thread that
/// serves it.
struct AdminCall {
  Engine& engine;
  Ticket& ticket;
  Deviations& deviations;
  std::vector<std::string> names;  ///< what stood at the path's wildcards, decoded
  QueryParameters query;
  PeekRequest peek = {};
  bool keeps_queues = false;  ///< a reset does
  FaultRules* faults = nullptr;  ///< that a reset starts afresh
  Journal* journal = nullptr;    ///< that a reset empties
  EventLog* events = nullptr;    ///< the same; nullptr: nobody keeps any
  /// What a call has read of its body, for when the engine has told what it needs to go on.
  std::variant<std::monostate, CreateCall, SendCall, PurgeCall, RedriveCall, ExpireRequest, WaitCall, MessageCall> read = {};
  /// The call may wait for so long from now on; then it is to be rung. For whoever has timers.
  std::optional<std::chrono::milliseconds> patience = {};
  /// What to do with the engine's answer.
  AdminOutcome (*finish)(Settled& settled, AdminCall& call) = nullptr;
  /// What to do when its patience is over: the engine does not have it any more.
  AdminOutcome (*ring)(AdminCall& call) = nullptr;

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
[[nodiscard]] std::string show_clock(Engine& engine);
/// POST /__admin/clock/advance: `{"by":"30s"}`, `{"by":ms}`, `{"to":ms}` or `{"to":"next"}`. 409: the engine's clock cannot be moved, or nothing
/// is due.
[[nodiscard]] AdminOutcome advance_clock(AdminCall& call, std::string_view body);
/// POST /__admin/reset: `{}`, which leaves `declared`, or `{"keep":"queues"}`. 409: the engine cannot forget.
[[nodiscard]] AdminOutcome reset(AdminCall& call, std::string_view body, const std::vector<QueuePlan>& declared);

// The journal. 409 where none is kept.

/// GET /__admin/requests. `operation`, `queue`, `group`, `access_key`, `outcome` and `fault` narrow; newest first.
[[nodiscard]] AdminOutcome list_requests(AdminCall& call);
/// GET /__admin/requests/count, narrowed in the same way.
[[nodiscard]] AdminOutcome count_requests(AdminCall& call);
/// GET /__admin/requests/{id}: a call that the journal has, or one whose signature was wrong, or both. 404: neither.
[[nodiscard]] AdminOutcome show_request(AdminCall& call, const ExplainedRequests& explained);

// Fault rules. 403 without `rules`: nothing may be broken here.

/// GET /__admin/faults
[[nodiscard]] AdminOutcome list_faults(const FaultRules* rules);
/// POST /__admin/faults: a rule. 201; 409: its id is taken.
[[nodiscard]] AdminOutcome add_fault(FaultRules* rules, std::string_view body);
/// DELETE /__admin/faults
[[nodiscard]] AdminOutcome clear_faults(FaultRules* rules);
/// DELETE /__admin/faults/{id}
[[nodiscard]] AdminOutcome remove_fault(FaultRules* rules, const std::string& id);

/// GET /__admin/queues. `region` and `project` narrow.
[[nodiscard]] AdminOutcome list_queues(AdminCall& call);
/// GET /__admin/queues/{q}
[[nodiscard]] AdminOutcome show_queue(AdminCall& call);
/// GET /__admin/queues/{q}/messages
[[nodiscard]] AdminOutcome list_messages(AdminCall& call);
/// GET /__admin/queues/{q}/messages/{partition}/{offset}. 404: it is not there, or not any more.
[[nodiscard]] AdminOutcome show_message(AdminCall& call);
/// Appends a message as the two show it.
void append_message(std::string& out, const PeekedMessage& message);
[[nodiscard]] std::string_view state_name(MessageState state);

/// A listing's `limit`, 1 to kPeekLimitMax; without one kPeekLimitDefault. 400.
[[nodiscard]] AdminResult<std::uint32_t> read_limit(const std::string* text);

/// GET /__admin/deviations
[[nodiscard]] std::string list_deviations(const Deviations& deviations);

/// POST /__admin/queues: `{"queue":"orders?groups=g1"}`, the text of --queue. 201; with `"if_missing":true` 200 for one that is the same.
[[nodiscard]] AdminOutcome make_queue(AdminCall& call, std::string_view body);
/// DELETE /__admin/queues/{q}
[[nodiscard]] AdminOutcome drop_queue(AdminCall& call);
/// POST /__admin/queues/{q}/messages: `{"messages":[{"body":"x"}]}`.
[[nodiscard]] AdminOutcome put_messages(AdminCall& call, std::string_view body, std::uint32_t messages_max);
/// POST /__admin/queues/{q}/purge: `{}` or `{"group":"g1"}`.
[[nodiscard]] AdminOutcome purge_queue(AdminCall& call, std::string_view body);
/// POST /__admin/queues/{q}/groups/{g}/redrive: `{}` or `{"max":100}`. 409: the queue has no dead letters.
[[nodiscard]] AdminOutcome redrive_group(AdminCall& call, std::string_view body);
/// POST /__admin/queues/{q}/groups/{g}/expire: `{}` or `{"partition":0,"offset":7}`. 409: that message is not in flight.
[[nodiscard]] AdminOutcome expire_leases(AdminCall& call, std::string_view body);

/// GET /__admin/wait: settles when the counts are as `until` says, or have become as `never` says; 408: they did not within `timeout`.
[[nodiscard]] AdminOutcome wait_until(AdminCall& call);

/// GET /__admin/queues/{q}/balance
[[nodiscard]] AdminOutcome show_balance(AdminCall& call);

/// A queue as GET /__admin/queues/{q} shows it.
[[nodiscard]] std::string shown_queue(const QueueGroups& queue);

/// Of all queues the one that has this id or name after `region` and `project` have narrowed the choice. 404: none; 409: several.
[[nodiscard]] AdminResult<QueueGroups> find_queue(std::vector<QueueGroups> queues, std::string_view name, const QueryParameters& query);

/// The group of a queue that has this id or name. 404: none.
[[nodiscard]] AdminResult<GroupInfo> find_group(const QueueGroups& queue, std::string_view name);

/// The engine's own refusal: it closes, or cannot be reached.
[[nodiscard]] std::unexpected<AdminError> refused_by_engine(const Error& error);

}  // namespace wingmq::net
