#include "client/signed_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace wingmq::tools {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;

std::expected<ReadyCall, std::string> make(std::vector<std::string> words) {
  CLI::App app;
  SignedCallOptions options;
  options.add_to(app);
  std::ranges::reverse(words);
  app.parse(words);
  return options.make();
}

std::string wrong_in(const std::vector<std::string>& words) {
  const auto call = make(words);
  return call ? "no fault" : call.error();
}

std::string digest_of(const std::vector<std::string>& words) {
  const auto call = make(words);
  if (!call) return call.error();
  const auto& headers = call->wire.headers;
  const auto found = std::ranges::find(headers, "contentMD5", [](const auto& header) { return header.first; });
  return found == headers.end() ? "none" : found->second;
}

TEST(SignedCallTest, CarriesAGetsParametersAsHeaders) {
  const auto call = make({"queryQueue", "--param", "regionId=cn-snxy1", "--param", "includeDeadletter=true"});
  ASSERT_TRUE(call);
  EXPECT_EQ(call->path, "/apiproxy/v3/queue/queryQueue");
  EXPECT_EQ(call->wire.body, "");
  EXPECT_THAT(call->wire.headers,
              AllOf(Contains(Pair("regionId", "cn-snxy1")), Contains(Pair("includeDeadletter", "true")),
                    Contains(Pair("accessKey", "test")), Contains(Key("Hmac"))));
}

TEST(SignedCallTest, CarriesAPostsParametersInItsBody) {
  const auto call = make({"createConsumeGroup", "--param", "queueId=a=b", "--param", R"(groups=[{"name":"g"}])"});
  ASSERT_TRUE(call);
  EXPECT_EQ(call->wire.body, R"({"queueId":"a=b","groups":[{"name":"g"}]})");
}

TEST(SignedCallTest, SendsAndSignsAValueWithoutBlanksAroundIt) {
  EXPECT_EQ(digest_of({"queryQuota", "--param", "regionId= r\r\n"}),
            digest_of({"queryQuota", "--param", "regionId=r"}));
  const auto call = make({"sendSpecifyQueueMessage", "--param", "messages=\n[\n{\"body\":\" x \"}]\n"});
  ASSERT_TRUE(call);
  EXPECT_EQ(call->wire.body, "{\"messages\":[ {\"body\":\" x \"}]}");
}

TEST(SignedCallTest, PutsAJsonValueOnOneLine) {
  const auto call = make({"consumptionMessage", "--param", "consumerQueueInfo={\n\"queueId\":\"q\"\n}"});
  ASSERT_TRUE(call) << call.error();
  EXPECT_THAT(call->wire.headers, Contains(Pair("consumerQueueInfo", "{ \"queueId\":\"q\" }")));
}

TEST(SignedCallTest, IsUnsignedWithoutASecret) {
  const auto call = make({"queryQuota", "--access-key", "bob"});
  ASSERT_TRUE(call);
  EXPECT_THAT(call->wire.headers, AllOf(Contains(Pair("accessKey", "bob")), Not(Contains(Key("Hmac"))),
                                        Not(Contains(Key("contentMD5"))), Not(Contains(Key("requestDate")))));
  EXPECT_EQ(digest_of({"queryQuota", "--secret-key", ""}), "none");
  EXPECT_NE(digest_of({"queryQuota", "--access-key", "test"}), "none");
}

TEST(SignedCallTest, RefusesWhatNoHeaderCanHold) {
  EXPECT_THAT(wrong_in({"queryQuota", "--param", "regionId=a\nb"}), HasSubstr("regionId is sent as a header"));
  EXPECT_THAT(wrong_in({"queryQuota", "--param",
                     R"(regionId={"a":")"
                     "\n"
                     R"("})"}),
              HasSubstr("regionId is sent as a header"));
  EXPECT_THAT(wrong_in({"queryQuota", "--access-key", "a\r\nX: y"}), HasSubstr("accessKey is sent as a header"));
  EXPECT_THAT(wrong_in({"queryQuota", "--date", "x\x7f"}), HasSubstr("requestDate is sent as a header"));
  EXPECT_THAT(wrong_in({"queryQuota", "--param", "a:b=c"}), HasSubstr("`a:b` is no name"));
  EXPECT_EQ(wrong_in({"queryQuota", "--param", "regionId=地区"}), "no fault");
  EXPECT_EQ(wrong_in({"createQueue", "--param", "a:b=c\nd"}), "no fault");
}

TEST(SignedCallTest, NamesWhatIsWrong) {
  EXPECT_THAT(wrong_in({"queryQueu"}), HasSubstr("did you mean `queryQueue`?"));
  EXPECT_THAT(wrong_in({"nothing_alike"}), HasSubstr("there are: sendSpecifyQueueMessage, "));
  EXPECT_THAT(wrong_in({"queryQuota", "--param", "=x"}), HasSubstr("needed is NAME=VALUE"));
  EXPECT_THAT(wrong_in({"queryQuota", "--param", "a=@/nowhere/at/all"}), HasSubstr("`/nowhere/at/all` cannot be read"));
  EXPECT_THAT(wrong_in({"queryQuota", "--param", "a=@/"}), HasSubstr("`/` cannot be read"));
  EXPECT_THAT(wrong_in({"queryQuota", "--param", "a=@-", "--param", "b=@-"}), HasSubstr("only one value"));
}

}  // namespace
}  // namespace wingmq::tools
