#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerWaitersTest : public OneGroupTest {};

TEST_F(BrokerWaitersTest, AConsumeThatMayNotWaitIsNotParked) {
  EXPECT_EQ(bodies(consume(group_)), "");
  EXPECT_EQ(info(group_).parked, 0U);
}

class ParkedLimitTest : public BrokerTest {
 protected:
  void SetUp() override {
    Options options;
    options.limits.parked_calls_max = 2;
    start(options);
    queue_ = make_queue();
    group_ = make_group(queue_);
  }
  QueueId queue_;
  GroupId group_;
};

TEST_F(ParkedLimitTest, OneMoreThanMayWaitIsRefusedAndHasChangedNothing) {
  std::ignore = park(group_);
  EXPECT_EQ(consume_error(request(group_, 1, 3s)), std::nullopt) << "that is as many as may";
  std::ignore = park(request(make_group(make_queue("other")), 1, 3s, Stream::kDeadLetters));
  ConsumeRequest choosy = tagged(make_group(queue_, "choosy"), {"red"});
  choosy.wait = 3s;
  TestWaiter waiter;
  const auto refusal = broker_->consume(project_, choosy, waiter);
  ASSERT_TRUE(refusal && !*refusal);
  EXPECT_EQ(refusal->error(), (Error{ErrorCode::kTooManyParked, 2, 2}));
  EXPECT_TRUE(info(choosy.group).tags.empty());
  EXPECT_EQ(consume_error(request(choosy.group)), std::nullopt) << "who does not wait is not refused";
  send(queue_, "a b");
  EXPECT_EQ(bodies(consume(request(choosy.group, 1, 3s))), "a") << "nor who need not wait";
}

TEST_F(ParkedLimitTest, ARefusedTagRuleHasNotPassedOverMessages) {
  std::ignore = park(make_group(make_queue("other")));
  std::ignore = park(make_group(make_queue("another")));
  send(queue_, "a b", {"blue"});
  ConsumeRequest choosy = tagged(group_, {"red"});
  choosy.wait = 3s;
  EXPECT_EQ(consume_error(choosy), ErrorCode::kTooManyParked);
  EXPECT_EQ(bodies(consume(group_)), "a b");
}

TEST_F(ParkedLimitTest, WhoWaitsNoLongerMakesRoom) {
  std::ignore = park(group_);
  std::ignore = park(group_, 1, 5s);
  EXPECT_EQ(consume_error(request(group_, 1, 3s)), ErrorCode::kTooManyParked);
  pass(3s);
  std::ignore = park(group_);
  EXPECT_EQ(consume_error(request(group_, 1, 3s)), ErrorCode::kTooManyParked);
  send(queue_, "a b");
  std::ignore = park(group_, 1, 60s);
  TestWaiter cancelled;
  ASSERT_FALSE(broker_->consume(project_, request(group_, 1, 60s), cancelled));
  ASSERT_TRUE(broker_->cancel(cancelled));
  std::ignore = park(group_, 1, 60s);
  ASSERT_TRUE(broker_->remove_queue(project_, queue_));
  group_ = make_group(make_queue());
  std::ignore = park(group_);
  std::ignore = park(group_);
}

TEST_F(BrokerWaitersTest, ASentMessageIsHandedOverBeforeSendReturns) {
  const TestWaiter& waiter = park(group_);
  EXPECT_EQ(info(group_).parked, 1U);
  send(queue_, "a b");
  EXPECT_EQ(received(waiter), "a b");
  EXPECT_EQ(info(group_).parked, 0U);
  EXPECT_EQ(info(group_).in_flight, 2U);
}

TEST_F(BrokerWaitersTest, ALeaseTakenByAParkedCallIsAsLongAsAskedForAndStartsWhenServed) {
  ConsumeRequest asked = request(group_, 1, 60s);
  asked.ack_wait = 15s;
  const TestWaiter& waiter = park(asked);
  pass(5s);
  send(queue_, "a");
  ASSERT_EQ(received(waiter), "a");
  EXPECT_EQ((*waiter.result)->deadline, kStart + 20s);
}

