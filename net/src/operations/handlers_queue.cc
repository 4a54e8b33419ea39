#include <algorithm>

#include "operations/handlers.h"
#include "operations/run_call.h"

namespace wingmq::net {
namespace {

// What reading the parameters depends on, in a form that run_call() takes.
constexpr auto kQueueOnly = [](const Fields& fields) { return decode_queue_call(fields, DeadLetterFlag::kNo); };
constexpr auto kQueueWithFlag = [](const Fields& fields) { return decode_queue_call(fields, DeadLetterFlag::kYes); };

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += text.empty() ? name : ", " + name;
  return text;
}

}  // namespace

Outcome create_queue(Call& call) {
  return run_call(call, Method::kPost, decode_create_queue, [&](const Project& project, CreateQueue queue) -> Outcome {
    const std::string name = queue.spec.name;
    const auto created = call.broker.create_queue(project, std::move(queue.spec));
    if (!created) return refused(created.error(), {.queue = name});
    return encode_created_queue(*created);
  });
}

Outcome query_queues(Call& call) {
  const auto decode = [](const Fields& fields) { return decode_project_call(fields, DeadLetterFlag::kYes); };
  return run_call(call, Method::kGet, decode, [&](const Project& project, const QueueCall& query) -> Outcome {
    call.findings.note(9);
    return encode_queues(call.broker.queues(project), call.broker.options().limits, query.include_dead_letters);
  });
}

Outcome query_queue(Call& call) {
  return run_call(call, Method::kGet, kQueueWithFlag, [&](const Project& project, const QueueCall& query) -> Outcome {
    const auto queue = call.broker.queue(project, query.queue);
    if (!queue) return refused(queue.error(), {.queue = query.queue_text});
    return encode_queue(*queue, call.broker.options().limits, query.include_dead_letters);
  });
}

Outcome remove_queue(Call& call) {
  return run_call(call, Method::kPost, kQueueOnly, [&](const Project& project, const QueueCall& at) -> Outcome {
    const auto removed = call.broker.remove_queue(project, at.queue);
    if (!removed) return refused(removed.error(), {.queue = at.queue_text});
    return encode_removed();
  });
}

Outcome create_groups(Call& call) {
  const auto decode = [&](const Fields& fields) {
    return decode_groups(fields, call.broker.options().limits.groups_per_queue);
  };
  return run_call(call, Method::kPost, decode, [&](const Project& project, const GroupsCall& groups) -> Outcome {
    const auto created = call.broker.create_groups(project, groups.queue, groups.names);
    if (!created) return refused(created.error(), {.queue = groups.queue_text, .group = joined(groups.names)});
    call.findings.note(9);
    if (created->front().produced > 0) call.findings.note(12);
    if (created->size() > 1) call.findings.note(13);
    return encode_created_groups(groups.region, groups.queue, *created);
  });
}

Outcome query_groups(Call& call) {
  return run_call(call, Method::kGet, kQueueWithFlag, [&](const Project& project, const QueueCall& query) -> Outcome {
    const auto groups = call.broker.groups(project, query.queue);
    if (!groups) return refused(groups.error(), {.queue = query.queue_text});
    call.findings.note(9);
    call.findings.note(14);
    return encode_groups(*groups, query.include_dead_letters);
  });
}

Outcome remove_groups(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_groups(fields, call.batch_messages_max); };
  return run_call(call, Method::kPost, decode, [&](const Project& project, const GroupsCall& groups) -> Outcome {
    const auto removed = call.broker.remove_groups(project, groups.queue, groups.names);
    if (!removed) return refused(removed.error(), {.queue = groups.queue_text, .group = joined(groups.names)});
    return encode_removed();
  });
}

Outcome query_quota(Call& call) {
  const auto decode = [](const Fields& fields) { return decode_project_call(fields, DeadLetterFlag::kNo); };
  return run_call(call, Method::kGet, decode, [&](const Project& project, const QueueCall&) -> Outcome {
    call.findings.note(9);
    return encode_quota(call.broker.quota(project));
  });
}

}  // namespace wingmq::net
