#include "operations/break_call.h"

#include "operations/go_on.h"

namespace wingmq::net {
namespace {

using Type = InjectedFault::Type;

std::string_view value_of(const Request& request, std::string_view name) {
  const Header* header = request.find_header(name);
  return header == nullptr ? std::string_view() : header->value;
}

Outcome finish_broken(Result<std::uint64_t>&, CallContext& context) { return std::move(context.held_body); }

}  // namespace

std::optional<Outcome> break_call(Call& call, std::optional<QueueId> queue, std::optional<GroupId> group) {
  auto& fault = call.context.fault;
  fault = call.faults->strike({.operation = call.operation,
                               .access_key = value_of(call.request, "accessKey"),
                               .queue = queue,
                               .group = group,
                               .asked = value_of(call.request, "X-WingMQ-Fault")});
  if (!fault) return std::nullopt;
  switch (fault->type) {
    case Type::kRefuse: return std::unexpected(Refusal{.fault = Fault::kInjected, .given = fault->code});
    case Type::kClose: return std::unexpected(Refusal{.fault = Fault::kInjected, .given = "WMQ.FAULT"});
    case Type::kUnreadable:
      fault.reset();
      return std::unexpected(Refusal{.fault = Fault::kBadPublicHeader,
                                     .name = "X-WingMQ-Fault",
                                     .given = "lose_reply, close, delay=200ms, refuse=CODE / short=1"});
    default: return std::nullopt;
  }
}

Outcome break_delivery(const Delivery& delivery, std::string body, CallContext& context) {
  const auto type = context.fault && !delivery.empty() ? context.fault->type : Type::kShort;
  if (type != Type::kExpire && type != Type::kDuplicate) return body;
  context.held_body = std::move(body);
  context.receipt = {};  // it is somebody else's already
  if (type == Type::kDuplicate) {
    return go_on<finish_broken>(context.engine.duplicate(delivery.queue, context.group, delivery.first, context.ticket), context);
  }
  const ExpireRequest lease{.which = ExpireRequest::Which::kLease, .partition = {}, .offset = {}, .lease = delivery.first};
  return go_on<finish_broken>(context.engine.expire(delivery.queue, context.group, lease, context.ticket), context);
}

}  // namespace wingmq::net
