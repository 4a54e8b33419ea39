#include "control/conditions.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/admin_input.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr CountName kOfGroup[] = {{"produced", &WatchedCounts::produced},
                                  {"consumed", &WatchedCounts::consumed},
                                  {"available", &WatchedCounts::available},
                                  {"in_flight", &WatchedCounts::in_flight},
                                  {"dead_produced", &WatchedCounts::dead_produced},
                                  {"dead_available", &WatchedCounts::dead_available},
                                  {"dead_in_flight", &WatchedCounts::dead_in_flight},
                                  {"parked", &WatchedCounts::parked}};
constexpr CountName kOfQueue[] = {{"messages", &WatchedCounts::messages}};

struct Operator {
  std::string_view text;
  Condition::Is is;
};
// Longer ones first.
constexpr Operator kOperators[] = {{">=", Condition::Is::kAtLeast},
                                   {"<=", Condition::Is::kAtMost},
                                   {"==", Condition::Is::kEqual},
                                   {">", Condition::Is::kMore},
                                   {"<", Condition::Is::kLess}};

std::unexpected<AdminError> unreadable(std::string_view text, bool of_group) {
  std::vector<std::string_view> names;
  for (const CountName& each : count_names(of_group)) names.push_back(each.name);
  const std::string_view without = of_group ? "" : " Other counts are a group's: add group=NAME.";
  return refused(400, fmt::format("\"{}\" is no condition{}", shown(text), of_group ? "" : " on a queue without a group"),
                 fmt::format("Write {}COUNT OP NUMBER, as in {}; counts are {}, operators >= <= == > <.{}", of_group ? "drained, or " : "",
                             of_group ? "available>=3" : "messages==0", listed(names), without));
}

}  // namespace

std::span<const CountName> count_names(bool of_group) noexcept { return of_group ? std::span(kOfGroup) : std::span<const CountName>(kOfQueue); }

AdminResult<std::vector<Condition>> read_condition(std::string_view text, bool of_group) {
  using Conditions = std::vector<Condition>;
  if (text == "drained" && of_group) {
    return Conditions{{&WatchedCounts::available, Condition::Is::kEqual, 0}, {&WatchedCounts::in_flight, Condition::Is::kEqual, 0}};
  }
  const auto at = std::min(text.find_first_of("<>="), text.size());
  const auto name = trimmed(text.substr(0, at));
  const auto names = count_names(of_group);
  const auto count = std::ranges::find(names, name, &CountName::name);
  const auto rest = text.substr(at);
  const auto known = std::ranges::find_if(kOperators, [&](const Operator& each) { return rest.starts_with(each.text); });
  if (count == names.end() || known == std::end(kOperators)) return unreadable(text, of_group);
  const auto number = parse_number(trimmed(rest.substr(known->text.size())));
  if (!number) return unreadable(text, of_group);
  return Conditions{{count->count, known->is, *number}};
}

WatchedCounts counts_of(const QueueGroups& queue, const GroupInfo* group) {
  if (group == nullptr) return {.messages = queue.queue.messages};
  return {.messages = 0,
          .produced = group->produced,
          .consumed = group->consumed,
          .available = group->available,
          .in_flight = group->in_flight,
          .dead_produced = group->dead_produced,
          .dead_available = group->dead_available,
          .dead_in_flight = group->dead_in_flight,
          .parked = group->parked};
}

}  // namespace wingmq::net
