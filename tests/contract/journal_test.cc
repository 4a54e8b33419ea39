// The calls that the journal tells about (net/API.md, the journal).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <memory>

#include "support/api_client.h"

namespace wingmq::contract {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class JournalTest : public ::testing::Test {
 protected:
  static WorldOptions options() {
    WorldOptions options;
    options.server.faults = true;
    options.server.journal = 20;
    return options;
  }
  boost::json::value requests(const std::string& query = "") {
    const Answer answer = world_.admin("GET", "/__admin/requests" + query);
    EXPECT_EQ(answer.http(), 200U) << answer;
    return answer["requests"];
  }
  std::int64_t count(const std::string& query) {
    const Answer answer = world_.admin("GET", "/__admin/requests/count" + query);
    EXPECT_EQ(answer.http(), 200U) << answer;
    return answer["count"].as_int64();
  }
  /// The newest call, some of its members joined by spaces.
  std::string newest() {
    const auto all = requests("?limit=1");
    const auto& call = all.at(0);
    const auto text = [&](std::string_view name) { return boost::json::serialize(call.at(name)); };
    return text("operation") + " " + text("outcome") + " " + text("status") + " " + text("status_code") + " " + text("error_code") + " " +
           text("messages") + " " + text("fault");
  }
  [[nodiscard]] Call send_call(Fields headers = {}) const {
    return world_.post_call("sendSpecifyQueueMessage",
                            R"({"regionId":"cn-snxy1","queueId":")" + place_.queue + R"(","messages":[{"body":1},{"body":2}]})", std::move(headers));
  }

  World world_{options()};
  Place place_ = world_.create({.name = "orders", .max_consume_count = "2"});
};

TEST_F(JournalTest, ACallStandsThereWithWhatItDid) {
  EXPECT_TRUE(world_.ask(send_call()).done());
  EXPECT_EQ(newest(), R"("sendSpecifyQueueMessage" "done" 200 800 null 2 null)");
  const auto call = requests().at(0);
  EXPECT_EQ(call.at("queue").as_string(), place_.queue);
  EXPECT_TRUE(call.at("group").is_null());
  EXPECT_EQ(call.at("at").as_int64(), kStartMs);
  EXPECT_GE(call.at("took_us").as_int64(), 0);
  EXPECT_TRUE(call.at("reason").is_null());
  EXPECT_EQ(bodies(world_.consume(place_)), "1 2");
  EXPECT_EQ(newest(), R"("consumptionMessage" "done" 200 800 null 2 null)");
  EXPECT_EQ(requests().at(0).at("group").as_string(), place_.group);
}

TEST_F(JournalTest, ARefusalSaysWhy) {
  EXPECT_EQ(world_.get("queryQuota", {}).code(), "DMS.10540010");
  EXPECT_EQ(newest(), R"("queryQuota" "refused" 400 400 "DMS.10540010" 0 null)");
  EXPECT_THAT(std::string(requests().at(0).at("reason").as_string()), HasSubstr("regionId"));
}

TEST_F(JournalTest, ALostReplyIsLostAndWhoRepeatsSendsTwice) {
  EXPECT_EQ(world_.admin("POST", "/__admin/faults",
                         R"({"id":"away","match":{"operation":"sendSpecifyQueueMessage"},"when":{"times":1},"do":{"type":"lose_reply"}})").http(), 201U);
  EXPECT_TRUE(world_.begin(send_call())->reply().dropped);
  EXPECT_TRUE(world_.ask(send_call()).done());
  EXPECT_EQ(world_.counts(place_).produced, 4);
  const auto calls = requests("?operation=sendSpecifyQueueMessage");
  ASSERT_EQ(calls.as_array().size(), 2U);
  EXPECT_EQ(calls.at(1).at("outcome").as_string(), "lost");
  EXPECT_EQ(calls.at(1).at("fault").as_string(), "away");
  EXPECT_EQ(calls.at(1).at("status_code").as_int64(), 800);
  EXPECT_EQ(calls.at(0).at("outcome").as_string(), "done");
}

TEST_F(JournalTest, AConsumerThatHungUpIsLost) {
  {
    const auto parked = world_.begin_consume(place_);
    EXPECT_FALSE(parked->answered());
    EXPECT_EQ(count("?operation=consumptionMessage"), 0) << "not over yet";
    parked->hang_up();
  }
  EXPECT_EQ(newest(), R"("consumptionMessage" "lost" null null null 0 null)");
}

TEST_F(JournalTest, EachParameterNarrows) {
  EXPECT_TRUE(world_.ask(send_call()).done());
  EXPECT_TRUE(world_.ask(send_call({{"X-WingMQ-Fault", "refuse=DMS.10240401"}})).code() == "DMS.10240401");
  bodies(world_.consume(place_));
  EXPECT_EQ(count("?operation=sendSpecifyQueueMessage"), 2);
  EXPECT_EQ(count("?operation=sendSpecifyQueueMessage&outcome=refused"), 1);
  EXPECT_EQ(count("?fault=request"), 1);
  EXPECT_EQ(count("?queue=orders&operation=sendSpecifyQueueMessage"), 2);
  EXPECT_EQ(count("?queue=" + place_.queue + "&group=g1"), 1);
  EXPECT_EQ(count("?queue=nobody"), 0);
  EXPECT_EQ(count("?access_key=nobody"), 0);
}

TEST_F(JournalTest, OneAfterTheOtherFromTheNewest) {
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(world_.ask(send_call()).done());
  EXPECT_EQ(count(""), 20) << "as many as are kept";
  std::string seen;
  std::string after;
  int pages = 0;
  for (;; ++pages) {
    const Answer page = world_.admin("GET", "/__admin/requests?limit=8" + after);
    for (const auto& call : page["requests"].as_array()) seen += std::string(call.at("id").as_string()) + " ";
    if (page["next"].is_null()) break;
    after = "&after=" + std::string(page["next"].as_string());
  }
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), ' '), 20);
  EXPECT_EQ(seen.find("r32 r31 r30 "), 0U) << seen;
}

