#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerConsumeTest : public OneGroupTest {};

TEST_F(BrokerConsumeTest, NothingAvailableIsAnEmptyDelivery) {
  const Delivery delivery = consume(group_);
  EXPECT_TRUE(delivery.empty());
  EXPECT_TRUE(delivery.runs.empty());
}

TEST_F(BrokerConsumeTest, TakesNoMoreThanAskedFor) {
  send(queue_, "a b c");
  EXPECT_EQ(bodies(consume(group_, 1)), "a");
  EXPECT_EQ(bodies(consume(group_, 2)), "b c");
  EXPECT_EQ(bodies(consume(group_, 1)), "");
}

TEST_F(BrokerConsumeTest, CrossesBatchesAndKeepsTheirOrder) {
  send(queue_, "a b");
  send(queue_, "c d");
  EXPECT_EQ(bodies(consume(group_, 1)), "a");
  const Delivery delivery = consume(group_, 2);
  EXPECT_EQ(bodies(delivery), "b c");
  EXPECT_EQ(delivery.count, 2U);
}

TEST_F(BrokerConsumeTest, OffsetsCountUp) {
  send(queue_, "a b");
  send(queue_, "c");
  const Delivery delivery = consume(group_);
  std::uint64_t expected = 0;
  for (const DeliveredRun& run : delivery.runs) {
    EXPECT_EQ(run.offset.value, expected);
    EXPECT_EQ(run.partition.value, 0U);
    expected += run.count;
  }
  EXPECT_EQ(expected, 3U);
}

TEST_F(BrokerConsumeTest, HandlesOfADeliveryDifferAndSurviveTheirText) {
  send(queue_, "a b");
  const Delivery delivery = consume(group_);
  EXPECT_NE(delivery.handle(0), delivery.handle(1));
  const auto text = delivery.handle(1).text();
  EXPECT_EQ(Handle::parse({text.data(), text.size()}), delivery.handle(1));
}

TEST_F(BrokerConsumeTest, SecretsOfLeasesDiffer) {
  send(queue_, "a b");
  EXPECT_NE(consume(group_, 1).first.secret, consume(group_, 1).first.secret);
}

TEST_F(BrokerConsumeTest, TheLeaseEndsAfterAckWait) {
  send(queue_, "a");
  ConsumeRequest asked = request(group_);
  asked.ack_wait = 15s;
  EXPECT_EQ(consume(asked).deadline, kStart + 15s);
}

TEST_F(BrokerConsumeTest, ALeasedMessageIsInvisibleUntilItsLeaseEnds) {
  send(queue_, "a");
  consume(group_);
  pass(30s - 1ms);
  EXPECT_EQ(bodies(consume(group_)), "");
  pass(1ms);
  EXPECT_EQ(bodies(consume(group_)), "a");
}

TEST_F(BrokerConsumeTest, ExpiredLeaseIsRedeliveredInOffsetOrderBeforeNewMessages) {
  send(queue_, "a b c d");
  consume(group_, 2);
  consume(group_, 1);
  pass(30s);
  const Delivery again = consume(group_);
  EXPECT_EQ(bodies(again), "a b c d");
  EXPECT_EQ(failures(again), "1 1 1 0");
}

TEST_F(BrokerConsumeTest, ReleasedMessagesComeInOffsetOrderWhateverTheOrderOfTheirRelease) {
  send(queue_, "a b c d");
  const Delivery first = consume(group_, 2);
  const Delivery second = consume(group_, 1);
  ASSERT_TRUE(confirm(group_, second, "-"));
  ASSERT_TRUE(confirm(group_, first, "-"));
  EXPECT_EQ(bodies(consume(group_)), "a b c d");
}

TEST_F(BrokerConsumeTest, FailuresAreCountedUp) {
  send(queue_, "a");
  for (const char* before : {"0", "1", "2", "3"}) {
    EXPECT_EQ(failures(consume(group_)), before);
    pass(30s);
  }
}

TEST_F(BrokerConsumeTest, StopsAtThePayloadLimitButGivesAtLeastOne) {
  Options options;
  options.limits.payload_bytes_max = 4;
  start(options);
  const QueueId queue = make_queue();
  const GroupId group = make_group(queue);
  send(queue, "aa bb");
  send(queue, "ccc");
  send(queue, "dddd");
  send(queue, "e");
  EXPECT_EQ(bodies(consume(group)), "aa bb");
  EXPECT_EQ(bodies(consume(group)), "ccc");
  EXPECT_EQ(bodies(consume(group)), "dddd");
  EXPECT_EQ(bodies(consume(group)), "e");
}

TEST_F(BrokerConsumeTest, NormalConsumersWorkAtTheSameTime) {
  send(queue_, "a b");
  const Delivery first = consume(group_, 1);
  const Delivery second = consume(group_, 1);
  EXPECT_EQ(confirm(group_, second, "+"), counted(1, 0));
  EXPECT_EQ(confirm(group_, first, "+"), counted(1, 0));
}

TEST_F(BrokerConsumeTest, FifoHasOneUnfinishedBatchAtATime) {
  const QueueId fifo = make_fifo();
  const GroupId group = make_group(fifo);
  send(fifo, "a b c");
  const Delivery first = consume(group, 2);
  EXPECT_EQ(bodies(first), "a b");
  EXPECT_EQ(bodies(consume(group)), "");
  ASSERT_TRUE(confirm(group, first, "+"));
  EXPECT_EQ(bodies(consume(group)), "") << "the batch is not finished yet";
  ASSERT_TRUE(confirm(group, first, ".+"));
  EXPECT_EQ(bodies(consume(group)), "c");
}

