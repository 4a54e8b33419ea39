#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerGroupsTest : public BrokerTest {
 protected:
  void SetUp() override { queue_ = make_queue(); }
  Result<std::vector<GroupInfo>> create(const std::vector<std::string>& names) {
    return broker_->create_groups(project_, queue_, names);
  }
  std::string names() {
    std::string text;
    const auto shown = broker_->groups(project_, queue_);
    for (const GroupInfo& group : shown->groups) text += (text.empty() ? "" : " ") + group.name;
    return text;
  }

  QueueId queue_;
};

TEST_F(BrokerGroupsTest, AreMadeAndShownInOrder) {
  const auto made = create({"b", "a"});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->size(), 2U);
  EXPECT_EQ((*made)[0].name, "b");
  EXPECT_EQ((*made)[1].name, "a");
  EXPECT_NE((*made)[0].id, (*made)[1].id);
  EXPECT_EQ(names(), "b a");
  EXPECT_EQ(broker_->queue(project_, queue_)->group_count, 2U);
}

TEST_F(BrokerGroupsTest, ThreeFitIntoAQueueAndAFourthDoesNot) {
  ASSERT_TRUE(create({"a", "b", "c"}));
  EXPECT_EQ(create({"d"}).error(), (Error{ErrorCode::kGroupLimitExceeded, 3, 4}));
  EXPECT_EQ(names(), "a b c");
}

TEST_F(BrokerGroupsTest, AllOrNoneAreMade) {
  ASSERT_TRUE(create({"a", "b"}));
  EXPECT_EQ(create({"c", "d"}).error(), (Error{ErrorCode::kGroupLimitExceeded, 3, 4}));
  EXPECT_EQ(create({"c", "a"}).error().code, ErrorCode::kGroupNameTaken);
  EXPECT_EQ(names(), "a b");
  EXPECT_TRUE(create({"c"}));
}

TEST_F(BrokerGroupsTest, ANameTwiceInOneRequestIsTaken) {
  EXPECT_EQ(create({"a", "a"}).error().code, ErrorCode::kGroupNameTaken);
  EXPECT_EQ(names(), "");
}

TEST_F(BrokerGroupsTest, ATakenNameIsNamedBeforeTheLimit) {
  ASSERT_TRUE(create({"a", "b", "c"}));
  EXPECT_EQ(create({"d", "a"}).error().code, ErrorCode::kGroupNameTaken);
}

TEST_F(BrokerGroupsTest, NamesAreUniqueInOneQueueOnly) {
  make_group(queue_, "g");
  make_group(make_queue("other"), "g");
}

TEST_F(BrokerGroupsTest, NeedAQueueThatExists) {
  EXPECT_EQ(broker_->create_groups(project_, QueueId{}, std::vector<std::string>{"g"}).error().code,
            ErrorCode::kQueueNotFound);
  EXPECT_EQ(broker_->create_groups(stranger_, queue_, std::vector<std::string>{"g"}).error().code,
            ErrorCode::kQueueNotFound);
  EXPECT_EQ(broker_->remove_groups(project_, QueueId{}, std::vector<std::string>{"g"}).error().code,
            ErrorCode::kQueueNotFound);
}

TEST_F(BrokerGroupsTest, ANewGroupStartsAtTheEarliestRetainedMessage) {
  send(queue_, "a");
  pass(40h);
  send(queue_, "b");
  EXPECT_EQ(bodies(consume(make_group(queue_, "early"))), "a b");
  pass(32h);
  EXPECT_EQ(bodies(consume(make_group(queue_, "late"))), "b");
}

TEST_F(BrokerGroupsTest, GroupsReadIndependently) {
  const GroupId x = make_group(queue_, "x");
  const GroupId y = make_group(queue_, "y");
  send(queue_, "a b");
  const Delivery delivery = consume(x);
  ASSERT_TRUE(confirm(x, delivery, "++"));
  EXPECT_EQ(bodies(consume(y)), "a b");
}

TEST_F(BrokerGroupsTest, CountsFollowAMessageThroughItsLife) {
  const GroupId group = make_group(queue_);
  send(queue_, "a b c");
  const auto counts = [this, group] {
    const GroupInfo shown = info(group);
    return std::vector<std::uint64_t>{shown.produced, shown.consumed, shown.available, shown.in_flight};
  };
  EXPECT_EQ(counts(), (std::vector<std::uint64_t>{3, 0, 3, 0}));
  const Delivery delivery = consume(group, 2);
  EXPECT_EQ(counts(), (std::vector<std::uint64_t>{3, 0, 3, 2}));
  ASSERT_TRUE(confirm(group, delivery, "+"));
  EXPECT_EQ(counts(), (std::vector<std::uint64_t>{3, 1, 2, 1}));
  ASSERT_TRUE(confirm(group, delivery, ".-"));
  EXPECT_EQ(counts(), (std::vector<std::uint64_t>{3, 1, 2, 0}));
}

TEST_F(BrokerGroupsTest, RemovingOneLeavesTheMessagesAndTheOthers) {
  const GroupId x = make_group(queue_, "x");
  const GroupId y = make_group(queue_, "y");
  send(queue_, "a");
  ASSERT_TRUE(broker_->remove_groups(project_, queue_, std::vector<std::string>{"x"}));
  EXPECT_EQ(names(), "y");
  EXPECT_EQ(consume_error(request(x)), ErrorCode::kGroupNotFound);
  EXPECT_EQ(bodies(consume(y)), "a");
  EXPECT_EQ(bodies(consume(make_group(queue_, "x"))), "a");
}

TEST_F(BrokerGroupsTest, AllOrNoneAreRemoved) {
  ASSERT_TRUE(create({"a", "b"}));
  EXPECT_EQ(broker_->remove_groups(project_, queue_, std::vector<std::string>{"a", "c"}).error().code,
            ErrorCode::kGroupNotFound);
  EXPECT_EQ(names(), "a b");
}

TEST_F(BrokerGroupsTest, ANameTwiceInARemovalCountsOnce) {
  ASSERT_TRUE(create({"a", "b"}));
  EXPECT_TRUE(broker_->remove_groups(project_, queue_, std::vector<std::string>{"a", "a"}));
  EXPECT_EQ(names(), "b");
}

TEST_F(BrokerGroupsTest, AGroupIsFoundOnlyInItsOwnQueueAndProject) {
  const GroupId group = make_group(queue_);
  const QueueId other = make_queue("other");
  ConsumeRequest asked = request(group);
  asked.queue = other;
  EXPECT_EQ(consume_error(asked), ErrorCode::kGroupNotFound);
  asked.queue = queue_;
  EXPECT_EQ(consume_error(asked), std::nullopt);
  TestWaiter unused;
  const auto result = broker_->consume(stranger_, request(group), unused);
  ASSERT_TRUE(result && !*result);
  EXPECT_EQ(result->error().code, ErrorCode::kGroupNotFound);
}

}  // namespace
}  // namespace wingmq::test
