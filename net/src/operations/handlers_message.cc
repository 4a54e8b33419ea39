#include <algorithm>
#include <chrono>
#include <utility>

#include "access/project_id.h"
#include "operations/handlers.h"
#include "operations/run_call.h"

namespace wingmq::net {
namespace {

Outcome finish_consume(Result<Delivery>& result, CallContext& context) {
  context.may_park = false;
  if (!result) {
    if (result.error().code == ErrorCode::kTagRuleMismatch) context.decisions.note(20);
    return refused(result.error(), context);
  }
  context.receipt.count = result->count;
  context.receipt.first = result->first;
  context.count = result->count;
  if (!result->empty()) context.queue = result->queue;
  if (context.events != nullptr && !result->empty()) context.events->received(result->first, context.request_id, context.access_key);
  if (result->held_back) context.decisions.note(19);
  if (context.look.scene) {
    context.look.scene->topic = "q-" + project_id(context.project) + "-" + result->queue.text();
  } else if (!result->empty()) {
    context.decisions.note(21);
  }
  if (context.fault && context.fault->type == InjectedFault::Type::kShuffle) context.look.shuffled = context.fault->seed;
  auto body = encode_delivery(*result, context.look);
  return context.fault ? break_delivery(*result, std::move(body), context) : Outcome(std::move(body));
}

Outcome run_consume(CallContext& context, const ConsumeCall& consume) {
  const ConsumeRequest& request = consume.request;
  context.group = request.group;
  context.queue_text = consume.queue_text;
  context.group_text = consume.group_text;
  if (context.handles == HandleFormat::kJson) {
    context.look.scene = HandleScene{.topic = {}, .group = request.group, .stream = request.stream, .tags = request.tags};
  }
  context.may_park = true;
  if (context.fault && context.fault->type == InjectedFault::Type::kShort) {
    ConsumeRequest fewer = request;
    fewer.messages_max = std::min(fewer.messages_max, context.fault->messages_max);
    return go_on<finish_consume>(context.engine.consume(context.project, fewer, context.ticket), context);
  }
  return go_on<finish_consume>(context.engine.consume(context.project, request, context.ticket), context);
}

/// Tells those who want to know by which call messages were confirmed or failed, or came too late.
void tell(const Result<ConfirmResult>& result, const CallContext& context) {
  const bool late = !result && result.error().code == ErrorCode::kHandleInvalid;
  const Time now = context.engine.clock().now();
  std::uint64_t last = 0;
  for (const Handle& handle : context.confirming) {
    if (late) context.events->refused(handle, now, context.request_id);
    if (result && std::exchange(last, handle.secret) != handle.secret) context.events->settled(handle, context.request_id);
  }
}

Outcome finish_confirm(Result<ConfirmResult>& result, CallContext& context) {
  if (context.events != nullptr) tell(result, context);
  if (!result) {
    const auto code = result.error().code;
    if (code == ErrorCode::kHandleForeign || code == ErrorCode::kHandleInvalid) context.decisions.note(22);
    return refused(result.error(), context);
  }
  if (result->rest_leased) context.decisions.note(24);
  if (result->fail > 0) {
    context.decisions.note(23);
    context.decisions.note(25);
  }
  context.count = std::size_t{result->success} + result->fail;
  return encode_confirmed(*result);
}

Outcome run_confirm(CallContext& context, const ConfirmCall& confirm, Stream stream) {
  context.group = confirm.group;
  if (context.events != nullptr) {
    for (const ConfirmEntry& entry : confirm.entries) {
      if (entry.handle) context.confirming.push_back(*entry.handle);
    }
  }
  context.queue_text = confirm.queue_text;
  context.group_text = confirm.group_text;
  return go_on<finish_confirm>(
      context.engine.confirm(context.project, confirm.queue, confirm.group, stream, confirm.entries, context.ticket), context);
}

Outcome finish_reset(Result<void>& done, CallContext& context) {
  if (done) return encode_reset();
  if (done.error().code != ErrorCode::kResetTimeOutOfRange) return refused(done.error(), context);
  const auto retention = std::chrono::duration_cast<std::chrono::minutes>(context.engine.limits().retention);
  return std::unexpected(Refusal{.fault = Fault::kResetTime, .maximum = static_cast<std::uint64_t>(retention.count())});
}

}  // namespace

Outcome consume(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_consume(fields, call.batch_messages_max); };
  return run_call(call, Method::kGet, decode, [&](const ConsumeCall& consume) { return run_consume(call.context, consume); });
}

Outcome consume_dead_letters(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_consume_dead_letters(fields, call.batch_messages_max); };
  return run_call(call, Method::kGet, decode, [&](const ConsumeCall& consume) {
    if (consume.request.ack_wait > call.context.engine.limits().dead_letter_lease_max) call.findings.note(26);
    return run_consume(call.context, consume);
  });
}

Outcome confirm(Call& call) {
  ConfirmList in_passing(call.batch_messages_max);
  const auto decode = [&](const Fields& fields) { return decode_confirm(fields, call.batch_messages_max, &in_passing); };
  const auto act = [&](const ConfirmCall& confirm) { return run_confirm(call.context, confirm, Stream::kQueue); };
  return run_call(call, Method::kPost, decode, act, {"message", &in_passing});
}

Outcome confirm_dead_letters(Call& call) {
  const auto decode = [&](const Fields& fields) { return decode_confirm_dead_letters(fields, call.batch_messages_max); };
  return run_call(call, Method::kPost, decode,
                  [&](const ConfirmCall& confirm) { return run_confirm(call.context, confirm, Stream::kDeadLetters); });
}

Outcome reset_group(Call& call) {
  return run_call(call, Method::kPost, decode_reset, [&context = call.context](const ResetCall& reset) {
    context.group = reset.group;
    context.queue_text = reset.queue_text;
    context.group_text = reset.group_text;
    return go_on<finish_reset>(
        context.engine.reset(context.project, reset.queue, reset.group, reset.target, reset.force, context.ticket), context);
  });
}

}  // namespace wingmq::net
