#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerDeadLettersTest : public BrokerTest {
 protected:
  void SetUp() override { make(QueueMode::kNormal, 2); }
  void make(QueueMode mode, std::uint32_t consume_count_max) {
    queue_ = make_queue("q" + std::to_string(++made_), mode, consume_count_max);
    group_ = make_group(queue_);
  }
  /// Lets every available message fail once.
  void fail_all() {
    const Delivery delivery = consume(group_);
    ASSERT_FALSE(delivery.empty());
    ASSERT_TRUE(confirm(group_, delivery, "-"));
  }
  /// produced, available, in flight of the dead letters.
  [[nodiscard]] std::vector<std::uint64_t> dead_counts() {
    const GroupInfo shown = info(group_);
    return {shown.dead_produced, shown.dead_available, shown.dead_in_flight};
  }
  using Counts = std::vector<std::uint64_t>;

  int made_ = 0;
  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerDeadLettersTest, AMessageDiesWhenItFailedOftenEnough) {
  send(queue_, "a");
  fail_all();
  EXPECT_EQ(dead_counts(), (Counts{0, 0, 0}));
  fail_all();
  EXPECT_EQ(dead_counts(), (Counts{1, 1, 0}));
  EXPECT_EQ(bodies(consume(group_)), "");
  EXPECT_EQ(bodies(consume_dead(group_)), "a");
  EXPECT_EQ(dead_counts(), (Counts{1, 1, 1}));
}

TEST_F(BrokerDeadLettersTest, WithOneAllowedConsumptionTheFirstFailureKills) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a b");
  ASSERT_TRUE(confirm(group_, consume(group_), "+-"));
  EXPECT_EQ(bodies(consume_dead(group_)), "b");
}

TEST_F(BrokerDeadLettersTest, WithoutRedriveNothingDies) {
  const QueueId queue = make_queue("immortal");
  group_ = make_group(queue);
  send(queue, "a");
  for (int i = 0; i < 150; ++i) fail_all();
  EXPECT_EQ(failures(consume(group_)), "150");
  EXPECT_EQ(bodies(consume_dead(group_)), "");
}

TEST_F(BrokerDeadLettersTest, AnExpiredLeaseKillsToo) {
  send(queue_, "a b");
  consume(group_);
  pass(30s);
  consume(group_);
  const AdvanceReport report = pass(30s);
  EXPECT_EQ(bodies(consume_dead(group_)), "a b");
  EXPECT_EQ(fired(report, FiredType::kLeaseExpired), 2U);
  EXPECT_EQ(fired(report, FiredType::kDeadLettered), 2U);
}

TEST_F(BrokerDeadLettersTest, DeadMessagesAreNeitherAvailableNorConsumed) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a b c");
  ASSERT_TRUE(confirm(group_, consume(group_, 2), "+-"));
  const GroupInfo shown = info(group_);
  EXPECT_EQ(shown.produced, 3U);
  EXPECT_EQ(shown.available, 1U);
  EXPECT_EQ(shown.consumed, 1U);
  EXPECT_EQ(shown.dead_produced, 1U);
}

TEST_F(BrokerDeadLettersTest, ComeInTheOrderOfTheirTransfer) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a b c");
  const Delivery first = consume(group_, 1);
  const Delivery second = consume(group_, 2);
  ASSERT_TRUE(confirm(group_, second, "-"));
  ASSERT_TRUE(confirm(group_, first, "-"));
  EXPECT_EQ(bodies(consume_dead(group_)), "b c a");
}

TEST_F(BrokerDeadLettersTest, ConfirmingThemLowersWhatIsAvailable) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a b c");
  fail_all();
  const Delivery dead = consume_dead(group_);
  EXPECT_EQ(confirm_dead(group_, dead, "+-"), counted(1, 1));
  EXPECT_EQ(dead_counts(), (Counts{3, 2, 0}));
  EXPECT_EQ(bodies(consume_dead(group_)), "b c");
}

TEST_F(BrokerDeadLettersTest, AFailedDeadLetterNeverMovesOn) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a");
  fail_all();
  for (int i = 0; i < 5; ++i) {
    const Delivery dead = consume_dead(group_);
    EXPECT_EQ(bodies(dead), "a");
    ASSERT_TRUE(confirm_dead(group_, dead, "-"));
  }
  EXPECT_EQ(dead_counts(), (Counts{1, 1, 0}));
}

