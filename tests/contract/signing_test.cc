#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include "access/auth.h"
#include "access/digest.h"
#include "access/signature.h"
#include "operations/router.h"
#include "operations/signed_values.h"
#include "wingmq/net/sign.h"

// API.md 2: who gets in, in every mode of authentication.

namespace wingmq::contract {
namespace {

using namespace std::chrono_literals;
using net::AuthMode;
using net::SignatureFault;

constexpr Time kNow{Millis(1'795'420'800'000)};
constexpr auto kDate = "Mon, 23 Nov 2026 08:00:00 GMT";
constexpr auto kPrefix = "/apiproxy/v3/queue/";

std::string text_of(const boost::json::value& value) { return std::string(value.as_string()); }

/// A call in the making: parameters in wire order, signed with whatever the test wants.
struct SignedCall {
  std::string operation = "queryQueue";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  std::string secret = "sk";
  std::string access_key = "ak";
  std::string date = kDate;
  std::vector<std::string> values;
  std::string separator = "\n";

  [[nodiscard]] std::vector<std::pair<std::string, std::string>> signed_headers() const {
    std::string joined;
    for (const std::string& value : values) joined += (joined.empty() && &value == &values.front() ? "" : separator) + value;
    const std::string_view parts[] = {joined};
    const std::string digest = net::md5_base64(parts);
    auto all = headers;
    all.emplace_back("accessKey", access_key);
    all.emplace_back("contentMD5", digest);
    all.emplace_back("requestDate", date);
    all.emplace_back("Hmac", net::hmac_of(net::SigningKey(secret), digest, date, kPrefix + operation));
    all.emplace_back("platform", "3");
    return all;
  }
};

class SigningTest : public ::testing::Test {
 protected:
  void use(AuthMode mode) {
    options_.auth = mode;
    options_.credentials = {{"ak", "sk", "alice", false}, {"boss", "bk", "bob", true}};
    const net::Authenticator::Clocks clocks{[this] { return now_; }, [this] { return broker_now_; }};
    auth_ = std::make_unique<net::Authenticator>(options_, clocks, net::read_signed_values);
  }
  net::Authenticator::Verdict check(const std::string& operation,
                                    const std::vector<std::pair<std::string, std::string>>& headers,
                                    const std::string& body = "", std::string_view query = "") {
    const std::string target = kPrefix + operation + std::string(query);
    const net::Operation* found = net::find_operation(kPrefix + operation);
    net::Request request;
    request.method = net::to_string(found->method);
    request.target = target;
    for (const auto& [name, value] : headers) request.headers.push_back({name, value});
    if (!body.empty()) request.body = pool_.copy(body);
    return auth_->check(request, *found);
  }
  net::Authenticator::Verdict check(const SignedCall& call) {
    return check(call.operation, call.signed_headers(), call.body);
  }
  /// What is wrong with a call; "" when it passes.
  std::string fault(const SignedCall& call) { return std::string(net::to_string(check(call).fault)); }

  static SignedCall query() {
    SignedCall call;
    call.headers = {{"regionId", "r"}, {"includeDeadletter", "true"}};
    call.values = {"r", "true"};
    return call;
  }
  static SignedCall send() {
    SignedCall call;
    call.operation = "sendSpecifyQueueMessage";
    call.body = R"({ "queueId" : "q", "messages": [ {"body": 1.50} ],"regionId":"r\u0031", "customInfo":{"type":0}})";
    call.values = {"r1", "q", R"([ {"body": 1.50} ])", R"({"type":0})"};
    return call;
  }

