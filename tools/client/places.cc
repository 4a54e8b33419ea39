#include "client/places.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/json.h"
#include "client/refusal.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kDefaultRegion = "cn-snxy1";
constexpr auto kGroup = "Server";

/// The one of a list of objects with `name` and `id` that is called so; null when there is none.
boost::json::value find_named(const boost::json::array& list, std::string_view wanted) {
  for (const auto& each : list) {
    if (text_of(each, "name") == wanted || text_of(each, "id") == wanted) return each;
  }
  return nullptr;
}

/// What may have been meant, or what there is.
std::string hint_of_names(const boost::json::array& list, std::string_view wanted) {
  std::vector<std::string> names;
  for (const auto& each : list) names.push_back(text_of(each, "name"));
  if (names.empty()) return "hint: there is none at all";
  const auto similar = nearest(wanted, names);
  if (!similar.empty()) return fmt::format("hint: did you mean `{}`?", similar);
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + name;
  return fmt::format("hint: there is {}", all);
}

bool is_closed(const Reply& reply) { return reply.status == 401 || reply.status == 403; }

}  // namespace

std::string Place::queue_id() const { return text_of(queue, "id"); }
std::string Place::group_id() const { return text_of(group, "id"); }

void PlaceOptions::add_region_to(CLI::App& command) {
  command.add_option("--region", region_, fmt::format("Where the control plane is closed: the region (default {})", kDefaultRegion))
      ->option_text("REGION")
      ->group(kGroup);
}

void PlaceOptions::add_to(CLI::App& command) {
  command.add_option("--region", region_, fmt::format("The queue's region (default any; {} where the control plane is closed)", kDefaultRegion))
      ->option_text("REGION")
      ->group(kGroup);
  command.add_option("--project", project_, "The queue's customer or project_id, where several have a queue of the name")
      ->option_text("PROJECT")
      ->group(kGroup);
}

std::string PlaceOptions::region() const { return region_.empty() ? kDefaultRegion : region_; }

Reply PlaceOptions::ask_control_plane(Session& session, const std::string& queue) const {
  const std::string path = "/__admin/queues/" + percent_encoded(queue);
  Reply reply = session.control({.path = with_query(path, query())}, {401, 403, 404, 409});
  if (reply.status != 409 || !project_.empty()) return reply;
  // Whoever has a key of their own means their own queue.
  Reply own = session.control({.path = with_query(path, {{"region", region_}, {"project", session.access_key()}})}, {404, 409});
  return own.status == 200 ? own : reply;
}

Place PlaceOptions::find_by_operations(Session& session, const std::string& queue) const {
  const auto queues = read_json(session.operation("queryQueue", {{"regionId", region()}}));
  Place place{.queue = find_named(list_of(queues, "queues"), queue), .region = region()};
  if (place.queue.is_null()) {
    throw Refused({.text = fmt::format("`{}` has no queue `{}` in region {}", session.access_key(), queue, region()),
                   .more = {hint_of_names(list_of(queues, "queues"), queue)}});
  }
  place.text = session.operation("querySpecifyQueueAllConsumerGroup",
                                 {{"regionId", region()}, {"queueId", place.queue_id()}, {"includeDeadletter", "true"}});
  const auto groups = read_json(place.text);
  place.queue.as_object()["groups"] = list_of(groups, "groups");
  return place;
}

Place PlaceOptions::find(Session& session, const std::string& queue, const std::string& group) const {
  Reply reply = ask_control_plane(session, queue);
  Place place;
  if (is_closed(reply)) {
    place = find_by_operations(session, queue);
  } else if (reply.status != 200) {
    throw Refused(refusal_of_control_plane(reply));
  } else {
    place.queue = read_json(reply.body);
    place.region = text_of(place.queue, "region");
    place.control_plane = true;
    place.text = std::move(reply.body);
  }
  if (group.empty()) return place;
  const auto& groups = list_of(place.queue, "groups");
  place.group = find_named(groups, group);
  if (place.group.is_null()) {
    throw Refused({.text = fmt::format("the queue `{}` has no group `{}`", text_of(place.queue, "name"), group), .more = {hint_of_names(groups, group)}});
  }
  return place;
}

std::string PlaceOptions::all_queues(Session& session) const {
  Reply reply = session.control({.path = "/__admin/queues"}, {401, 403});
  return is_closed(reply) ? session.operation("queryQueue", {{"regionId", region()}, {"includeDeadletter", "true"}}) : std::move(reply.body);
}

std::string call_at(Session& session, const Place& place, const std::string& operation,
                    std::vector<std::pair<std::string, std::string>> parameters, std::chrono::milliseconds patience) {
  try {
    return session.operation(operation, std::move(parameters), patience);
  } catch (const Refused& refused) {
    const auto owner = text_of(place.queue, "customer");
    Refusal refusal = refused.refusal();
    if (!place.control_plane || owner == session.access_key() || !refusal.kind.ends_with("DMS.10240401")) throw;
    refusal.more.push_back(fmt::format("hint: the queue is of the customer `{}`; call with a key of theirs, --access-key and --secret-key", owner));
    throw Refused(refusal);
  }
}

}  // namespace wingmq::tools
