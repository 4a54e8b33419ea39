#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "control/admin_calls.h"
#include "operations/go_on.h"
#include "text/text.h"
#include "wingmq/net/duration.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kMoveExample = R"({"by":"30s"}, {"by":30000}, {"to":1795420800000} or {"to":"next"})";

std::int64_t milliseconds(Time time) { return time.time_since_epoch().count(); }

std::string_view name_of(FiredType type) {
  switch (type) {
    case FiredType::kLeaseExpired:
      return "lease_expired";
    case FiredType::kDeadLettered:
      return "dead_lettered";
    case FiredType::kMessageExpired:
      return "message_expired";
    case FiredType::kWaitOver:
      return "wait_over";
  }
  return "";
}

std::unexpected<AdminError> bad_span(std::string_view what) {
  return refused(400, std::string(what),
                 "\"by\" is a number of milliseconds, or text with units: 250ms, 30s, 1h30m, 3d.");
}

/// How far `by` goes, checked against the end of time.
AdminResult<Time> instant_after(Time now, const BodyMember& by) {
  std::int64_t span = 0;
  if (const auto* number = std::get_if<std::int64_t>(&by.value)) {
    span = *number;
  } else if (const auto* text = std::get_if<std::string>(&by.value)) {
    const auto duration = parse_duration(*text);
    if (!duration) return bad_span(fmt::format("\"by\" is not a span of time: \"{}\"", shown(*text)));
    span = duration->count();
  } else {
    return bad_span("\"by\" is neither a whole number nor text");
  }
  if (span < 0) {
    return refused(400, fmt::format("the clock cannot move backwards: \"by\" is {}", span), "It only moves forward.");
  }
  if (span > kClockMaxMs - milliseconds(now)) {
    return refused(400, "\"by\" leads beyond the year 9999", fmt::format("The latest instant is {}.", kClockMaxMs));
  }
  return now + Millis(span);
}

/// The instant that `to` names, checked.
AdminResult<Time> instant_at(Engine& engine, Time now, const BodyMember& to) {
  if (const auto* word = std::get_if<std::string>(&to.value); word != nullptr && *word == "next") {
    const auto next = engine.next_event();
    if (!next) return refused(409, "nothing is due", "Nothing waits for time: no message is kept, none is leased, and nobody waits.");
    return std::max(now, next->at);
  }
  const auto* number = std::get_if<std::int64_t>(&to.value);
  if (number == nullptr) {
    return refused(400, "\"to\" is neither a whole number nor \"next\"", "\"to\" is an instant in milliseconds since 1970, UTC, or \"next\": when the next thing is due.");
  }
  if (*number < milliseconds(now)) {
    return refused(400,
                   fmt::format("the clock cannot move backwards: \"to\" is {}, now is {}", *number, milliseconds(now)),
                   "It only moves forward; \"by\" moves it by a span.");
  }
  if (*number > kClockMaxMs) {
    return refused(400, "\"to\" lies beyond the year 9999", fmt::format("The latest instant is {}.", kClockMaxMs));
  }
  return Time(Millis(*number));
}

template <typename Event>
boost::json::object event_json(const Event& event) {
  boost::json::object object{{"at", milliseconds(event.at)}, {"type", name_of(event.type)}, {"queue", event.queue}};
  object["group"] = event.group ? boost::json::value(*event.group) : boost::json::value(nullptr);
  return object;
}

boost::json::object json_of(const Upcoming& next) { return event_json(next); }

boost::json::object json_of(const Fired& fired) {
  auto object = event_json(fired);
  object["count"] = fired.count;
  return object;
}

std::string json_of(const AdvanceReport& report) {
  const std::size_t shown_count = std::min(report.fired.size(), kFiredMax);
  boost::json::array fired;
  fired.reserve(shown_count);
  for (std::size_t i = 0; i < shown_count; ++i) fired.emplace_back(json_of(report.fired[i]));
  boost::json::object object{{"from", milliseconds(report.from)}, {"to", milliseconds(report.to)}};
  object["fired"] = std::move(fired);
  if (shown_count < report.fired.size()) object["fired_left_out"] = report.fired.size() - shown_count;
  return boost::json::serialize(object);
}

AdminOutcome finish_advance(Result<AdvanceReport>& report, AdminCall&) {
  if (!report) return refused_by_engine(report.error());
  return json_of(*report);
}

}  // namespace

std::string show_clock(Engine& engine) {
  const Clock& clock = engine.clock();
  boost::json::object object{{"now", milliseconds(clock.now())}, {"mode", clock.runs() ? "real" : "manual"}, {"offset_ms", clock.offset().count()}};
  const auto next = engine.next_event();
  object["next"] = next ? boost::json::value(json_of(*next)) : boost::json::value(nullptr);
  return boost::json::serialize(object);
}

AdminOutcome advance_clock(AdminCall& call, std::string_view body) {
  static constexpr std::string_view kMembers[] = {"by", "to"};
  const auto members = parse_body(body, kMembers, kMoveExample);
  if (!members) return std::unexpected(members.error());
  if (members->size() != 1) {
    return refused(400, members->empty() ? "neither \"by\" nor \"to\" is given" : "both \"by\" and \"to\" are given",
                   fmt::format("Give exactly one of them: {}.", kMoveExample));
  }
  const BodyMember& member = members->front();
  if (!call.engine.capabilities().movable_clock) {
    return refused(409, "this engine's clock cannot be moved", "Its time is that of the place where it keeps messages; wait, or use --engine memory.");
  }
  const Time now = call.engine.clock().now();
  const auto target = member.name == "by" ? instant_after(now, member) : instant_at(call.engine, now, member);
  if (!target) return std::unexpected(target.error());
  return go_on<finish_advance>(call.engine.advance(*target, call.ticket), call);
}

}  // namespace wingmq::net
