#include "operations/error_map.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <map>
#include <set>

namespace wingmq::net {
namespace {


constexpr auto kLast = static_cast<int>(Fault::kTooManyConnections);

/// Every word and number a text may ask for.
Refusal full(Fault fault) {
  return {.fault = fault, .name = "NAME", .given = "GIVEN \"quoted\"", .minimum = 11, .maximum = 22, .actual = 33};
}

TEST(ErrorMap, EveryCodeOfTheContractHasItsStatus) {
  // errors.tsv
  const std::map<std::string, std::int64_t> contract = {
      {"DMS.10540010", 400}, {"DMS.10240009", 400}, {"DMS.00404001", 404}, {"DMS.10240007", 400}, {"DMS.10240011", 400},
      {"DMS.10240012", 400}, {"DMS.10240010", 400}, {"DMS.10240013", 400}, {"DMS.10240022", 400}, {"DMS.10240004", 400},
      {"DMS.10240014", 400}, {"DMS.10240021", 400}, {"DMS.10542206", 400}, {"DMS.10550035", 400}, {"DMS.10540003", 400},
      {"DMS.10540001", 400}, {"DMS.10540011", 900}, {"DMS.10240017", 900}, {"DMS.10240018", 900}, {"DMS.10240019", 900},
      {"DMS.10240020", 900}, {"DMS.10240401", 900}, {"DMS.10240405", 900}, {"DMS.10542204", 900}, {"DMS.10540004", 900},
      {"DMS.10542209", 900}, {"DMS.00400142", 900}, {"WMQ.RESET_BUSY", 900}, {"WMQ.SIGNATURE", 900},
      {"WMQ.FORBIDDEN", 900}, {"WMQ.MEMORY_FULL", 900}, {"WMQ.FAULT", 900}, {"WMQ.SHUTTING_DOWN", 503},
      {"WMQ.INTERNAL", 900}, {"WMQ.UNAVAILABLE", 503}, {"WMQ.OUTCOME_UNKNOWN", 503}, {"WMQ.STORAGE_FULL", 900}};
  std::set<std::string> seen;
  for (int i = 0; i <= kLast; ++i) {
    const auto reply = refuse(full(static_cast<Fault>(i)), Language::kEnglish);
    const auto body = boost::json::parse(reply.body);
    const std::string code(body.at("errorCode").as_string());
    const auto status = body.at("statusCode").as_int64();
    EXPECT_EQ(reply.status, status == 900 ? 200U : status) << code;
    seen.insert(code);
    if (const auto row = contract.find(code); row != contract.end()) {
      EXPECT_EQ(status, row->second) << code;
    } else {
      EXPECT_TRUE(status == 400 || status == 403 || (status >= 408 && status <= 503)) << code << " is HTTP's own";
    }
  }
  for (const auto& [code, status] : contract) EXPECT_TRUE(seen.contains(code)) << code;
}

TEST(ErrorMap, BodyCarriesTheTextAtBothLevels) {
  const auto reply = refuse({.fault = Fault::kMissing, .name = "a\"b"}, Language::kEnglish);
  EXPECT_EQ(reply.body,
            R"({"statusCode":400,"message":"The required parameter a\"b is missing.","errorCode":"DMS.10540010",)"
            R"("errorMessageString":"The required parameter a\"b is missing.",)"
            R"("errorMessageArray":["The required parameter a\"b is missing."],"succeed":false,)"
            R"("returnObj":{"returnObj":"","errorMessageString":"The required parameter a\"b is missing.",)"
            R"("errorMessageArray":["The required parameter a\"b is missing."],"succeed":false}})");
  EXPECT_EQ(reply.content_type, "application/json; charset=utf-8");
}

TEST(ErrorMap, BothLanguagesSayTheSameThings) {
  for (int i = 0; i <= kLast; ++i) {
    const auto refusal = full(static_cast<Fault>(i));
    const auto english = text_of(refusal, Language::kEnglish);
    const auto chinese = text_of(refusal, Language::kChinese);
    EXPECT_TRUE(std::all_of(english.begin(), english.end(), [](char c) { return c > 0; })) << english;
    EXPECT_FALSE(std::all_of(chinese.begin(), chinese.end(), [](char c) { return c > 0; })) << chinese;
    for (const char* word : {"NAME", "GIVEN", "11", "22", "33"}) {
      EXPECT_EQ(english.find(word) == std::string::npos, chinese.find(word) == std::string::npos) << english << chinese;
    }
  }
}

TEST(ErrorMap, EveryErrorOfTheBrokerHasItsOwnCode) {
  std::set<std::string> codes;
  for (int i = 0; i <= static_cast<int>(ErrorCode::kResetBusy); ++i) {
    const auto refusal = refusal_of(Error{static_cast<ErrorCode>(i), 5, 6}, "name");
    EXPECT_NE(refusal.fault, Fault::kInternal) << i;
    codes.insert(std::string(boost::json::parse(refuse(refusal, Language::kChinese).body).at("errorCode").as_string()));
  }
  EXPECT_EQ(codes.size(), static_cast<std::size_t>(ErrorCode::kResetBusy) + 1);
}

TEST(ErrorMap, NumbersOfARefusalReachItsText) {
  const auto text = text_of(refusal_of(Error{ErrorCode::kPayloadTooLarge, 524288, 524289}), Language::kEnglish);
  EXPECT_EQ(text, "The messages' payload is 524289 bytes, the limit is 524288 bytes.");
}

TEST(ErrorMap, WithoutAHeaderItIsTheServersLanguage) {
  EXPECT_EQ(language_of(Request{}, Language::kChinese), Language::kChinese);
  EXPECT_EQ(language_of(Request{}, Language::kEnglish), Language::kEnglish);
}

}  // namespace
}  // namespace wingmq::net
