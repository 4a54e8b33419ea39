#include "operations/custom_info.h"

#include <gtest/gtest.h>

#include "net/operations/call_fixture.h"

namespace wingmq::net {
namespace {

std::string customer_of(CallFixture& call, const Caller& caller = {.customer = "ak", .may_delegate = true}) {
  return identify(caller, call.get()).customer;
}

TEST(Principal, WithoutCustomInfoItIsTheKeysOwner) {
  CallFixture call;
  EXPECT_EQ(customer_of(call), "ak");
}

TEST(Principal, ActingForAnotherCustomerNeedsAKeyThatMay) {
  const Caller plain{.customer = "ak", .may_delegate = false};
  CallFixture other, same;
  static_cast<void>(customer_of(other.header("customInfo", R"({"type":1,"identity":{"crmBizId":"c"}})"), plain));
  EXPECT_EQ(other.fault(), Fault::kForbidden);
  EXPECT_EQ(customer_of(same.header("customInfo", R"({"type":1,"identity":{"crmBizId":"ak"}})"), plain), "ak");
  EXPECT_EQ(same.fault(), std::nullopt);
}

TEST(Principal, CustomInfoNamesTheCustomerByItsType) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", "ak"},
      {R"({"type":""})", "ak"},
      {R"({"type":0,"identity":{"crmBizId":"c","accountId":"a"}})", "ak"},
      {R"({"type":null,"identity":null})", "ak"},
      {R"({"type":1,"identity":{"crmBizid":"c"}})", "c"},
      {R"({"type":1,"identity":{"crmBizId":null,"crmBizid":"c"}})", "c"},
      {"null", "ak"},
      {R"({"type":"1","identity":{"crmBizId":"c","accountId":"a"}})", "c"},
      {R"({"type":2,"identity":{"crmBizId":"c","accountId":"a"}})", "a"},
      {R"({"type":2,"identity":"{\"accountId\":\"a\"}"})", "a"}};
  for (const auto& [info, customer] : cases) {
    CallFixture call;
    EXPECT_EQ(customer_of(call.header("customInfo", info)), customer) << info;
    EXPECT_EQ(call.fault(), std::nullopt) << info;
  }
}

TEST(Principal, FaultyCustomInfoIsRefused) {
  const std::pair<const char*, Fault> cases[] = {{"7", Fault::kNotObject},
                                                 {"[]", Fault::kNotObject},
                                                 {"{", Fault::kNotJson},
                                                 {R"({"type":3})", Fault::kBadCustomType},
                                                 {R"({"type":true})", Fault::kNotText},
                                                 {R"({"type":1})", Fault::kNoIdentity},
                                                 {R"({"type":1,"identity":7})", Fault::kNotObject},
                                                 {R"({"type":1,"identity":{"accountId":"a"}})", Fault::kNoIdentity},
                                                 {R"({"type":2,"identity":{"accountId":" "}})", Fault::kNoIdentity},
                                                 {R"({"type":1,"identity":null})", Fault::kNoIdentity},
                                                 {R"({"type":1,"identity":{"crmBizId":null}})", Fault::kNoIdentity},
                                                 {R"({"type":1,"identity":{"crmBizid":"c","crmBizId":"c"}})", Fault::kTwice},
                                                 {R"({"type":1,"type":1})", Fault::kTwice}};
  for (const auto& [info, fault] : cases) {
    CallFixture call;
    static_cast<void>(customer_of(call.header("customInfo", info)));
    EXPECT_EQ(call.fault(), fault) << info;
  }
}

}  // namespace
}  // namespace wingmq::net
