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

void note_names(const GroupsCall& groups, CallContext& context) {
  context.queue_text = groups.queue_text;
  context.own_text = joined(groups.names);
  context.group_text = context.own_text;
}

Outcome finish_created_queue(Result<QueueInfo>& created, CallContext& context) {
  if (!created) return refused(created.error(), context);
  context.queue = created->id;
  return encode_created_queue(*created);
}

Outcome finish_queues(Result<std::vector<QueueInfo>>& queues, CallContext& context) {
  if (!queues) return refused(queues.error(), context);
  context.decisions.note(9);
  return encode_queues(*queues, context.engine.limits(), context.include_dead_letters);
}

Outcome finish_queue(Result<QueueInfo>& queue, CallContext& context) {
  if (!queue) return refused(queue.error(), context);
  return encode_queue(*queue, context.engine.limits(), context.include_dead_letters);
}

Outcome finish_removed(Result<void>& removed, CallContext& context) {
  if (!removed) return refused(removed.error(), context);
  return encode_removed();
}

Outcome finish_created_groups(Result<std::vector<GroupInfo>>& created, CallContext& context) {
  if (!created) return refused(created.error(), context);
  context.decisions.note(9);
  if (created->front().produced > 0) context.decisions.note(12);
  if (created->size() > 1) context.decisions.note(13);
  return encode_created_groups(context.project.region, *context.queue, *created);
}

Outcome finish_groups(Result<QueueGroups>& groups, CallContext& context) {
  if (!groups) return refused(groups.error(), context);
  context.decisions.note(9);
  context.decisions.note(14);
  return encode_groups(*groups, context.include_dead_letters);
}

Outcome finish_quota(Result<Quota>& quota, CallContext& context) {
  if (!quota) return refused(quota.error(), context);
  context.decisions.note(9);
  return encode_quota(*quota);
}

}  // namespace

Outcome create_queue(Call& call) {
  return run_call(call, Method::kPost, decode_create_queue, [&context = call.context](CreateQueue queue) {
    context.own_text = queue.spec.name;
    context.queue_text = context.own_text;
    return go_on<finish_created_queue>(context.engine.create_queue(context.project, std::move(queue.spec), context.ticket), context);
  });
}

Outcome query_queues(Call& call) {
  const auto decode = [](const Fields& fields) { return decode_project_call(fields, DeadLetterFlag::kYes); };
  return run_call(call, Method::kGet, decode, [&context = call.context](const QueueCall& query) {
    context.include_dead_letters = query.include_dead_letters;
    return go_on<finish_queues>(context.engine.queues(context.project, context.ticket), context);
  });
}

Outcome query_queue(Call& call) {
  return run_call(call, Method::kGet, kQueueWithFlag, [&context = call.context](const QueueCall& query) {
    context.include_dead_letters = query.include_dead_letters;
    context.queue_text = query.queue_text;
    return go_on<finish_queue>(context.engine.queue(context.project, query.queue, context.ticket), context);
  });
}

Outcome remove_queue(Call& call) {
  return run_call(call, Method::kPost, kQueueOnly, [&context = call.context](const QueueCall& at) {
    context.queue_text = at.queue_text;
    return go_on<finish_removed>(context.engine.remove_queue(context.project, at.queue, context.ticket), context);
  });
}

Outcome create_groups(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_groups(fields, call.context.engine.limits().groups_per_queue); };
  return run_call(call, Method::kPost, decode, [&context = call.context](const GroupsCall& groups) {
    note_names(groups, context);
    return go_on<finish_created_groups>(context.engine.create_groups(context.project, groups.queue, groups.names, context.ticket), context);
  });
}

Outcome query_groups(Call& call) {
  return run_call(call, Method::kGet, kQueueWithFlag, [&context = call.context](const QueueCall& query) {
    context.include_dead_letters = query.include_dead_letters;
    context.queue_text = query.queue_text;
    return go_on<finish_groups>(context.engine.groups(context.project, query.queue, context.ticket), context);
  });
}

Outcome remove_groups(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_groups(fields, call.batch_messages_max); };
  return run_call(call, Method::kPost, decode, [&context = call.context](const GroupsCall& groups) {
    note_names(groups, context);
    return go_on<finish_removed>(context.engine.remove_groups(context.project, groups.queue, groups.names, context.ticket), context);
  });
}

Outcome query_quota(Call& call) {
  const auto decode = [](const Fields& fields) { return decode_project_call(fields, DeadLetterFlag::kNo); };
  return run_call(call, Method::kGet, decode, [&context = call.context](const QueueCall&) {
    return go_on<finish_quota>(context.engine.quota(context.project, context.ticket), context);
  });
}

}  // namespace wingmq::net
