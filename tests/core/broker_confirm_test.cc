#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerConfirmTest : public BrokerTest {
 protected:
  void SetUp() override {
    queue_ = make_queue();
    group_ = make_group(queue_);
    send(queue_, "a b c");
  }
  /// Everything that a refused confirmation must leave alone.
  [[nodiscard]] std::vector<std::uint64_t> counts() {
    const GroupInfo shown = info(group_);
    return {shown.consumed, shown.available, shown.in_flight, shown.dead_produced};
  }

  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerConfirmTest, AllSuccessesFinishTheBatch) {
  EXPECT_EQ(confirm(group_, consume(group_), "+++"), counted(3, 0));
  EXPECT_EQ(info(group_).consumed, 3U);
  pass(30s);
  EXPECT_EQ(bodies(consume(group_)), "");
}

TEST_F(BrokerConfirmTest, SuccessesOnlyLeaveTheRestLeased) {
  const Delivery delivery = consume(group_);
  EXPECT_EQ(confirm(group_, delivery, "+"), counted_some(1));
  EXPECT_EQ(info(group_).in_flight, 2U);
  EXPECT_EQ(bodies(consume(group_)), "");
  EXPECT_EQ(confirm(group_, delivery, ".+"), counted_some(1));
  EXPECT_EQ(confirm(group_, delivery, "..+"), counted(1, 0));
  EXPECT_EQ(info(group_).consumed, 3U);
}

TEST_F(BrokerConfirmTest, AFailureStopsTheBatchAndReleasesTheRest) {
  const Delivery delivery = consume(group_);
  EXPECT_EQ(confirm(group_, delivery, "+-+"), counted(1, 2));
  EXPECT_EQ(info(group_).in_flight, 0U);
  EXPECT_EQ(bodies(consume(group_)), "b c");
  EXPECT_EQ(confirm_error(group_, delivery, "..+"), ErrorCode::kHandleInvalid);
}

TEST_F(BrokerConfirmTest, AGapStopsTheBatchLikeAFailure) {
  EXPECT_EQ(confirm(group_, consume(group_), "+.+"), counted(1, 1));
  EXPECT_EQ(bodies(consume(group_)), "b c");
}

TEST_F(BrokerConfirmTest, AFailureReleasesWhatWasNotMentioned) {
  EXPECT_EQ(confirm(group_, consume(group_), "-"), counted(0, 1));
  const Delivery again = consume(group_);
  EXPECT_EQ(bodies(again), "a b c");
  EXPECT_EQ(failures(again), "1 1 1");
}

TEST_F(BrokerConfirmTest, TheWrongOrderIsAGap) {
  const Delivery delivery = consume(group_);
  EXPECT_EQ(confirm(group_, {{delivery.handle(1), true}, {delivery.handle(0), true}}), counted(0, 2));
  EXPECT_EQ(bodies(consume(group_)), "a b c");
}

TEST_F(BrokerConfirmTest, TheSameHandleTwiceStopsTheBatch) {
  const Delivery delivery = consume(group_);
  EXPECT_EQ(confirm(group_, {{delivery.handle(0), true}, {delivery.handle(0), true}}), counted(1, 1));
  EXPECT_EQ(bodies(consume(group_)), "b c");
}

TEST_F(BrokerConfirmTest, TheSameHandleTwiceInAFinishedBatchOnlyCounts) {
  const Delivery delivery = consume(group_, 1);
  EXPECT_EQ(confirm(group_, {{delivery.handle(0), true}, {delivery.handle(0), true}}), counted(1, 1));
  EXPECT_EQ(info(group_).consumed, 1U);
}

TEST_F(BrokerConfirmTest, BatchesAreJudgedEachForItself) {
  const Delivery first = consume(group_, 2);
  const Delivery second = consume(group_, 1);
  EXPECT_EQ(confirm(group_, {{first.handle(0), false}, {second.handle(0), true}, {first.handle(1), true}}),
            counted(1, 2));
  EXPECT_EQ(bodies(consume(group_)), "a b");
}

TEST_F(BrokerConfirmTest, AHandleCanBeConfirmedOnce) {
  const Delivery delivery = consume(group_);
  ASSERT_TRUE(confirm(group_, delivery, "+"));
  EXPECT_EQ(confirm_error(group_, delivery, "+"), ErrorCode::kHandleInvalid);
  EXPECT_EQ(info(group_).in_flight, 2U) << "and the refusal changed nothing";
}

TEST_F(BrokerConfirmTest, AHandleLivesUntilJustBeforeItsDeadline) {
  const Delivery delivery = consume(group_);
  pass(30s - 1ms);
  EXPECT_EQ(confirm(group_, delivery, "+"), counted_some(1));
  pass(1ms);
  EXPECT_EQ(confirm_error(group_, delivery, ".+"), ErrorCode::kHandleInvalid);
}

TEST_F(BrokerConfirmTest, AnExpiredHandleIsDeadAlsoBeforeItsMessageIsDeliveredAgain) {
  const Delivery delivery = consume(group_);
  clock_.move_to(kStart + 30s);
  EXPECT_EQ(confirm_error(group_, delivery, "+++"), ErrorCode::kHandleInvalid);
}

