// Calls that are broken on purpose (net/API.md, faults).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "support/api_client.h"

namespace wingmq::contract {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::string_view kFaultHeader = "X-WingMQ-Fault";

class Faults : public ::testing::Test {
 protected:
  static WorldOptions options() {
    WorldOptions options;
    options.server.faults = true;
    options.server.seed = 7;
    return options;
  }

  /// Adds a rule, JSON text, which must be taken.
  void add(const std::string& rule) {
    const Answer added = world_.admin("POST", "/__admin/faults", rule);
    EXPECT_EQ(added.http(), 201U) << added;
  }
  std::string refusal_of(const std::string& rule, unsigned status = 400) {
    const Answer refused = world_.admin("POST", "/__admin/faults", rule);
    EXPECT_EQ(refused.http(), status) << refused;
    return refused.text_of("error");
  }
  std::string counted(std::size_t index = 0) {
    const auto rule = world_.admin("GET", "/__admin/faults")["faults"].at(index);
    return std::to_string(rule.at("seen").as_int64()) + "/" + std::to_string(rule.at("hits").as_int64());
  }
  [[nodiscard]] static std::string header_of(const net::Reply& reply) {
    const auto found = std::ranges::find(reply.headers, kFaultHeader, &std::pair<std::string, std::string>::first);
    return found == reply.headers.end() ? "" : found->second;
  }
  [[nodiscard]] Call send_call(Fields headers = {}) const {
    return world_.post_call("sendSpecifyQueueMessage",
                            R"({"regionId":"cn-snxy1","queueId":")" + place_.queue + R"(","messages":[{"body":1}]})", std::move(headers));
  }
  Call consume_call(Fields headers = {}) const {
    Call call = world_.consume_call(place_);
    std::ranges::move(headers, std::back_inserter(call.headers));
    return call;
  }

