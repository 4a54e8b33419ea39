#pragma once

#include <string_view>
#include <utility>

#include "operations/custom_info.h"
#include "operations/decode.h"
#include "operations/handlers.h"
#include "operations/name_hint.h"
#include "operations/params.h"

namespace wingmq::net {

/// The frame of an operation: finds its parameters, decodes them, finds out who calls, and acts when nothing is wrong.
/// `decode(fields)` returns something with a `region`, `act(project, decoded)` an Outcome.
template <typename Decode, typename Act>
[[nodiscard]] Outcome run_call(Call& call, Method method, Decode&& decode, Act&& act, StreamedList streamed = {}) {
  const Fields fields = locate_parameters(call.request, method, call.findings, streamed);
  auto decoded = decode(fields);
  const Project project{identify(call.caller, fields).customer, decoded.region};
  if (call.findings.refusal()) return std::unexpected(*call.findings.refusal());
  const NameHint hint{project, named_queue(decoded)};
  return hint.note(act(project, std::move(decoded)), call);
}

/// What a call was about, for the text of a refusal.
struct Place {
  std::string_view queue;
  std::string_view group = {};
};

/// The broker's refusal in the words of the caller.
[[nodiscard]] inline Outcome refused(const Error& error, const Place& place) {
  const bool about_queue = error.code == ErrorCode::kQueueNotFound || error.code == ErrorCode::kQueueNameTaken;
  return std::unexpected(refusal_of(error, about_queue ? place.queue : place.group));
}

}  // namespace wingmq::net
