#pragma once

#include <utility>

#include "operations/break_call.h"
#include "operations/custom_info.h"
#include "operations/decode.h"
#include "operations/go_on.h"
#include "operations/handlers.h"
#include "operations/params.h"
#include "operations/refused.h"

namespace wingmq::net {

/// The frame of an operation: finds its parameters, decodes them, finds out who calls, and acts when nothing is wrong.
/// `decode(fields)` returns something with a `region`, `act(decoded)` an Outcome.
template <typename Decode, typename Act>
[[nodiscard]] Outcome run_call(Call& call, Method method, Decode&& decode, Act&& act, StreamedList streamed = {}) {
  const Fields fields = locate_parameters(call.request, method, call.findings, streamed);
  auto decoded = decode(fields);
  call.context.project = {identify(call.caller, fields).customer, decoded.region};
  if (call.findings.refusal()) return std::unexpected(*call.findings.refusal());
  call.context.queue = named_queue(decoded);
  if (call.faults != nullptr) {
    if (auto broken = break_call(call, call.context.queue, named_group(decoded))) return std::move(*broken);
  }
  return act(std::move(decoded));
}

}  // namespace wingmq::net
