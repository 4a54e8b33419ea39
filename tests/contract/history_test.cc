// One message, why it is where it is, and what happened to it (net/API.md, one message).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "support/api_client.h"
#include "wingmq/net/history.h"

namespace wingmq::contract {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class HistoryTest : public ::testing::Test {
 protected:
  explicit HistoryTest(std::size_t events_max = 1000) : history_(events_max), world_(options()) {
    world_.broker().observe(history_);
    place_ = world_.create({.name = "orders", .max_consume_count = "2"});
  }
  WorldOptions options() {
    WorldOptions options;
    options.server.history = &history_;
    options.server.journal = 100;
    return options;
  }

  boost::json::value group(int offset = 0) {
    const Answer answer = world_.admin("GET", "/__admin/queues/orders/messages/0/" + std::to_string(offset));
    EXPECT_EQ(answer.http(), 200U) << answer;
    return answer["groups"].at(0);
  }
  std::string why(int offset = 0) { return std::string(group(offset).at("why").as_string()); }
  std::string state(int offset = 0) { return std::string(group(offset).at("state").as_string()); }
  /// The types of a message's events, joined by spaces; with a star those that a call in the journal was the reason of.
  std::string events(int offset = 0) {
    std::string all;
    const auto shown = group(offset);
    for (const auto& event : shown.at("events").as_array()) {
      all += (all.empty() ? "" : " ") + std::string(event.at("type").as_string()) + (event.at("request").is_null() ? "" : "*");
    }
    return all;
  }
  void post(const std::string& path, const std::string& body = "{}") {
    const Answer answer = world_.admin("POST", "/__admin/queues/orders/" + path, body);
    EXPECT_EQ(answer.http(), 200U) << answer;
  }

