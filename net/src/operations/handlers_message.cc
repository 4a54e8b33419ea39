#include <chrono>

#include "access/project_id.h"
#include "operations/handlers.h"
#include "operations/run_call.h"

namespace wingmq::net {
namespace {

/// The queue of a group that was named without it, for the handlers' look; the nil id when there is no such group.
QueueId queue_of(Broker& broker, const Project& project, GroupId group) {
  for (const QueueInfo& queue : broker.queues(project)) {
    const auto groups = broker.groups(project, queue.id);
    if (!groups) continue;
    for (const GroupInfo& candidate : groups->groups) {
      if (candidate.id == group) return queue.id;
    }
  }
  return {};
}

std::optional<HandleScene> scene_of(Call& call, const Project& project, const ConsumeRequest& request) {
  if (call.handles != HandleFormat::kJson) return std::nullopt;
  const auto queue = request.queue ? *request.queue : queue_of(call.broker, project, request.group);
  return HandleScene{.topic = "q-" + project_id(project) + "-" + queue.text(),
                     .group = request.group,
                     .stream = request.stream,
                     .tags = request.tags};
}

Outcome run_consume(Call& call, const Project& project, const ConsumeCall& consume) {
  // The context must be complete before the broker has the waiter: another thread may wake it at once.
  ConsumeContext& context = call.context;
  context.project = project;
  context.group = consume.request.group;
  context.queue_text = consume.queue_text;
  context.group_text = consume.group_text;
  context.look.scene = scene_of(call, project, consume.request);
  const auto result = call.broker.consume(project, consume.request, call.waiter);
  const bool nothing = !result || (*result && (*result)->empty());
  if (nothing && call.waiter.held_back()) call.findings.note(19);
  if (!result) return std::nullopt;
  if (!*result && result->error().code == ErrorCode::kTagRuleMismatch) call.findings.note(20);
  if (*result && !(*result)->empty() && !context.look.scene) call.findings.note(21);
  return answer_consume(*result, context);
}

Outcome run_confirm(Call& call, const Project& project, const ConfirmCall& confirm, Stream stream) {
  const auto result = call.broker.confirm(project, confirm.queue, confirm.group, stream, confirm.entries);
  if (!result) {
    const auto code = result.error().code;
    if (code == ErrorCode::kHandleForeign || code == ErrorCode::kHandleInvalid) call.findings.note(22);
    return refused(result.error(), {.queue = confirm.queue_text, .group = confirm.group_text});
  }
  if (result->rest_leased) call.findings.note(24);
  if (result->fail > 0) {
    call.findings.note(23);
    call.findings.note(25);
  }
  return encode_confirmed(*result);
}

}  // namespace

Answer answer_consume(const Result<Delivery>& result, ConsumeContext& context) {
  if (result) {
    context.receipt = {.runs = {}, .count = result->count, .first = result->first, .deadline = result->deadline};
    return encode_delivery(*result, context.look);
  }
  return *refused(result.error(), {.queue = context.queue_text, .group = context.group_text});
}

Outcome consume(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_consume(fields, call.batch_messages_max); };
  return run_call(call, Method::kGet, decode, [&](const Project& project, const ConsumeCall& consume) {
    return run_consume(call, project, consume);
  });
}

Outcome consume_dead_letters(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_consume_dead_letters(fields, call.batch_messages_max); };
  return run_call(call, Method::kGet, decode, [&](const Project& project, const ConsumeCall& consume) {
    if (consume.request.ack_wait > call.broker.options().limits.dead_letter_lease_max) call.findings.note(26);
    return run_consume(call, project, consume);
  });
}

Outcome confirm(Call& call) {
  ConfirmList in_passing(call.batch_messages_max);
  const auto decode = [&](const Fields& fields) { return decode_confirm(fields, call.batch_messages_max, &in_passing); };
  const auto act = [&](const Project& project, const ConfirmCall& confirm) {
    return run_confirm(call, project, confirm, Stream::kQueue);
  };
  return run_call(call, Method::kPost, decode, act, {"message", &in_passing});
}

Outcome confirm_dead_letters(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_confirm_dead_letters(fields, call.batch_messages_max); };
  return run_call(call, Method::kPost, decode, [&](const Project& project, const ConfirmCall& confirm) {
    return run_confirm(call, project, confirm, Stream::kDeadLetters);
  });
}

Outcome reset_group(Call& call) {
  return run_call(call, Method::kPost, decode_reset, [&](const Project& project, const ResetCall& reset) -> Outcome {
    const auto done = call.broker.reset(project, reset.queue, reset.group, reset.target, reset.force);
    if (done) return encode_reset();
    if (done.error().code != ErrorCode::kResetTimeOutOfRange) {
      return refused(done.error(), {.queue = reset.queue_text, .group = reset.group_text});
    }
    const auto retention = std::chrono::duration_cast<std::chrono::minutes>(call.broker.options().limits.retention);
    return std::unexpected(
        Refusal{.fault = Fault::kResetTime, .maximum = static_cast<std::uint64_t>(retention.count())});
  });
}

}  // namespace wingmq::net