  MemoryBudget budget_{1 << 30};
  BufferPool pool_{budget_};
  Time now_ = kNow;
  Time broker_now_ = kNow;
  net::ServerOptions options_;
  std::unique_ptr<net::Authenticator> auth_;
};

TEST_F(SigningTest, TheVectorsComeOut) {
  std::ifstream file(WINGMQ_TEST_DATA "/signing.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto vectors = boost::json::parse(text);
  ASSERT_EQ(vectors.as_array().size(), 11U);
  for (const auto& each : vectors.as_array()) {
    std::string joined;
    for (const auto& value : each.at("values").as_array()) {
      joined += (joined.empty() ? "" : text_of(each.at("separator"))) + text_of(value);
    }
    const std::string_view parts[] = {joined};
    EXPECT_EQ(net::md5_base64(parts), text_of(each.at("contentMD5"))) << each;
    EXPECT_EQ(net::hmac_of(net::SigningKey(text_of(each.at("secretKey"))), text_of(each.at("contentMD5")),
                           text_of(each.at("requestDate")), text_of(each.at("servicePath"))),
              text_of(each.at("Hmac")))
        << each;
  }
}

TEST_F(SigningTest, ASignedCallPassesInEveryMode) {
  for (const AuthMode mode : {AuthMode::kVerify, AuthMode::kHmac, AuthMode::kWarn, AuthMode::kOff}) {
    use(mode);
    for (const SignedCall& call : {query(), send()}) {
      const auto verdict = check(call);
      EXPECT_EQ(verdict.fault, SignatureFault::kNone) << verdict.detail;
      EXPECT_FALSE(verdict.refusal);
      EXPECT_EQ(verdict.caller.customer, mode == AuthMode::kOff ? "ak" : "alice");
    }
  }
}

TEST_F(SigningTest, ValuesAreSignedAsTheyStandInTheRequest) {
  use(AuthMode::kVerify);
  SignedCall form;
  form.operation = "sendSpecifyQueueMessage";
  form.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  form.body = "regionId=r&queueId=q&messages=%5B%7B%22body%22%3A+%22%E4%B8%AD%22%7D%5D";
  form.values = {"r", "q", R"([{"body": "中"}])"};
  EXPECT_EQ(fault(form), "");
  SignedCall header;
  header.operation = "consumptionMessage";
  header.headers = {{"CONSUMERQUEUEINFO", "%7B%22regionId%22%3A%22r%22%7D"}};
  header.values = {"%7B%22regionId%22%3A%22r%22%7D"};
  EXPECT_EQ(fault(header), "") << "as sent";
  header.values = {R"({"regionId":"r"})"};
  EXPECT_EQ(fault(header), "") << "or decoded";
  SignedCall text = send();
  text.body = R"({"regionId":"r","queueId":"q","messages":"[{\"body\":\"\\u4e2d\"}]"})";
  text.values = {"r", "q", R"([{"body":"\u4e2d"}])"};
  EXPECT_EQ(fault(text), "") << "a string by its decoded characters";
}

// D06
TEST_F(SigningTest, D06DocumentedWireAndAlphabeticalOrderPassAndNoOther) {
  use(AuthMode::kVerify);
  SignedCall call = send();
  const std::string region = "r1";
  const std::string queue = "q";
  const std::string messages = R"([ {"body": 1.50} ])";
  const std::string custom = R"({"type":0})";
  const std::vector<std::vector<std::string>> right = {{region, queue, messages, custom}, {region, queue, messages},
                                                       {queue, messages, region, custom}, {queue, messages, region},
                                                       {custom, messages, queue, region}, {messages, queue, region}};
  for (const auto& values : right) {
    for (const char* separator : {"\n", "\\n"}) {
      call.values = values;
      call.separator = separator;
      EXPECT_EQ(fault(call), "") << values[0];
    }
  }
  call.separator = "\n";
  const std::vector<std::vector<std::string>> wrong = {{queue, region, messages, custom}, {region, messages, queue},
                                                       {region, queue}, {messages}, {}, {custom, region, queue, messages}};
  for (const auto& values : wrong) {
    call.values = values;
    EXPECT_EQ(fault(call), "sig.md5") << values.size();
  }
  call.values = right[0];
  call.separator = "";
  EXPECT_EQ(fault(call), "sig.md5");
  call.separator = "\r\n";
  EXPECT_EQ(fault(call), "sig.md5");
}

TEST_F(SigningTest, TheDigestOfNothingPassesNoCallWithParameters) {
  for (const AuthMode mode : {AuthMode::kVerify, AuthMode::kHmac}) {
    use(mode);
    SignedCall call = query();
    call.values.clear();
    EXPECT_EQ(fault(call), mode == AuthMode::kVerify ? "sig.md5" : "") << "in hmac the digest is believed";
  }
}

// D07
TEST_F(SigningTest, D07DatesInTheListedZonesPass) {
  use(AuthMode::kVerify);
  for (const char* date : {"Mon, 23 Nov 2026 16:00:00 CST", "Mon, 23 Nov 2026 16:00:00 GMT+8", "Mon, 23 Nov 2026 08:00:00 Z"}) {
    SignedCall call = query();
    call.date = date;
    const auto verdict = check(call);
    EXPECT_EQ(verdict.fault, SignatureFault::kNone) << date;
    EXPECT_EQ(verdict.decisions, std::vector<std::uint8_t>{7}) << date;
  }
}

// D08
TEST_F(SigningTest, D08ASignatureIsFreshForFifteenMinutesOfTheWallClock) {
  use(AuthMode::kVerify);
  for (const auto& [apart, expected] : std::initializer_list<std::pair<Millis, const char*>>{
           {15min, ""}, {-15min, ""}, {15min + 1ms, "sig.date.stale"}, {-15min - 1ms, "sig.date.stale"}}) {
    now_ = kNow + apart;
    EXPECT_EQ(fault(query()), expected) << apart.count();
  }
  options_.auth_skew = 0ms;
  use(AuthMode::kVerify);
  now_ = kNow + 24h;
  EXPECT_EQ(fault(query()), "");
}

TEST_F(SigningTest, D08CountsWhereTheBrokersClockWouldHaveSaidOtherwise) {
  using Decisions = std::vector<std::uint8_t>;
  use(AuthMode::kVerify);
  for (const auto& [apart, hits] : std::initializer_list<std::pair<Millis, Decisions>>{
           {0ms, {}}, {15min, {}}, {-15min, {}}, {15min + 1ms, {8}}, {-15min - 1ms, {8}}, {72h, {8}}}) {
    broker_now_ = kNow + apart;
    EXPECT_EQ(check(query()).decisions, hits) << apart.count();
  }
  broker_now_ = kNow;
  now_ = kNow + 1h;
  EXPECT_EQ(check(query()).decisions, Decisions{8}) << "stale, and it would have been fresh";
  auto forged = query();
  forged.secret = "other";
  EXPECT_EQ(check(forged).decisions, Decisions{}) << "the date did not decide";
  now_ = kNow;
  broker_now_ = kNow + 1h;
  EXPECT_EQ(check(forged).decisions, Decisions{}) << "the date did not decide";
  options_.auth_skew = 0ms;
  use(AuthMode::kVerify);
  EXPECT_EQ(check(query()).decisions, Decisions{}) << "every date is fresh";
}

TEST_F(SigningTest, O05AZoneThatIsNotKnownIsNamed) {
  for (const AuthMode mode : {AuthMode::kVerify, AuthMode::kWarn}) {
    use(mode);
    for (const std::string zone : {"PST", "+08", "GMT+8:0", "Asia/Shanghai", "gmt", "EST5EDT"}) {
      auto call = query();
      call.date = "Mon, 23 Nov 2026 08:00:00 " + zone;
      const auto verdict = check(call);
      EXPECT_EQ(verdict.fault, SignatureFault::kHeader) << zone;
      EXPECT_NE(verdict.detail.find("the zone " + zone), std::string::npos) << verdict.detail;
      if (mode == AuthMode::kWarn) continue;
      ASSERT_TRUE(verdict.refusal) << zone;
      const auto refusal = net::refusal_of(*verdict.refusal, {}, *net::find_operation("/apiproxy/v3/queue/queryQueue"));
      EXPECT_EQ(net::http_status(refusal.fault), 400U);
      for (const auto language : {net::Language::kChinese, net::Language::kEnglish}) {
        EXPECT_NE(net::text_of(refusal, language).find(zone), std::string::npos) << net::text_of(refusal, language);
      }
    }
  }
  auto call = query();
  call.date = "Mon, 23 Nov 2026 08:00 PST";
  EXPECT_EQ(check(call).detail.find("zone"), std::string::npos) << "it is no date for other reasons";
}

TEST_F(SigningTest, S07AndO05DatesAsJavaAndDotNetPrintThem) {
  options_.auth_skew = 0ms;
  use(AuthMode::kVerify);
  for (const char* date : {"Tue, 1 Sept 2026 08:00:00 GMT", "Tue, 01 Sept 2026 16:00:00 CST", "Mon, 1 June 2026 08:00:00 GMT",
                           "Wed, 1 July 2026 08:00:00 GMT", "Mon, 23 Nov 2026 16:00:00 HKT", "Mon, 23 Nov 2026 16:00:00 SGT",
                           "Mon, 23 Nov 2026 14:00:00 XJT", "Mon, 23 Nov 2026 16:00:00 UTC+08:00"}) {
    auto call = query();
    call.date = date;
    EXPECT_EQ(fault(call), "") << date;
    EXPECT_EQ(check(call).decisions, std::vector<std::uint8_t>{7}) << date;
  }
}

TEST_F(SigningTest, AZoneThatContradictsTheDistanceFromNowIsSaidWithTheDirection) {
  use(AuthMode::kVerify);
  const auto told = [&](const char* date) {
    auto call = query();
    call.date = date;
    return check(call).detail;
  };
  EXPECT_NE(told("Mon, 23 Nov 2026 16:00:00 GMT").find("28800 s ahead of the server's clock, almost 8 h: it looks like local time that is called GMT"),
            std::string::npos)
      << told("Mon, 23 Nov 2026 16:00:00 GMT");
  EXPECT_NE(told("Mon, 23 Nov 2026 08:00:00 CST").find("28800 s behind the server's clock, almost 8 h: it looks like GMT"), std::string::npos)
      << told("Mon, 23 Nov 2026 08:00:00 CST");
  EXPECT_NE(told("Mon, 23 Nov 2026 08:00:00 CST").find("that is called CST"), std::string::npos);
  EXPECT_NE(told("Mon, 23 Nov 2026 03:00:00 GMT").find("behind the server's clock, almost 5 h: it looks like local time that is called GMT"),
            std::string::npos)
      << told("Mon, 23 Nov 2026 03:00:00 GMT");
}

TEST_F(SigningTest, AWrongSignatureAndAnUnknownKeyAreRefusedAlike) {
  for (const AuthMode mode : {AuthMode::kVerify, AuthMode::kHmac}) {
    use(mode);
    SignedCall wrong = query();
    wrong.secret = "other";
    SignedCall unknown = query();
    unknown.access_key = "nobody";
    const auto first = check(wrong);
    const auto second = check(unknown);
    EXPECT_EQ(first.fault, SignatureFault::kHmac);
    EXPECT_EQ(second.fault, SignatureFault::kKey);
    ASSERT_TRUE(first.refusal && second.refusal);
    EXPECT_EQ(first.refusal->kind, net::AccessRefusal::Kind::kSignature);
    EXPECT_EQ(second.refusal->kind, net::AccessRefusal::Kind::kSignature) << "nobody learns which keys there are";
  }
}

TEST_F(SigningTest, ThePathIsSignedAndTheQueryIsNot) {
  use(AuthMode::kVerify);
  EXPECT_EQ(check("queryQueue", query().signed_headers(), "", "?x=1").fault, SignatureFault::kNone);
  EXPECT_EQ(check("querySpecifyQueue", query().signed_headers()).fault, SignatureFault::kHmac);
}

TEST_F(SigningTest, AMissingOrMalformedPublicHeaderIsABadCall) {
  use(AuthMode::kVerify);
  const auto good = query().signed_headers();
  for (std::size_t i = 2; i < good.size(); ++i) {
    auto missing = good;
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(i));
    auto malformed = good;
    malformed[i].second = "?";
    for (const auto& headers : {missing, malformed}) {
      const auto verdict = check("queryQueue", headers);
      const bool unknown_key = good[i].first == "accessKey" && headers.size() == good.size();
      ASSERT_TRUE(verdict.refusal) << good[i].first;
      using enum net::AccessRefusal::Kind;
      const auto kind = unknown_key ? kSignature : headers.size() < good.size() ? kMissingHeader : kBadHeader;
      EXPECT_EQ(verdict.refusal->kind, kind) << good[i].first;
      EXPECT_EQ(verdict.refusal->header, unknown_key ? "" : good[i].first);
    }
  }
}

TEST_F(SigningTest, ModeWarnReportsAndLetsEverythingPass) {
  use(AuthMode::kWarn);
  SignedCall call = query();
  call.secret = "other";
  const auto verdict = check(call);
  EXPECT_FALSE(verdict.refusal);
  EXPECT_EQ(verdict.fault, SignatureFault::kHmac);
  EXPECT_EQ(verdict.caller.customer, "alice");
  EXPECT_EQ(check("queryQueue", {{"regionId", "r"}}).fault, SignatureFault::kHeader);
  EXPECT_EQ(auth_->faults(SignatureFault::kHmac), 1U);
  EXPECT_EQ(auth_->faults(SignatureFault::kHeader), 1U);
}

TEST_F(SigningTest, WhatOurSignerMakesPasses) {
  use(AuthMode::kVerify);
  const auto pass = [this](const std::string& operation, std::vector<std::pair<std::string, std::string>> parameters) {
    const auto made = net::sign({operation, std::move(parameters), "ak", "sk", kDate});
    return std::string(net::to_string(check(operation, made.headers, made.body).fault));
  };
  EXPECT_EQ(pass("queryQueue", {{"regionId", "r"}, {"includeDeadletter", "true"}}), "");
  EXPECT_EQ(pass("createQueue", {{"createQueueInfo", R"({"name": "中\"", "regionId":"r"})"}}), "");
  EXPECT_EQ(pass("removeQueue", {{"regionId", "line\nbreak"}, {"queueId", R"({not json})"}}), "");
}

TEST_F(SigningTest, CredentialsAreReplacedAsAWhole) {
  use(AuthMode::kVerify);
  auth_->replace({{"ak", "new", "carol", true}});
  EXPECT_EQ(fault(query()), "sig.hmac");
  SignedCall call = query();
  call.secret = "new";
  EXPECT_EQ(check(call).caller.customer, "carol");
  EXPECT_TRUE(check(call).caller.may_delegate);
  call.access_key = "boss";
  call.secret = "bk";
  EXPECT_EQ(fault(call), "sig.key");
}

/// One bit flipped anywhere in what is signed.
class TamperingTest : public SigningTest {
 protected:
  /// A call with one bit of one signed part flipped; nullopt: the flip left the part unusable as HTTP.
  std::optional<net::Authenticator::Verdict> tamper(const SignedCall& call, std::mt19937_64& random) {
    auto headers = call.signed_headers();
    std::string body = call.body;
    std::vector<std::string*> parts;
    for (auto& [name, value] : headers) {
      if (name != "platform") parts.push_back(&value);
    }
    if (!body.empty()) parts.push_back(&body);
    std::string& part = *parts[random() % parts.size()];
    const std::size_t bit = random() % (part.size() * 8);
    part[bit / 8] = static_cast<char>(part[bit / 8] ^ (1 << bit % 8));
    return check(call.operation, headers, body);
  }
};

TEST_F(TamperingTest, NoTamperedCallIsAcceptedInVerify) {
  use(AuthMode::kVerify);
  std::mt19937_64 random(20261123);
  SignedCall post = send();
  // Outside of values, a body has bytes that nobody signs: names in it, spaces, and members that no operation knows.
  post.body = R"({"regionId":"r1","queueId":"q","messages":[{"body":1.50}]})";
  post.values = {"r1", "q", R"([{"body":1.50}])"};
  int accepted = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto verdict = tamper(i % 2 == 0 ? query() : post, random);
    if (verdict && verdict->fault == SignatureFault::kNone && !verdict->refusal) ++accepted;
  }
  EXPECT_EQ(accepted, 0) << "seed 20261123";
}

}  // namespace
}  // namespace wingmq::contract
