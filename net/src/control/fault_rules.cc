#include "control/fault_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "operations/router.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

using Type = InjectedFault::Type;

/// Only a consume has anything to deliver otherwise.
bool is_of_consumes(Type type) { return type >= Type::kExpire; }
bool changes_order(Type type) { return type == Type::kDuplicate || type == Type::kShuffle; }
bool is_consume(std::string_view operation) { return operation == "consumptionMessage" || operation == "consumeDeadlettersMessage"; }

}  // namespace

/// A call's queue and group by their names.
struct FaultRules::Named {
  std::string queue_id;
  std::string queue;
  std::string group_id;
  std::string group;
  bool fifo = false;
};

FaultRules::FaultRules(Engine& engine, std::vector<FaultRule> start, std::uint64_t seed)
    : engine_(engine), start_(std::move(start)), seed_(seed) {
  restart();
}

bool FaultRules::due(FaultRule& rule) {
  ++rule.seen;
  if (rule.seen <= rule.skip || (rule.times && rule.hits >= *rule.times)) return false;
  if ((rule.seen - rule.skip) % rule.every != 0) return false;
  if (rule.probability < 1 && std::uniform_real_distribution<double>(0, 1)(chance_) >= rule.probability) return false;
  ++rule.hits;
  return true;
}

namespace {

/// What the engine knows of a call's queue and group; a call may name the group alone.
template <typename Named>
Named names_of(Engine& engine, const FaultTarget& target) {
  Named named;
  if (target.queue) named.queue_id = target.queue->text();
  if (target.group) named.group_id = target.group->text();
  for (const QueueGroups& each : engine.recent_counts()) {
    const auto group = std::ranges::find_if(each.groups, [&](const GroupInfo& info) { return info.id == target.group; });
    if (group == each.groups.end() && each.queue.id != target.queue) continue;
    named.queue_id = each.queue.id.text();
    named.queue = each.queue.spec.name;
    named.fifo = each.queue.spec.mode == QueueMode::kFifo;
    if (group != each.groups.end()) named.group = group->name;
  }
  return named;
}

}  // namespace

bool FaultRules::matches(const FaultRule& rule, const FaultTarget& target, std::optional<Named>& named) const {
  if (rule.operation && *rule.operation != target.operation) return false;
  if (rule.access_key && *rule.access_key != target.access_key) return false;
  if (is_of_consumes(rule.fault.type) && !is_consume(target.operation)) return false;
  if (!rule.queue && !rule.group && !changes_order(rule.fault.type)) return true;
  if (!named) named = names_of<Named>(engine_, target);
  if (rule.queue && *rule.queue != named->queue_id && *rule.queue != named->queue) return false;
  if (rule.group && *rule.group != named->group_id && *rule.group != named->group) return false;
  return !changes_order(rule.fault.type) || !named->fifo;
}

std::optional<InjectedFault> FaultRules::strike(const FaultTarget& target) {
  if (!target.asked.empty()) {
    auto own = read_fault_header(target.asked);
    return own ? std::move(*own) : InjectedFault{.type = Type::kUnreadable, .id = "request", .code = {}};
  }
  if (!any_.load(std::memory_order_acquire)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  std::optional<Named> named;
  for (FaultRule& rule : rules_) {
    if (!matches(rule, target, named) || !due(rule)) continue;
    InjectedFault fault = rule.fault;
    fault.seed = chance_();
    return fault;
  }
  return std::nullopt;
}

// --- Changing ---------------------------------------------------------------------------------------------------------

namespace {

boost::json::object shown_rule(const FaultRule& rule) {
  boost::json::object shown = rule.text;
  shown["id"] = rule.fault.id;
  shown["seen"] = rule.seen;
  shown["hits"] = rule.hits;
  return shown;
}

}  // namespace

AdminResult<boost::json::object> FaultRules::add(FaultRule rule) {
  if (changes_order(rule.fault.type) && rule.queue) {
    for (const QueueGroups& each : engine_.recent_counts()) {
      const bool named = each.queue.spec.name == *rule.queue || each.queue.id.text() == *rule.queue;
      if (named && each.queue.spec.mode == QueueMode::kFifo) {
        return refused(400, fmt::format("the queue \"{}\" is FIFO, and this fault changes its order", shown(*rule.queue)),
                       "duplicate and shuffle are for queues of the other modes.");
      }
    }
  }
  const std::lock_guard lock(mutex_);
  const auto taken = [&](std::string_view id) { return std::ranges::any_of(rules_, [&](const FaultRule& each) { return each.fault.id == id; }); };
  if (taken(rule.fault.id)) {
    return refused(409, fmt::format("there is a fault \"{}\" already", shown(rule.fault.id)), "Choose another id, leave it out, or DELETE the other one first.");
  }
  while (rule.fault.id.empty() || taken(rule.fault.id)) rule.fault.id = fmt::format("fault-{}", ++last_id_);
  rules_.push_back(std::move(rule));
  any_.store(true, std::memory_order_release);
  return shown_rule(rules_.back());
}

boost::json::array FaultRules::list() const {
  const std::lock_guard lock(mutex_);
  boost::json::array list;
  for (const FaultRule& rule : rules_) list.emplace_back(shown_rule(rule));
  return list;
}

bool FaultRules::remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const bool removed = std::erase_if(rules_, [&](const FaultRule& rule) { return rule.fault.id == id; }) != 0;
  any_.store(!rules_.empty(), std::memory_order_release);
  return removed;
}

std::size_t FaultRules::clear() {
  const std::lock_guard lock(mutex_);
  const std::size_t removed = rules_.size();
  put({});
  return removed;
}

void FaultRules::restart() {
  const std::lock_guard lock(mutex_);
  put(start_);
  chance_.seed(seed_);
}

void FaultRules::put(std::vector<FaultRule> rules) {
  rules_ = std::move(rules);
  last_id_ = 0;
  for (FaultRule& rule : rules_) {
    if (rule.fault.id.empty()) rule.fault.id = fmt::format("fault-{}", ++last_id_);
  }
  any_.store(!rules_.empty(), std::memory_order_release);
}

}  // namespace wingmq::net
