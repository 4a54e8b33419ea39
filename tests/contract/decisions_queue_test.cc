#include <gtest/gtest.h>

#include "support/api_client.h"

// Decisions D14 to D20 and D28 of API.md: counting, limits, tags, the order of FIFO, memory.

namespace wingmq::contract {
namespace {

using std::chrono::seconds;

TEST(Decisions, D14CountsFollowAMessageThroughItsLife) {
  World world;
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "1"});
  EXPECT_EQ(world.counts(place), (Counts{0, 0, 0, 0, 0}));
  world.send_numbers(place.queue, 1, 4);
  EXPECT_EQ(world.counts(place), (Counts{4, 0, 4, 0, 0}));
  const auto batch = world.consume(place);
  EXPECT_EQ(world.counts(place), (Counts{4, 0, 4, 0, 0})) << "in flight is still available";
  ASSERT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}})), "1/0");
  EXPECT_EQ(world.counts(place), (Counts{4, 1, 3, 0, 0}));
  ASSERT_EQ(tally(world.confirm(place, {{batch[1].handler, "fail"}})), "0/1");
  EXPECT_EQ(world.counts(place), (Counts{4, 1, 0, 3, 3})) << "consumed = produced - available - dead";
  const auto dead = world.consume_dead(place);
  EXPECT_EQ(world.counts(place), (Counts{4, 1, 0, 3, 3}));
  ASSERT_EQ(tally(world.confirm_dead(place, {{dead[0].handler, "success"}})), "1/0");
  EXPECT_EQ(world.counts(place), (Counts{4, 1, 0, 3, 2}));
}

TEST(Decisions, D14ExpiryLowersProducedButNotTheDeadLetters) {
  World world;
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "1"});
  world.send_numbers(place.queue, 1, 3);
  world.pass(std::chrono::hours(1));
  const auto batch = world.consume(place, {.max = "2"});
  ASSERT_EQ(tally(world.confirm(place, all(batch, "fail"))), "0/2");
  world.pass(std::chrono::hours(71));
  EXPECT_EQ(world.counts(place), (Counts{0, 0, 0, 2, 2})) << "the source messages are gone, their dead letters live";
  EXPECT_EQ(bodies(world.consume_dead(place)), "1 2");
  world.pass(std::chrono::hours(1));
  EXPECT_EQ(world.consume_dead(place).size(), 0U) << "72 h after their transfer they are gone";
  EXPECT_EQ(world.counts(place), (Counts{0, 0, 0, 2, 2})) << "expiry does not lower the counts";
}

TEST(Decisions, D14SkippedMessagesCountAsConsumed) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  ASSERT_TRUE(
      world.send_messages(place.queue, R"([{"body":1,"tags":["a"]},{"body":2},{"body":3,"tags":["b"]}])").done());
  EXPECT_EQ(bodies(world.consume(place, {.tag = "b"})), "3");
  EXPECT_EQ(world.counts(place), (Counts{3, 2, 1, 0, 0}));
}

TEST(Decisions, D15OneCallCarriesAThousandMessagesAndTheLimitCanBeSet) {
  World world;
  const auto place = world.create();
  const auto batch = [](int count) { return "[" + repeated(R"({"body":0},)", count - 1) + R"({"body":0}])"; };
  EXPECT_TRUE(world.send_messages(place.queue, batch(1000)).done());
  EXPECT_EQ(world.send_messages(place.queue, batch(1001)).code(), "DMS.10540010");
  EXPECT_EQ(world.counts(place).produced, 1000);

  WorldOptions options;
  options.server.limits.batch_messages_max = 10;
  World small(options);
  const auto other = small.create();
  EXPECT_TRUE(small.send_messages(other.queue, batch(10)).done());
  const auto refused = small.send_messages(other.queue, batch(11));
  EXPECT_EQ(refused.code(), "DMS.10540010") << refused;
  EXPECT_NE(refused.message().find("10"), std::string::npos) << refused;
  EXPECT_EQ(small.ask(small.consume_call(other, {.max = "11"})).code(), "DMS.10240014");
}

TEST(Decisions, D16PayloadIsTheSumOfDecodedBodiesAttributesAndTags) {
  World world;
  const auto place = world.create();
  // 7 bytes of attributes, 5 of tags, 6 of a body that is no string, and a string of escapes that decode to 3 bytes
  // each.
  const auto message = [](std::size_t letters) {
    return R"([{"body":")" + repeated("\\u4e2d", 1000) + repeated("x", letters) +
           R"(","attributes":{"a":1},"tags":["t"]},{"body":[1, 2]}])";
  };
  constexpr std::size_t kRest = 524'288 - 3000 - 7 - 5 - 6;
  const auto refused = world.send_messages(place.queue, message(kRest + 1));
  EXPECT_EQ(refused.code(), "DMS.10540011") << refused;
  EXPECT_NE(refused.message().find("524289"), std::string::npos) << refused;
  EXPECT_NE(refused.message().find("524288"), std::string::npos) << refused;
  EXPECT_EQ(world.counts(place).produced, 0);
  const auto accepted = world.send_messages(place.queue, message(kRest));
  EXPECT_TRUE(accepted.done()) << accepted;
  EXPECT_EQ(world.broker().inspect().front().queue.payload_bytes, 524'288U);
}

