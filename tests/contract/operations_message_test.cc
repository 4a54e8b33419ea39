#include <gtest/gtest.h>

#include "support/api_client.h"

// API.md 4.8, 4.9 and 5: sending, consuming, retention. Parameters at zero, limit and one past it, of the wrong type,
// missing and misplaced.

namespace wingmq::contract {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A consume whose consumerQueueInfo has the place and these further members.
Answer consume_with(World& world, const Place& place, const std::string& members) {
  return world.get("consumptionMessage", {{"consumerQueueInfo", R"({"regionId":"cn-snxy1","queueId":")" + place.queue +
                                                                    R"(","consumerGroupId":")" + place.group + "\"" +
                                                                    (members.empty() ? "" : ",") + members + "}"}});
}

// --- 4.8 send --------------------------------------------------------------------------------------------------------

TEST(Send, AnswersOneEntryForEachMessage) {
  World world;
  const auto queue = world.create_queue();
  EXPECT_EQ(world.send(queue, {"1"}).text(),
            R"({"statusCode":800,"messages":[{"error":null,"state":0,"error_code":null}]})");
  EXPECT_EQ(world.send(queue, {"1", "2", "3"})["messages"].as_array().size(), 3U);
}

TEST(Send, MessagesMustBeANonEmptyArrayOfObjects) {
  World world;
  const auto queue = world.create_queue();
  for (const auto* messages : {"[]", "{}", "null", "7", "true", "[[]]", "[null]", "[\"x\"]", R"({"body":1})"}) {
    const auto answer = world.send_messages(queue, messages);
    EXPECT_EQ(answer.http(), 400U) << messages << ' ' << answer;
  }
  const auto missing = world.post("sendSpecifyQueueMessage", R"({"regionId":"cn-snxy1","queueId":")" + queue + R"("})");
  EXPECT_EQ(missing.code(), "DMS.10540010");
  EXPECT_EQ(world.queue_info(queue).at("produced_messages"), 0);
}

TEST(Send, NullIsABodyAndItsAbsenceIsNot) {
  World world;
  const auto place = world.create();
  EXPECT_TRUE(world.send(place.queue, {"null"}).done());
  EXPECT_EQ(bodies(world.consume(place)), "null");
  EXPECT_EQ(world.send_messages(place.queue, R"([{"Body":1}])").code(), "DMS.10540001") << "names keep their case";
}

TEST(Send, TagsUpToThreeOfOneTo64Characters) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  const auto with = [&](const std::string& tags) {
    return world.send_messages(place.queue, R"([{"body":1,"tags":)" + tags + "}]");
  };
  const std::string longest = repeated("aZ0-", 16);
  EXPECT_TRUE(with("[]").done());
  EXPECT_TRUE(with(R"(["a","b_","-"])").done());
  EXPECT_TRUE(with("[" + json_text(longest) + "]").done());
  EXPECT_TRUE(with(R"([ "\u0061" , "b" ])").done());
  for (const std::string& tags :
       {std::string(R"(["a","b","c","d"])"), "[" + json_text(longest + "x") + "]", std::string(R"([""])"),
        std::string(R"(["a b"])"), std::string(R"(["标签"])"), std::string(R"(["a.b"])"), std::string("[1]"),
        std::string("[null]"), std::string("[[]]")}) {
    const auto answer = with(tags);
    EXPECT_EQ(answer.code(), "DMS.10240004") << tags << ' ' << answer;
  }
  for (const auto* tags : {"{}", "7"}) EXPECT_EQ(with(tags).http(), 400U) << tags;
  const auto batch = world.consume(place);
  ASSERT_EQ(batch.size(), 4U);
  EXPECT_EQ(batch[0].tags, boost::json::array());
  EXPECT_EQ(batch[1].tags, (boost::json::array{"a", "b_", "-"}));
  EXPECT_EQ(batch[2].tags, (boost::json::array{longest}));
  EXPECT_EQ(batch[3].tags, (boost::json::array{"a", "b"}));
}

TEST(Send, AttributesAreAnObjectOrAbsent) {
  World world;
  const auto queue = world.create_queue();
  for (const auto* attributes : {"[]", "1", "true", "\"x\""}) {
    const auto answer = world.send_messages(queue, R"([{"body":1,"attributes":)" + std::string(attributes) + "}]");
    EXPECT_EQ(answer.http(), 400U) << attributes << ' ' << answer;
  }
  EXPECT_EQ(world.queue_info(queue).at("produced_messages"), 0);
}

