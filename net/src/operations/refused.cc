#include "operations/refused.h"

#include <string>
#include <vector>

#include "operations/go_on.h"

namespace wingmq::net {
namespace {

std::string hint_for_queue(const std::vector<QueueGroups>& queues, const std::string& name) {
  for (const QueueGroups& each : queues) {
    if (each.queue.spec.name == name) return "a queue of that name has the id " + each.queue.id.text();
  }
  return {};
}

/// A name that groups of several queues have stands for none of them, unless the call says which queue it means.
std::string hint_for_group(const std::vector<QueueGroups>& queues, std::optional<QueueId> queue, const std::string& name) {
  std::vector<GroupId> found;
  for (const QueueGroups& each : queues) {
    if (queue && *queue != each.queue.id) continue;
    for (const GroupInfo& group : each.groups) {
      if (group.name == name) found.push_back(group.id);
    }
  }
  return found.size() == 1 ? "a group of that name has the id " + found.front().text() : std::string();
}

Outcome refuse_with_hint(Result<std::vector<QueueGroups>>& queues, CallContext& context) {
  Refusal refusal = *std::exchange(context.refusal, std::nullopt);
  if (queues) {
    context.hint = refusal.fault == Fault::kQueueNotFound ? hint_for_queue(*queues, refusal.name)
                                                          : hint_for_group(*queues, context.queue, refusal.name);
  }
  return std::unexpected(std::move(refusal));
}

}  // namespace

Outcome refused(const Error& error, CallContext& context) {
  const bool about_queue = error.code == ErrorCode::kQueueNotFound || error.code == ErrorCode::kQueueNameTaken;
  Refusal refusal = refusal_of(error, about_queue ? context.queue_text : context.group_text);
  const bool not_found = error.code == ErrorCode::kQueueNotFound || error.code == ErrorCode::kGroupNotFound;
  if (!context.hints || !not_found) return std::unexpected(std::move(refusal));
  context.refusal = std::move(refusal);
  return go_on<refuse_with_hint>(context.engine.inspect(context.project, context.ticket), context);
}

}  // namespace wingmq::net