TEST_F(BrokerWaitersTest, AreServedInArrivalOrderAndNoMoreThanNeeded) {
  const TestWaiter& first = park(group_, 2);
  const TestWaiter& second = park(group_, 1);
  const TestWaiter& third = park(group_, 1);
  send(queue_, "a b c");
  EXPECT_EQ(received(first), "a b");
  EXPECT_EQ(received(second), "c");
  EXPECT_TRUE(third.waiting());
}

TEST_F(BrokerWaitersTest, OneMessageWakesExactlyOne) {
  for (int i = 0; i < 10; ++i) park(group_);
  send(queue_, "a");
  int answered = 0;
  for (const TestWaiter& waiter : waiters_) answered += waiter.answers;
  EXPECT_EQ(answered, 1);
  EXPECT_EQ(info(group_).parked, 9U);
}

TEST_F(BrokerWaitersTest, EveryGroupIsServed) {
  const GroupId other = make_group(queue_, "other");
  const TestWaiter& mine = park(group_);
  const TestWaiter& theirs = park(other);
  send(queue_, "a");
  EXPECT_EQ(received(mine), "a");
  EXPECT_EQ(received(theirs), "a");
}

TEST_F(BrokerWaitersTest, TheWaitEndsEmpty) {
  const TestWaiter& waiter = park(group_, 1, 3s);
  pass(3s - 1ms);
  EXPECT_TRUE(waiter.waiting());
  pass(1ms);
  EXPECT_EQ(received(waiter), "");
  send(queue_, "a");
  EXPECT_EQ(bodies(consume(group_)), "a") << "the answered call took nothing";
}

TEST_F(BrokerWaitersTest, AReleasedMessageIsHandedOver) {
  send(queue_, "a b");
  const Delivery delivery = consume(group_);
  const TestWaiter& waiter = park(group_);
  ASSERT_TRUE(confirm(group_, delivery, "+-"));
  EXPECT_EQ(received(waiter), "b");
}

TEST_F(BrokerWaitersTest, AnExpiredLeaseIsHandedOver) {
  send(queue_, "a");
  consume(group_);
  const TestWaiter& waiter = park(group_, 1, 60s);
  pass(30s);
  EXPECT_EQ(received(waiter), "a");
  EXPECT_EQ((*waiter.result)->deadline, kStart + 60s);
}

TEST_F(BrokerWaitersTest, AWaitThatEndsWithALeaseGetsItsMessage) {
  send(queue_, "a");
  consume(group_);
  const TestWaiter& waiter = park(group_, 1, 30s);
  pass(30s);
  EXPECT_EQ(received(waiter), "a");
}

TEST_F(BrokerWaitersTest, AMessageThatGoesWithItsLeaseIsNotHandedOver) {
  send(queue_, "a");
  pass(72h - 30s);
  consume(group_);
  const TestWaiter& waiter = park(group_, 1, 30s);
  pass(30s);
  EXPECT_EQ(received(waiter), "");
}

TEST_F(BrokerWaitersTest, AFinishedFifoBatchLetsTheNextOneIn) {
  const QueueId fifo = make_fifo();
  const GroupId group = make_group(fifo);
  send(fifo, "a b");
  const Delivery delivery = consume(group, 1);
  const TestWaiter& first = park(group, 1);
  const TestWaiter& second = park(group, 1);
  send(fifo, "c");
  EXPECT_TRUE(first.waiting());
  ASSERT_TRUE(confirm(group, delivery, "+"));
  EXPECT_EQ(received(first), "b");
  EXPECT_TRUE(second.waiting());
}

TEST_F(BrokerWaitersTest, MessagesThatTheRuleSkipsWakeNobody) {
  ConsumeRequest asked = tagged(group_, {"red"});
  asked.wait = 3s;
  const TestWaiter& waiter = park(asked);
  send(queue_, "a", {"blue"});
  send(queue_, "b");
  EXPECT_TRUE(waiter.waiting());
  send(queue_, "c", {"red"});
  EXPECT_EQ(received(waiter), "c");
}

TEST_F(BrokerWaitersTest, ATakenBackWaiterIsNeverCalled) {
  TestWaiter& waiter = park(group_);
  EXPECT_TRUE(broker_->cancel(waiter));
  EXPECT_FALSE(broker_->cancel(waiter));
  EXPECT_EQ(info(group_).parked, 0U);
  send(queue_, "a");
  pass(10s);
  EXPECT_EQ(waiter.answers, 0);
  EXPECT_EQ(bodies(consume(group_)), "a") << "and the message went to nobody else";
}

