#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "control/admin_calls.h"
#include "control/with_queue.h"
#include "text/text.h"
#include "wingmq/net/declared_queue.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kCreateExample = R"({"queue":"orders?groups=g1,g2&dlq=3"})";

/// What a queue that is there has otherwise than asked; empty: nothing.
std::string difference(const QueuePlan& asked, const QueueGroups& present) {
  const QueueSpec& spec = present.queue.spec;
  if (spec.mode != asked.spec.mode) return fmt::format("its mode is {}, not {}", to_string(spec.mode), to_string(asked.spec.mode));
  if (spec.consume_count_max != asked.spec.consume_count_max) {
    return spec.consume_count_max ? fmt::format("its dlq is {}", *spec.consume_count_max) : "it has no dead letters";
  }
  if (spec.description != asked.spec.description) return "its description is another";
  std::set<std::string_view> groups;
  for (const GroupInfo& group : present.groups) groups.insert(group.name);
  if (groups != std::set<std::string_view>(asked.groups.begin(), asked.groups.end())) {
    return fmt::format("its groups are {}", groups.empty() ? "none" : fmt::format("{}", fmt::join(groups, ", ")));
  }
  return {};
}

AdminError taken(const QueuePlan& plan, std::string_view hint) {
  return {.status = 409,
          .error = fmt::format("there is a queue \"{}\" in region {} already", plan.spec.name, plan.project.region),
          .hint = std::string(hint)};
}

AdminError cannot_create(const Error& error, const QueuePlan& plan) {
  switch (error.code) {
    case ErrorCode::kQueueNameTaken:
      return taken(plan, "Add \"if_missing\":true to take the one that is there, or DELETE it first.");
    case ErrorCode::kQueueQuotaExceeded:
      return {.status = 403,
              .error = fmt::format("the quota is used up: a project has at most {} queues", error.limit),
              .hint = fmt::format("Remove a queue, or start the server with --limit queue_quota={}.", error.actual)};
    case ErrorCode::kGroupLimitExceeded:
      return {.status = 403,
              .error = fmt::format("a queue has at most {} groups, not {}", error.limit, error.actual),
              .hint = fmt::format("Name fewer, or start the server with --limit groups_per_queue={}.", error.actual)};
    case ErrorCode::kGroupNameTaken:
      return {.status = 400, .error = "a group is named twice", .hint = "Name each group once."};
    default: return refused_by_engine(error).error();
  }
}

AdminOutcome take_present(Result<std::vector<QueueGroups>>& queues, AdminCall& call) {
  if (!queues) return refused_by_engine(queues.error());
  const QueuePlan& plan = std::get<CreateCall>(call.read).plan;
  const auto present = std::ranges::find_if(*queues, [&](const QueueGroups& each) { return each.queue.spec.name == plan.spec.name; });
  if (present == queues->end()) return std::unexpected(taken(plan, "It was removed meanwhile: ask again."));
  const std::string other = difference(plan, *present);
  if (other.empty()) return shown_queue(*present);
  return std::unexpected(taken(plan, fmt::format("It is another one: {}. Choose another name, or DELETE it first.", other)));
}

AdminOutcome finish_create(Result<QueueGroups>& created, AdminCall& call) {
  if (created) return AdminReply(201, shown_queue(*created));
  const CreateCall& asked = std::get<CreateCall>(call.read);
  if (created.error().code != ErrorCode::kQueueNameTaken || !asked.if_missing) return std::unexpected(cannot_create(created.error(), asked.plan));
  return go_on<take_present>(call.engine.inspect(asked.plan.project, call.ticket), call);
}

AdminResult<CreateCall> read_create(std::string_view body) {
  static constexpr std::string_view kMembers[] = {"queue", "if_missing"};
  auto members = parse_body(body, kMembers, kCreateExample);
  if (!members) return std::unexpected(members.error());
  CreateCall asked;
  const std::string* text = nullptr;
  for (const BodyMember& member : *members) {
    const bool* flag = std::get_if<bool>(&member.value);
    if (member.name == "queue") {
      text = std::get_if<std::string>(&member.value);
    } else if (flag != nullptr) {
      asked.if_missing = *flag;
    } else {
      return refused(400, "\"if_missing\" is neither true nor false", fmt::format("Send {}.", R"({"queue":"orders","if_missing":true})"));
    }
  }
  if (text == nullptr) return refused(400, "\"queue\" is missing, or is no text", fmt::format("Send {}.", kCreateExample));
  auto plan = parse_declared_queue(*text);
  if (!plan) return refused(400, fmt::format("\"queue\" cannot be read: {}", plan.error()), "It is written as --queue is: NAME?region=R&mode=M&groups=G,G&dlq=N.");
  asked.plan = std::move(*plan);
  return asked;
}

AdminOutcome finish_remove(Result<void>& removed, AdminCall& call) {
  if (removed) return boost::json::serialize(boost::json::object{{"removed", call.names.back()}});
  if (removed.error().code != ErrorCode::kQueueNotFound) return refused_by_engine(removed.error());
  return refused(404, "the queue was removed meanwhile", "GET /__admin/queues lists all.");
}

AdminOutcome remove_found(const QueueGroups& found, AdminCall& call) {
  call.names.push_back(found.queue.id.text());
  return go_on<finish_remove>(call.engine.remove_queue(found.queue.project, found.queue.id, call.ticket), call);
}

}  // namespace

AdminOutcome make_queue(AdminCall& call, std::string_view body) {
  auto asked = read_create(body);
  if (!asked) return std::unexpected(asked.error());
  const auto& read = std::get<CreateCall>(call.read = std::move(*asked));
  return go_on<finish_create>(call.engine.declare_queue(read.plan, call.ticket), call);
}

AdminOutcome drop_queue(AdminCall& call) { return with_queue<remove_found>(call); }

}  // namespace wingmq::net
