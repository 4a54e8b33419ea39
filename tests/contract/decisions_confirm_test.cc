#include <gtest/gtest.h>

#include <algorithm>

#include "support/api_client.h"

// Decisions D21 to D27 of API.md: handlers, confirmation, failures, dead letters, resets.

namespace wingmq::contract {
namespace {

using std::chrono::seconds;

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

}  // namespace
}  // namespace wingmq::contract
