#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "control/admin_calls.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

std::unexpected<AdminError> not_here() {
  return refused(403, "nothing may be broken here", "Faults are for profile test: start the server with --profile test.");
}

}  // namespace

AdminOutcome list_faults(const FaultRules* rules) {
  if (rules == nullptr) return not_here();
  return boost::json::serialize(boost::json::object{{"faults", rules->list()}});
}

AdminOutcome add_fault(FaultRules* rules, std::string_view body) {
  if (rules == nullptr) return not_here();
  boost::system::error_code not_json;
  const auto text = boost::json::parse(body.empty() ? "{}" : body, not_json);
  if (not_json) return refused(400, fmt::format("the body is not valid JSON: {}", not_json.message()), R"(Send a rule such as {"do":{"type":"lose_reply"}}.)");
  auto rule = read_fault_rule(text);
  if (!rule) return std::unexpected(rule.error());
  const auto added = rules->add(std::move(*rule));
  if (!added) return std::unexpected(added.error());
  return AdminReply(201, boost::json::serialize(*added));
}

AdminOutcome clear_faults(FaultRules* rules) {
  if (rules == nullptr) return not_here();
  return fmt::format(R"({{"removed":{}}})", rules->clear());
}

AdminOutcome remove_fault(FaultRules* rules, const std::string& id) {
  if (rules == nullptr) return not_here();
  if (rules->remove(id)) return boost::json::serialize(boost::json::object{{"removed", id}});
  return refused(404, fmt::format("there is no fault \"{}\"", shown(id)), "GET /__admin/faults lists those that there are.");
}

}  // namespace wingmq::net
