#include <gtest/gtest.h>

#include "support/api_client.h"

// API.md 4.10 and 4.12 to 4.14: confirming, dead letters, resets. Parameters at zero, limit and one past it, of the wrong
// type, missing and misplaced.

namespace wingmq::contract {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A place in a FIFO queue that lets messages die after `max` failures.
Place mortal(World& world, const std::string& max) { return world.create({.mode = "FIFO", .max_consume_count = max}); }

/// Sends the numbers and lets them die at once; the place must come from mortal("1").
void kill_numbers(World& world, const Place& place, int first, int last) {
  world.send_numbers(place.queue, first, last);
  const auto batch = world.consume(place, {.max = "1000"});
  ASSERT_EQ(batch.size(), static_cast<std::size_t>(last - first + 1));
  ASSERT_EQ(tally(world.confirm(place, {{batch[0].handler, "fail"}})), "0/1");
}

// --- 4.10 confirm ----------------------------------------------------------------------------------------------------

TEST(Confirm, TakesAnArrayOrAnArrayInAnObject) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 2);
  const auto batch = world.consume(place);
  const auto with = [&](const std::string& message) {
    return world.post("confirmConsumedSpecifiedMessage", R"({"regionId":"cn-snxy1","queueId":")" + place.queue +
                                                             R"(","consumerGroupId":")" + place.group +
                                                             R"(","message":)" + message + "}");
  };
  const auto entry = [&](std::size_t i) { return R"([{"handler":")" + batch[i].handler + R"(","status":"success"}])"; };
  for (const auto* bad :
       {"[]", "{}", "null", "7", R"({"message":[]})", R"({"message":{}})", "[7]", "[{}]", R"([{"handler":"x"}])",
        R"([{"status":"success"}])", R"([{"handler":7,"status":"success"}])"}) {
    EXPECT_EQ(with(bad).http(), 400U) << bad << with(bad);
  }
  EXPECT_EQ(
      with(entry(0)).text(),
      R"({"statusCode":800,"returnObj":{"returnObj":"{\"success\":1,\"fail\":0}","errorMessageString":"","errorMessageArray":[],"succeed":true}})");
  EXPECT_EQ(tally(with(R"({"message":)" + entry(1) + "}")), "1/0");
}

TEST(Confirm, StatusIsSuccessOrFailOrFalse) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 1);
  for (const auto* status : {"fail", "false", " fail "}) {
    EXPECT_EQ(tally(world.confirm(place, all(world.consume(place), status))), "0/1") << status;
  }
  const auto batch = world.consume(place);
  for (const auto* status : {"", "true", "ok", "SUCCESS!", "0"}) {
    const auto answer = world.confirm(place, all(batch, status));
    EXPECT_EQ(answer.code(), "DMS.10540003") << status << ' ' << answer;
  }
  EXPECT_EQ(tally(world.confirm(place, all(batch))), "1/0");
}

TEST(Confirm, OneToAThousandEntries) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 1000);
  const auto batch = world.consume(place, {.max = "1000"});
  ASSERT_EQ(batch.size(), 1000U);
  auto verdicts = all(batch);
  verdicts.push_back(verdicts.back());
  EXPECT_EQ(world.confirm(place, verdicts).code(), "DMS.10540010");
  verdicts.pop_back();
  EXPECT_EQ(tally(world.confirm(place, verdicts)), "1000/0");
}

TEST(Confirm, AfterTheLeaseRanOutTheHandlerIsDead) {
  World world;
  const auto place = world.create();
  world.send_numbers(place.queue, 1, 1);
  const auto batch = world.consume(place, {.ack = "15"});
  world.pass(seconds(15) - milliseconds(1));
  EXPECT_EQ(tally(world.confirm(place, all(batch))), "1/0");
  world.send_numbers(place.queue, 2, 2);
  const auto late = world.consume(place, {.ack = "15"});
  world.pass(seconds(15));
  EXPECT_EQ(tally(world.confirm(place, all(late))), "DMS.10542209");
  const auto again = world.consume(place);
  ASSERT_EQ(bodies(again), "2");
  EXPECT_NE(again[0].handler, late[0].handler);
  EXPECT_EQ(tally(world.confirm(place, all(late))), "DMS.10542209");
  EXPECT_EQ(tally(world.confirm(place, all(again))), "1/0");
}

