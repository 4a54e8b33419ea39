#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "control/admin_calls.h"
#include "control/why.h"
#include "control/with_queue.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

MessageCall& asked(AdminCall& call) { return std::get<MessageCall>(call.read); }

AdminError gone(const MessageCall& message) {
  return {.status = 404,
          .error = fmt::format("there is no message at partition {}, offset {}", message.partition.value, message.offset.value),
          .hint = "It was never sent, or is not kept any more: its retention is over, it was purged, or its memory was needed again after every group "
                  "had finished with it."};
}

/// The message itself when it is there: as looking on behind the one before it would show it.
PeekRequest request_for(const MessageCall& message, std::optional<GroupId> group) {
  PeekRequest request{.group = group, .state = {}, .limit = 1, .after_partition = message.partition, .after = {}};
  if (message.offset.value > 0) {
    request.after = Offset{message.offset.value - 1};
  } else if (message.partition.value > 0) {
    request.after_partition.value = message.partition.value - 1;
    request.after = Offset{std::numeric_limits<std::uint64_t>::max()};
  }
  return request;
}

const PeekedMessage* found_in(const Result<std::vector<PeekedMessage>>& peeked, const MessageCall& message) {
  if (!peeked || peeked->empty()) return nullptr;
  const PeekedMessage& first = peeked->front();
  return first.partition == message.partition && first.offset == message.offset ? &first : nullptr;
}

boost::json::object json_of(const MessageEvent& event) {
  boost::json::object object{{"at", event.at.time_since_epoch().count()}, {"type", to_string(event.type)}};
  object["request"] = event.request.empty() ? boost::json::value(nullptr) : boost::json::value(event.request);
  if (event.late_by) object["late_by_ms"] = event.late_by->count();
  return object;
}

/// The group's part of the reply.
std::string standing_json(const Standing& standing, const QueueInfo& queue, const GroupInfo& group) {
  boost::json::object object{{"group", group.name}};
  const auto& message = standing.message;
  const bool dead = message.state == MessageState::kDead;
  object["state"] = state_name(message.state.value_or(MessageState::kAvailable));
  object["failed_count"] = dead ? queue.spec.consume_count_max.value_or(message.failures) : message.failures;
  object["lease_deadline"] = message.lease_deadline ? boost::json::value(message.lease_deadline->time_since_epoch().count()) : boost::json::value(nullptr);
  object["why"] = why(standing, queue, group);
  boost::json::array events;
  for (const MessageEvent& event : standing.events.events) events.emplace_back(json_of(event));
  object["events"] = std::move(events);
  if (standing.events.left_out) object["events_left_out"] = true;
  return boost::json::serialize(object);
}

AdminOutcome look_at_group(AdminCall& call);

/// The reply grows by a group, and the next one is looked at.
AdminOutcome add_group(AdminCall& call) {
  MessageCall& message = asked(call);
  const GroupInfo& group = message.queue.groups[message.next++];
  Standing& standing = *message.standing;
  if (call.events != nullptr) {
    standing.events = call.events->events(message.queue.queue.id, group.id, message.partition, message.offset);
  } else {
    standing.events.left_out = true;
  }
  if (message.next > 1) message.reply += ',';
  message.reply += standing_json(standing, message.queue.queue, group);
  return look_at_group(call);
}

AdminOutcome finish_batch(Result<std::vector<PeekedMessage>>& in_flight, AdminCall& call) {
  Standing& standing = *asked(call).standing;
  const Handle own = *standing.message.handle;
  standing.behind_in_batch = in_flight && std::ranges::any_of(*in_flight, [&](const PeekedMessage& each) {
    return each.handle && each.handle->secret == own.secret && each.handle->index < own.index;
  });
  return add_group(call);
}

AdminOutcome finish_group(Result<std::vector<PeekedMessage>>& peeked, AdminCall& call) {
  MessageCall& message = asked(call);
  const PeekedMessage* seen = found_in(peeked, message);
  if (seen == nullptr) return std::unexpected(gone(message));
  message.standing = std::make_shared<Standing>();
  message.standing->message = *seen;
  if (!seen->handle || seen->handle->index == 0) return add_group(call);
  const PeekRequest others{.group = message.queue.groups[message.next].id, .state = MessageState::kInFlight, .limit = kPeekLimitMax, .after_partition = {}, .after = {}};
  return go_on<finish_batch>(call.engine.peek(message.queue.queue.id, others, call.ticket), call);
}

AdminOutcome look_at_group(AdminCall& call) {
  MessageCall& message = asked(call);
  if (message.next == message.queue.groups.size()) return message.reply + "]}";
  const auto request = request_for(message, message.queue.groups[message.next].id);
  return go_on<finish_group>(call.engine.peek(message.queue.queue.id, request, call.ticket), call);
}

AdminOutcome finish_message(Result<std::vector<PeekedMessage>>& peeked, AdminCall& call) {
  MessageCall& message = asked(call);
  if (!peeked && peeked.error().code != ErrorCode::kQueueNotFound) return refused_by_engine(peeked.error());
  const PeekedMessage* seen = found_in(peeked, message);
  if (seen == nullptr) return std::unexpected(gone(message));
  append_message(message.reply, *seen);
  message.reply.pop_back();
  message.reply += R"(,"groups":[)";
  return look_at_group(call);
}

AdminOutcome look_at_message(const QueueGroups& found, AdminCall& call) {
  MessageCall& message = asked(call);
  message.queue = found;
  return go_on<finish_message>(call.engine.peek(found.queue.id, request_for(message, std::nullopt), call.ticket), call);
}

}  // namespace

AdminOutcome show_message(AdminCall& call) {
  const auto partition = parse_number(call.names.at(1));
  const auto offset = parse_number(call.names.at(2));
  if (!partition || *partition > std::numeric_limits<std::uint32_t>::max() || !offset) {
    return refused(400, fmt::format("a message is named by two numbers, not by {}/{}", shown(call.names.at(1)), shown(call.names.at(2))),
                   "Name it by its partition and offset: /__admin/queues/orders/messages/0/7.");
  }
  call.read = MessageCall{.partition = {static_cast<std::uint32_t>(*partition)}, .offset = {*offset}};
  return with_queue<look_at_message>(call);
}

}  // namespace wingmq::net
