#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerMemoryTest : public BrokerTest {
 protected:
  static constexpr std::size_t kLimit = 1'000'000;
  static constexpr std::size_t kMessageBytes = 10'000;

  void SetUp() override {
    Options options;
    options.memory_limit_bytes = kLimit;
    start(options);
    queue_ = make_queue();
    group_ = make_group(queue_);
  }
  /// Sends one message that begins with its number.
  Result<Stored> send_big(QueueId queue, int number) {
    std::string body = std::to_string(number) + " ";
    body.resize(kMessageBytes, '.');
    return broker_->send(project_, queue, make_batch(broker_->buffers(), {Text{std::move(body)}}));
  }
  /// Sends until a send is refused; returns how many were accepted.
  int fill(QueueId queue, int first = 0) {
    for (int number = first;; ++number) {
      const auto sent = send_big(queue, number);
      if (sent) continue;
      EXPECT_EQ(sent.error().code, ErrorCode::kMemoryFull);
      EXPECT_EQ(sent.error().limit, kLimit);
      return number - first;
    }
  }
  [[nodiscard]] static int number_of(const Delivery& delivery) {
    return std::stoi(std::string(delivery.runs.front().batch->body(delivery.runs.front().first)));
  }
  void consume_and_confirm(GroupId group, int how_many) {
    for (int i = 0; i < how_many; ++i) ASSERT_TRUE(confirm(group, consume(group, 1), "+"));
  }
  [[nodiscard]] std::uint64_t retained(QueueId queue) { return broker_->queue(project_, queue)->messages; }

  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerMemoryTest, ASendBeyondTheLimitIsRefusedAndStoresNothing) {
  const int accepted = fill(queue_);
  EXPECT_GE(accepted, 40);
  EXPECT_LE(accepted, 100);
  EXPECT_EQ(retained(queue_), static_cast<std::uint64_t>(accepted));
  EXPECT_LE(broker_->memory().used(), kLimit);
  EXPECT_FALSE(send_big(queue_, accepted));
  EXPECT_EQ(retained(queue_), static_cast<std::uint64_t>(accepted));
}

TEST_F(BrokerMemoryTest, NothingUnconsumedIsEverDropped) {
  const int accepted = fill(queue_);
  for (int number = 0; number < accepted; ++number) {
    const Delivery delivery = consume(group_, 1);
    ASSERT_FALSE(delivery.empty());
    ASSERT_EQ(number_of(delivery), number);
  }
}

TEST_F(BrokerMemoryTest, WhatEveryGroupConfirmedIsReclaimedForNewMessages) {
  const int accepted = fill(queue_);
  consume_and_confirm(group_, accepted / 2);
  const int more = fill(queue_, accepted);
  EXPECT_GE(more, accepted / 2 - 2);
  for (int number = accepted / 2; number < accepted + more; ++number) {
    const Delivery delivery = consume(group_, 1);
    ASSERT_FALSE(delivery.empty());
    ASSERT_EQ(number_of(delivery), number);
  }
}

TEST_F(BrokerMemoryTest, RoomIsMadeOfWhatEveryGroupConfirmedAndOfNothingElse) {
  const int accepted = fill(queue_);
  const auto refused = broker_->make_room(kLimit / 4);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kMemoryFull);
  EXPECT_GT(refused.error().actual, kLimit);
  EXPECT_EQ(retained(queue_), static_cast<std::uint64_t>(accepted));
  EXPECT_TRUE(broker_->make_room(kLimit / 4, kLimit / 4)) << "the reserve is used before anything is reclaimed";
  consume_and_confirm(group_, accepted / 2);
  EXPECT_TRUE(broker_->make_room(kLimit / 4));
  EXPECT_LE(broker_->memory().used() + kLimit / 4, kLimit);
}

TEST_F(BrokerMemoryTest, NothingIsReclaimedBeforeTheLimitIsReached) {
  for (int number = 0; number < 10; ++number) ASSERT_TRUE(send_big(queue_, number));
  consume_and_confirm(group_, 10);
  ASSERT_TRUE(send_big(queue_, 10));
  EXPECT_EQ(retained(queue_), 11U);
  EXPECT_EQ(number_of(consume(make_group(queue_, "late"), 1)), 0);
}

TEST_F(BrokerMemoryTest, WhatOneGroupHasNotFinishedStays) {
  const GroupId slow = make_group(queue_, "slow");
  const int accepted = fill(queue_);
  consume_and_confirm(group_, accepted);
  EXPECT_FALSE(send_big(queue_, accepted));
  consume_and_confirm(slow, 3);
  EXPECT_GE(fill(queue_, accepted), 1);
  EXPECT_EQ(number_of(consume(slow, 1)), 3);
}

TEST_F(BrokerMemoryTest, LeasedMessagesStay) {
  const int accepted = fill(queue_);
  const Delivery oldest = consume(group_, 1);
  consume_and_confirm(group_, accepted - 1);
  static_cast<void>(fill(queue_, accepted));
  ASSERT_TRUE(confirm(group_, oldest, "-"));
  EXPECT_EQ(number_of(consume(group_, 1)), 0);
}

TEST_F(BrokerMemoryTest, AQueueWithoutGroupsIsNotConsumed) {
  const QueueId lonely = make_queue("lonely");
  const int accepted = fill(lonely);
  EXPECT_EQ(retained(lonely), static_cast<std::uint64_t>(accepted));
  EXPECT_EQ(number_of(consume(make_group(lonely), 1)), 0);
}

TEST_F(BrokerMemoryTest, AnotherQueuesFinishedMessagesMakeRoomToo) {
  const int accepted = fill(queue_);
  consume_and_confirm(group_, accepted);
  const QueueId other = make_queue("other");
  EXPECT_GE(fill(other), accepted / 2);
}

TEST_F(BrokerMemoryTest, RetentionMakesRoom) {
  const int accepted = fill(queue_);
  pass(72h);
  EXPECT_GE(fill(queue_), accepted - 1);
}

TEST_F(BrokerMemoryTest, RemovingAQueueMakesRoom) {
  const int accepted = fill(queue_);
  ASSERT_TRUE(broker_->remove_queue(project_, queue_));
  EXPECT_GE(fill(make_queue("next")), accepted - 1);
}

TEST_F(BrokerMemoryTest, SkippedMessagesAreFinished) {
  const GroupId choosy = group_;
  consume(tagged(choosy, {"red"}));
  for (int number = 0; number < 300; ++number) ASSERT_TRUE(send_big(queue_, number)) << number;
}

TEST_F(BrokerMemoryTest, CountsStayRightAfterReclaiming) {
  const int accepted = fill(queue_);
  consume_and_confirm(group_, accepted);
  ASSERT_TRUE(send_big(queue_, accepted));
  const GroupInfo shown = info(group_);
  EXPECT_EQ(shown.produced, retained(queue_));
  EXPECT_LE(shown.produced, static_cast<std::uint64_t>(accepted));
  EXPECT_EQ(shown.available, 1U);
  EXPECT_EQ(shown.consumed, shown.produced - 1);
}

TEST_F(BrokerMemoryTest, EverythingComesBack) {
  const std::size_t before = broker_->memory().used();
  static_cast<void>(fill(queue_));
  broker_->wipe(true);
  EXPECT_EQ(broker_->memory().used(), before);
}

}  // namespace
}  // namespace wingmq::test