TEST_F(BrokerWaitersTest, AnAnsweredWaiterCannotBeTakenBack) {
  TestWaiter& waiter = park(group_);
  send(queue_, "a");
  EXPECT_FALSE(broker_->cancel(waiter));
  TestWaiter never_parked;
  EXPECT_FALSE(broker_->cancel(never_parked));
}

TEST_F(BrokerWaitersTest, AWaiterMayParkAgain) {
  TestWaiter& waiter = park(group_);
  send(queue_, "a");
  ASSERT_EQ(waiter.answers, 1);
  EXPECT_FALSE(broker_->consume(project_, request(group_, 1, 3s), waiter));
  send(queue_, "b");
  EXPECT_EQ(waiter.answers, 2);
  EXPECT_EQ(bodies(**waiter.result), "b");
}

TEST_F(BrokerWaitersTest, OfARemovedQueueAreToldThatItIsGone) {
  const TestWaiter& waiter = park(group_);
  const TestWaiter& dead = park(request(group_, 1, 3s, Stream::kDeadLetters));
  ASSERT_TRUE(broker_->remove_queue(project_, queue_));
  EXPECT_EQ(refused(waiter), ErrorCode::kQueueNotFound);
  EXPECT_EQ(refused(dead), ErrorCode::kQueueNotFound);
}

TEST_F(BrokerWaitersTest, OfARemovedGroupAreToldThatItIsGone) {
  const TestWaiter& other = park(make_group(queue_, "other"));
  const TestWaiter& waiter = park(group_);
  ASSERT_TRUE(broker_->remove_groups(project_, queue_, std::vector<std::string>{"g"}));
  EXPECT_EQ(refused(waiter), ErrorCode::kGroupNotFound);
  EXPECT_TRUE(other.waiting());
}

TEST_F(BrokerWaitersTest, StreamsAreWaitedForSeparately) {
  const TestWaiter& dead = park(request(group_, 1, 3s, Stream::kDeadLetters));
  send(queue_, "a");
  EXPECT_TRUE(dead.waiting());
  EXPECT_EQ(bodies(consume(group_)), "a");
}

/// Calls the broker out of on_done, as a session does.
class CallingBack final : public Waiter {
 public:
  CallingBack(Broker& broker, Project project, ConsumeRequest again)
      : broker_(broker), project_(std::move(project)), again_(std::move(again)) {}
  void on_done(Result<Delivery> outcome) override {
    ++answers;
    if (!outcome || outcome->empty()) return;
    const ConfirmEntry entry{outcome->handle(0), true};
    confirmed = broker_.confirm(project_, std::nullopt, again_.group, Stream::kQueue, {&entry, 1}).has_value();
    if (broker_.consume(project_, again_, *this)) ++at_once;
  }
  int answers = 0;
  int at_once = 0;
  bool confirmed = false;

 private:
  Broker& broker_;
  const Project project_;
  const ConsumeRequest again_;
};

TEST_F(BrokerWaitersTest, OnDoneMayCallTheBroker) {
  const ConsumeRequest asked = request(group_, 1, 3s);
  CallingBack waiter(*broker_, project_, asked);
  ASSERT_FALSE(broker_->consume(project_, asked, waiter));
  send(queue_, "a");
  EXPECT_TRUE(waiter.confirmed);
  EXPECT_EQ(waiter.answers, 1);
  EXPECT_EQ(info(group_).parked, 1U);
  send(queue_, "b");
  EXPECT_EQ(waiter.answers, 2);
  EXPECT_EQ(info(group_).consumed, 2U);
  broker_->close();
  EXPECT_EQ(waiter.answers, 3);
}

TEST_F(BrokerWaitersTest, AWaitIsOverAlsoWhenOnlyRunDueSeesIt) {
  const TestWaiter& waiter = park(group_, 1, 3s);
  clock_.move_to(kStart + 3s);
  broker_->run_due();
  EXPECT_EQ(received(waiter), "");
}

}  // namespace
}  // namespace wingmq::test