TEST_F(JournalTest, OneCallShowsItsParametersAndNoSignature) {
  world_.ask(send_call({{"Hmac", "c2VjcmV0"}, {"accessKey", "ak"}}));
  const Answer sent = world_.admin("GET", "/__admin/requests/" + std::string(requests().at(0).at("id").as_string()));
  EXPECT_THAT(sent.text_of("parameters"), HasSubstr(R"("messages":[{"body":1},{"body":2}])"));
  EXPECT_EQ(sent["parameters_bytes"].as_int64(), static_cast<std::int64_t>(send_call().body.size()));
  EXPECT_EQ(sent.text_of("access_key"), "ak");
  EXPECT_THAT(sent.text(), Not(HasSubstr("c2VjcmV0")));
  world_.get("queryQuota", {{"regionId", kRegion}});
  const Answer asked = world_.admin("GET", "/__admin/requests/" + std::string(requests().at(0).at("id").as_string()));
  EXPECT_EQ(asked.text_of("parameters"), R"({"regionId":"cn-snxy1"})");
}

TEST_F(JournalTest, LongParametersAreCutBetweenCharacters) {
  std::string body;
  for (int i = 0; i < 3000; ++i) body += "消";
  world_.ask(world_.post_call("sendSpecifyQueueMessage",
                              R"({"regionId":"cn-snxy1","queueId":")" + place_.queue + R"(","messages":[{"body":")" + body + R"("}]})"));
  const Answer sent = world_.admin("GET", "/__admin/requests/" + std::string(requests().at(0).at("id").as_string()));
  EXPECT_LE(sent.text_of("parameters").size(), 4096U);
  EXPECT_GT(sent.text_of("parameters").size(), 4090U);
  EXPECT_GT(sent["parameters_bytes"].as_int64(), 9000);
}

TEST_F(JournalTest, AResetEmptiesIt) {
  EXPECT_GT(count(""), 0);
  world_.admin("POST", "/__admin/reset", R"({"keep":"queues"})");
  EXPECT_EQ(count(""), 0);
}

TEST_F(JournalTest, WhatIsWrongIsSaid) {
  const auto refusal = [&](const std::string& query) { return world_.admin("GET", "/__admin/requests" + query); };
  EXPECT_THAT(refusal("?outcome=well").text_of("hint"), HasSubstr("done, refused or lost"));
  EXPECT_THAT(refusal("?operation=sendMessage").text_of("error"), HasSubstr("sendMessage"));
  EXPECT_THAT(refusal("?limit=0").text_of("hint"), HasSubstr("1 to 1000"));
  EXPECT_THAT(refusal("?after=r7").text_of("hint"), HasSubstr("next"));
  EXPECT_THAT(refusal("/count?limit=1").text_of("error"), HasSubstr("limit"));
  EXPECT_EQ(refusal("/r999").http(), 404U);
  World without;
  const Answer none = without.admin("GET", "/__admin/requests");
  EXPECT_EQ(none.http(), 409U);
  EXPECT_THAT(none.text_of("hint"), HasSubstr("--journal"));
}

}  // namespace
}  // namespace wingmq::contract