TEST(Decisions, D17OneBadMessageFailsTheWholeSend) {
  World world;
  const auto place = world.create();
  for (const auto* bad :
       {"{}", R"({"attributes":{}})", R"({"body":1,"tags":["a b"]})", R"({"body":1,"tags":"a,b,c,d"})",
        R"({"body":1,"attributes":null1})", "7", R"({"body":1,"body":2})"}) {
    const auto answer =
        world.send_messages(place.queue, R"([{"body":"first"},)" + std::string(bad) + R"(,{"body":"last"}])");
    EXPECT_EQ(answer.http(), 400U) << bad << ' ' << answer;
    EXPECT_EQ(world.counts(place).produced, 0) << bad;
  }
}

TEST(Decisions, D18TagsComeUnderThreeNamesAndInThreeForms) {
  for (const auto* tags : {R"("tag":"b,a")", R"("tag":["a","b"])", R"("tags":["b","a","b"])", R"("tags":"a, b")",
                           R"("tagList":["a","b"])"}) {
    World world;
    const auto place = world.create({.mode = "FIFO"});
    ASSERT_TRUE(world
                    .send_messages(place.queue, R"([{"body":1,"tags":["a"]},{"body":2,"tags":["c"]},
        {"body":3,"tags":["b"]},{"body":4}])")
                    .done());
    const auto answer =
        world.get("consumptionMessage",
                  {{"consumerQueueInfo", R"({"regionId":"cn-snxy1","queueId":")" + place.queue +
                                             R"(","consumerGroupId":")" + place.group + R"(",)" + tags + "}"}});
    ASSERT_TRUE(answer.done()) << tags << answer;
    EXPECT_EQ(bodies(messages_of(answer)), "1 3") << tags;
  }
}

TEST(Decisions, D19FifoHandsOutOneUnfinishedBatchAtATime) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 4);
  const auto batch = world.consume(place, {.max = "2"});
  ASSERT_EQ(bodies(batch), "1 2");
  EXPECT_TRUE(world.consume(place).empty());
  ASSERT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}})), "1/0");
  EXPECT_TRUE(world.consume(place).empty()) << "half confirmed is unfinished";
  const auto waiting = world.begin_consume(place, {.wait = "60"});
  ASSERT_FALSE(waiting->answered());
  ASSERT_EQ(tally(world.confirm(place, {{batch[1].handler, "success"}})), "1/0");
  ASSERT_TRUE(waiting->answered());
  EXPECT_EQ(bodies(messages_of(waiting->answer())), "3 4");
}

TEST(Decisions, D19CountsConsumersThatAnUnfinishedBatchKeepsWaiting) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  EXPECT_TRUE(world.consume(place).empty());
  world.send_numbers(place.queue, 1, 4);
  const auto batch = world.consume(place, {.max = "2"});
  EXPECT_EQ(world.hits(19), 0) << "nothing is there, or nothing stands in the way";
  EXPECT_TRUE(world.consume(place).empty());
  EXPECT_EQ(world.hits(19), 1);
  const auto waiting = world.begin_consume(place, {.max = "2", .wait = "60"});
  EXPECT_EQ(world.hits(19), 2);
  ASSERT_EQ(tally(world.confirm(place, all(batch))), "2/0");
  const auto rest = messages_of(waiting->answer());
  ASSERT_EQ(bodies(rest), "3 4");
  EXPECT_TRUE(world.consume(place).empty());
  EXPECT_EQ(world.hits(19), 2) << "there is no message behind this batch";
  const auto normal = world.create({.name = "normal"});
  world.send_numbers(normal.queue, 1, 1);
  EXPECT_EQ(world.consume(normal).size(), 1U);
  EXPECT_TRUE(world.consume(normal).empty());
  EXPECT_EQ(world.hits(19), 2);
}

TEST(Decisions, D19FailedMessagesComeFirstAgainInOrder) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 5);
  const auto batch = world.consume(place, {.max = "3"});
  ASSERT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}, {batch[1].handler, "fail"}})), "1/1");
  EXPECT_EQ(bodies(world.consume(place)), "2 3 4 5");
  world.pass(seconds(30));
  EXPECT_EQ(bodies(world.consume(place, {.max = "2"})), "2 3") << "expired like failed";
}

TEST(Decisions, D19GroupsOfAFifoQueueDoNotHinderEachOther) {
  World world;
  const auto first = world.create({.mode = "FIFO"});
  const Place second{first.queue, world.create_group(first.queue, "g2")};
  world.send_numbers(first.queue, 1, 2);
  EXPECT_EQ(bodies(world.consume(first)), "1 2");
  EXPECT_EQ(bodies(world.consume(second)), "1 2");
}

