#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "access/project_id.h"
#include "control/admin_calls.h"
#include "control/with_queue.h"
#include "operations/error_map.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

/// Names of other queues that a "not found" mentions at most.
constexpr std::size_t kNamesShownMax = 10;

boost::json::array json_of(const TagRule& rule) {
  boost::json::array tags;
  for (const std::string& tag : rule.tags()) tags.emplace_back(tag);
  return tags;
}

boost::json::object json_of(const GroupInfo& group) {
  boost::json::object object{{"id", group.id.text()},
                             {"name", group.name},
                             {"produced", group.produced},
                             {"consumed", group.consumed},
                             {"available", group.available},
                             {"in_flight", group.in_flight},
                             {"dead_produced", group.dead_produced},
                             {"dead_available", group.dead_available},
                             {"dead_in_flight", group.dead_in_flight},
                             {"parked", group.parked},
                             {"tags", json_of(group.tags)}};
  if (!group.tags.empty()) object["tag_type"] = group.tags.match() == TagMatch::kAll ? "and" : "or";
  return object;
}

boost::json::object json_of(const QueueGroups& found) {
  const QueueInfo& queue = found.queue;
  const auto& dies_after = queue.spec.consume_count_max;
  boost::json::object object{{"id", queue.id.text()},
                             {"name", queue.spec.name},
                             {"project_id", project_id(queue.project)},
                             {"customer", queue.project.customer},
                             {"region", queue.project.region},
                             {"description", queue.spec.description},
                             {"mode", to_string(queue.spec.mode)},
                             {"redrive_policy", dies_after ? "enable" : "disable"},
                             {"created", queue.created.time_since_epoch().count()},
                             {"messages", queue.messages},
                             {"payload_bytes", queue.payload_bytes},
                             {"resident_bytes", queue.resident_bytes}};
  if (dies_after) object["max_consume_count"] = *dies_after;
  boost::json::array groups;
  for (const GroupInfo& group : found.groups) groups.emplace_back(json_of(group));
  object["groups"] = std::move(groups);
  return object;
}

/// Those queues that `region` and `project` let through.
std::vector<QueueGroups> narrowed(std::vector<QueueGroups> queues, const QueryParameters& query) {
  const std::string* region = query.find("region");
  const std::string* project = query.find("project");
  std::erase_if(queues, [&](const QueueGroups& each) {
    const Project& owner = each.queue.project;
    if (region != nullptr && owner.region != *region) return true;
    return project != nullptr && owner.customer != *project && project_id(owner) != *project;
  });
  return queues;
}

AdminError no_such_queue(std::string_view name, const std::vector<QueueGroups>& others) {
  std::vector<std::string_view> names;
  for (const QueueGroups& each : others) {
    if (names.size() < kNamesShownMax) names.push_back(each.queue.spec.name);
  }
  std::string hint = others.empty() ? "There is no queue at all here." : "Queues here: " + listed(names);
  if (others.size() > names.size()) hint += fmt::format(" and {} more", others.size() - names.size());
  return {.status = 404,
          .error = fmt::format("no queue has the id or name \"{}\"", shown(name)),
          .hint = hint + (others.empty() ? "" : ".") + " GET /__admin/queues lists all."};
}

AdminError several_queues(std::string_view name, const std::vector<const QueueGroups*>& candidates) {
  boost::json::array list;
  for (const QueueGroups* each : candidates) {
    list.emplace_back(boost::json::object{{"id", each->queue.id.text()},
                                          {"region", each->queue.project.region},
                                          {"customer", each->queue.project.customer},
                                          {"project_id", project_id(each->queue.project)}});
  }
  return {.status = 409,
          .error = fmt::format("{} queues have the name \"{}\"", candidates.size(), name),
          .hint = "Use the id of one of the candidates, or narrow the choice with ?region= and ?project=.",
          .more = {{"candidates", std::move(list)}}};
}

AdminOutcome finish_list(Result<std::vector<QueueGroups>>& queues, AdminCall& call) {
  if (!queues) return refused_by_engine(queues.error());
  boost::json::array list;
  for (const QueueGroups& each : narrowed(std::move(*queues), call.query)) list.emplace_back(json_of(each));
  const auto total = list.size();
  const MemoryBudget& memory = call.engine.memory();
  return boost::json::serialize(boost::json::object{{"queues", std::move(list)},
                                                    {"total", total},
                                                    {"memory_used_bytes", memory.used()},
                                                    {"memory_limit_bytes", memory.limit()}});
}

AdminOutcome balance_of(const QueueGroups& found, AdminCall&) {
  boost::json::array groups;
  bool balanced = true;
  for (const GroupInfo& group : found.groups) {
    const GroupBalance& balance = group.balance;
    balanced = balanced && balance.balanced();
    groups.emplace_back(boost::json::object{{"group", group.name},
                                            {"produced", balance.produced},
                                            {"confirmed", balance.confirmed},
                                            {"available", balance.available},
                                            {"in_flight", balance.in_flight},
                                            {"dead", balance.dead},
                                            {"skipped", balance.skipped},
                                            {"expired", balance.expired},
                                            {"balanced", balance.balanced()}});
  }
  return boost::json::serialize(boost::json::object{{"balanced", balanced}, {"groups", std::move(groups)}});
}

AdminOutcome show_found(const QueueGroups& found, AdminCall&) { return shown_queue(found); }

}  // namespace

std::unexpected<AdminError> refused_by_engine(const Error& error) {
  const Refusal refusal = refusal_of(error);
  return refused(http_status(refusal.fault), text_of(refusal, Language::kEnglish), "Try again later.");
}

AdminOutcome list_queues(AdminCall& call) { return go_on<finish_list>(call.engine.inspect(std::nullopt, call.ticket), call); }

AdminOutcome show_queue(AdminCall& call) { return with_queue<show_found>(call); }

AdminOutcome show_balance(AdminCall& call) { return with_queue<balance_of>(call); }

std::string shown_queue(const QueueGroups& queue) { return boost::json::serialize(json_of(queue)); }

AdminResult<GroupInfo> find_group(const QueueGroups& queue, std::string_view name) {
  const auto id = GroupId::parse(name);
  std::vector<std::string_view> names;
  for (const GroupInfo& group : queue.groups) {
    if (group.id == id || group.name == name) return group;
    names.push_back(group.name);
  }
  return refused(404, fmt::format("no group of this queue has the id or name \"{}\"", shown(name)),
                 names.empty() ? "The queue has no groups." : fmt::format("Its groups: {}.", listed(names)));
}

AdminResult<QueueGroups> find_queue(std::vector<QueueGroups> all, std::string_view name, const QueryParameters& query) {
  auto queues = narrowed(std::move(all), query);
  if (const auto id = QueueId::parse(name)) {
    const auto found =
        std::find_if(queues.begin(), queues.end(), [&](const QueueGroups& each) { return each.queue.id == *id; });
    if (found != queues.end()) return std::move(*found);
  }
  std::vector<const QueueGroups*> candidates;
  for (const QueueGroups& each : queues) {
    if (each.queue.spec.name == name) candidates.push_back(&each);
  }
  if (candidates.empty()) return std::unexpected(no_such_queue(name, queues));
  if (candidates.size() > 1) return std::unexpected(several_queues(name, candidates));
  return *candidates.front();
}

}  // namespace wingmq::net
