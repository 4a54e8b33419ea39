#include <gmock/gmock.h>

#include <limits>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::string_view kAdvance = "/__admin/clock/advance";

class AdminClockTest : public AdminTest {
 protected:
  /// How far a body moves the clock.
  std::int64_t moved_by(std::string_view body) {
    const auto before = now_ms();
    const auto reply = post(kAdvance, body);
    EXPECT_EQ(reply.at("from").as_int64(), before);
    EXPECT_EQ(reply.at("to").as_int64(), now_ms());
    return now_ms() - before;
  }
  std::string fired(std::string_view body) { return text_of(post(kAdvance, body).at("fired")); }
  std::string after(Millis span) { return std::to_string((kStart + span).time_since_epoch().count()); }
};

TEST_F(AdminClockTest, ClockTellsTimeModeAndHowFarItWasMoved) {
  EXPECT_EQ(text_of(get("/__admin/clock")), R"({"now":1700000000000,"mode":"manual","offset_ms":0,"next":null})");
  pass(1500ms);
  EXPECT_EQ(text_of(get("/__admin/clock")), R"({"now":1700000001500,"mode":"manual","offset_ms":1500,"next":null})");
}

TEST_F(AdminClockTest, WhatIsDueNextIsToldAndReached) {
  const auto refusal = opened(ask("POST", kAdvance, R"({"to":"next"})"), 409);
  EXPECT_EQ(refusal.at("error").as_string(), "nothing is due");
  const auto made = broker_->declare_queue({project_, {.name = "q", .description = "", .mode = QueueMode::kNormal, .consume_count_max = 2}, {"g"}});
  ASSERT_TRUE(made);
  send(made->queue.id, "1");
  const auto next = [&] { return text_of(get("/__admin/clock").at("next")); };
  EXPECT_EQ(next(), R"({"at":)" + after(72h) + R"(,"type":"message_expired","queue":"q","group":null})");
  ASSERT_FALSE(consume(made->groups.front().id).empty());
  EXPECT_EQ(next(), R"({"at":)" + after(30s) + R"(,"type":"lease_expired","queue":"q","group":"g"})");
  EXPECT_EQ(moved_by(R"({"to":"next"})"), 30'000);
  EXPECT_EQ(next(), R"({"at":)" + after(72h) + R"(,"type":"message_expired","queue":"q","group":null})");
  EXPECT_EQ(moved_by(R"({"to":"next"})"), (72h - 30s) / 1ms);
  EXPECT_EQ(next(), "null");
}

TEST_F(AdminClockTest, RunningClockIsMovedByAnOffset) {
  SystemClock clock;
  Broker broker({}, clock, random_);
  MemoryEngine engine(broker);
  Admin admin(engine, deviations_, explained_, journal_, nullptr, options_);
  Request request{"POST", kAdvance, {{"Content-Type", "application/json"}}, broker.buffers().copy(R"({"by":"1d"})")};
  EXPECT_EQ(answer(admin, request).status, 200U);
  const auto shown = opened(answer(admin, Request{"GET", "/__admin/clock", {}, {}}), 200);
  EXPECT_EQ(shown.at("mode").as_string(), "real");
  EXPECT_GE(shown.at("offset_ms").as_int64(), 86'399'000);
  EXPECT_LE(shown.at("offset_ms").as_int64(), 86'400'000);
  broker.close();
}

TEST_F(AdminClockTest, AdvanceTakesEveryUnitAndPlainMilliseconds) {
  EXPECT_EQ(moved_by(R"({"by":"250ms"})"), 250);
  EXPECT_EQ(moved_by(R"({"by":"1h30m"})"), 5'400'000);
  EXPECT_EQ(moved_by(R"({"by":"30s"})"), 30'000);
  EXPECT_EQ(moved_by(R"({"by":"5m"})"), 300'000);
  EXPECT_EQ(moved_by(R"({"by":"2h"})"), 7'200'000);
  EXPECT_EQ(moved_by(R"({"by":"3d"})"), 259'200'000);
  EXPECT_EQ(moved_by(R"({"by":1})"), 1);
  EXPECT_EQ(moved_by(R"({"by":0})"), 0);
  EXPECT_EQ(moved_by(R"({"by":"0s"})"), 0);
}

TEST_F(AdminClockTest, AdvanceToAnInstantMayStandStill) {
  EXPECT_EQ(moved_by(R"({"to":1700000000001})"), 1);
  EXPECT_EQ(moved_by(R"({"to":1700000000001})"), 0);
}

TEST_F(AdminClockTest, MovingBackwardsIsRefusedAndSaysSo) {
  EXPECT_EQ(post_error(kAdvance, R"({"to":1699999999999})", 400),
            "the clock cannot move backwards: \"to\" is 1699999999999, now is 1700000000000");
  EXPECT_EQ(post_error(kAdvance, R"({"by":-1})", 400), "the clock cannot move backwards: \"by\" is -1");
  EXPECT_THAT(post_error(kAdvance, R"({"by":-9223372036854775808})", 400), HasSubstr("backwards"));
  EXPECT_THAT(post_error(kAdvance, R"({"to":-1})", 400), HasSubstr("backwards"));
  EXPECT_EQ(clock_.now(), kStart);
}

TEST_F(AdminClockTest, ExactlyOneOfByAndToIsWanted) {
  EXPECT_EQ(post_error(kAdvance, "{}", 400), "neither \"by\" nor \"to\" is given");
  EXPECT_EQ(post_error(kAdvance, R"({"by":1,"to":1700000000001})", 400), "both \"by\" and \"to\" are given");
  EXPECT_EQ(post_error(kAdvance, R"({"by":1,"by":2})", 400), "member \"by\" is given twice in the body");
  EXPECT_EQ(post_error(kAdvance, R"({"By":1})", 400), "unknown member \"By\" in the body");
  EXPECT_EQ(clock_.now(), kStart);
}

TEST_F(AdminClockTest, UnreadableSpansAndInstantsAreRefused) {
  for (const char* by : {R"("")", R"("30")", R"("s")", R"("-1s")", R"("1.5h")", R"("30m1h")", R"(" 30s")", R"("30 s")",
                         R"("30S")", R"("1w")", R"("99999999999999999999s")", "1.5", "null", "true", "[30]", "{}"}) {
    EXPECT_THAT(post_error(kAdvance, std::string(R"({"by":)") + by + "}", 400), HasSubstr("\"by\"")) << by;
  }
  for (const char* to : {R"("1700000000001")", R"("30s")", "1700000000001.5", "null", "18446744073709551615"}) {
    EXPECT_THAT(post_error(kAdvance, std::string(R"({"to":)") + to + "}", 400), HasSubstr("\"to\"")) << to;
  }
  EXPECT_EQ(clock_.now(), kStart);
}

TEST_F(AdminClockTest, BodyMustBeOneJsonObject) {
  for (const char* body : {" ", "{", "nonsense", R"({"by":1}x)", R"({'by':1})", "{\"by\":\"\xff\"}"}) {
    EXPECT_THAT(post_error(kAdvance, body, 400), HasSubstr("not valid JSON")) << body;
  }
  for (const char* body : {"[]", "1", "\"30s\"", "null"}) {
    EXPECT_EQ(post_error(kAdvance, body, 400), "the body is not a JSON object") << body;
  }
  EXPECT_EQ(clock_.now(), kStart);
}

TEST_F(AdminClockTest, TimeEndsWithTheYear9999) {
  EXPECT_EQ(post_error(kAdvance, R"({"to":253402300800000})", 400), "\"to\" lies beyond the year 9999");
  EXPECT_EQ(post_error(kAdvance, R"({"by":251702300800000})", 400), "\"by\" leads beyond the year 9999");
  EXPECT_EQ(post_error(kAdvance, R"({"by":9223372036854775807})", 400), "\"by\" leads beyond the year 9999");
  EXPECT_EQ(post_error(kAdvance, R"({"by":"106751991167d"})", 400), "\"by\" leads beyond the year 9999");
  EXPECT_EQ(clock_.now(), kStart);
  EXPECT_EQ(moved_by(R"({"by":251702300799999})"), 251'702'300'799'999);
  EXPECT_EQ(now_ms(), kClockMaxMs);
}

TEST_F(AdminClockTest, ExpiredLeaseIsReportedAtItsOwnInstant) {
  const auto queue = make_queue("orders");
  const auto group = make_group(queue, "billing");
  send(queue, "1 2");
  EXPECT_EQ(consume(group).count, 2U);
  EXPECT_EQ(fired(R"({"by":29999})"), "[]");
  EXPECT_EQ(fired(R"({"by":"1m"})"),
            R"([{"at":)" + after(30s) + R"(,"type":"lease_expired","queue":"orders","group":"billing","count":2}])");
  EXPECT_EQ(consume(group).count, 2U);
}

TEST_F(AdminClockTest, DeadLetterAndLeaseAreBothReported) {
  const auto queue = make_queue("orders", QueueMode::kNormal, 1);
  const auto group = make_group(queue, "billing");
  send(queue, "1");
  EXPECT_EQ(consume(group).count, 1U);
  const std::string text = fired(R"({"by":"30s"})");
  EXPECT_THAT(text, HasSubstr(R"({"at":)" + after(30s) +
                              R"(,"type":"lease_expired","queue":"orders","group":"billing","count":1})"));
  EXPECT_THAT(text, HasSubstr(R"({"at":)" + after(30s) +
                              R"(,"type":"dead_lettered","queue":"orders","group":"billing","count":1})"));
}

TEST_F(AdminClockTest, ExpiredMessageIsReportedWithoutAGroup) {
  send(make_queue("orders"), "1 2 3");
  EXPECT_EQ(fired(R"({"by":"72h"})"),
            R"([{"at":)" + after(72h) + R"(,"type":"message_expired","queue":"orders","group":null,"count":3}])");
}

TEST_F(AdminClockTest, WaitThatIsOverIsReportedAndAnswered) {
  const auto group = make_group(make_queue("orders"), "billing");
  const auto& waiter = park(group, 10, 3s);
  EXPECT_EQ(fired(R"({"by":"3s"})"),
            R"([{"at":)" + after(3s) + R"(,"type":"wait_over","queue":"orders","group":"billing","count":1}])");
  EXPECT_EQ(received(waiter), "");
}

}  // namespace
}  // namespace wingmq::net
