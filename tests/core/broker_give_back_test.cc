#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerGiveBackTest : public BrokerTest {
 protected:
  void SetUp() override {
    queue_ = make_queue("q", QueueMode::kNormal, 1);
    group_ = make_group(queue_);
    send(queue_, "a b c");
  }
  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerGiveBackTest, EndsTheLeaseWithoutCountingAFailure) {
  const Delivery delivery = consume(group_);
  broker_->give_back(project_, group_, delivery);
  EXPECT_EQ(info(group_).in_flight, 0U);
  EXPECT_EQ(confirm_error(group_, delivery, "+"), ErrorCode::kHandleInvalid);
  const Delivery again = consume(group_);
  EXPECT_EQ(bodies(again), "a b c");
  EXPECT_EQ(failures(again), "0 0 0");
}

TEST_F(BrokerGiveBackTest, LeavesConfirmedMessagesConfirmed) {
  const Delivery delivery = consume(group_);
  ASSERT_TRUE(confirm(group_, delivery, "+"));
  broker_->give_back(project_, group_, delivery);
  EXPECT_EQ(bodies(consume(group_)), "b c");
}

TEST_F(BrokerGiveBackTest, TwiceIsLikeOnce) {
  const Delivery delivery = consume(group_);
  broker_->give_back(project_, group_, delivery);
  const Delivery again = consume(group_);
  broker_->give_back(project_, group_, delivery);
  EXPECT_EQ(info(group_).in_flight, 3U);
  EXPECT_EQ(confirm(group_, again, "+++"), counted(3, 0));
}

TEST_F(BrokerGiveBackTest, ServesAParkedConsumer) {
  const Delivery delivery = consume(group_);
  const TestWaiter& waiter = park(group_);
  broker_->give_back(project_, group_, delivery);
  EXPECT_EQ(received(waiter), "a b c");
}

TEST_F(BrokerGiveBackTest, OfARemovedGroupOrAnEmptyDeliveryDoesNothing) {
  const Delivery delivery = consume(group_);
  broker_->give_back(project_, group_, Delivery{});
  EXPECT_EQ(info(group_).in_flight, 3U);
  ASSERT_TRUE(broker_->remove_queue(project_, queue_));
  broker_->give_back(project_, group_, delivery);
}

TEST_F(BrokerGiveBackTest, WorksOnDeadLetters) {
  ASSERT_TRUE(confirm(group_, consume(group_), "-"));
  const Delivery dead = consume_dead(group_);
  EXPECT_EQ(bodies(dead), "a b c");
  broker_->give_back(project_, group_, dead);
  EXPECT_EQ(info(group_).dead_in_flight, 0U);
  EXPECT_EQ(bodies(consume_dead(group_)), "a b c");
}

}  // namespace
}  // namespace wingmq::test
