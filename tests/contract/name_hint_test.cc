#include <gtest/gtest.h>

#include "support/api_client.h"

// A queue's or group's name where an id is wanted: the refusal stays, and a header says which id was meant.

namespace wingmq::contract {
namespace {

std::string hint_of(const Answer& answer) {
  for (const auto& [name, value] : answer.reply().headers) {
    if (name == "X-WingMQ-Hint") return value;
  }
  return {};
}
std::string of(const std::string& queue, const std::string& group = "") {
  const std::string text = R"({"regionId":"cn-snxy1","queueId":")" + queue + "\"";
  return group.empty() ? text : text + R"(,"consumerGroupId":")" + group + "\"";
}

TEST(NameHint, EveryOperationThatTakesAQueuesIdTellsItForTheName) {
  World world;
  const auto place = world.create();
  const std::string expected = "a queue of that name has the id " + place.queue;
  const Answer answers[] = {
      world.get("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", "orders"}}),
      world.get("querySpecifyQueueAllConsumerGroup", {{"regionId", kRegion}, {"queueId", "orders"}}),
      world.post("removeQueue", of("orders") + "}"),
      world.post("createConsumeGroup", of("orders") + R"(,"groups":[{"name":"g9"}]})"),
      world.post("removeSpecifyConsumerGroup", of("orders") + R"(,"groups":[{"name":"g1"}]})"),
      world.post("sendSpecifyQueueMessage", of("orders") + R"(,"messages":[{"body":1}]})"),
      world.ask(world.consume_call({"orders", place.group})),
      world.ask(world.consume_dead_call({"orders", place.group})),
      world.confirm({"orders", place.group}, {{"x", "success"}}),
      world.confirm_dead({"orders", place.group}, {{"x", "success"}}),
      world.reset({"orders", place.group}, R"({"timestamp":"0"})"),
  };
  for (const Answer& answer : answers) {
    EXPECT_EQ(answer.code(), "DMS.10240401") << answer;
    EXPECT_EQ(hint_of(answer), expected) << answer;
    EXPECT_EQ(answer.text().find(place.queue), std::string::npos) << "the text stays as it was: " << answer;
  }
}

TEST(NameHint, AGroupsNameIsLookedForInItsQueue) {
  World world;
  const auto place = world.create();
  const auto other = world.create({.name = "other"});
  const std::string expected = "a group of that name has the id " + place.group;
  for (const Answer& answer :
       {world.ask(world.consume_call({place.queue, "g1"})), world.ask(world.consume_dead_call({place.queue, "g1"})),
        world.confirm({place.queue, "g1"}, {{"x", "success"}}), world.confirm_dead({place.queue, "g1"}, {{"x", "success"}}),
        world.reset({place.queue, "g1"}, R"({"timestamp":"0"})")}) {
    EXPECT_EQ(answer.code(), "DMS.10240405") << answer;
    EXPECT_EQ(hint_of(answer), expected) << answer;
  }
  const std::string without_queue = R"({"consumedMessageInfo":{"regionId":"cn-snxy1","consumerGroupId":"g1","config":{"timestamp":"0"}}})";
  EXPECT_EQ(hint_of(world.post("consumeReset", without_queue)), "") << "two groups have the name";
  ASSERT_TRUE(world.post("removeQueue", of(other.queue) + "}").done());
  EXPECT_EQ(hint_of(world.post("consumeReset", without_queue)), expected);
}

TEST(NameHint, WhatIsNoNameGetsNone) {
  World world;
  const auto place = world.create();
  EXPECT_EQ(hint_of(world.get("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", "Orders"}})), "");
  EXPECT_EQ(hint_of(world.get("querySpecifyQueue", {{"regionId", "other"}, {"queueId", "orders"}})), "") << "of another project";
  EXPECT_EQ(hint_of(world.get("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", "orders"}, {"accessKey", "stranger"}})), "");
  EXPECT_EQ(hint_of(world.post("removeSpecifyConsumerGroup", of(place.queue) + R"(,"groups":[{"name":"g2"}]})")), "");
  EXPECT_EQ(hint_of(world.get("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", place.queue}})), "");
}

TEST(NameHint, NothingIsToldInProduction) {
  WorldOptions options;
  options.server.explain_signatures = false;
  World world(options);
  const auto place = world.create();
  EXPECT_EQ(hint_of(world.get("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", "orders"}})), "");
  EXPECT_EQ(hint_of(world.ask(world.consume_call({place.queue, "g1"}))), "");
}

}  // namespace
}  // namespace wingmq::contract
