#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerTimeTest : public OneStrikeTest {};

TEST_F(BrokerTimeTest, ANewBrokerHasNothingToDo) { EXPECT_EQ(broker_->next_deadline(), std::nullopt); }

TEST_F(BrokerTimeTest, TheNextDeadlineIsNotLaterThanTheNextEvent) {
  send(queue_, "a");
  ASSERT_TRUE(broker_->next_deadline());
  EXPECT_LE(*broker_->next_deadline(), kStart + 72h);
  consume(group_);
  EXPECT_LE(*broker_->next_deadline(), kStart + 30s);
  park(group_, 1, 3s);
  EXPECT_LE(*broker_->next_deadline(), kStart + 3s);
  EXPECT_GT(*broker_->next_deadline(), kStart);
}

TEST_F(BrokerTimeTest, FollowingTheDeadlinesComesToAnEnd) {
  send(queue_, "a");
  consume(group_);
  park(group_, 1, 3s);
  int rounds = 0;
  while (const auto deadline = broker_->next_deadline()) {
    ASSERT_LT(++rounds, 100);
    clock_.move_to(*deadline);
    broker_->run_due();
  }
  EXPECT_GE(clock_.now(), kStart + 72h);
  EXPECT_EQ(broker_->queue(project_, queue_)->messages, 0U);
}

TEST_F(BrokerTimeTest, AnEarlierDeadlineIsAnnounced) {
  int calls = 0;
  broker_->on_earlier_deadline([&calls] { ++calls; });
  send(queue_, "a");
  EXPECT_GE(calls, 1);
  int before = calls;
  consume(group_);
  EXPECT_GT(calls, before);
  before = calls;
  park(group_, 1, 3s);
  EXPECT_GT(calls, before);
  broker_->on_earlier_deadline({});
  before = calls;
  park(group_, 1, 1s);
  EXPECT_EQ(calls, before);
}

TEST_F(BrokerTimeTest, ALaterDeadlineIsNot) {
  park(group_, 1, 3s);
  int calls = 0;
  broker_->on_earlier_deadline([&calls] { ++calls; });
  park(group_, 1, 60s);
  EXPECT_EQ(calls, 0);
}

TEST_F(BrokerTimeTest, AdvancingDoesEachThingAtItsOwnInstantInOrder) {
  send(queue_, "a");
  consume(group_);
  pass(1s);
  const TestWaiter& waiter = park(request(group_, 1, 60s, Stream::kDeadLetters));
  park(group_, 1, 3s);
  const AdvanceReport report = pass(200h);
  EXPECT_EQ(report.from, kStart + 1s);
  EXPECT_EQ(report.to, kStart + 1s + 200h);
  EXPECT_EQ(clock_.now(), report.to);
  ASSERT_EQ(received(waiter), "a") << "the message died at its lease's end and was handed over then";
  std::vector<std::pair<Millis, FiredType>> fired;
  for (const Fired& each : report.fired) {
    EXPECT_EQ(each.queue, "q");
    EXPECT_EQ(each.count, 1U);
    EXPECT_EQ(each.group.has_value(), each.at != kStart + 72h);
    fired.emplace_back(each.at - kStart, each.type);
  }
  ASSERT_EQ(fired.size(), 6U);
  EXPECT_EQ(fired[0], (std::pair<Millis, FiredType>(4s, FiredType::kWaitOver)));
  EXPECT_EQ(fired[1].first, Millis(30s));
  EXPECT_EQ(fired[2].first, Millis(30s));
  EXPECT_NE(fired[1].second, fired[2].second);
  EXPECT_EQ(fired[3], (std::pair<Millis, FiredType>(60s, FiredType::kLeaseExpired)));
  EXPECT_EQ(fired[4], (std::pair<Millis, FiredType>(72h, FiredType::kMessageExpired)));
  EXPECT_EQ(fired[5], (std::pair<Millis, FiredType>(72h + 30s, FiredType::kMessageExpired)));
  EXPECT_EQ((*waiter.result)->deadline, kStart + 60s) << "its lease began at that instant";
}

TEST_F(BrokerTimeTest, AdvancingToThePastDoesWhatIsDueNow) {
  const TestWaiter& waiter = park(group_, 1, 3s);
  clock_.move_to(kStart + 3s);
  const AdvanceReport report = broker_->advance(kStart);
  EXPECT_EQ(report.from, kStart + 3s);
  EXPECT_EQ(report.to, kStart + 3s);
  EXPECT_EQ(clock_.now(), kStart + 3s);
  EXPECT_EQ(received(waiter), "");
}

TEST_F(BrokerTimeTest, AdvancingWithNothingDueFiresNothing) {
  send(queue_, "a");
  EXPECT_TRUE(pass(1h).fired.empty());
}

TEST_F(BrokerTimeTest, AdvancingWorksWithAClockThatRuns) {
  SystemClock clock;
  Broker broker({}, clock, random_);
  const Time to = clock.now() + 1h;
  EXPECT_GE(broker.advance(to).to, to);
  EXPECT_GE(clock.now(), to);
  broker.close();
}

}  // namespace
}  // namespace wingmq::test
