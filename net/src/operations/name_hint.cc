#include "operations/name_hint.h"

#include <string>
#include <vector>

namespace wingmq::net {

void NameHint::note_queue(Call& call, const std::string& name) const {
  for (const QueueInfo& queue : call.broker.queues(project_)) {
    if (queue.spec.name == name) call.context.hint = "a queue of that name has the id " + queue.id.text();
  }
}

/// A name that groups of several queues have stands for none of them, unless the call says which queue it means.
void NameHint::note_group(Call& call, const std::string& name) const {
  std::vector<GroupId> found;
  for (const QueueInfo& queue : call.broker.queues(project_)) {
    if (queue_ && *queue_ != queue.id) continue;
    const auto groups = call.broker.groups(project_, queue.id);
    if (!groups) continue;  // removed meanwhile
    for (const GroupInfo& group : groups->groups) {
      if (group.name == name) found.push_back(group.id);
    }
  }
  if (found.size() == 1) call.context.hint = "a group of that name has the id " + found.front().text();
}

Outcome NameHint::note(Outcome outcome, Call& call) const {
  if (!call.hints || !outcome || *outcome) return outcome;
  const Refusal& refusal = outcome->error();
  if (refusal.fault == Fault::kQueueNotFound) note_queue(call, refusal.name);
  if (refusal.fault == Fault::kGroupNotFound) note_group(call, refusal.name);
  return outcome;
}

}  // namespace wingmq::net
