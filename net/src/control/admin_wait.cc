// Waiting for counts instead of asking for them again and again.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iterator>

#include "control/admin_calls.h"
#include "control/conditions.h"
#include "control/with_queue.h"
#include "operations/handle_text.h"
#include "text/text.h"
#include "wingmq/net/duration.h"

namespace wingmq::net {
namespace {

using std::chrono::steady_clock;

constexpr Millis kTimeoutDefault = std::chrono::seconds(10);
constexpr Millis kTimeoutMax = std::chrono::minutes(10);
constexpr std::uint32_t kHoldingMax = 10;

WaitCall& waiting(AdminCall& call) { return std::get<WaitCall>(call.read); }

/// `10 s`, `1500 ms`.
std::string spelled(Millis span) {
  return span % std::chrono::seconds(1) == Millis(0) ? fmt::format("{} s", span / std::chrono::seconds(1)) : fmt::format("{} ms", span.count());
}

std::string wanted(const WaitCall& wait) { return fmt::format("{}", fmt::join(wait.wanted, " and ")); }

boost::json::object counts_json(const WaitCall& wait, const WatchedCounts& counts) {
  boost::json::object object;
  for (const CountName& each : count_names(wait.watch.group.has_value())) object[each.name] = counts.*each.count;
  return object;
}

AdminReply met(const WaitCall& wait, const WatchedCounts& counts) {
  const auto waited = std::chrono::duration_cast<Millis>(steady_clock::now() - wait.begun);
  return boost::json::serialize(boost::json::object{{"met", true}, {"waited_ms", waited.count()}, {"counts", counts_json(wait, counts)}});
}

// --- While it waits ---------------------------------------------------------------------------------------------------

AdminOutcome watch_found(const QueueGroups& found, AdminCall& call);

AdminOutcome finish_watch(Result<WatchedCounts>& counts, AdminCall& call) {
  const WaitCall& wait = waiting(call);
  if (!counts) {
    const auto code = counts.error().code;
    const bool gone = code == ErrorCode::kQueueNotFound || code == ErrorCode::kGroupNotFound;
    if (!gone) return refused_by_engine(counts.error());
    return with_queue<watch_found>(call);  // a reset may have put another in its place
  }
  if (!wait.never) return met(wait, *counts);
  return std::unexpected(AdminError{.status = 409,
                                    .error = fmt::format("{} came true, and was never to", wanted(wait)),
                                    .hint = "counts has what made it so; GET /__admin/queues/{q}/messages?group=G shows the messages.",
                                    .more = {{"counts", counts_json(wait, *counts)}}});
}

AdminOutcome watch_found(const QueueGroups& found, AdminCall& call) {
  WaitCall& wait = waiting(call);
  wait.watch.queue = found.queue.id;
  if (const std::string* name = call.query.find("group"); name != nullptr) {
    const auto group = find_group(found, *name);
    if (!group) return std::unexpected(group.error());
    wait.watch.group = group->id;
  }
  return go_on<finish_watch>(call.engine.watch(wait.watch, call.ticket), call);
}

// --- When its time is over --------------------------------------------------------------------------------------------

boost::json::object holding_json(const PeekedMessage& message, const EventLog* events) {
  const bool leased = message.state == MessageState::kInFlight;
  boost::json::object object{{"partition", message.partition.value}, {"offset", message.offset.value}, {"state", leased ? "in_flight" : "available"}};
  object["handler"] = message.handle ? boost::json::value(compact_handler(*message.handle)) : boost::json::value(nullptr);
  object["lease_deadline"] = message.lease_deadline ? boost::json::value(message.lease_deadline->time_since_epoch().count()) : boost::json::value(nullptr);
  const std::string holder = events != nullptr && message.handle ? events->holder(*message.handle) : "";
  object["leased_by"] = holder.empty() ? boost::json::value(nullptr) : boost::json::value(holder);
  return object;
}

/// What a tester whose clock stands still may have forgotten.
std::string hint_about_time(Engine& engine) {
  const Clock& clock = engine.clock();
  if (clock.runs()) return "holding lists what is unfinished, at most 10 messages.";
  const auto next = engine.next_event();
  if (!next) return "The clock is manual, and nothing is due: advancing it changes nothing.";
  const auto by = std::max<Millis::rep>((next->at - clock.now()).count(), 0);
  return fmt::format(R"(The clock is manual and the next event is due at {}: POST /__admin/clock/advance {{"by":{}}} or {{"to":"next"}} brings it.)",
                     next->at.time_since_epoch().count(), by);
}

AdminOutcome give_up(const QueueGroups& found, AdminCall& call) {
  const WaitCall& wait = waiting(call);
  const auto group = std::ranges::find_if(found.groups, [&](const GroupInfo& each) { return each.id == wait.watch.group; });
  const WatchedCounts counts = counts_of(found, group == found.groups.end() ? nullptr : &*group);
  if (wait.never) return met(wait, counts);
  boost::json::array holding;
  for (const PeekedMessage& each : wait.holding) holding.emplace_back(holding_json(each, call.events));
  return std::unexpected(AdminError{.status = 408,
                                    .error = fmt::format("not {} after {}", wanted(wait), spelled(wait.span)),
                                    .hint = hint_about_time(call.engine),
                                    .more = {{"counts", counts_json(wait, counts)}, {"holding", std::move(holding)}}});
}

/// Whether messages that nobody holds keep the conditions from holding: what is in flight is among them.
bool is_about_available(const WaitCall& wait) {
  return !std::ranges::all_of(wait.watch.conditions, [](const Condition& each) { return each.count == &WatchedCounts::in_flight; });
}

template <MessageState State>
AdminOutcome finish_holding(Result<std::vector<PeekedMessage>>& messages, AdminCall& call) {
  WaitCall& wait = waiting(call);
  if (messages) std::ranges::move(*messages, std::back_inserter(wait.holding));
  const auto left = kHoldingMax - static_cast<std::uint32_t>(wait.holding.size());
  if (State == MessageState::kInFlight && left > 0 && messages && is_about_available(wait)) {
    call.peek = {.group = wait.watch.group, .state = MessageState::kAvailable, .limit = left, .after_partition = {}, .after = {}};
    return go_on<finish_holding<MessageState::kAvailable>>(call.engine.peek(wait.watch.queue, call.peek, call.ticket), call);
  }
  return with_queue<give_up>(call);
}

AdminOutcome time_is_over(AdminCall& call) {
  const WaitCall& wait = waiting(call);
  if (wait.never || !wait.watch.group) return with_queue<give_up>(call);
  call.peek = {.group = wait.watch.group, .state = MessageState::kInFlight, .limit = kHoldingMax, .after_partition = {}, .after = {}};
  return go_on<finish_holding<MessageState::kInFlight>>(call.engine.peek(wait.watch.queue, call.peek, call.ticket), call);
}

// --- Reading ----------------------------------------------------------------------------------------------------------

constexpr std::string_view kWaitExample = "?queue=orders&group=g1&until=drained&timeout=10s";

AdminResult<Millis> read_span(const QueryParameters& query, bool never) {
  const std::string_view name = never ? "for" : "timeout";
  const std::string_view other = never ? "timeout" : "for";
  if (query.find(other) != nullptr) {
    return refused(400, fmt::format("\"{}\" does not go with \"{}\"", other, never ? "never" : "until"), "\"until\" takes \"timeout\", \"never\" takes \"for\".");
  }
  const std::string* text = query.find(name);
  if (text == nullptr && !never) return kTimeoutDefault;
  if (text == nullptr) return refused(400, "\"for\" is missing", "Say for how long it must not come true: &for=2s.");
  const auto span = parse_duration(*text);
  if (span && *span <= kTimeoutMax) return *span;
  return refused(400, fmt::format("\"{}\" is no span of time up to {}: \"{}\"", name, "10m", shown(*text)), "Write it with units: 250ms, 2s, 1m30s.");
}

AdminResult<WaitCall> read_wait(const QueryParameters& query) {
  WaitCall wait{.wanted = query.all("until"), .begun = steady_clock::now()};
  const std::string* never = query.find("never");
  if (query.find("queue") == nullptr) return refused(400, "\"queue\" is missing", fmt::format("Ask for {}.", kWaitExample));
  if (wait.wanted.empty() == (never == nullptr)) {
    return refused(400, never == nullptr ? "neither \"until\" nor \"never\" is given" : "both \"until\" and \"never\" are given",
                   fmt::format("Give one of them: {}, or &never=dead_available>0&for=2s.", kWaitExample));
  }
  wait.never = never != nullptr;
  if (wait.never) wait.wanted.push_back(*never);
  for (const std::string& text : wait.wanted) {
    auto read = read_condition(text, query.find("group") != nullptr);
    if (!read) return std::unexpected(read.error());
    wait.watch.conditions.insert(wait.watch.conditions.end(), read->begin(), read->end());
  }
  const auto span = read_span(query, wait.never);
  if (!span) return std::unexpected(span.error());
  wait.span = *span;
  return wait;
}

}  // namespace

AdminOutcome wait_until(AdminCall& call) {
  auto wait = read_wait(call.query);
  if (!wait) return std::unexpected(wait.error());
  call.patience = wait->span;
  call.ring = time_is_over;
  call.names = {*call.query.find("queue")};
  call.read = std::move(*wait);
  return with_queue<watch_found>(call);
}

}  // namespace wingmq::net