TEST(Confirm, HandlersOfOtherGroupsAndQueuesAreForeign) {
  World world;
  const auto place = world.create({.name = "a"});
  const Place sibling{place.queue, world.create_group(place.queue, "g2")};
  const auto other = world.create({.name = "b"});
  world.send_numbers(place.queue, 1, 1);
  const auto batch = world.consume(place);
  EXPECT_EQ(tally(world.confirm(sibling, all(batch))), "DMS.10540004");
  EXPECT_EQ(tally(world.confirm(other, all(batch))), "DMS.10540004");
  EXPECT_EQ(tally(world.confirm_dead(place, all(batch))), "DMS.10540004");
  EXPECT_EQ(tally(world.confirm(place, all(batch))), "1/0");
}

// --- 4.12, 4.13 dead letters -----------------------------------------------------------------------------------------

TEST(DeadLetters, ArriveAtMaxConsumeCountAndInOrderOfTransfer) {
  World world;
  const auto place = mortal(world, "2");
  world.send_numbers(place.queue, 1, 3);
  ASSERT_EQ(tally(world.confirm(place, all(world.consume(place), "fail"))), "0/3");
  EXPECT_EQ(world.counts(place), (Counts{3, 0, 3, 0, 0}));
  const auto again = world.consume(place);
  ASSERT_EQ(tally(world.confirm(place, {{again[0].handler, "success"}, {again[1].handler, "fail"}})), "1/1");
  EXPECT_TRUE(world.consume(place).empty());
  EXPECT_EQ(world.counts(place), (Counts{3, 1, 0, 2, 2}));
  EXPECT_EQ(bodies(world.consume_dead(place)), "2 3");
}

TEST(DeadLetters, BelongToOneGroup) {
  World world;
  const auto place = mortal(world, "1");
  const Place other{place.queue, world.create_group(place.queue, "g2")};
  kill_numbers(world, place, 1, 2);
  EXPECT_TRUE(world.consume_dead(other).empty());
  EXPECT_EQ(bodies(world.consume(other)), "1 2");
  EXPECT_EQ(bodies(world.consume_dead(place)), "1 2");
}

TEST(DeadLetters, KeepBodyAttributesAndTags) {
  World world;
  const auto place = mortal(world, "1");
  ASSERT_TRUE(world
                  .send_messages(place.queue, R"([{"body":{"foo":"test0SDkk"},
      "attributes":{"attribute1":"value11","attribute2":"value12"},"tags":["tag11","tag12"]}])")
                  .done());
  ASSERT_EQ(tally(world.confirm(place, all(world.consume(place, {.tag = "tag11"}), "fail"))), "0/1");
  const auto answer = world.ask(world.consume_dead_call(place));
  EXPECT_EQ(
      masked(answer.embedded()),
      R"([{"handler":"<handler>","message":{"body":{"foo":"test0SDkk"},"attributes":{"attribute1":"value11","attribute2":"value12"},"tags":["tag11","tag12"]}}])");
}

TEST(DeadLetters, FailedOnesComeAgainForEver) {
  World world;
  const auto place = mortal(world, "1");
  kill_numbers(world, place, 1, 2);
  for (int i = 0; i < 5; ++i) {
    const auto dead = world.consume_dead(place);
    ASSERT_EQ(sorted_bodies(dead), "1 2") << i;
    ASSERT_EQ(tally(world.confirm_dead(place, all(dead, i % 2 == 0 ? "fail" : "false"))), "0/2");
  }
  EXPECT_EQ(tally(world.confirm_dead(place, all(world.consume_dead(place)))), "2/0");
  EXPECT_TRUE(world.consume_dead(place).empty());
  EXPECT_EQ(world.counts(place), (Counts{2, 0, 0, 2, 0}));
}

TEST(DeadLetters, QueueIdMayBeLeftOut) {
  World world;
  const auto place = mortal(world, "1");
  kill_numbers(world, place, 1, 1);
  const Place without{"", place.group};
  const auto dead = world.consume_dead(without);
  ASSERT_EQ(bodies(dead), "1");
  EXPECT_EQ(tally(world.confirm_dead(without, all(dead))), "1/0");
  EXPECT_TRUE(world.reset(without, R"({"timestamp":"0"})").done());
  EXPECT_EQ(world.ask(world.consume_dead_call({"", "g-00000000-0000-4000-8000-000000000000"})).code(), "DMS.10240405");
}

TEST(DeadLetters, MaxMsgsIsRequiredAndTimeWaitIsNot) {
  World world;
  const auto place = mortal(world, "1");
  const auto missing = world.ask(world.consume_dead_call(place, {.max = ""}));
  EXPECT_EQ(missing.http(), 400U) << missing;
  EXPECT_NE(missing.message().find("maxMsgs"), std::string::npos) << missing;
  const auto before = world.now_ms();
  EXPECT_TRUE(world.consume_dead(place, {.wait = ""}).empty());
  EXPECT_EQ(world.now_ms() - before, 3000);
}

