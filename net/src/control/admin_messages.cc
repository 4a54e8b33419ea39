#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include "control/admin_calls.h"
#include "control/with_queue.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

struct StateName {
  std::string_view name;
  MessageState state;
};
constexpr StateName kStates[] = {{"available", MessageState::kAvailable},
                                 {"in_flight", MessageState::kInFlight},
                                 {"confirmed", MessageState::kConfirmed},
                                 {"dead", MessageState::kDead}};

/// A cursor's first letter: dead letters stand in a log of their own, so a cursor of one listing is no place in the
/// other.
char log_letter(const PeekRequest& request) { return request.state == MessageState::kDead ? 'd' : 'm'; }

std::string cursor_of(const PeekRequest& request, const PeekedMessage& last) {
  return fmt::format("{}{}-{}", log_letter(request), last.partition.value, last.offset.value);
}

/// Puts the place that a cursor names into `request`; false when it is not a cursor of this listing.
bool read_cursor(std::string_view text, PeekRequest& request) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || text.front() != log_letter(request)) return false;
  const auto partition = parse_number(text.substr(1, dash - 1));
  const auto offset = parse_number(text.substr(dash + 1));
  if (!partition || !offset || *partition > std::numeric_limits<std::uint32_t>::max()) return false;
  request.after_partition = PartitionIndex{static_cast<std::uint32_t>(*partition)};
  request.after = Offset{*offset};
  return true;
}

AdminResult<std::optional<MessageState>> read_state(const std::string* text, bool has_group) {
  if (text == nullptr) return std::nullopt;
  const auto* known =
      std::find_if(std::begin(kStates), std::end(kStates), [&](const StateName& each) { return each.name == *text; });
  if (known == std::end(kStates)) {
    return refused(400, fmt::format("\"state\" is \"{}\"", shown(*text)),
                   "It is one of available, in_flight, confirmed, dead.");
  }
  if (!has_group) {
    return refused(400, "\"state\" is given without \"group\"",
                   "A message has a state only for a group: add group=NAME.");
  }
  return known->state;
}

AdminResult<PeekRequest> read_request(const QueueGroups& queue, const QueryParameters& query) {
  PeekRequest request;
  if (const std::string* name = query.find("group"); name != nullptr) {
    const auto group = find_group(queue, *name);
    if (!group) return std::unexpected(group.error());
    request.group = group->id;
  }
  const auto state = read_state(query.find("state"), request.group.has_value());
  if (!state) return std::unexpected(state.error());
  request.state = *state;
  const auto limit = read_limit(query.find("limit"));
  if (!limit) return std::unexpected(limit.error());
  request.limit = *limit;
  if (const std::string* after = query.find("after"); after != nullptr && !read_cursor(*after, request)) {
    return refused(400, fmt::format("\"after\" is not a cursor of this listing: \"{}\"", shown(*after)),
                   "Pass the \"next\" of the previous reply, with the same group and state.");
  }
  return request;
}

std::size_t text_bytes(const PeekedMessage& message) {
  const Message& parts = message.batch->message(message.index);
  return std::size_t{parts.body_bytes} + parts.attributes_bytes + parts.tags_bytes;
}

std::string_view or_else(std::string_view text, std::string_view otherwise) { return text.empty() ? otherwise : text; }

/// How many of the messages go into one reply: `limit`, or fewer when they are large, but one in any case.
std::size_t count_in_reply(const std::vector<PeekedMessage>& messages, std::size_t limit) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < std::min(messages.size(), limit)) {
    bytes += text_bytes(messages[count]);
    if (count > 0 && bytes > kPeekBytesMax) break;
    ++count;
  }
  return count;
}

AdminOutcome finish_messages(Result<std::vector<PeekedMessage>>& messages, AdminCall& call) {
  if (!messages) {
    const auto code = messages.error().code;
    const bool gone = code == ErrorCode::kQueueNotFound || code == ErrorCode::kGroupNotFound;
    if (!gone) return refused_by_engine(messages.error());
    return refused(404, "the queue or the group was removed meanwhile", "GET /__admin/queues lists all.");
  }
  const std::size_t count = count_in_reply(*messages, call.peek.limit - 1);
  std::string out = R"({"messages":[)";
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    append_message(out, (*messages)[i]);
  }
  const bool more = count < messages->size();
  out += more ? fmt::format(R"(],"next":"{}"}})", cursor_of(call.peek, (*messages)[count - 1])) : R"(],"next":null})";
  return out;
}

AdminOutcome look_into(const QueueGroups& found, AdminCall& call) {
  const auto request = read_request(found, call.query);
  if (!request) return std::unexpected(request.error());
  call.peek = *request;
  ++call.peek.limit;  // one more, to know whether there is more
  return go_on<finish_messages>(call.engine.peek(found.queue.id, call.peek, call.ticket), call);
}

}  // namespace

std::string_view state_name(MessageState state) {
  return std::ranges::find(kStates, state, &StateName::state)->name;
}

/// Appends a message. The stored parts are JSON texts, valid since they were received, and go out as they are: numbers
/// keep their spelling and members their order.
void append_message(std::string& out, const PeekedMessage& message) {
  const Batch& batch = *message.batch;
  fmt::format_to(
      std::back_inserter(out), R"({{"partition":{},"offset":{},"sent":{},"body":{},"attributes":{},"tags":{})",
      message.partition.value, message.offset.value, message.sent.time_since_epoch().count(), batch.body(message.index),
      or_else(batch.attributes(message.index), "{}"), or_else(batch.tags(message.index), "[]"));
  if (message.state) {
    fmt::format_to(
        std::back_inserter(out), R"(,"state":"{}","failed_count":{},"lease_deadline":{})", state_name(*message.state),
        message.failures,
        message.lease_deadline ? fmt::to_string(message.lease_deadline->time_since_epoch().count()) : "null");
  }
  out += '}';
}

AdminResult<std::uint32_t> read_limit(const std::string* text) {
  if (text == nullptr) return static_cast<std::uint32_t>(kPeekLimitDefault);
  const auto limit = parse_number(*text);
  if (!limit || *limit < 1 || *limit > kPeekLimitMax) {
    return refused(400, fmt::format("\"limit\" is \"{}\"", shown(*text)),
                   fmt::format("It is a whole number from 1 to {}.", kPeekLimitMax));
  }
  return static_cast<std::uint32_t>(*limit);
}

AdminOutcome list_messages(AdminCall& call) { return with_queue<look_into>(call); }

}  // namespace wingmq::net
