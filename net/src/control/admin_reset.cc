#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <variant>

#include "control/admin_calls.h"
#include "operations/error_map.h"
#include "operations/go_on.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kResetExample = R"({} or {"keep":"queues"})";

/// Whether a body says that the queues stay.
AdminResult<bool> read_keeps_queues(std::string_view body) {
  static constexpr std::string_view kMembers[] = {"keep"};
  const auto members = parse_body(body, kMembers, kResetExample);
  if (!members) return std::unexpected(members.error());
  if (members->empty()) return false;
  const auto* what = std::get_if<std::string>(&members->front().value);
  if (what != nullptr && *what == "queues") return true;
  return refused(400, "\"keep\" is not \"queues\"", fmt::format("Send {}.", kResetExample));
}

AdminOutcome finish_reset(Result<std::vector<QueueGroups>>& queues, AdminCall& call) {
  if (!queues) return refused_by_engine(queues.error());
  return boost::json::serialize(
      boost::json::object{{"kept", call.keeps_queues ? "queues" : "nothing"}, {"queues", queues->size()}});
}

AdminOutcome count_queues(Result<void>& wiped, AdminCall& call) {
  if (!wiped && http_status(net::refusal_of(wiped.error()).fault) == 503) return refused_by_engine(wiped.error());
  if (!wiped) return refused(500, "the start-up queues cannot be made", "Nothing was forgotten.");
  call.deviations.clear();
  if (call.faults != nullptr) call.faults->restart();
  call.journal->clear();
  if (call.events != nullptr) call.events->clear();
  return go_on<finish_reset>(call.engine.inspect(std::nullopt, call.ticket), call);
}

}  // namespace

AdminOutcome reset(AdminCall& call, std::string_view body, const std::vector<QueuePlan>& declared) {
  const auto keeps_queues = read_keeps_queues(body);
  if (!keeps_queues) return std::unexpected(keeps_queues.error());
  if (!call.engine.capabilities().wipe) {
    return refused(409, "this engine cannot forget its messages", "Remove the queues one by one, or use --engine memory.");
  }
  call.keeps_queues = *keeps_queues;
  return go_on<count_queues>(*keeps_queues ? call.engine.wipe(true, call.ticket) : call.engine.wipe(declared, call.ticket), call);
}

}  // namespace wingmq::net