TEST(DeadLetters, ParkedCallIsAnsweredWhenAMessageDies) {
  World world;
  const auto place = mortal(world, "1");
  const auto waiting = world.begin(world.consume_dead_call(place, {.wait = "60"}));
  world.send_numbers(place.queue, 1, 1);
  EXPECT_FALSE(waiting->answered());
  ASSERT_EQ(world.consume(place, {.ack = "15"}).size(), 1U);
  world.pass(seconds(15));
  ASSERT_TRUE(waiting->answered());
  EXPECT_EQ(bodies(messages_of(waiting->answer())), "1");
}

TEST(DeadLetters, StayAwayFromQueuesWithoutRedrive) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 1);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(tally(world.confirm(place, all(world.consume(place), "fail"))), "0/1");
  EXPECT_TRUE(world.consume_dead(place).empty());
  EXPECT_EQ(world.counts(place), (Counts{1, 0, 1, 0, 0}));
}

// --- 4.14 reset ------------------------------------------------------------------------------------------------------

TEST(Reset, ToTheFrontBringsConfirmedMessagesBackAndToTheEndSkipsAll) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 3);
  ASSERT_EQ(tally(world.confirm(place, all(world.consume(place, {.max = "2"})))), "2/0");
  ASSERT_TRUE(world.reset(place, R"({"timestamp":"earliest"})").done());
  EXPECT_EQ(world.counts(place), (Counts{3, 0, 3, 0, 0}));
  ASSERT_TRUE(world.reset(place, R"({"timestamp":"latest"})").done());
  EXPECT_EQ(world.counts(place), (Counts{3, 3, 0, 0, 0})) << "passed over counts as consumed";
  world.send_numbers(place.queue, 4, 4);
  EXPECT_EQ(bodies(world.consume(place)), "4");
}

TEST(Reset, WhileInFlightNeedsForceAndKillsTheHandlers) {
  World world;
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "1"});
  world.send_numbers(place.queue, 1, 2);
  const auto batch = world.consume(place);
  for (const auto* config : {R"({"timestamp":"0"})", R"({"timestamp":"0","force":false})",
                             R"({"timestamp":"0","force":"false"})", R"({"timestamp":"1","force":""})"}) {
    EXPECT_EQ(world.reset(place, config).code(), "WMQ.RESET_BUSY") << config;
  }
  ASSERT_TRUE(world.reset(place, R"({"timestamp":"0","force":true})").done());
  EXPECT_EQ(tally(world.confirm(place, all(batch))), "DMS.10542209");
  EXPECT_EQ(world.counts(place).dead_produced, 0) << "dropping a lease blames nobody";
  EXPECT_EQ(bodies(world.consume(place)), "1 2");
}

TEST(Reset, ConfigNeedsATimestampAndForceIsABoolean) {
  World world;
  const auto place = world.create();
  for (const auto* config : {"{}", R"({"force":true})", "[]", "7", "null", R"({"timestamp":"0","force":"maybe"})",
                             R"({"timestamp":"0","force":[]})", R"({"timestamp":"0","force":2})"}) {
    const auto answer = world.reset(place, config);
    EXPECT_EQ(answer.code(), "DMS.10540010") << config << ' ' << answer;
  }
  EXPECT_EQ(world.reset({place.queue, ""}, R"({"timestamp":"0"})").code(), "DMS.10540010");
}

TEST(Reset, ClearsFailureCountsAndKeepsDeadLettersAndTheTagRule) {
  World world;
  const auto place = mortal(world, "2");
  ASSERT_TRUE(world.send_messages(place.queue, R"([{"body":1,"tags":["a"]},{"body":2,"tags":["a"]}])").done());
  const auto fail_one = [&](const char* max) {
    return tally(world.confirm(place, all(world.consume(place, {.max = max, .tag = "a"}), "fail")));
  };
  ASSERT_EQ(fail_one("1"), "0/1");
  ASSERT_EQ(fail_one("1"), "0/1");
  ASSERT_EQ(world.counts(place).dead_produced, 1);
  ASSERT_EQ(fail_one("1"), "0/1") << "message 2 for the first time";
  ASSERT_TRUE(world.reset(place, R"({"timestamp":"0"})").done());
  EXPECT_EQ(fail_one("2"), "0/2");
  EXPECT_EQ(world.counts(place).dead_produced, 1) << "both start from nothing again";
  EXPECT_EQ(world.ask(world.consume_call(place)).code(), "DMS.10542204");
  EXPECT_EQ(bodies(world.consume_dead(place)), "1");
}

}  // namespace
}  // namespace wingmq::contract
