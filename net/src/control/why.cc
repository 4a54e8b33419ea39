#include "control/why.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "operations/handle_text.h"

namespace wingmq::net {
namespace {

/// `12:00:30.000`, UTC.
std::string time_of_day(Time time) {
  const auto ms = time.time_since_epoch().count();
  return fmt::format("{:%H:%M:%S}.{:03}", fmt::gmtime(static_cast<std::time_t>(ms / 1000)), ms % 1000);
}

/// `[a,b]` out of `["a","b"]`.
std::string tags_of(const PeekedMessage& message) {
  std::string tags(message.batch->tags(message.index));
  std::erase(tags, '"');
  return tags.empty() ? "[]" : tags;
}

std::string rule_of(const TagRule& rule) {
  return fmt::format("{}", fmt::join(rule.tags(), rule.match() == TagMatch::kAny ? "||" : "&&"));
}

/// `attempt 2 of 3`; without dead letters nothing ends the attempts.
std::string attempt(const PeekedMessage& message, const QueueInfo& queue) {
  if (!queue.spec.consume_count_max) return fmt::format("attempt {}", message.failures + 1);
  return fmt::format("attempt {} of {}", message.failures + 1, *queue.spec.consume_count_max);
}

std::string why_available(const PeekedMessage& message, const QueueInfo& queue, const GroupInfo& group) {
  std::string text;
  if (queue.spec.mode == QueueMode::kFifo && group.in_flight > 0) {
    text = "waits: the group's unfinished batch comes first (FIFO, D19)";
  } else {
    text = "available: the next consume of the group that reaches it gets it";
  }
  if (message.failures == 0) return text;
  if (!queue.spec.consume_count_max) return text + fmt::format("; failed {} times, and dead letters are off: it comes back without end", message.failures);
  return text + fmt::format("; {}", attempt(message, queue));
}

std::string why_in_flight(const Standing& standing, const QueueInfo& queue) {
  const PeekedMessage& message = standing.message;
  std::string lead = fmt::format("in flight until {}, {}; ", message.lease_deadline ? time_of_day(*message.lease_deadline) : "?", attempt(message, queue));
  if (standing.behind_in_batch) return lead + "an earlier message of its batch is not confirmed: it has to be first, or in the same call (D24)";
  return lead + fmt::format("confirming handler {} before then finishes it", message.handle ? compact_handler(*message.handle) : "");
}

std::string why_finished(const Standing& standing, const GroupInfo& group) {
  if (!group.tags.matches(standing.message.batch->tags(standing.message.index))) {
    return fmt::format("the group's tag rule {} does not match {}", rule_of(group.tags), tags_of(standing.message));
  }
  const auto& events = standing.events.events;
  if (!events.empty() && events.back().type == EventType::kResetOver) return "the group was reset or purged past it; a reset to earliest brings it back";
  if (!events.empty() && events.back().type == EventType::kConfirmed) return "confirmed; a reset to earliest brings it back";
  return "confirmed, or the group was reset or purged past it; a reset to earliest brings it back";
}

}  // namespace

std::string why(const Standing& standing, const QueueInfo& queue, const GroupInfo& group) {
  switch (standing.message.state.value_or(MessageState::kAvailable)) {
    case MessageState::kAvailable: return why_available(standing.message, queue, group);
    case MessageState::kInFlight: return why_in_flight(standing, queue);
    case MessageState::kConfirmed: return why_finished(standing, group);
    case MessageState::kDead:
      return fmt::format("dead after {} failed deliveries; redrive makes it available again", queue.spec.consume_count_max.value_or(0));
  }
  return "";
}

}  // namespace wingmq::net
