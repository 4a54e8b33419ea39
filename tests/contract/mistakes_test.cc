#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <functional>
#include <vector>

#include "app.h"
#include "wingmq/memory_engine.h"
#include "support/rng.h"

// net/API.md, signing: a rejected signature says which mistake was made.

namespace wingmq::contract {
namespace {

constexpr auto kPath = "/apiproxy/v3/queue/";
constexpr auto kSecret = "the secret of ak";
constexpr auto kDate = "Mon, 23 Nov 2026 08:00:00 GMT";

// A signer that shares no code with the server.

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

std::string digest(const EVP_MD* algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), out.data(), &size, algorithm, nullptr);
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string hmac(const EVP_MD* algorithm, std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  HMAC(algorithm, key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}

/// A call and how it is signed; rightly, as long as nothing is changed.
struct SignedCall {
  std::string operation = "sendSpecifyQueueMessage";
  std::string query;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body = R"({"regionId":"r","queueId":"队列","messages":[{"body": 1, "tags":["b"]}]})";
  std::string digested = "r\n队列\n[{\"body\": 1, \"tags\":[\"b\"]}]";
  std::string access_key = "ak";
  std::string date = kDate;
  std::function<std::string(std::string_view)> md5 = [](std::string_view text) { return base64(digest(EVP_md5(), text)); };
  std::function<std::string(std::string_view)> sign = [](std::string_view text) { return base64(hmac(EVP_sha1(), kSecret, text)); };
  std::function<std::string(std::string, std::string, std::string)> to_sign = [](const std::string& m, const std::string& d, const std::string& p) {
    return m + "\n" + d + "\n" + p;
  };
};

class MistakesTest : public ::testing::Test {
 protected:
  MistakesTest() { options_.auth = net::AuthMode::kVerify; }

  net::Reply ask(const SignedCall& call) {
    if (!app_) {
      options_.auth_skew = {};
      start();
    }
    const std::string target = kPath + call.operation + call.query;
    const std::string md5 = call.md5(call.digested);
    net::Request request;
    request.method = call.body.empty() ? "GET" : "POST";
    request.target = target;
    const std::string signature = call.sign(call.to_sign(md5, call.date, kPath + call.operation));
    for (const auto& [name, value] : call.headers) request.headers.push_back({name, value});
    const std::pair<std::string_view, std::string_view> signed_by[] = {
        {"Host", "mq.example"}, {"accessKey", call.access_key}, {"contentMD5", md5}, {"requestDate", call.date}, {"Hmac", signature}, {"platform", "3"}};
    for (const auto& [name, value] : signed_by) request.headers.push_back({name, value});
    if (!call.body.empty()) request.body = broker_.buffers().copy(call.body);
    auto reply = app_->handle(std::move(request), pending_);
    EXPECT_TRUE(reply);
    return reply ? std::move(*reply) : net::Reply();
  }
  void start() {
    options_.credentials = {{"ak", kSecret, "alice", false}};
    app_.emplace(engine_, options_);
  }

  static std::string header_of(const net::Reply& reply, std::string_view name) {
    for (const auto& [known, value] : reply.headers) {
      if (known == name) return value;
    }
    return {};
  }
  std::string reason(const SignedCall& call) { return header_of(ask(call), "X-WingMQ-Reason"); }
  void expect(const SignedCall& call, std::string_view part) {
    const auto given = reason(call);
    EXPECT_NE(given.find(part), std::string::npos) << "wanted: " << part << "\ngiven: " << given;
    EXPECT_EQ(given.find(kSecret), std::string::npos);
  }

  net::ServerOptions options_;
  test::SeededRandom random_{1};
  ManualClock clock_{Time{Millis{1'795'420'800'000}}};
  Broker broker_{Options{}, clock_, random_};
  MemoryEngine engine_{broker_};
  std::optional<net::App> app_;
  net::PendingCall pending_{[] { ADD_FAILURE() << "nothing parks here"; }};
};

SignedCall query() {
  SignedCall call;
  call.operation = "queryQueue";
  call.headers = {{"regionId", "r"}, {"includeDeadletter", "true"}};
  call.body.clear();
  call.digested = "r\ntrue";
  return call;
}

TEST_F(MistakesTest, ARightSignatureHasNone) {
  EXPECT_EQ(reason(query()), "");
  EXPECT_EQ(reason(SignedCall()), "");
}

TEST_F(MistakesTest, HexInsteadOfBase64) {
  SignedCall call;
  call.md5 = [](std::string_view text) { return hex(digest(EVP_md5(), text)); };
  expect(call, "contentMD5 is in hex");
  call.md5 = [](std::string_view text) { return base64(hex(digest(EVP_md5(), text))); };
  expect(call, "contentMD5 is the base64 of hex digits");
  call = SignedCall();
  call.sign = [](std::string_view text) { return hex(hmac(EVP_sha1(), kSecret, text)); };
  expect(call, "Hmac is right, but in hex");
  call.to_sign = [](const std::string& md5, const std::string& date, const std::string& path) {
    std::string bytes(18, '\0');
    EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(md5.data()), static_cast<int>(md5.size()));
    return hex(std::string_view(bytes).substr(0, 16)) + "\n" + date + "\n" + path;
  };
  call.sign = SignedCall().sign;
  expect(call, "contentMD5 was signed in hex");
}

TEST_F(MistakesTest, AnotherAlgorithm) {
  SignedCall call;
  call.sign = [](std::string_view text) { return base64(hmac(EVP_sha256(), kSecret, text)); };
  expect(call, "HMAC-SHA1 is wanted");
  call.sign = [](std::string_view text) { return base64(digest(EVP_sha1(), text)); };
  expect(call, "without the secretKey");
  call.sign = [](std::string_view text) { return base64(hmac(EVP_sha1(), text, kSecret)); };
  expect(call, "key and text were swapped");
  call.sign = [](std::string_view text) { return base64(hmac(EVP_sha1(), std::string(kSecret) + "&", text)); };
  expect(call, "the key is secretKey and `&`");
  call = SignedCall();
  call.md5 = [](std::string_view text) { return base64(digest(EVP_sha256(), text)); };
  expect(call, "MD5 is wanted");
}

TEST_F(MistakesTest, TheStringToSign) {
  using Text = std::string;
  const std::pair<std::function<Text(Text, Text, Text)>, const char*> cases[] = {
      {[](const Text& m, const Text& d, const Text& p) { return m + "\n" + d + "\n" + p + "\n"; }, "a newline follows the path"},
      {[](const Text& m, const Text& d, const Text& p) { return m + d + p; }, "the newlines are missing"},
      {[](const Text& m, const Text& d, const Text& p) { return m + "\\n" + d + "\\n" + p; }, "two characters \\n"},
      {[](const Text& m, const Text& d, const Text& p) { return d + "\n" + m + "\n" + p; }, "the order requestDate, contentMD5, path"},
      {[](const Text& m, const Text& d, const Text& p) { return m + "\n" + d + "\n" + p + "?a=1"; }, "the query was signed"},
      {[](const Text& m, const Text& d, const Text& p) { return m + "\n" + d + "\nhttps://mq.example" + p; }, "scheme or host"},
      {[](const Text& m, const Text& d, const Text& p) { return m + "\n" + d + "\nmq.example" + p + "?a=1"; }, "scheme, host or query"},
      {[](const Text& m, const Text& d, const Text& p) { return m + "\n" + d + "\n" + p.substr(p.rfind('/')); }, "the operation's name"},
      {[](const Text& m, const Text& d, const Text&) { return m + "\n" + d; }, "the path is missing"},
      {[](const Text& m, const Text&, const Text& p) { return m + "\n星期一, 23 十一月 2026 08:00:00 GMT\n" + p; }, "signed in Chinese"},
      {[](const Text& m, const Text&, const Text& p) { return m + "\n周一, 23 11月 2026 08:00:00 GMT\n" + p; }, "signed in Chinese"},
  };
  for (const auto& [to_sign, part] : cases) {
    SignedCall call;
    call.query = "?a=1";
    call.to_sign = to_sign;
    expect(call, part);
  }
}

TEST_F(MistakesTest, WhatWasDigested) {
  const std::string list = R"([{"body": 1, "tags":["b"]}])";
  const std::pair<std::string, const char*> cases[] = {
      {SignedCall().body, "the whole body"},
      {"", "an empty text"},
      {"r\n队列\n" + list + "\n", "a newline follows the last value"},
      {"r队列" + list, "the newlines between the values are missing"},
      {"r&队列&" + list, "joined by &"},
      {"队列\n" + list + "\nr", "in the order queueId, messages, regionId"},
      {"r\n" + list, "the value of queueId was left out"},
      {"regionId=r&queueId=队列&messages=" + list, "the names were digested"},
      {"r\n队列\n[{\"body\":1,\"tags\":[\"b\"]}]", "written anew, without white space"},
      {"r\n队列\n[{\"body\": 1, \"tags\": [\"b\"]}]", "with a space behind each comma and colon"},
      {"\"r\"\n\"队列\"\n" + list, "with their quotes"},
      {"r\n\xB6\xD3\xC1\xD0\n" + list, "GBK"},
  };
  for (const auto& [digested, part] : cases) {
    SignedCall call;
    call.digested = digested;
    expect(call, part);
  }
}

TEST_F(MistakesTest, ParametersInTheWrongPlace) {
  SignedCall call;
  call.query = "?regionId=r2&queueId=q%202";
  call.digested = "r2\nq 2";
  expect(call, "the parameters of the query were digested");
  call = SignedCall();
  call.headers = {{"regionId", "r2"}, {"queueId", "q2"}};
  call.digested = "r2\nq2";
  expect(call, "the parameters of the headers were digested");
  call = query();
  call.query = "?regionId=r3";
  call.digested = "r3";
  expect(call, "they belong into the headers");
}

TEST_F(MistakesTest, SwappedKeys) {
  SignedCall call;
  call.access_key = kSecret;
  call.sign = [](std::string_view text) { return base64(hmac(EVP_sha1(), "ak", text)); };
  expect(call, "sig.key; the accessKey is unknown: accessKey and secretKey are swapped");
  call.sign = SignedCall().sign;
  EXPECT_EQ(reason(call).find("swapped"), std::string::npos) << "knowing a secret alone proves nothing";
}

TEST_F(MistakesTest, DatesThatCannotBeRead) {
  SignedCall call;
  call.date = "星期一, 23 十一月 2026 08:00:00 GMT";
  expect(call, "requestDate is not in English");
  call.date = "2026-11-23T08:00:00Z";
  expect(call, "ISO 8601");
  call.date = "1795420800";
  expect(call, "requestDate is a number");
}

TEST_F(MistakesTest, ASkewedClockIsMeasured) {
  options_.auth_skew = std::chrono::minutes(15);
  start();
  SignedCall call;
  call.date = "Mon, 23 Nov 2020 08:00:00 GMT";
  const auto given = reason(call);
  EXPECT_TRUE(given.starts_with("sig.date.stale; ")) << given;
  EXPECT_NE(given.find(" s behind the server's clock"), std::string::npos) << given;
}

TEST_F(MistakesTest, NonsenseIsNotExplained) {
  test::Rng rng(test::first_seed(7));
  for (int round = 0; round < 200; ++round) {
    std::string key;
    for (int i = 0; i < 10; ++i) key += static_cast<char>('a' + rng.below(26));
    SignedCall call;
    call.sign = [&](std::string_view text) { return base64(hmac(EVP_sha1(), key, text)); };
    EXPECT_EQ(reason(call), "sig.hmac; Hmac does not fit contentMD5, requestDate and the path");
    call = SignedCall();
    call.digested = key;
    EXPECT_EQ(reason(call), "sig.md5; contentMD5 is not the digest of the parameters");
  }
}

// --- What is told further ------------------------------------------------------------------------------------------------

TEST_F(MistakesTest, TheControlPlaneTellsWhatShouldHaveBeenSigned) {
  SignedCall call;
  call.digested = "r";
  const auto reply = ask(call);
  const auto place = header_of(reply, "X-WingMQ-Explain");
  ASSERT_TRUE(place.starts_with("/__admin/requests/")) << place;
  net::Request request;
  request.method = "GET";
  request.target = place;
  request.headers = {{"Host", "localhost"}};
  const auto told = app_->handle(std::move(request), pending_);
  ASSERT_TRUE(told);
  ASSERT_EQ(told->status, 200U) << told->body;
  EXPECT_EQ(told->body.find(kSecret), std::string::npos);
  const auto parsed = boost::json::parse(told->body);
  EXPECT_EQ(parsed.at("reason").as_string(), "sig.md5");
  EXPECT_EQ(parsed.at("operation").as_string(), "sendSpecifyQueueMessage");
  EXPECT_EQ(parsed.at("digested").as_string(), SignedCall().digested.c_str());
  EXPECT_EQ(parsed.at("content_md5").as_string(), SignedCall().md5(SignedCall().digested).c_str());
  EXPECT_EQ(parsed.at("string_to_sign").as_string(), (call.md5("r") + "\n" + kDate + "\n" + kPath + call.operation).c_str());
}

TEST_F(MistakesTest, AnUnknownRequestIsNotFound) {
  start();
  net::Request request;
  request.method = "GET";
  request.target = "/__admin/requests/0123456789abcdef01234567";
  request.headers = {{"Host", "localhost"}};
  EXPECT_EQ(app_->handle(std::move(request), pending_)->status, 404U);
}

TEST_F(MistakesTest, ProductionSaysNothing) {
  options_.explain_signatures = false;
  SignedCall call;
  call.digested = "r";
  const auto reply = ask(call);
  EXPECT_EQ(header_of(reply, "X-WingMQ-Reason"), "");
  EXPECT_EQ(header_of(reply, "X-WingMQ-Explain"), "");
}

TEST_F(MistakesTest, WithoutAControlPlaneNoPlaceIsGiven) {
  options_.admin = net::AdminAccess::kOff;
  SignedCall call;
  call.digested = "r";
  const auto reply = ask(call);
  EXPECT_NE(header_of(reply, "X-WingMQ-Reason"), "");
  EXPECT_EQ(header_of(reply, "X-WingMQ-Explain"), "");
}

}  // namespace
}  // namespace wingmq::contract
