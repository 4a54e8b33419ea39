// Messages that a tester moves: gone, alive again, or out of somebody's hands.
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "control/admin_calls.h"
#include "control/with_queue.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

std::string count_json(std::string_view name, std::uint64_t count) { return fmt::format(R"({{"{}":{}}})", name, count); }

/// What the engine refuses of a call about a queue and a group that were there a moment ago.
std::unexpected<AdminError> gone(const Error& error) {
  const bool removed = error.code == ErrorCode::kQueueNotFound || error.code == ErrorCode::kGroupNotFound;
  if (!removed) return refused_by_engine(error);
  return refused(404, "the queue or the group was removed meanwhile", "GET /__admin/queues lists all.");
}

// --- Purging ----------------------------------------------------------------------------------------------------------

AdminOutcome finish_purge(Result<std::uint64_t>& purged, AdminCall&) {
  if (!purged) return gone(purged.error());
  return count_json("purged", *purged);
}

AdminOutcome purge_found(const QueueGroups& found, AdminCall& call) {
  const auto& name = std::get<PurgeCall>(call.read).group;
  std::optional<GroupId> group;
  if (name) {
    const auto named = find_group(found, *name);
    if (!named) return std::unexpected(named.error());
    group = named->id;
  }
  return go_on<finish_purge>(call.engine.purge(found.queue.id, group, call.ticket), call);
}

// --- Redriving --------------------------------------------------------------------------------------------------------

AdminOutcome finish_redrive(Result<std::uint64_t>& moved, AdminCall&) {
  if (!moved) return gone(moved.error());
  return count_json("moved", *moved);
}

AdminOutcome redrive_found(const QueueGroups& found, const GroupInfo& group, AdminCall& call) {
  if (!found.queue.spec.consume_count_max) {
    return refused(409, fmt::format("the queue \"{}\" has no dead letters", found.queue.spec.name),
                   "A queue has them when it is made with dlq=N, in createQueue with redrivePolicy enable.");
  }
  return go_on<finish_redrive>(call.engine.redrive(found.queue.id, group.id, std::get<RedriveCall>(call.read).messages_max, call.ticket), call);
}

// --- Ending leases ----------------------------------------------------------------------------------------------------

AdminOutcome finish_expire(Result<std::uint64_t>& expired, AdminCall& call) {
  if (!expired) return gone(expired.error());
  const auto& asked = std::get<ExpireRequest>(call.read);
  if (*expired == 0 && asked.which == ExpireRequest::Which::kMessage) {
    return refused(409, fmt::format("the message at partition {}, offset {} is not in flight for this group", asked.partition.value, asked.offset.value),
                   "GET /__admin/queues/{q}/messages?group=G&state=in_flight lists those that are.");
  }
  return count_json("expired", *expired);
}

AdminOutcome expire_found(const QueueGroups& found, const GroupInfo& group, AdminCall& call) {
  return go_on<finish_expire>(call.engine.expire(found.queue.id, group.id, std::get<ExpireRequest>(call.read), call.ticket), call);
}

/// A member that must be a whole number up to `most`.
AdminResult<std::uint64_t> read_number(const BodyMember& member, std::uint64_t least, std::uint64_t most, std::string_view example) {
  const auto* number = std::get_if<std::int64_t>(&member.value);
  if (number != nullptr && *number >= 0 && static_cast<std::uint64_t>(*number) >= least && static_cast<std::uint64_t>(*number) <= most) {
    return static_cast<std::uint64_t>(*number);
  }
  return refused(400, fmt::format("\"{}\" is no whole number from {} on", member.name, least), fmt::format("Send {}.", example));
}

AdminResult<ExpireRequest> read_expire(std::string_view body) {
  static constexpr std::string_view kMembers[] = {"partition", "offset"};
  constexpr std::string_view kExample = R"({} or {"partition":0,"offset":7})";
  const auto members = parse_body(body, kMembers, kExample);
  if (!members) return std::unexpected(members.error());
  ExpireRequest asked;
  if (members->empty()) return asked;
  if (members->size() != 2) return refused(400, "of \"partition\" and \"offset\" one is missing", fmt::format("Send {}.", kExample));
  asked.which = ExpireRequest::Which::kMessage;
  for (const BodyMember& member : *members) {
    const bool is_partition = member.name == "partition";
    const auto number = read_number(member, 0, is_partition ? UINT32_MAX : INT64_MAX, kExample);
    if (!number) return std::unexpected(number.error());
    if (is_partition) {
      asked.partition = {static_cast<std::uint32_t>(*number)};
    } else {
      asked.offset = {*number};
    }
  }
  return asked;
}

}  // namespace

AdminOutcome purge_queue(AdminCall& call, std::string_view body) {
  static constexpr std::string_view kMembers[] = {"group"};
  constexpr std::string_view kExample = R"({} or {"group":"g1"})";
  const auto members = parse_body(body, kMembers, kExample);
  if (!members) return std::unexpected(members.error());
  PurgeCall asked;
  if (!members->empty()) {
    const auto* name = std::get_if<std::string>(&members->front().value);
    if (name == nullptr) return refused(400, "\"group\" is no text", fmt::format("Send {}.", kExample));
    asked.group = *name;
  }
  call.read = std::move(asked);
  return with_queue<purge_found>(call);
}

AdminOutcome redrive_group(AdminCall& call, std::string_view body) {
  static constexpr std::string_view kMembers[] = {"max"};
  constexpr std::string_view kExample = R"({} or {"max":100})";
  const auto members = parse_body(body, kMembers, kExample);
  if (!members) return std::unexpected(members.error());
  RedriveCall asked;
  if (!members->empty()) {
    const auto most = read_number(members->front(), 1, INT64_MAX, kExample);
    if (!most) return std::unexpected(most.error());
    asked.messages_max = *most;
  }
  call.read = asked;
  return with_group<redrive_found>(call);
}

AdminOutcome expire_leases(AdminCall& call, std::string_view body) {
  const auto asked = read_expire(body);
  if (!asked) return std::unexpected(asked.error());
  call.read = *asked;
  return with_group<expire_found>(call);
}

}  // namespace wingmq::net
