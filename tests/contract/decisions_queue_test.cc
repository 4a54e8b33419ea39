#include <gtest/gtest.h>

#include <algorithm>

#include "support/api_client.h"

// Decisions D14 to D28 of API.md: counting, limits, tags, confirmation, dead letters, resets, memory.

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

TEST(Decisions, D21HandlerIsAnOpaqueAsciiTokenOfAtMost512Characters) {
  World world;
  const auto place = world.create();
  world.send_numbers(place.queue, 1, 9);
  std::vector<std::string> handlers;
  for (const auto& message : world.consume(place)) {
    EXPECT_FALSE(message.handler.empty());
    EXPECT_LE(message.handler.size(), 512U);
    for (const char c : message.handler) EXPECT_TRUE(c > 0x20 && c < 0x7f && c != '"' && c != '\\') << message.handler;
    handlers.push_back(message.handler);
  }
  std::sort(handlers.begin(), handlers.end());
  EXPECT_EQ(std::unique(handlers.begin(), handlers.end()), handlers.end());
  EXPECT_EQ(handlers.size(), 9U);
}

std::string base64_decoded(const std::string& text) {
  static const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned bits = 0;
  int held = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const auto value = kAlphabet.find(c);
    if (value == std::string::npos) return "not base64: " + text;
    bits = (bits << 6) | static_cast<unsigned>(value);
    held += 6;
    if (held >= 8) out += static_cast<char>((bits >> (held -= 8)) & 0xFF);
  }
  return out;
}

TEST(Decisions, D21JsonHandlersLookLikeTheReferencesAndConfirm) {
  WorldOptions options;
  options.server.handles = net::HandleFormat::kJson;
  World world(options);
  const auto place = world.create({.mode = "FIFO"});
  ASSERT_TRUE(
      world.send_messages(place.queue, R"([{"body":1,"tags":["tag13","tag14"]},{"body":2,"tags":["tag13"]}])").done());
  const auto batch = world.consume(place, {.tag = "tag13,tag14"});
  ASSERT_EQ(batch.size(), 2U);
  for (const auto& message : batch) {
    EXPECT_LE(message.handler.size(), 512U);
    const net::Reply decoded{200, "", {}, base64_decoded(message.handler)};
    const Answer handler(decoded);
    for (const auto* member :
         {"topic", "group", "partition", "consumerId", "offset", "tagList", "tagType", "redeliverTimes"}) {
      EXPECT_TRUE(handler.json().as_object().contains(member)) << member << ' ' << handler;
    }
    EXPECT_EQ(handler["group"].as_string(), place.group);
    EXPECT_EQ(handler["redeliverTimes"].to_number<int>(), 0);
    EXPECT_EQ(handler.text_of("tagType"), "or");
  }
  EXPECT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}, {batch[1].handler, "fail"}})), "1/1");
  const auto again = world.consume(place, {.tag = "tag13,tag14"});
  ASSERT_EQ(bodies(again), "2");
  EXPECT_EQ(Answer({200, "", {}, base64_decoded(again[0].handler)})["redeliverTimes"].to_number<int>(), 1);
}

TEST(Decisions, D22OneFaultyHandlerRefusesTheWholeConfirmation) {
  World world;
  const auto place = world.create({.mode = "NORMAL"});
  world.send_numbers(place.queue, 1, 4);
  const auto old = world.consume(place, {.max = "1"});
  ASSERT_EQ(tally(world.confirm(place, all(old))), "1/0");
  const auto batch = world.consume(place, {.max = "2"});
  ASSERT_EQ(batch.size(), 2U);
  const auto before = world.snapshot();
  const std::vector<std::vector<Verdict>> faulty = {
      {{batch[0].handler, "success"}, {"nonsense", "success"}},
      {{batch[0].handler, "fail"}, {old[0].handler, "success"}},
      {{batch[0].handler, "success"}, {batch[0].handler + "A", "success"}}};
  for (const auto& verdicts : faulty) {
    EXPECT_EQ(tally(world.confirm(place, verdicts)), "DMS.10542209");
    EXPECT_EQ(world.snapshot(), before);
  }
  EXPECT_EQ(tally(world.confirm(place, all(batch))), "2/0") << "the good ones are as alive as before";
}

TEST(Decisions, D22HandlerConfirmedBeforeIsDeadThoughItsBatchLives) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 3);
  const auto batch = world.consume(place);
  ASSERT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}})), "1/0");
  EXPECT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}})), "DMS.10542209");
  EXPECT_EQ(tally(world.confirm(place, {{batch[0].handler, "fail"}, {batch[1].handler, "success"}})), "DMS.10542209");
  EXPECT_EQ(tally(world.confirm(place, {{batch[1].handler, "success"}, {batch[2].handler, "success"}})), "2/0");
}

