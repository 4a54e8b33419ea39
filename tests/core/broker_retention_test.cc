#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerRetentionTest : public BrokerTest {
 protected:
  void SetUp() override {
    queue_ = make_queue();
    group_ = make_group(queue_);
  }
  [[nodiscard]] std::uint64_t retained() { return broker_->queue(project_, queue_)->messages; }

  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerRetentionTest, AMessageIsThereUntilJustBeforeItsLastMoment) {
  send(queue_, "a");
  pass(72h - 1ms);
  EXPECT_EQ(retained(), 1U);
  EXPECT_EQ(info(group_).available, 1U);
  pass(1ms);
  EXPECT_EQ(retained(), 0U);
  EXPECT_EQ(info(group_).available, 0U);
  EXPECT_EQ(info(group_).produced, 0U);
  EXPECT_EQ(bodies(consume(group_)), "");
}

TEST_F(BrokerRetentionTest, IsSeenBySomebodyWhoAsksBeforeAnybodySettledIt) {
  send(queue_, "a");
  clock_.move_to(kStart + 72h);
  EXPECT_EQ(bodies(consume(group_)), "");
  EXPECT_EQ(retained(), 0U);
  EXPECT_EQ(info(group_).available, 0U);
}

TEST_F(BrokerRetentionTest, GoesBySendingTime) {
  send(queue_, "a");
  pass(1h);
  send(queue_, "b");
  pass(71h);
  EXPECT_EQ(bodies(consume(group_)), "b");
}

TEST_F(BrokerRetentionTest, TakesConfirmedMessagesOutOfTheCounts) {
  send(queue_, "a b");
  ASSERT_TRUE(confirm(group_, consume(group_), "++"));
  EXPECT_EQ(info(group_).consumed, 2U);
  pass(72h);
  EXPECT_EQ(info(group_).consumed, 0U);
  EXPECT_EQ(info(group_).produced, 0U);
}

TEST_F(BrokerRetentionTest, DropsALeasedMessageFromCountsAndRedeliveryButItsHandleLives) {
  send(queue_, "a b");
  pass(72h - 10s);
  const Delivery delivery = consume(group_);
  pass(10s);
  EXPECT_EQ(info(group_).in_flight, 0U);
  EXPECT_EQ(info(group_).available, 0U);
  EXPECT_EQ(bodies(delivery), "a b");
  EXPECT_EQ(confirm(group_, delivery, "+-"), counted(1, 1));
  EXPECT_EQ(bodies(consume(group_)), "");
  EXPECT_EQ(info(group_).consumed, 0U);
}

TEST_F(BrokerRetentionTest, DropsAReleasedMessage) {
  send(queue_, "a");
  pass(1h);
  ASSERT_TRUE(confirm(group_, consume(group_), "-"));
  pass(71h);
  EXPECT_EQ(bodies(consume(group_)), "");
  EXPECT_EQ(info(group_).available, 0U);
}

TEST_F(BrokerRetentionTest, APartOfALeaseMayGoAndTheRestComesAgain) {
  send(queue_, "a");
  pass(5s);
  send(queue_, "b");
  pass(72h - 10s);
  consume(group_);
  pass(5s);
  EXPECT_EQ(info(group_).in_flight, 1U);
  pass(25s);
  EXPECT_EQ(bodies(consume(group_)), "");
}

TEST_F(BrokerRetentionTest, GivesItsMemoryBack) {
  const std::size_t before = broker_->memory().used();
  for (int i = 0; i < 100; ++i) send(queue_, "a b c");
  ASSERT_TRUE(confirm(group_, consume(group_, 3), "+++"));
  pass(72h);
  EXPECT_EQ(broker_->memory().used(), before);
}

TEST_F(BrokerRetentionTest, IsReportedForTheQueueAndNotForEachGroup) {
  make_group(queue_, "second");
  send(queue_, "a b");
  const AdvanceReport report = pass(80h);
  EXPECT_EQ(fired(report, FiredType::kMessageExpired), 2U);
  for (const Fired& each : report.fired) {
    EXPECT_EQ(each.at, kStart + 72h);
    EXPECT_EQ(each.queue, "q");
    EXPECT_EQ(each.group, std::nullopt);
  }
}

TEST_F(BrokerRetentionTest, CanBeSet) {
  Options options;
  options.limits.retention = 5ms;
  start(options);
  queue_ = make_queue();
  send(queue_, "a");
  pass(4ms);
  EXPECT_EQ(retained(), 1U);
  pass(1ms);
  EXPECT_EQ(retained(), 0U);
}

}  // namespace
}  // namespace wingmq::test
