#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

using Kind = Broker::ResetTarget::Kind;

class BrokerResetTest : public BrokerTest {
 protected:
  void SetUp() override {
    queue_ = make_queue("q", QueueMode::kNormal, 2);
    group_ = make_group(queue_);
  }
  Result<void> reset(Broker::ResetTarget target, bool force = false) {
    return broker_->reset(project_, std::nullopt, group_, target, force);
  }
  void confirm_everything() {
    const Delivery delivery = consume(group_, 1'000);
    ASSERT_TRUE(confirm(group_, delivery, std::string(delivery.count, '+')));
  }
  std::optional<ErrorCode> reset_error(Broker::ResetTarget target, bool force = false) {
    const auto result = reset(target, force);
    return result ? std::nullopt : std::optional(result.error().code);
  }

  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerResetTest, ToTheEarliestDeliversEverythingAgain) {
  send(queue_, "a b c");
  confirm_everything();
  EXPECT_EQ(info(group_).consumed, 3U);
  ASSERT_TRUE(reset({Kind::kEarliest}));
  EXPECT_EQ(info(group_).available, 3U);
  EXPECT_EQ(info(group_).consumed, 0U);
  EXPECT_EQ(bodies(consume(group_)), "a b c");
}

TEST_F(BrokerResetTest, ToTheLatestSkipsWhatIsThere) {
  send(queue_, "a b");
  ASSERT_TRUE(reset({Kind::kLatest}));
  EXPECT_EQ(info(group_).available, 0U);
  EXPECT_EQ(info(group_).consumed, 2U);
  EXPECT_EQ(bodies(consume(group_)), "");
  send(queue_, "c");
  EXPECT_EQ(bodies(consume(group_)), "c");
}

TEST_F(BrokerResetTest, ToATimeStartsAtTheFirstMessageSentAtOrAfterIt) {
  send(queue_, "a");
  pass(10ms);
  send(queue_, "b");
  pass(10ms);
  send(queue_, "c");
  const auto from = [this](Time time) {
    EXPECT_TRUE(reset({Kind::kTime, time}, true));
    return bodies(consume(group_));
  };
  EXPECT_EQ(from(kStart), "a b c");
  EXPECT_EQ(from(kStart + 1ms), "b c");
  EXPECT_EQ(from(kStart + 10ms), "b c");
  EXPECT_EQ(from(kStart + 11ms), "c");
  EXPECT_EQ(from(kStart + 20ms), "c");
}

TEST_F(BrokerResetTest, TheTimeLiesBetweenTheRetentionWindowsBeginAndNow) {
  pass(100h);
  const Time now = clock_.now();
  EXPECT_EQ(reset_error({Kind::kTime, now}), std::nullopt);
  EXPECT_EQ(reset_error({Kind::kTime, now + 1ms}), ErrorCode::kResetTimeOutOfRange);
  EXPECT_EQ(reset_error({Kind::kTime, now - 72h}), std::nullopt);
  EXPECT_EQ(reset_error({Kind::kTime, now - 72h - 1ms}), ErrorCode::kResetTimeOutOfRange);
}

TEST_F(BrokerResetTest, IsBusyWhileAnythingIsInFlight) {
  send(queue_, "a b");
  const Delivery delivery = consume(group_, 1);
  EXPECT_EQ(reset_error({Kind::kEarliest}), ErrorCode::kResetBusy);
  EXPECT_EQ(info(group_).in_flight, 1U);
  EXPECT_EQ(confirm(group_, delivery, "+"), counted(1, 0));
  EXPECT_EQ(reset_error({Kind::kEarliest}), std::nullopt);
}

TEST_F(BrokerResetTest, AWrongTimeIsNamedBeforeABusyGroup) {
  send(queue_, "a");
  consume(group_);
  EXPECT_EQ(reset_error({Kind::kTime, kStart + 1ms}), ErrorCode::kResetTimeOutOfRange);
}

TEST_F(BrokerResetTest, IsNotBusyWithALeaseThatIsOver) {
  send(queue_, "a");
  consume(group_);
  clock_.move_to(kStart + 30s);
  EXPECT_EQ(reset_error({Kind::kEarliest}), std::nullopt);
}

TEST_F(BrokerResetTest, ByForceDropsTheLeasesAndTheirHandles) {
  send(queue_, "a b");
  const Delivery delivery = consume(group_);
  ASSERT_TRUE(reset({Kind::kEarliest}, true));
  EXPECT_EQ(info(group_).in_flight, 0U);
  EXPECT_EQ(confirm_error(group_, delivery, "+"), ErrorCode::kHandleInvalid);
  EXPECT_EQ(bodies(consume(group_)), "a b");
}

TEST_F(BrokerResetTest, AForcedOneFreesAFifoQueue) {
  const QueueId fifo = make_fifo();
  group_ = make_group(fifo);
  send(fifo, "a b");
  consume(group_, 1);
  ASSERT_TRUE(reset({Kind::kEarliest}, true));
  EXPECT_EQ(bodies(consume(group_)), "a b");
}

TEST_F(BrokerResetTest, ClearsFailureCounts) {
  send(queue_, "a");
  ASSERT_TRUE(confirm(group_, consume(group_), "-"));
  ASSERT_TRUE(reset({Kind::kEarliest}));
  const Delivery again = consume(group_);
  EXPECT_EQ(failures(again), "0");
  ASSERT_TRUE(confirm(group_, again, "-"));
  EXPECT_EQ(info(group_).dead_produced, 0U);
}

TEST_F(BrokerResetTest, KeepsDeadLettersAndTheirLeases) {
  send(queue_, "a");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(confirm(group_, consume(group_), "-"));
  const Delivery dead = consume_dead(group_);
  ASSERT_TRUE(reset({Kind::kLatest})) << "dead letters in flight do not make a group busy";
  EXPECT_EQ(confirm_dead(group_, dead, "+"), counted(1, 0));
}

TEST_F(BrokerResetTest, DeliversMessagesThatHadDiedLikeOthers) {
  send(queue_, "a b");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(confirm(group_, consume(group_, 1), "-"));
  EXPECT_EQ(bodies(consume(group_)), "b");
  ASSERT_TRUE(reset({Kind::kEarliest}, true));
  const Delivery again = consume(group_);
  EXPECT_EQ(bodies(again), "a b");
  EXPECT_EQ(failures(again), "0 0");
  EXPECT_EQ(bodies(consume_dead(group_)), "a");
}

TEST_F(BrokerResetTest, KeepsTheTagRule) {
  send(queue_, "a", {"red"});
  send(queue_, "b", {"blue"});
  consume(tagged(group_, {"red"}));
  ASSERT_TRUE(reset({Kind::kEarliest}, true));
  EXPECT_EQ(consume_error(request(group_)), ErrorCode::kTagRuleMismatch);
  EXPECT_EQ(info(group_).available, 1U);
  EXPECT_EQ(bodies(consume(tagged(group_, {"red"}))), "a");
}

TEST_F(BrokerResetTest, ServesParkedConsumersAtOnce) {
  send(queue_, "a b");
  confirm_everything();
  const TestWaiter& first = park(group_, 1);
  const TestWaiter& second = park(group_, 1);
  const TestWaiter& third = park(group_, 1);
  ASSERT_TRUE(reset({Kind::kEarliest}));
  EXPECT_EQ(received(first), "a");
  EXPECT_EQ(received(second), "b");
  EXPECT_TRUE(third.waiting());
}

TEST_F(BrokerResetTest, LeavesOtherGroupsAlone) {
  const GroupId other = make_group(queue_, "other");
  send(queue_, "a");
  const Delivery delivery = consume(other);
  ASSERT_TRUE(reset({Kind::kLatest}));
  EXPECT_EQ(confirm(other, delivery, "+"), counted(1, 0));
}

TEST_F(BrokerResetTest, NeedsAGroupThatExists) {
  const auto code = [](const Result<void>& result) { return result.error().code; };
  EXPECT_EQ(code(broker_->reset(project_, QueueId{}, group_, {}, false)), ErrorCode::kQueueNotFound);
  EXPECT_EQ(code(broker_->reset(project_, make_queue("other"), group_, {}, false)), ErrorCode::kGroupNotFound);
  EXPECT_EQ(code(broker_->reset(stranger_, std::nullopt, group_, {}, false)), ErrorCode::kGroupNotFound);
  EXPECT_EQ(code(broker_->reset(project_, std::nullopt, GroupId{}, {Kind::kTime, kStart + 1h}, false)),
            ErrorCode::kGroupNotFound);
}

}  // namespace
}  // namespace wingmq::test