TEST(Decisions, D23FirstFailureStopsTheBatchAndReleasesTheRest) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 5);
  const auto batch = world.consume(place);
  const auto answer = world.confirm(place, {{batch[0].handler, "success"},
                                            {batch[1].handler, "success"},
                                            {batch[2].handler, "fail"},
                                            {batch[3].handler, "success"}});
  EXPECT_EQ(tally(answer), "2/2");
  EXPECT_EQ(bodies(world.consume(place)), "3 4 5") << "also the one that was not named";
  EXPECT_EQ(tally(world.confirm(place, {{batch[4].handler, "success"}})), "DMS.10542209");
}

TEST(Decisions, D23GapCountsAsFailure) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 4);
  const auto batch = world.consume(place);
  EXPECT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}, {batch[2].handler, "success"}})), "1/1");
  const auto again = world.consume(place);
  ASSERT_EQ(bodies(again), "2 3 4");
  EXPECT_EQ(tally(world.confirm(place, {{again[1].handler, "success"}})), "0/1") << "not the cursor's";
  EXPECT_EQ(bodies(world.consume(place)), "2 3 4");
}

TEST(Decisions, D23EntriesInTheWrongOrderFail) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 2);
  const auto batch = world.consume(place);
  EXPECT_EQ(tally(world.confirm(place, {{batch[1].handler, "success"}, {batch[0].handler, "success"}})), "0/2");
  EXPECT_EQ(bodies(world.consume(place)), "1 2");
}

TEST(Decisions, D23SameHandlerTwiceInOneRequestFailsTheSecondTime) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 3);
  const auto batch = world.consume(place);
  EXPECT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}, {batch[0].handler, "success"}})), "1/1");
  EXPECT_EQ(bodies(world.consume(place)), "2 3");
}

TEST(Decisions, D23BatchesAreJudgedApart) {
  World world;
  const auto place = world.create({.mode = "NORMAL"});
  world.send_numbers(place.queue, 1, 4);
  const auto first = world.consume(place, {.max = "2"});
  const auto second = world.consume(place, {.max = "2"});
  ASSERT_EQ(first.size() + second.size(), 4U);
  const auto answer = world.confirm(place, {{first[0].handler, "fail"},
                                            {second[0].handler, "success"},
                                            {first[1].handler, "success"},
                                            {second[1].handler, "success"}});
  EXPECT_EQ(tally(answer), "2/2");
  EXPECT_EQ(sorted_bodies(world.consume(place)), sorted_bodies(first));
}

TEST(Decisions, D24SuccessesOneByOneKeepTheRestLeased) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 3);
  const auto batch = world.consume(place);
  for (const auto& message : batch) {
    EXPECT_TRUE(world.consume(place).empty());
    EXPECT_EQ(tally(world.confirm(place, {{message.handler, "success"}})), "1/0");
  }
  EXPECT_EQ(world.counts(place), (Counts{3, 3, 0, 0, 0}));
  EXPECT_EQ(world.hits(24), 2) << "the third left nothing";
}

TEST(Decisions, D24CountsOnlyWhatLeavesSomethingLeased) {
  World world;
  const auto place = world.create();
  world.send_numbers(place.queue, 1, 5);
  const auto first = world.consume(place, {.max = "2"});
  const auto second = world.consume(place, {.max = "3"});
  ASSERT_EQ(tally(world.confirm(place, all(first))), "2/0");
  EXPECT_EQ(world.hits(24), 0);
  ASSERT_EQ(tally(world.confirm(place, {{second[0].handler, "success"}, {second[1].handler, "fail"}})), "1/1");
  EXPECT_EQ(world.hits(24), 0) << "a failure releases the rest";
}

TEST(Decisions, D25ReleaseCountsOneFailureForEachReleasedMessage) {
  World world;
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "2"});
  world.send_numbers(place.queue, 1, 3);
  ASSERT_EQ(tally(world.confirm(place, {{world.consume(place)[0].handler, "fail"}})), "0/1");
  EXPECT_EQ(world.counts(place).dead_produced, 0);
  ASSERT_EQ(bodies(world.consume(place, {.max = "2"})), "1 2");
  world.pass(seconds(30));
  EXPECT_EQ(world.counts(place).dead_produced, 2) << "failed once, expired once";
  EXPECT_EQ(bodies(world.consume(place)), "3");
  EXPECT_EQ(bodies(world.consume_dead(place)), "1 2");
}

TEST(Decisions, D25ExplicitCountingBlamesOnlyTheEntryThatFailed) {
  WorldOptions options;
  options.broker.failure_counting = FailureCounting::kExplicit;
  World world(options);
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "1"});
  world.send_numbers(place.queue, 1, 3);
  const auto expired = world.consume(place);
  ASSERT_EQ(expired.size(), 3U);
  world.pass(seconds(30));
  EXPECT_EQ(world.counts(place).dead_produced, 0) << "an expiry blames nobody";
  const auto gap = world.consume(place);
  ASSERT_EQ(tally(world.confirm(place, {{gap[1].handler, "success"}})), "0/1");
  EXPECT_EQ(world.counts(place).dead_produced, 0) << "nor does a gap";
  const auto batch = world.consume(place);
  ASSERT_EQ(tally(world.confirm(place, {{batch[0].handler, "success"}, {batch[1].handler, "fail"}})), "1/1");
  EXPECT_EQ(bodies(world.consume_dead(place)), "2");
  EXPECT_EQ(bodies(world.consume(place)), "3");
}