TEST_F(BrokerConsumeTest, FifoGroupsDoNotHoldEachOtherUp) {
  const QueueId fifo = make_fifo();
  const GroupId x = make_group(fifo, "x");
  const GroupId y = make_group(fifo, "y");
  send(fifo, "a");
  EXPECT_EQ(bodies(consume(x)), "a");
  EXPECT_EQ(bodies(consume(y)), "a");
}

TEST_F(BrokerConsumeTest, FifoFailuresComeAgainFirstAndInOrder) {
  const QueueId fifo = make_fifo();
  const GroupId group = make_group(fifo);
  send(fifo, "a b c d");
  ASSERT_TRUE(confirm(group, consume(group, 3), "+-"));
  const Delivery again = consume(group);
  EXPECT_EQ(bodies(again), "b c d");
  EXPECT_EQ(failures(again), "1 1 0");
}

TEST_F(BrokerConsumeTest, FifoGoesOnWhenTheLeaseEnds) {
  const QueueId fifo = make_fifo();
  const GroupId group = make_group(fifo);
  send(fifo, "a b");
  consume(group, 1);
  pass(30s);
  EXPECT_EQ(bodies(consume(group)), "a b");
}

// --- Tags: API.md 4.9, D20 ---

TEST_F(BrokerConsumeTest, TheFirstTaggedConsumeFixesTheRule) {
  send(queue_, "a", {"red"});
  send(queue_, "b", {"blue"});
  send(queue_, "c");
  EXPECT_EQ(bodies(consume(tagged(group_, {"red", "green"}))), "a");
  EXPECT_EQ(consume_error(request(group_)), ErrorCode::kTagRuleMismatch);
  EXPECT_EQ(consume_error(tagged(group_, {"red"})), ErrorCode::kTagRuleMismatch);
  EXPECT_EQ(consume_error(tagged(group_, {"red", "green"}, TagMatch::kAll)), ErrorCode::kTagRuleMismatch);
  EXPECT_EQ(consume_error(tagged(group_, {"green", "red"})), std::nullopt) << "order is irrelevant";
}

TEST_F(BrokerConsumeTest, WithOneTagTheTypeIsIrrelevant) {
  consume(tagged(group_, {"red"}, TagMatch::kAny));
  EXPECT_EQ(consume_error(tagged(group_, {"red"}, TagMatch::kAll)), std::nullopt);
}

TEST_F(BrokerConsumeTest, AnEmptyAnswerFixesTheRuleToo) {
  EXPECT_EQ(bodies(consume(tagged(group_, {"red"}))), "");
  EXPECT_EQ(consume_error(request(group_)), ErrorCode::kTagRuleMismatch);
  EXPECT_EQ(info(group_).tags, TagRule({"red"}, TagMatch::kAny));
}

TEST_F(BrokerConsumeTest, ARefusedRuleChangesNothing) {
  consume(tagged(group_, {"red"}));
  EXPECT_EQ(consume_error(tagged(group_, {"blue"})), ErrorCode::kTagRuleMismatch);
  EXPECT_EQ(info(group_).tags, TagRule({"red"}, TagMatch::kAny));
}

TEST_F(BrokerConsumeTest, AGroupConsumedWithoutTagsMayStillFixARule) {
  send(queue_, "a", {"red"});
  send(queue_, "b", {"blue"});
  send(queue_, "c", {"red"});
  EXPECT_EQ(bodies(consume(group_, 1)), "a");
  EXPECT_EQ(bodies(consume(tagged(group_, {"red"}))), "c");
}

TEST_F(BrokerConsumeTest, SkippedMessagesCountAsConsumed) {
  send(queue_, "a", {"red"});
  send(queue_, "b", {"blue"});
  consume(tagged(group_, {"red"}));
  EXPECT_EQ(info(group_).available, 1U);
  EXPECT_EQ(info(group_).consumed, 1U);
  send(queue_, "c", {"blue"});
  send(queue_, "d", {"red"});
  EXPECT_EQ(info(group_).available, 2U) << "also counted right before anybody read them";
  EXPECT_EQ(info(group_).consumed, 2U);
}

TEST_F(BrokerConsumeTest, AllNeedsEveryTag) {
  send(queue_, "a", {"red"});
  send(queue_, "b", {"blue", "red"});
  EXPECT_EQ(bodies(consume(tagged(group_, {"red", "blue"}, TagMatch::kAll))), "b");
}

TEST_F(BrokerConsumeTest, EachGroupHasItsOwnRule) {
  const GroupId other = make_group(queue_, "other");
  send(queue_, "a", {"red"});
  send(queue_, "b", {"blue"});
  EXPECT_EQ(bodies(consume(tagged(group_, {"red"}))), "a");
  EXPECT_EQ(bodies(consume(tagged(other, {"blue"}))), "b");
}

TEST_F(BrokerConsumeTest, SkippedMessagesDoNotCountTowardsTheMaximum) {
  for (int i = 0; i < 5; ++i) {
    send(queue_, "no", {"blue"});
    send(queue_, "yes" + std::to_string(i), {"red"});
  }
  ConsumeRequest asked = tagged(group_, {"red"});
  asked.messages_max = 3;
  EXPECT_EQ(bodies(consume(asked)), "yes0 yes1 yes2");
  EXPECT_EQ(bodies(consume(asked)), "yes3 yes4");
}

TEST_F(BrokerConsumeTest, TagsAreIgnoredOnDeadLetters) {
  consume(tagged(group_, {"red"}));
  ConsumeRequest asked = tagged(group_, {"blue"});
  asked.stream = Stream::kDeadLetters;
  EXPECT_EQ(consume_error(asked), std::nullopt);
  asked.tags = TagRule();
  EXPECT_EQ(consume_error(asked), std::nullopt);
  EXPECT_EQ(info(group_).tags, TagRule({"red"}, TagMatch::kAny));
}

}  // namespace
}  // namespace wingmq::test