TEST_F(BrokerDeadLettersTest, TheirLeaseIsAtMostAHundredSeconds) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a");
  fail_all();
  ConsumeRequest asked = request(group_, 10, 0ms, Stream::kDeadLetters);
  asked.ack_wait = 300s;
  EXPECT_EQ(consume(asked).deadline, kStart + 100s);
  pass(100s - 1ms);
  EXPECT_EQ(bodies(consume_dead(group_)), "");
  pass(1ms);
  asked.ack_wait = 99s;
  EXPECT_EQ(consume(asked).deadline, clock_.now() + 99s);
}

TEST_F(BrokerDeadLettersTest, AreKept72HoursFromTheirTransfer) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a");
  pass(71h);
  fail_all();
  pass(1h);
  EXPECT_EQ(broker_->queue(project_, queue_)->messages, 0U);
  broker_->give_back(project_, group_, consume_dead(group_));
  pass(71h - 1ms);
  const Delivery last = consume_dead(group_);
  EXPECT_EQ(bodies(last), "a");
  broker_->give_back(project_, group_, last);
  pass(1ms);
  EXPECT_EQ(bodies(consume_dead(group_)), "");
  EXPECT_EQ(dead_counts(), (Counts{1, 1, 0})) << "expiry does not lower what is available (API.md 4.6)";
}

TEST_F(BrokerDeadLettersTest, AMessageThatExpiresInALeaseDoesNotDie) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a");
  pass(72h - 10s);
  consume(group_);
  pass(1h);
  EXPECT_EQ(dead_counts(), (Counts{0, 0, 0}));
}

TEST_F(BrokerDeadLettersTest, BelongToOneGroupAndGoWithIt) {
  make(QueueMode::kNormal, 1);
  const GroupId other = make_group(queue_, "other");
  send(queue_, "a");
  fail_all();
  EXPECT_EQ(bodies(consume_dead(other)), "");
  EXPECT_EQ(bodies(consume(other)), "a");
  ASSERT_TRUE(broker_->remove_groups(project_, queue_, std::vector<std::string>{"g"}));
  EXPECT_EQ(bodies(consume_dead(make_group(queue_))), "");
}

TEST_F(BrokerDeadLettersTest, WakeAParkedDeadLetterConsumer) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a");
  const TestWaiter& waiter = park(request(group_, 10, 60s, Stream::kDeadLetters));
  fail_all();
  EXPECT_EQ(received(waiter), "a");
}

TEST_F(BrokerDeadLettersTest, OfAFifoQueueKeepOrderAndOneBatchAtATime) {
  make(QueueMode::kFifo, 1);
  send(queue_, "a b c");
  fail_all();
  const Delivery dead = consume_dead(group_, 1);
  EXPECT_EQ(bodies(dead), "a");
  EXPECT_EQ(bodies(consume_dead(group_)), "");
  ASSERT_TRUE(confirm_dead(group_, dead, "+"));
  EXPECT_EQ(bodies(consume_dead(group_)), "b c");
}

TEST_F(BrokerDeadLettersTest, OfAFifoQueueDoNotHoldUpTheQueueItself) {
  make(QueueMode::kFifo, 1);
  send(queue_, "a");
  fail_all();
  EXPECT_EQ(bodies(consume_dead(group_)), "a");
  send(queue_, "b");
  EXPECT_EQ(bodies(consume(group_)), "b");
}

TEST_F(BrokerDeadLettersTest, TheirHandlesAreForeignToTheQueueItself) {
  make(QueueMode::kNormal, 1);
  send(queue_, "a");
  fail_all();
  const Delivery dead = consume_dead(group_);
  EXPECT_EQ(confirm_error(group_, dead, "+"), ErrorCode::kHandleForeign);
  EXPECT_EQ(confirm_dead(group_, dead, "+"), counted(1, 0));
}

TEST_F(BrokerDeadLettersTest, MayBeNamedWithoutTheQueue) {
  ConsumeRequest asked = request(group_, 1, 0ms, Stream::kDeadLetters);
  asked.queue = queue_;
  EXPECT_EQ(consume_error(asked), std::nullopt);
  asked.queue = make_queue("other");
  EXPECT_EQ(consume_error(asked), ErrorCode::kGroupNotFound);
}

}  // namespace
}  // namespace wingmq::test