TEST(Send, ABatchStaysTogetherInFifo) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 3);
  world.send_numbers(place.queue, 4, 6);
  EXPECT_EQ(bodies(world.consume(place)), "1 2 3 4 5 6");
}

TEST(Send, PayloadLimitHoldsForTheSumOfTheBatch) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  const auto half = json_text(repeated("x", 262'144));
  EXPECT_TRUE(world.send(place.queue, {half, half}).done());
  EXPECT_EQ(world.send(place.queue, {half, half, "1"}).code(), "DMS.10540011");
  EXPECT_TRUE(world.send(place.queue, {json_text(repeated("\"", 524'288))}).done()) << "escapes count as decoded";
  EXPECT_EQ(world.counts(place).produced, 3);
}

// --- 4.9 consume -----------------------------------------------------------------------------------------------------

TEST(Consume, MaxMsgsFromOneToAThousandAndTenByDefault) {
  World world;
  const auto place = world.create({.mode = "NORMAL"});
  for (int i = 0; i < 3; ++i) world.send_numbers(place.queue, 1, 1000);
  EXPECT_EQ(messages_of(consume_with(world, place, "")).size(), 10U);
  EXPECT_EQ(messages_of(consume_with(world, place, R"("maxMsgs":"")")).size(), 10U);
  EXPECT_EQ(messages_of(consume_with(world, place, R"("maxMsgs":1)")).size(), 1U);
  EXPECT_EQ(messages_of(consume_with(world, place, R"("maxMsgs":"1000")")).size(), 1000U);
  for (const auto* max : {"0", "1001", "\"0\"", "\"1001\"", "-1", "4294967297", "18446744073709551617"}) {
    const auto answer = consume_with(world, place, R"("maxMsgs":)" + std::string(max));
    EXPECT_EQ(answer.code(), "DMS.10240014") << max << ' ' << answer;
  }
  for (const auto* max : {"1.5", "\"ten\"", "[]", "{}", "true"}) {
    EXPECT_EQ(consume_with(world, place, R"("maxMsgs":)" + std::string(max)).http(), 400U) << max;
  }
}

TEST(Consume, TimeWaitFromOneToSixtySecondsAndThreeByDefault) {
  World world;
  const auto place = world.create();
  const std::pair<const char*, int> cases[] = {{"", 3},
                                               {R"("timeWait":"")", 3},
                                               {R"("timeWait":1)", 1},
                                               {R"("timeWait":"60")", 60},
                                               {R"("timeWait":"60s")", 60}};
  for (const auto& [members, waited] : cases) {
    const auto before = world.now_ms();
    const auto answer = consume_with(world, place, members);
    EXPECT_EQ(answer.embedded(), "[]") << answer;
    EXPECT_EQ(world.now_ms() - before, waited * 1000) << members;
  }
  for (const auto* wait : {"0", "61", "\"0s\"", "\"61s\"", "-1", "4294967297"}) {
    const auto answer = consume_with(world, place, R"("timeWait":)" + std::string(wait));
    EXPECT_EQ(answer.code(), "DMS.10240021") << wait << ' ' << answer;
  }
  for (const auto* wait : {"1.5", "\"x\"", "[]", "true"}) {
    EXPECT_EQ(consume_with(world, place, R"("timeWait":)" + std::string(wait)).http(), 400U) << wait;
  }
}

TEST(Consume, AckWaitFrom15To300SecondsAndThirtyByDefault) {
  const std::pair<const char*, int> cases[] = {{"", 30},
                                               {R"("ackWait":"")", 30},
                                               {R"("ackWait":15)", 15},
                                               {R"("ackWait":"300")", 300},
                                               {R"("ackWait":"30s")", 30}};
  for (const auto& [members, lease] : cases) {
    World world;
    const auto place = world.create();
    world.send_numbers(place.queue, 1, 1);
    const auto batch = messages_of(consume_with(world, place, members));
    ASSERT_EQ(batch.size(), 1U);
    world.pass(seconds(lease) - milliseconds(1));
    EXPECT_EQ(world.broker().inspect()[0].groups[0].in_flight, 1U) << members;
    world.pass(milliseconds(1));
    EXPECT_EQ(world.broker().inspect()[0].groups[0].in_flight, 0U) << members;
    EXPECT_EQ(tally(world.confirm(place, all(batch))), "DMS.10542209") << members;
  }
  World world;
  const auto place = world.create();
  for (const auto* ack : {"0", "14", "301", "\"14s\"", "-30"}) {
    const auto answer = consume_with(world, place, R"("ackWait":)" + std::string(ack));
    EXPECT_EQ(answer.code(), "DMS.10542206") << ack << ' ' << answer;
  }
}

TEST(Consume, InfoMustBeAnObjectWithItsRequiredMembers) {
  World world;
  const auto place = world.create();
  for (const std::string& info :
       {std::string("{}"), std::string("[]"), std::string("7"), R"({"queueId":")" + place.queue + R"("})",
        R"({"regionId":"cn-snxy1","queueId":")" + place.queue + R"("})",
        R"({"regionId":"cn-snxy1","consumerGroupId":")" + place.group + R"("})"}) {
    const auto answer = world.get("consumptionMessage", {{"consumerQueueInfo", info}});
    EXPECT_EQ(answer.code(), "DMS.10540010") << info << ' ' << answer;
  }
  const auto flat = world.get("consumptionMessage", {{"regionId", kRegion}, {"queueId", place.queue}});
  EXPECT_EQ(flat.code(), "DMS.10540010") << flat;
  for (const auto& group : {std::string("x"), place.queue, std::string("g-") + place.queue}) {
    EXPECT_EQ(world.ask(world.consume_call({place.queue, group})).code(), "DMS.10240405") << group;
  }
}

TEST(Consume, GroupOfAnotherQueueIsNotFound) {
  World world;
  const auto first = world.create({.name = "a"});
  const auto second = world.create({.name = "b"});
  EXPECT_EQ(world.ask(world.consume_call({first.queue, second.group})).code(), "DMS.10240405");
}

TEST(Consume, ReturnsAtMost512KilobytesButAtLeastOneMessage) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  const auto third = [](char c) { return json_text(repeated(std::string_view(&c, 1), 200'000)); };
  ASSERT_TRUE(world.send(place.queue, {third('a'), third('b')}).done());
  ASSERT_TRUE(world.send(place.queue, {third('c'), json_text(repeated("d", 324'288))}).done());
  const auto first = world.consume(place);
  ASSERT_EQ(first.size(), 2U) << "a third one would be 600,000 bytes";
  ASSERT_EQ(tally(world.confirm(place, all(first))), "2/0");
  EXPECT_EQ(world.consume(place).size(), 2U) << "524,288 bytes are allowed";
}

TEST(Consume, LeasedMessagesAreInvisibleToTheirGroupOnly) {
  World world;
  const auto first = world.create();
  const Place second{first.queue, world.create_group(first.queue, "g2")};
  world.send_numbers(first.queue, 1, 3);
  EXPECT_EQ(sorted_bodies(world.consume(first)), "1 2 3");
  EXPECT_TRUE(world.consume(first).empty());
  EXPECT_EQ(sorted_bodies(world.consume(second)), "1 2 3");
}

TEST(Consume, ManyConsumersOfANormalGroupShareWithoutDoubles) {
  World world;
  const auto place = world.create();
  world.send_numbers(place.queue, 1, 9);
  Batch together;
  for (int i = 0; i < 3; ++i) {
    for (auto& message : world.consume(place, {.max = "3"})) together.push_back(std::move(message));
  }
  EXPECT_EQ(sorted_bodies(together), "1 2 3 4 5 6 7 8 9");
  EXPECT_EQ(tally(world.confirm(place, all(together))), "9/0");
}

TEST(Consume, ParkedCallIsAnsweredTheMomentAMessageIsSent) {
  World world;
  const auto place = world.create();
  const auto waiting = world.begin_consume(place, {.wait = "60"});
  world.pass(milliseconds(59'999));
  ASSERT_FALSE(waiting->answered());
  world.send_numbers(place.queue, 7, 7);
  ASSERT_TRUE(waiting->answered());
  EXPECT_EQ(waiting->wakes(), 1);
  EXPECT_EQ(bodies(messages_of(waiting->answer())), "7");
}

TEST(Consume, ParkedCallIsAnsweredByAReleaseAnExpiryAndAReset) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 1);
  const auto released = world.consume(place);
  auto waiting = world.begin_consume(place, {.wait = "60", .ack = "15"});
  ASSERT_EQ(tally(world.confirm(place, all(released, "fail"))), "0/1");
  ASSERT_TRUE(waiting->answered());
  ASSERT_EQ(bodies(messages_of(waiting->answer())), "1");
  waiting = world.begin_consume(place, {.wait = "60"});
  world.pass(milliseconds(14'999));
  EXPECT_FALSE(waiting->answered());
  world.pass(milliseconds(1));
  ASSERT_TRUE(waiting->answered());
  const auto batch = messages_of(waiting->answer());
  ASSERT_EQ(tally(world.confirm(place, all(batch))), "1/0");
  waiting = world.begin_consume(place, {.wait = "60"});
  ASSERT_FALSE(waiting->answered());
  ASSERT_TRUE(world.reset(place, R"({"timestamp":"earliest"})").done());
  ASSERT_TRUE(waiting->answered());
  EXPECT_EQ(bodies(messages_of(waiting->answer())), "1");
}

TEST(Consume, ParkedCallsAreServedInOrderOfArrival) {
  World world;
  const auto place = world.create();
  const auto first = world.begin_consume(place, {.max = "1", .wait = "60"});
  const auto second = world.begin_consume(place, {.max = "1", .wait = "60"});
  const auto third = world.begin_consume(place, {.max = "1", .wait = "60"});
  world.send_numbers(place.queue, 1, 1);
  EXPECT_TRUE(first->answered());
  EXPECT_FALSE(second->answered());
  world.send_numbers(place.queue, 2, 3);
  ASSERT_TRUE(second->answered());
  ASSERT_TRUE(third->answered());
  EXPECT_EQ(messages_of(second->answer()).size(), 1U);
}

TEST(Consume, CallWhoseConnectionIsGoneTakesNothing) {
  World world;
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "1"});
  const auto gone = world.begin_consume(place, {.wait = "60"});
  gone->hang_up();
  world.send_numbers(place.queue, 1, 1);
  const auto late = world.begin_consume(place, {.wait = "60"});
  ASSERT_TRUE(late->answered());
  static_cast<void>(late->answer());
  world.pass(seconds(30));
  EXPECT_EQ(world.counts(place).dead_produced, 1);
  const auto woken = world.begin_consume(place, {.wait = "60"});
  world.send_numbers(place.queue, 2, 2);
  ASSERT_TRUE(woken->answered());
  woken->hang_up();
  EXPECT_EQ(bodies(world.consume(place)), "2") << "given back at once and without blame";
}

TEST(Consume, EveryRoundTripOfAnEmptyQueueIsAnEmptyArray) {
  World world;
  const auto place = world.create();
  EXPECT_EQ(
      world.ask(world.consume_call(place)).text(),
      R"({"statusCode":800,"returnObj":{"returnObj":"[]","errorMessageString":"","errorMessageArray":[],"succeed":true}})");
}

TEST(ConsumeTags, OrTakesAnyAndAndTakesAll) {
  constexpr const char* kMessages =
      R"([{"body":1,"tags":["a"]},{"body":2,"tags":["a","b"]},{"body":3,"tags":["c","b","a"]},
      {"body":4,"tags":["b"]},{"body":5},{"body":6,"tags":["ab"]},{"body":7,"tags":["A"]}])";
  const std::pair<ConsumeOptions, const char*> cases[] = {{{.tag = "a"}, "1 2 3"},
                                                          {{.tag = "a,b"}, "1 2 3 4"},
                                                          {{.tag = "a,b", .tag_type = "or"}, "1 2 3 4"},
                                                          {{.tag = "b,a", .tag_type = "and"}, "2 3"},
                                                          {{.tag = "a,b,c", .tag_type = "and"}, "3"},
                                                          {{.tag = "x"}, ""},
                                                          {{.tag_type = "and"}, "1 2 3 4 5 6 7"}};
  for (const auto& [options, expected] : cases) {
    World world;
    const auto place = world.create({.mode = "FIFO"});
    ASSERT_TRUE(world.send_messages(place.queue, kMessages).done());
    EXPECT_EQ(bodies(world.consume(place, options)), expected) << options.tag << ' ' << options.tag_type;
  }
}

TEST(ConsumeTags, ParkedCallSleepsThroughMessagesThatDoNotMatch) {
  World world;
  const auto place = world.create();
  const auto waiting = world.begin_consume(place, {.wait = "60", .tag = "a"});
  ASSERT_TRUE(world.send_messages(place.queue, R"([{"body":1},{"body":2,"tags":["b"]}])").done());
  EXPECT_FALSE(waiting->answered());
  ASSERT_TRUE(world.send_messages(place.queue, R"([{"body":3,"tags":["b"]},{"body":4,"tags":["a"]}])").done());
  ASSERT_TRUE(waiting->answered());
  EXPECT_EQ(bodies(messages_of(waiting->answer())), "4");
}

TEST(ConsumeTags, AtMostThreeTagsOfTheAllowedSet) {
  World world;
  const auto place = world.create();
  for (const auto* tag : {R"("a,b,c,d")", R"(["a","b","c","d"])", R"("a b")", R"("标签")", "[1]", R"([""])"}) {
    const auto answer = consume_with(world, place, R"("tag":)" + std::string(tag));
    EXPECT_EQ(answer.code(), "DMS.10240004") << tag << ' ' << answer;
  }
  const auto longest = repeated("t", 64);
  EXPECT_TRUE(consume_with(world, place, R"("tag":)" + json_text(longest)).done());
  EXPECT_EQ(consume_with(world, place, R"("tag":)" + json_text(longest + "t")).code(), "DMS.10240004");
  EXPECT_EQ(consume_with(world, place, R"("tag":"a","tagType":"not")").code(), "DMS.10550035");
}

TEST(ConsumeTags, RefusedConsumeFixesNoRule) {
  World world;
  const auto place = world.create();
  EXPECT_EQ(consume_with(world, place, R"("tag":"a","maxMsgs":0)").http(), 400U);
  EXPECT_TRUE(consume_with(world, place, R"("tag":"b")").done());
}

// --- 5 life of a message ---------------------------------------------------------------------------------------------

TEST(Retention, MessagesAreGoneForEverybodyAfter72Hours) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 1);
  world.pass(hours(72) - milliseconds(1));
  EXPECT_EQ(world.counts(place).available, 1);
  world.pass(milliseconds(1));
  EXPECT_EQ(world.counts(place), (Counts{0, 0, 0, 0, 0}));
  EXPECT_TRUE(world.consume(place).empty());
  EXPECT_EQ(world.queue_info(place.queue).at("produced_messages"), 0);
}

TEST(Retention, HandlerStillAliveAtThatMomentMayBeConfirmed) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 2);
  world.pass(hours(72) - seconds(10));
  const auto batch = world.consume(place);
  ASSERT_EQ(batch.size(), 2U);
  world.pass(seconds(20));
  EXPECT_EQ(world.counts(place), (Counts{0, 0, 0, 0, 0}));
  EXPECT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}})), "1/0");
  EXPECT_EQ(tally(world.confirm(place, {{batch[1].handler, "fail"}})), "0/1");
  EXPECT_TRUE(world.consume(place).empty()) << "a released one is gone too";
}

TEST(Retention, ReleasedMessageDoesNotOutliveItsTime) {
  World world;
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "1"});
  world.send_numbers(place.queue, 1, 1);
  world.pass(hours(72) - seconds(10));
  ASSERT_EQ(world.consume(place).size(), 1U);
  world.pass(seconds(30));
  EXPECT_TRUE(world.consume(place).empty());
  EXPECT_EQ(world.counts(place), (Counts{0, 0, 0, 0, 0})) << "nor does it come to the dead letters";
}

TEST(Retention, CanBeSet) {
  WorldOptions options;
  options.broker.limits.retention = hours(1);
  World world(options);
  const auto place = world.create();
  EXPECT_EQ(world.queue_info(place.queue).at("reservation"), 60);
  world.send_numbers(place.queue, 1, 1);
  world.pass(hours(1));
  EXPECT_EQ(world.counts(place).produced, 0);
}

}  // namespace
}  // namespace wingmq::contract