  World world_{options()};
  Place place_ = world_.create({.name = "orders", .max_consume_count = "2"});
};

// --- What they do -----------------------------------------------------------------------------------------------------

TEST_F(Faults, ARefusedCallHasTheCodeInTheDocumentedShapeAndChangesNothing) {
  add(R"({"id":"no","match":{"operation":"sendSpecifyQueueMessage","queue":"orders"},"do":{"type":"refuse","code":"WMQ.FAULT"}})");
  const std::string before = world_.snapshot();
  const Answer refused = world_.ask(send_call());
  EXPECT_EQ(refused.http(), 200U);
  EXPECT_EQ(refused.status(), 900);
  EXPECT_EQ(refused.code(), "WMQ.FAULT");
  EXPECT_EQ(refused.members(), "statusCode message errorCode errorMessageString errorMessageArray succeed returnObj");
  EXPECT_EQ(header_of(refused.reply()), "no");
  EXPECT_EQ(world_.snapshot(), before);
}

TEST_F(Faults, AnyDocumentedCodeCanBeRefusedWithItsStatus) {
  add(R"({"match":{"operation":"queryQuota"},"when":{"times":1},"do":{"type":"refuse","code":"WMQ.UNAVAILABLE"}})");
  add(R"({"match":{"operation":"queryQuota"},"when":{"times":1},"do":{"type":"refuse","code":"DMS.10240011"}})");
  const Fields region{{"regionId", kRegion}};
  const Answer first = world_.get("queryQuota", region);
  EXPECT_EQ(first.http(), 503U);
  EXPECT_EQ(first.code(), "WMQ.UNAVAILABLE");
  const Answer second = world_.get("queryQuota", region);
  EXPECT_EQ(second.http(), 400U);
  EXPECT_EQ(second.code(), "DMS.10240011");
  EXPECT_TRUE(world_.get("queryQuota", region).done());
}

TEST_F(Faults, ClosingChangesNothingAndLosingTheReplyDoes) {
  add(R"({"id":"shut","match":{"operation":"sendSpecifyQueueMessage"},"when":{"times":1},"do":{"type":"close"}})");
  add(R"({"id":"lost","match":{"operation":"sendSpecifyQueueMessage"},"when":{"times":1},"do":{"type":"lose_reply"}})");
  const std::string before = world_.snapshot();
  EXPECT_TRUE(world_.begin(send_call())->reply().dropped);
  EXPECT_EQ(world_.snapshot(), before);
  EXPECT_TRUE(world_.begin(send_call())->reply().dropped);
  EXPECT_EQ(world_.counts(place_).produced, 1);
  EXPECT_TRUE(world_.ask(send_call()).done()) << "who repeats a lost send";
  EXPECT_EQ(world_.counts(place_).produced, 2) << "sees it twice";
}

TEST_F(Faults, WhatALostReplyBroughtStaysLeased) {
  world_.send_numbers(place_.queue, 1, 2);
  add(R"({"match":{"operation":"consumptionMessage","group":"g1"},"when":{"times":1},"do":{"type":"lose_reply"}})");
  {
    const auto lost = world_.begin_consume(place_);
    EXPECT_TRUE(lost->reply().dropped);
    lost->hang_up();
  }
  EXPECT_EQ(world_.admin("GET", "/__admin/queues/orders")["groups"].at(0).at("in_flight").as_int64(), 2);
  world_.pass(30s);
  EXPECT_EQ(bodies(world_.consume(place_)), "1 2");
}

TEST_F(Faults, ADelayedReplyWaitsAndTheOperationDoesNot) {
  add(R"({"match":{"operation":"sendSpecifyQueueMessage"},"do":{"type":"delay","for":"200ms"}})");
  const auto sending = world_.begin(send_call());
  EXPECT_FALSE(sending->answered());
  EXPECT_EQ(sending->take_patience(), 200ms);
  EXPECT_EQ(world_.counts(place_).produced, 1);
  sending->ring();
  EXPECT_TRUE(sending->answer().done());
}

TEST_F(Faults, AConsumerThatLeavesWhileItsReplyWaitsGivesTheMessagesBack) {
  world_.send_numbers(place_.queue, 1, 1);
  add(R"({"match":{"operation":"consumptionMessage"},"when":{"times":1},"do":{"type":"delay","for":"200ms"}})");
  world_.begin_consume(place_)->hang_up();
  EXPECT_EQ(bodies(world_.consume(place_)), "1");
}

TEST_F(Faults, AnExpiredDeliveryComesTooLateToConfirm) {
  world_.send_numbers(place_.queue, 1, 1);
  add(R"({"match":{"operation":"consumptionMessage"},"do":{"type":"expire"}})");
  const Batch first = world_.consume(place_);
  ASSERT_EQ(bodies(first), "1");
  EXPECT_EQ(tally(world_.confirm(place_, all(first))), "DMS.10542209");
  EXPECT_EQ(bodies(world_.consume(place_)), "1");
  EXPECT_EQ(bodies(world_.consume_dead(place_)), "1") << "its failures count";
}

TEST_F(Faults, ADuplicateIsDeliveredTwiceAndBothCanBeConfirmed) {
  world_.send_numbers(place_.queue, 1, 2);
  add(R"({"match":{"operation":"consumptionMessage"},"when":{"times":1},"do":{"type":"duplicate"}})");
  const Batch first = world_.consume(place_);
  const Batch second = world_.consume(place_);
  EXPECT_EQ(bodies(first), "1 2");
  EXPECT_EQ(bodies(second), "1 2");
  EXPECT_EQ(tally(world_.confirm(place_, all(first))), "2/0");
  EXPECT_EQ(world_.counts(place_).available, 2);
  EXPECT_EQ(tally(world_.confirm(place_, all(second))), "2/0");
  EXPECT_EQ(world_.counts(place_).available, 0);
  EXPECT_TRUE(world_.admin("GET", "/__admin/queues/orders/balance")["balanced"].as_bool());
}

TEST_F(Faults, AShortConsumeBringsFewer) {
  world_.send_numbers(place_.queue, 1, 3);
  add(R"({"match":{"queue":")" + place_.queue + R"("},"do":{"type":"short","max":2}})");
  EXPECT_EQ(bodies(world_.consume(place_)), "1 2");
  EXPECT_EQ(bodies(world_.consume(place_)), "3");
}

TEST_F(Faults, AShuffledConsumeBringsTheSameInAnotherOrderBySeed) {
  world_.send_numbers(place_.queue, 1, 9);
  add(R"({"match":{"operation":"consumptionMessage"},"do":{"type":"shuffle"}})");
  const std::string first = bodies(world_.consume(place_));
  EXPECT_NE(first, "1 2 3 4 5 6 7 8 9");
  EXPECT_EQ(sorted_bodies(world_.consume(place_, {.wait = "1"})), "");
  World again(options());
  const Place place = again.create({.name = "orders", .max_consume_count = "2"});
  again.send_numbers(place.queue, 1, 9);
  again.admin("POST", "/__admin/faults", R"({"match":{"operation":"consumptionMessage"},"do":{"type":"shuffle"}})");
  const Batch batch = again.consume(place);
  EXPECT_EQ(bodies(batch), first);
}

// --- Whom they hit ----------------------------------------------------------------------------------------------------

TEST_F(Faults, ARuleCountsWhatItSeesAndStrikesWhenItIsDue) {
  add(R"({"match":{"operation":"queryQuota"},"when":{"skip":1,"every":2,"times":2},"do":{"type":"refuse","code":"WMQ.FAULT"}})");
  std::string hits;
  for (int i = 0; i < 8; ++i) hits += world_.get("queryQuota", {{"regionId", kRegion}}).done() ? '.' : 'x';
  EXPECT_EQ(hits, "..x.x...");
  EXPECT_EQ(counted(), "8/2");
}

TEST_F(Faults, ARuleIsAboutNothingElse) {
  const Place other = world_.create({.name = "other"});
  add(R"({"match":{"queue":"other","access_key":"somebody"},"do":{"type":"close"}})");
  add(R"({"match":{"group":"nobody"},"do":{"type":"close"}})");
  add(R"({"match":{"operation":"queryQuota"},"do":{"type":"close"}})");
  EXPECT_TRUE(world_.send(other.queue, {"1"}).done());
  EXPECT_TRUE(world_.ask(send_call()).done());
  EXPECT_EQ(counted(0), "0/0");
  EXPECT_EQ(world_.ask(world_.post_call("sendSpecifyQueueMessage", "{}")).http(), 400U) << "a wrong call is refused as ever";
}

TEST_F(Faults, ChanceHasASeed) {
  add(R"({"match":{"operation":"queryQuota"},"when":{"probability":0.5},"do":{"type":"refuse","code":"WMQ.FAULT"}})");
  const auto round = [&] {
    std::string hits;
    for (int i = 0; i < 32; ++i) hits += world_.get("queryQuota", {{"regionId", kRegion}}).done() ? '.' : 'x';
    return hits;
  };
  const std::string first = round();
  EXPECT_THAT(first, HasSubstr("x"));
  EXPECT_THAT(first, HasSubstr("."));
  EXPECT_NE(round(), first);
}

TEST_F(Faults, ARequestMayBringItsOwn) {
  const Answer refused = world_.ask(send_call({{std::string(kFaultHeader), "refuse=WMQ.MEMORY_FULL"}}));
  EXPECT_EQ(refused.code(), "WMQ.MEMORY_FULL");
  EXPECT_EQ(header_of(refused.reply()), "request");
  EXPECT_TRUE(world_.begin(send_call({{std::string(kFaultHeader), "lose_reply"}}))->reply().dropped);
  EXPECT_EQ(world_.counts(place_).produced, 1);
  const auto delayed = world_.begin(send_call({{std::string(kFaultHeader), "delay=1s"}}));
  EXPECT_EQ(delayed->take_patience(), 1000ms);
  delayed->ring();
  EXPECT_EQ(bodies(messages_of(world_.ask(consume_call({{std::string(kFaultHeader), "short=1"}})))), "1");
  const Answer unreadable = world_.ask(send_call({{std::string(kFaultHeader), "loose_reply"}}));
  EXPECT_EQ(unreadable.http(), 400U);
  EXPECT_THAT(unreadable.message(), HasSubstr("X-WingMQ-Fault"));
}

TEST_F(Faults, FifoQueuesKeepTheirOrder) {
  const Place fifo = world_.create({.name = "fifo", .mode = "FIFO"});
  EXPECT_THAT(refusal_of(R"({"match":{"queue":"fifo"},"do":{"type":"shuffle"}})"), HasSubstr("FIFO"));
  add(R"({"do":{"type":"duplicate"}})");
  world_.send_numbers(fifo.queue, 1, 2);
  EXPECT_EQ(bodies(world_.consume(fifo)), "1 2");
  EXPECT_EQ(counted(), "0/0");
}

// --- The rules as such ------------------------------------------------------------------------------------------------

TEST_F(Faults, RulesAreListedAndRemoved) {
  add(R"({"id":"a","do":{"type":"close"}})");
  add(R"({"match":{"queue":"orders"},"do":{"type":"delay","for":"1s"}})");
  EXPECT_EQ(refusal_of(R"({"id":"a","do":{"type":"close"}})", 409), "there is a fault \"a\" already");
  const auto listed = world_.admin("GET", "/__admin/faults")["faults"];
  EXPECT_EQ(listed.at(0).at("id").as_string(), "a");
  EXPECT_EQ(listed.at(1).at("id").as_string(), "fault-1");
  EXPECT_EQ(listed.at(1).at("match").at("queue").as_string(), "orders");
  EXPECT_EQ(world_.admin("DELETE", "/__admin/faults/a").text(), R"({"removed":"a"})");
  EXPECT_EQ(world_.admin("DELETE", "/__admin/faults/a").http(), 404U);
  EXPECT_EQ(world_.admin("DELETE", "/__admin/faults").text(), R"({"removed":1})");
  EXPECT_TRUE(world_.ask(send_call()).done());
}

TEST_F(Faults, AWrongRuleIsRefusedWithWhatWouldBeRight) {
  EXPECT_EQ(refusal_of(""), "\"do\" has no \"type\"");
  EXPECT_EQ(refusal_of("[]"), "a fault rule is not an object");
  EXPECT_EQ(refusal_of(R"({"do":{"type":"explode"}})"), "there is no fault \"explode\"");
  EXPECT_EQ(refusal_of(R"({"do":{"type":"delay"}})"), "a fault \"delay\" needs \"for\"");
  EXPECT_EQ(refusal_of(R"({"do":{"type":"close","for":"1s"}})"), "\"for\" does not go with \"close\"");
  EXPECT_EQ(refusal_of(R"({"do":{"type":"refuse","code":"WMQ.NO"}})"), "a fault \"refuse\" needs \"code\"");
  EXPECT_EQ(refusal_of(R"({"do":{"type":"short","max":0}})"), "a fault \"short\" needs \"max\"");
  EXPECT_EQ(refusal_of(R"({"match":{"operation":"consume"},"do":{"type":"close"}})"), "there is no operation \"consume\"");
  EXPECT_EQ(refusal_of(R"({"match":{"operation":"queryQuota"},"do":{"type":"short","max":1}})"), "queryQuota delivers nothing that this fault could change");
  EXPECT_EQ(refusal_of(R"({"match":{"key":"a"},"do":{"type":"close"}})"), "unknown member \"key\" in \"match\"");
  EXPECT_EQ(refusal_of(R"({"when":{"probability":2},"do":{"type":"close"}})"), "\"probability\" is no number from 0 to 1");
  EXPECT_EQ(refusal_of(R"({"when":{"times":0},"do":{"type":"close"}})"), "\"times\" is no whole number from 1 on");
  EXPECT_EQ(refusal_of(R"({"times":1,"do":{"type":"close"}})"), "unknown member \"times\" in the rule");
}

TEST(FaultsOfTheStart, AResetBeginsThemAfreshAndForgetsTheOthers) {
  WorldOptions options;
  options.server.faults = true;
  options.server.fault_rules = R"([{"id":"first","match":{"operation":"queryQuota"},"when":{"times":1},"do":{"type":"refuse","code":"WMQ.FAULT"}}])";
  World world(options);
  const Fields region{{"regionId", kRegion}};
  EXPECT_FALSE(world.get("queryQuota", region).done());
  EXPECT_TRUE(world.get("queryQuota", region).done());
  EXPECT_EQ(world.admin("POST", "/__admin/faults", R"({"do":{"type":"close"}})").http(), 201U);
  EXPECT_EQ(world.admin("POST", "/__admin/reset").http(), 200U);
  EXPECT_EQ(world.admin("GET", "/__admin/faults")["faults"].as_array().size(), 1U);
  EXPECT_FALSE(world.get("queryQuota", region).done());
  EXPECT_FALSE(net::check_fault_rules(R"([{"do":{"type":"close"}},{"do":{"type":"x"}}])"));
}

TEST(FaultsElsewhere, AreRefusedWithTheReasonAndTheHeaderMeansNothing) {
  World world;
  EXPECT_EQ(world.admin("POST", "/__admin/faults", R"({"do":{"type":"close"}})").http(), 403U);
  EXPECT_EQ(world.admin("GET", "/__admin/faults").http(), 403U);
  EXPECT_TRUE(world.get("queryQuota", {{"regionId", kRegion}, {std::string(kFaultHeader), "close"}}).done());
}

}  // namespace
}  // namespace wingmq::contract
