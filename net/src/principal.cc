#include "principal.h"

#include "text.h"

namespace wingmq::net {
namespace {

enum class CustomerBy : std::uint8_t { kAccessKey, kCrmBizId, kAccountId };

/// customInfo's `type`, as a number or a string; empty, 0 or absent: the accessKey's owner.
CustomerBy customer_by(const Fields& info) {
  const Given* given = info.find("type");
  if (given == nullptr || given->value.kind == json::Kind::kNull) return CustomerBy::kAccessKey;
  const bool number = given->value.kind == json::Kind::kNumber;
  const auto type = number ? given->value.raw : info.text_of("type", *given);
  if (type == "1") return CustomerBy::kCrmBizId;
  if (type == "2") return CustomerBy::kAccountId;
  if (!type.empty() && type != "0") info.refuse(Fault::kBadCustomType, "type", type);
  return CustomerBy::kAccessKey;
}

std::string named_customer(const Fields& info, CustomerBy by) {
  const bool crm = by == CustomerBy::kCrmBizId;
  const std::string_view member = crm ? "crmBizId" : "accountId";
  const auto identity = info.object("identity");
  const auto name = identity ? identity->text(member) : std::string_view();
  if (name.empty()) info.refuse(Fault::kNoIdentity, "identity." + std::string(member), crm ? "1" : "2");
  return std::string(name);
}

std::string owner_of_access_key(const Request& request, Findings& findings) {
  const Header* header = request.find_header("accessKey");
  const auto key = header == nullptr ? std::string_view() : trimmed(header->value);
  if (!is_utf8(key)) findings.refuse({.fault = Fault::kNotUtf8, .name = "accessKey"});
  return std::string(key.empty() ? kDefaultCustomer : key);
}

}  // namespace

Principal identify(const Request& request, const Fields& call) {
  if (const auto info = call.object("customInfo")) {
    const auto by = customer_by(*info);
    if (by != CustomerBy::kAccessKey) return {named_customer(*info, by)};
  }
  return {owner_of_access_key(request, call.findings())};
}

}  // namespace wingmq::net
