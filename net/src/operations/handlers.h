#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "access/principal.h"
#include "http/message_io.h"
#include "operations/encode.h"
#include "operations/findings.h"
#include "text/language.h"
#include "wingmq/broker.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// What encoding a consume's reply needs; outlives the request when the call parks.
struct ConsumeContext {
  Language language = Language::kChinese;
  std::string signature_fault;  ///< what was wrong with the call's signature, outside production
  std::string explained_at;     ///< where there is more about it
  std::string hint;             ///< what may help who was refused, outside production
  Project project;
  GroupId group;
  std::string queue_text;
  std::string group_text;
  DeliveryLook look;
  Delivery receipt;  ///< of what the reply brings, without the messages: enough to give it back
};

/// One request on its way through an operation. The references outlive it; `context` and `waiter` may outlive the request.
struct Call {
  Broker& broker;
  const HandleFormat handles;
  const std::uint32_t batch_messages_max;
  const bool hints;  ///< whether a refusal may tell more than it must
  Request& request;
  ConsumeContext& context;
  Waiter& waiter;
  Caller caller;
  Findings findings = {};
};

/// The body of a reply, or why there is none.
using Answer = std::expected<std::string, Refusal>;
/// nullopt: the call waits in the broker, and may already have woken up in another thread.
using Outcome = std::optional<Answer>;

// The operations of API.md 4: each reads its parameters, makes one call of the broker and writes the answer.

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

/// What a consume brought, at once or after waiting. Notes the receipt in `context`.
[[nodiscard]] Answer answer_consume(const Result<Delivery>& result, ConsumeContext& context);

}  // namespace wingmq::net