  net::History history_;
  World world_;
  Place place_;
};

TEST_F(HistoryTest, AMessageFromSendingToConfirmation) {
  world_.send_numbers(place_.queue, 1, 1);
  EXPECT_EQ(events(), "sent*");
  EXPECT_THAT(why(), StartsWith("available"));
  const auto batch = world_.consume(place_);
  EXPECT_EQ(events(), "sent* delivered*");
  EXPECT_EQ(state(), "in_flight");
  EXPECT_EQ(why(), "in flight until 08:00:30.000, attempt 1 of 2; confirming handler " + batch[0].handler + " before then finishes it");
  EXPECT_EQ(tally(world_.confirm(place_, all(batch))), "1/0");
  EXPECT_EQ(events(), "sent* delivered* confirmed*");
  EXPECT_THAT(why(), StartsWith("confirmed;"));
  const auto event = group().at("events").at(2);
  const Answer call = world_.admin("GET", "/__admin/requests/" + std::string(event.at("request").as_string()));
  EXPECT_EQ(call.text_of("operation"), "confirmConsumedSpecifiedMessage");
}

TEST_F(HistoryTest, WhatPeekShowsStandsThereToo) {
  world_.send_messages(place_.queue, R"([{"body":{"a":1},"tags":["t"],"attributes":{"k":"v"}}])");
  const Answer shown = world_.admin("GET", "/__admin/queues/orders/messages/0/0");
  EXPECT_EQ(shown.members(), "partition offset sent body attributes tags groups");
  EXPECT_EQ(boost::json::serialize(shown["body"]), R"({"a":1})");
  EXPECT_EQ(boost::json::serialize(shown["tags"]), R"(["t"])");
}

TEST_F(HistoryTest, ALateConfirmationSaysByHowMuch) {
  world_.send_numbers(place_.queue, 1, 1);
  const auto batch = world_.consume(place_);
  world_.pass(31s);
  EXPECT_EQ(tally(world_.confirm(place_, all(batch))), "DMS.10542209");
  EXPECT_EQ(events(), "sent* delivered* lease_expired late_confirm*");
  EXPECT_EQ(group().at("events").at(3).at("late_by_ms").as_int64(), 1000);
  EXPECT_THAT(why(), HasSubstr("attempt 2 of 2"));
}

TEST_F(HistoryTest, DeathAndRedriving) {
  world_.send_numbers(place_.queue, 1, 1);
  EXPECT_EQ(tally(world_.confirm(place_, all(world_.consume(place_), "fail"))), "0/1");
  world_.consume(place_);
  world_.pass(30s);
  EXPECT_EQ(state(), "dead");
  EXPECT_EQ(why(), "dead after 2 failed deliveries; redrive makes it available again");
  EXPECT_EQ(events(), "sent* delivered* failed* delivered* lease_expired dead_lettered");
  post("groups/g1/redrive");
  EXPECT_EQ(events(), "sent* delivered* failed* delivered* lease_expired dead_lettered redriven");
  EXPECT_EQ(state(), "available");
}

TEST_F(HistoryTest, ADeadLetterThatIsReceivedIsTheSameMessage) {
  world_.send_numbers(place_.queue, 1, 2);
  for (int i = 0; i < 2; ++i) world_.confirm(place_, all(world_.consume(place_), "fail"));
  const auto dead = world_.consume_dead(place_);
  ASSERT_EQ(dead.size(), 2U);
  EXPECT_EQ(tally(world_.confirm_dead(place_, all(dead))), "2/0");
  EXPECT_THAT(events(1), HasSubstr("dead_lettered* delivered* confirmed*"));
}

TEST_F(HistoryTest, TheTagRuleIsNamed) {
  world_.send_messages(place_.queue, R"([{"body":1,"tags":["c"]},{"body":2,"tags":["a"]}])");
  EXPECT_EQ(bodies(world_.consume(place_, {.tag = "a,b", .tag_type = "or"})), "2");
  EXPECT_EQ(why(0), "the group's tag rule a||b does not match [c]");
}

TEST_F(HistoryTest, AnEarlierMessageOfTheBatchIsNamedAsTheReason) {
  world_.send_numbers(place_.queue, 1, 2);
  world_.consume(place_);
  EXPECT_THAT(why(0), HasSubstr("confirming handler"));
  EXPECT_THAT(why(1), HasSubstr("D24"));
}

TEST_F(HistoryTest, AResetOverTheMessageIsTold) {
  world_.send_numbers(place_.queue, 1, 2);
  EXPECT_EQ(tally(world_.confirm(place_, {{world_.consume(place_)[0].handler, "success"}})), "1/0");
  world_.pass(31s);
  EXPECT_TRUE(world_.reset(place_, R"({"timestamp":"latest"})").done());
  EXPECT_EQ(events(0), "sent* delivered* confirmed*");
  EXPECT_THAT(events(1), HasSubstr("reset_over"));
  EXPECT_THAT(why(1), HasSubstr("reset or purged past it"));
  EXPECT_THAT(why(0), StartsWith("confirmed;"));
}

TEST_F(HistoryTest, WhoHoldsAMessageIsToldToWhoWaits) {
  world_.send_numbers(place_.queue, 1, 1);
  world_.consume(place_);
  const auto waiting = world_.begin({"GET", "/__admin/wait?queue=orders&group=g1&until=drained&timeout=1s", {}, {}});
  waiting->ring();
  const Answer late = waiting->answer();
  EXPECT_EQ(late["holding"].at(0).at("leased_by").as_string(), "test");
}

TEST_F(HistoryTest, WithoutDeadLettersItComesBackWithoutEnd) {
  const Place endless = world_.create({.name = "endless"});
  world_.send_numbers(endless.queue, 1, 1);
  world_.confirm(endless, all(world_.consume(endless), "fail"));
  const Answer shown = world_.admin("GET", "/__admin/queues/endless/messages/0/0");
  EXPECT_THAT(std::string(shown["groups"].at(0).at("why").as_string()), HasSubstr("dead letters are off"));
}

TEST_F(HistoryTest, WhatIsNotThereIsNotFound) {
  const auto refusal = [&](const std::string& path) { return world_.admin("GET", "/__admin/queues/orders/messages/" + path); };
  EXPECT_EQ(refusal("0/0").http(), 404U);
  EXPECT_EQ(refusal("7/0").http(), 404U);
  EXPECT_EQ(refusal("0/x").http(), 400U);
  EXPECT_EQ(world_.admin("GET", "/__admin/queues/nobody/messages/0/0").http(), 404U);
  world_.send_numbers(place_.queue, 1, 1);
  world_.pass(72h);
  const Answer gone = refusal("0/0");
  EXPECT_EQ(gone.http(), 404U);
  EXPECT_THAT(gone.text_of("hint"), HasSubstr("retention"));
}

TEST_F(HistoryTest, AResetForgets) {
  world_.send_numbers(place_.queue, 1, 1);
  world_.admin("POST", "/__admin/reset", R"({"keep":"queues"})");
  world_.send_numbers(place_.queue, 2, 2);
  EXPECT_EQ(events(), "sent*");
}

class ShortHistoryTest : public HistoryTest {
 protected:
  ShortHistoryTest() : HistoryTest(3) {}
};

TEST_F(ShortHistoryTest, ForgetsTheOldestAndSaysSo) {
  world_.send_numbers(place_.queue, 1, 1);
  EXPECT_FALSE(group().as_object().contains("events_left_out"));
  for (int i = 0; i < 3; ++i) world_.send_numbers(place_.queue, 2, 2);
  EXPECT_EQ(events(), "");
  EXPECT_TRUE(group().at("events_left_out").as_bool());
  EXPECT_THAT(why(), StartsWith("available"));
}

}  // namespace
}  // namespace wingmq::contract