TEST(Decisions, D26LeaseOfADeadLetterIsAtMostAHundredSeconds) {
  World world;
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "1"});
  world.send_numbers(place.queue, 1, 1);
  ASSERT_EQ(tally(world.confirm(place, all(world.consume(place), "fail"))), "0/1");
  const auto dead = world.consume_dead(place, {.ack = "300"});
  ASSERT_EQ(dead.size(), 1U);
  world.pass(seconds(99));
  EXPECT_TRUE(world.consume_dead(place, {.wait = "1"}).size() == 1U) << "comes back at 100 s";
  EXPECT_EQ(world.now_ms(), kStartMs + 100'000);
  EXPECT_EQ(tally(world.confirm_dead(place, all(dead))), "DMS.10542209");
}

TEST(Decisions, D26ShorterLeaseOfADeadLetterIsKept) {
  World world;
  const auto place = world.create({.mode = "FIFO", .max_consume_count = "1"});
  world.send_numbers(place.queue, 1, 1);
  ASSERT_EQ(tally(world.confirm(place, all(world.consume(place), "fail"))), "0/1");
  ASSERT_EQ(world.consume_dead(place, {.ack = "15"}).size(), 1U);
  world.pass(seconds(14));
  ASSERT_EQ(world.consume_dead(place, {.wait = "1", .ack = "100"}).size(), 1U);
  EXPECT_EQ(world.now_ms(), kStartMs + 15'000);
}

/// A FIFO queue with message 1 at 08:00:00, 2 at 08:00:10, 3 at 08:00:20; now it is 08:00:30.
struct Timeline {
  Timeline() : place(world.create({.mode = "FIFO"})) {
    for (int i = 1; i <= 3; ++i) {
      world.send_numbers(place.queue, i, i);
      world.pass(seconds(10));
    }
  }
  World world;
  Place place;
};

TEST(Decisions, D27ResetTakesEveryFormOfTimestamp) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("earliest")", "1 2 3"},
      {R"("0")", "1 2 3"},
      {"0", "1 2 3"},
      {R"("latest")", ""},
      {R"("1")", ""},
      {"1", ""},
      {R"("1795420810000")", "2 3"},
      {"1795420810000", "2 3"},
      {"1795420810001", "3"},
      {R"("1795420810")", "2 3"},
      {"1795420811", "3"},
      {R"("Mon, 23 Nov 2026 08:00:10 GMT")", "2 3"},
      {R"("2026-11-23T08:00:10Z")", "2 3"},
      {R"("2026-11-23T08:00:10.001Z")", "3"},
      {R"("2026-11-23T08:00:10")", "2 3"},
      {R"("2026-11-23T16:00:10+08:00")", "2 3"},
      {R"("2026-11-23T08:00:30Z")", ""},
      {R"("2026-11-20T08:00:30Z")", "1 2 3"},
  };
  for (const auto& [timestamp, expected] : cases) {
    Timeline line;
    ASSERT_EQ(tally(line.world.confirm(line.place, all(line.world.consume(line.place)))), "3/0");
    const auto answer = line.world.reset(line.place, R"({"timestamp":)" + std::string(timestamp) + "}");
    ASSERT_TRUE(answer.done()) << timestamp << ' ' << answer;
    EXPECT_EQ(answer.embedded(), R"({"status":"success"})");
    EXPECT_EQ(bodies(line.world.consume(line.place)), expected) << timestamp;
  }
}

TEST(Decisions, D27UnreadableTimestampIsABadCall) {
  Timeline line;
  for (const auto* timestamp :
       {R"("")", R"("yesterday")", R"("12345")", R"("179542081000")", R"("17954208100000")", R"("-1")", "-1", "1.5",
        R"("2")", R"("2026-13-01T00:00:00Z")", R"("2026-02-30T00:00:00Z")", R"("2026-11-23T08:60:00Z")",
        R"("Mon, 32 Nov 2026 08:00:10 GMT")", R"("Mon, 23 Foo 2026 08:00:10 GMT")", "null", "[]", "true"}) {
    const auto answer = line.world.reset(line.place, R"({"timestamp":)" + std::string(timestamp) + "}");
    EXPECT_EQ(answer.http(), 400U) << timestamp << ' ' << answer;
    EXPECT_EQ(answer.code(), "DMS.10540010") << timestamp << ' ' << answer;
  }
}

TEST(Decisions, D27TimeOutsideTheWindowIsRefused) {
  Timeline line;
  for (const auto* timestamp : {"1795420830001", R"("2026-11-23T08:00:31Z")", R"("2026-11-20T08:00:29Z")",
                                R"("1000000000")", R"("Thu, 01 Jan 1970 00:00:00 GMT")"}) {
    const auto answer = line.world.reset(line.place, R"({"timestamp":)" + std::string(timestamp) + "}");
    EXPECT_EQ(answer.code(), "DMS.00400142") << timestamp << ' ' << answer;
  }
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
