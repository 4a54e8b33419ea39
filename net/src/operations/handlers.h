#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/principal.h"
#include "http/message_io.h"
#include "operations/encode.h"
#include "operations/event_log.h"
#include "operations/fault.h"
#include "operations/findings.h"
#include "text/language.h"
#include "wingmq/engine.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// The body of a reply, or why there is none.
using Answer = std::expected<std::string, Refusal>;
/// nullopt: the call waits in the engine, and may have settled already in another thread.
using Outcome = std::optional<Answer>;

/// A call that its engine has, and what is needed to answer it: outlives the request, for the answer may come later. For the thread that
/// serves the call; whoever settles the ticket does not touch it.
struct CallContext {
  Engine& engine;
  Ticket& ticket;
  const HandleFormat handles;
  const bool hints;  ///< whether a refusal may tell more than it must
  const Language language;

  std::string signature_fault = {};  ///< what was wrong with the call's signature, outside production
  std::string explained_at = {};     ///< where there is more about it
  std::string hint = {};             ///< what may help who was refused, outside production

  Project project = {};
  std::optional<QueueId> queue = {};  ///< that the call names, if it does
  GroupId group = {};
  std::string_view queue_text = {};   ///< as the call says them, for refusals; in the request until keep()
  std::string_view group_text = {};
  std::string own_text = {};          ///< memory for them
  bool include_dead_letters = false;
  std::size_t count = 0;              ///< messages sent, received or confirmed
  DeliveryLook look = {};
  Delivery receipt = {};              ///< of what the reply brings, without the messages: enough to give it back
  std::optional<InjectedFault> fault = {};  ///< that a test wants the call to have
  std::string held_body = {};         ///< of a reply that is made, while the fault goes on
  EventLog* events = nullptr;           ///< nobody wants to know what happens
  std::string request_id = {};          ///< of the call in the journal; empty: it has none
  std::string access_key = {};          ///< of the caller, for those who want to know
  std::vector<Handle> confirming = {};  ///< what a confirmation is about, for them
  bool may_park = false;              ///< a consume: it may wait for as long as it asked to
  std::optional<Refusal> refusal = {};  ///< while a hint for it is looked for
  Decisions decisions = {};           ///< that the answer relies on
  Decisions counted = {};             ///< those that were counted when the call began to wait

  /// The second half of the call: what to do with the engine's answer.
  Outcome (*finish)(Settled& settled, CallContext& context) = nullptr;

  /// Takes the texts out of the request, which will be gone when the answer comes. Without the memory for them a refusal names nothing:
  /// the engine has the call, so this must not fail.
  void keep() noexcept;
};

/// One request on its way into an operation. The references outlive it.
struct Call {
  const std::uint32_t batch_messages_max;
  Request& request;
  CallContext& context;
  Caller caller;
  std::string_view operation = {};
  FaultSource* faults = nullptr;  ///< nobody breaks anything
  Findings findings = {};
};

// The operations of API.md 4, each in two halves: the first reads the parameters and calls the engine, the second turns its answer into
// the body of a reply. Between them lies nothing, or the time that the engine takes.

[[nodiscard]] Outcome create_queue(Call& call);
[[nodiscard]] Outcome query_queues(Call& call);
[[nodiscard]] Outcome query_queue(Call& call);
[[nodiscard]] Outcome remove_queue(Call& call);
[[nodiscard]] Outcome create_groups(Call& call);
[[nodiscard]] Outcome query_groups(Call& call);
[[nodiscard]] Outcome remove_groups(Call& call);
[[nodiscard]] Outcome query_quota(Call& call);
[[nodiscard]] Outcome send_messages(Call& call);
[[nodiscard]] Outcome consume(Call& call);
[[nodiscard]] Outcome confirm(Call& call);
[[nodiscard]] Outcome consume_dead_letters(Call& call);
[[nodiscard]] Outcome confirm_dead_letters(Call& call);
[[nodiscard]] Outcome reset_group(Call& call);

}  // namespace wingmq::net