TEST_F(BrokerConfirmTest, OneFaultRefusesTheWholeRequest) {
  const Delivery delivery = consume(group_);
  const auto before = counts();
  auto entries = lines(delivery, "+-+");
  entries.push_back({std::nullopt, true});
  EXPECT_EQ(confirm(group_, entries).error().code, ErrorCode::kHandleInvalid);
  EXPECT_EQ(counts(), before);
  EXPECT_EQ(confirm(group_, delivery, "+++"), counted(3, 0));
}

TEST_F(BrokerConfirmTest, AGuessedSecretIsInvalid) {
  const Delivery delivery = consume(group_);
  Handle guess = delivery.handle(0);
  guess.secret ^= 1;
  EXPECT_EQ(confirm(group_, {{guess, true}}).error().code, ErrorCode::kHandleInvalid);
  guess = delivery.handle(0);
  guess.lease += 1'000'000;
  EXPECT_EQ(confirm(group_, {{guess, true}}).error().code, ErrorCode::kHandleInvalid);
  EXPECT_EQ(confirm(group_, {{delivery.handle(3), true}}).error().code, ErrorCode::kHandleInvalid);
  EXPECT_EQ(confirm(group_, {{delivery.handle(65'535), true}}).error().code, ErrorCode::kHandleInvalid);
}

TEST_F(BrokerConfirmTest, AHandleOfAnotherGroupIsForeign) {
  const GroupId other = make_group(queue_, "other");
  const GroupId far = make_group(make_queue("far"), "far");
  const Delivery delivery = consume(group_);
  EXPECT_EQ(confirm_error(other, delivery, "+"), ErrorCode::kHandleForeign);
  EXPECT_EQ(confirm_error(far, delivery, "+"), ErrorCode::kHandleForeign);
  EXPECT_EQ(confirm_error(group_, delivery, "+", Stream::kDeadLetters), ErrorCode::kHandleForeign);
  EXPECT_EQ(confirm(group_, delivery, "+++"), counted(3, 0));
}

TEST_F(BrokerConfirmTest, TheFirstFaultyEntryDecides) {
  const GroupId other = make_group(queue_, "other");
  const Delivery mine = consume(group_, 1);
  const Delivery foreign = consume(other, 1);
  EXPECT_EQ(confirm(group_, {{mine.handle(0), true}, {foreign.handle(0), true}, {std::nullopt, true}}).error().code,
            ErrorCode::kHandleForeign);
  EXPECT_EQ(confirm(group_, {{mine.handle(0), true}, {std::nullopt, true}, {foreign.handle(0), true}}).error().code,
            ErrorCode::kHandleInvalid);
  EXPECT_EQ(confirm(group_, mine, "+"), counted(1, 0));
}

TEST_F(BrokerConfirmTest, AHandleOfARemovedAndRemadeGroupIsForeign) {
  const Delivery delivery = consume(group_);
  ASSERT_TRUE(broker_->remove_groups(project_, queue_, std::vector<std::string>{"g"}));
  EXPECT_EQ(confirm_error(make_group(queue_), delivery, "+"), ErrorCode::kHandleForeign);
}

TEST_F(BrokerConfirmTest, TheQueueMayBeNamedAndMustThenBeRight) {
  const QueueId other = make_queue("other");
  const Delivery delivery = consume(group_);
  const auto entries = lines(delivery, "+");
  const auto code = [&](const Project& project, std::optional<QueueId> queue, GroupId group) {
    return broker_->confirm(project, queue, group, Stream::kQueue, entries).error().code;
  };
  EXPECT_EQ(code(project_, QueueId{}, group_), ErrorCode::kQueueNotFound);
  EXPECT_EQ(code(project_, other, group_), ErrorCode::kGroupNotFound);
  EXPECT_EQ(code(project_, std::nullopt, GroupId{}), ErrorCode::kGroupNotFound);
  EXPECT_EQ(code(stranger_, queue_, group_), ErrorCode::kQueueNotFound);
  EXPECT_EQ(code(stranger_, std::nullopt, group_), ErrorCode::kGroupNotFound);
  EXPECT_EQ(broker_->confirm(project_, queue_, group_, Stream::kQueue, entries), counted_some(1));
}

TEST_F(BrokerConfirmTest, ExplicitCountingCountsOnlyTheMessageThatReallyFailed) {
  Options options;
  options.failure_counting = FailureCounting::kExplicit;
  start(options);
  const QueueId queue = make_queue();
  const GroupId group = make_group(queue);
  send(queue, "a b c");
  ASSERT_TRUE(confirm(group, consume(group), "+-"));
  EXPECT_EQ(failures(consume(group)), "1 0");
  pass(30s);
  const Delivery after_expiry = consume(group);
  EXPECT_EQ(bodies(after_expiry), "b c");
  EXPECT_EQ(failures(after_expiry), "1 0") << "a lease that runs out counts nothing";
  ASSERT_TRUE(confirm(group, after_expiry, ".+"));
  EXPECT_EQ(failures(consume(group)), "1 0") << "neither does a gap";
}

}  // namespace
}  // namespace wingmq::test
