#include "operations/custom_info.h"

#include <utility>

#include "text/text.h"

namespace wingmq::net {
namespace {

enum class CustomerBy : std::uint8_t { kAccessKey, kCrmBizId, kAccountId };

/// customInfo's `type`, as a number or a string; empty, 0 or absent: the accessKey's owner.
CustomerBy customer_by(const Fields& info) {
  const Given* given = info.find("type");
  if (given == nullptr) return CustomerBy::kAccessKey;
  const bool number = given->value.kind == json::Kind::kNumber;
  const auto type = number ? given->value.raw : info.text_of("type", *given);
  if (type == "1") return CustomerBy::kCrmBizId;
  if (type == "2") return CustomerBy::kAccountId;
  if (!type.empty() && type != "0") info.refuse(Fault::kBadCustomType, "type", type);
  return CustomerBy::kAccessKey;
}

/// `crmBizId`, which clients also spell `crmBizid` (D05).
std::string_view crm_biz_id(const Fields& identity) {
  std::string_view spelling;
  const auto* given = identity.find_any({"crmBizId", "crmBizid"}, spelling);
  if (spelling == "crmBizid") identity.findings().note(5);
  return given == nullptr ? std::string_view() : identity.text_of(spelling, *given);
}

std::string named_customer(const Fields& info, CustomerBy by) {
  const bool crm = by == CustomerBy::kCrmBizId;
  const std::string_view member = crm ? "crmBizId" : "accountId";
  const auto identity = info.object("identity");
  const auto name = !identity ? std::string_view() : crm ? crm_biz_id(*identity) : identity->text(member);
  if (name.empty()) info.refuse(Fault::kNoIdentity, "identity." + std::string(member), crm ? "1" : "2");
  return std::string(name);
}

}  // namespace

Principal identify(const Caller& caller, const Fields& call) {
  const auto info = call.object("customInfo");
  if (!info) return {caller.customer};
  const auto by = customer_by(*info);
  if (by == CustomerBy::kAccessKey) return {caller.customer};
  auto customer = named_customer(*info, by);
  if (!caller.may_delegate && customer != caller.customer) info->findings().refuse({.fault = Fault::kForbidden});
  return {std::move(customer)};
}

}  // namespace wingmq::net