TEST(Decisions, D20LaterConsumeWithAnotherRuleOrNoneIsRefused) {
  World world;
  const auto place = world.create();
  ASSERT_TRUE(world.send_messages(place.queue, R"([{"body":1,"tags":["a","b"]}])").done());
  ASSERT_TRUE(world.ask(world.consume_call(place, {.tag = "a,b", .tag_type = "or"})).done());
  EXPECT_TRUE(world.ask(world.consume_call(place, {.tag = "b,a"})).done()) << "order is irrelevant, or is the default";
  for (const ConsumeOptions& other :
       {ConsumeOptions{}, ConsumeOptions{.tag = "a"}, ConsumeOptions{.tag = "a,b", .tag_type = "and"},
        ConsumeOptions{.tag = "a,b,c"}}) {
    const auto answer = world.ask(world.consume_call(place, other));
    EXPECT_EQ(answer.code(), "DMS.10542204") << other.tag << ' ' << other.tag_type << ' ' << answer;
  }
}

TEST(Decisions, D20OneTagMakesTheTypeIrrelevantAndAnUntaggedGroupMayStillFixOne) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  ASSERT_TRUE(world.send_messages(place.queue, R"([{"body":1},{"body":2,"tags":["a"]}])").done());
  const auto batch = world.consume(place, {.max = "1"});
  ASSERT_EQ(bodies(batch), "1");
  ASSERT_EQ(tally(world.confirm(place, all(batch))), "1/0");
  EXPECT_EQ(bodies(world.consume(place, {.tag = "a", .tag_type = "and"})), "2");
  EXPECT_TRUE(world.ask(world.consume_call(place, {.tag = "a", .tag_type = "or"})).done());
  EXPECT_EQ(world.ask(world.consume_call(place)).code(), "DMS.10542204");
}

WorldOptions four_megabytes() {
  WorldOptions options;
  options.broker.memory_limit_bytes = std::size_t{4} << 20;
  return options;
}

std::string large_body(int number) { return json_text(std::to_string(number) + repeated("x", 300'000)); }

TEST(Decisions, D28FinishedMessagesMakeRoomForNewOnes) {
  World world(four_megabytes());
  const auto place = world.create({.mode = "FIFO"});
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(world.send(place.queue, {large_body(i)}).done()) << i;
    const auto batch = world.consume(place);
    ASSERT_EQ(batch.size(), 1U) << i;
    ASSERT_EQ(batch[0].body, large_body(i)) << i;
    ASSERT_EQ(tally(world.confirm(place, all(batch))), "1/0") << i;
  }
  EXPECT_LE(world.broker().memory().used(), std::size_t{4} << 20);
}

TEST(Decisions, D28UnfinishedMessagesAreNeverDroppedForNewOnes) {
  World world(four_megabytes());
  const auto reader = world.create({.mode = "FIFO"});
  const Place slow{reader.queue, world.create_group(reader.queue, "slow")};
  int sent = 0;
  for (; sent < 60; ++sent) {
    const auto answer = world.send(reader.queue, {large_body(sent)});
    if (!answer.done()) {
      EXPECT_EQ(answer.code(), "WMQ.MEMORY_FULL") << answer;
      break;
    }
    ASSERT_EQ(tally(world.confirm(reader, all(world.consume(reader)))), "1/0");
  }
  ASSERT_GT(sent, 3);
  ASSERT_LT(sent, 60) << "the slow group never finished";
  for (int i = 0; i < sent; ++i) {
    const auto batch = world.consume(slow, {.max = "1"});
    ASSERT_EQ(batch.size(), 1U) << i;
    ASSERT_EQ(batch[0].body, large_body(i)) << i;
    ASSERT_EQ(tally(world.confirm(slow, all(batch))), "1/0");
  }
  EXPECT_TRUE(world.send(reader.queue, {large_body(sent)}).done()) << "now every group has finished with the oldest";
}

TEST(Decisions, D28QueueWithoutGroupsKeepsEverythingItAccepted) {
  World world(four_megabytes());
  const auto queue = world.create_queue({.mode = "FIFO"});
  int sent = 0;
  while (sent < 60 && world.send(queue, {large_body(sent)}).done()) ++sent;
  ASSERT_GT(sent, 3);
  ASSERT_LT(sent, 60) << "nobody has consumed anything";
  const Place place{queue, world.create_group(queue)};
  EXPECT_EQ(world.counts(place).available, sent);
}

TEST(Decisions, D28RemovingAQueueFreesItsMemory) {
  World world(four_megabytes());
  for (int round = 0; round < 3; ++round) {
    const auto queue = world.create_queue();
    int sent = 0;
    while (sent < 60 && world.send(queue, {large_body(sent)}).done()) ++sent;
    ASSERT_GT(sent, 3) << round;
    ASSERT_LT(sent, 60) << round;
    ASSERT_TRUE(world.post("removeQueue", R"({"regionId":"cn-snxy1","queueId":")" + queue + R"("})").done());
  }
}

}  // namespace
}  // namespace wingmq::contract
