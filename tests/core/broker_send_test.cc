#include <gtest/gtest.h>

#include <set>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerSendTest : public BrokerTest {
 protected:
  void SetUp() override {
    queue_ = make_queue();
    group_ = make_group(queue_);
  }
  /// One message of so many bytes.
  Result<Stored> send_bytes(std::size_t bytes) {
    return broker_->send(project_, queue_, make_batch(broker_->buffers(), {Text{std::string(bytes, '1')}}));
  }

  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerSendTest, WhatWasSentComesBackWhole) {
  ASSERT_TRUE(broker_->send(project_, queue_,
                            make_batch(broker_->buffers(), {Text{R"("x")", {"a", "b"}, R"({"k":1})"}, Text{"2.50"}})));
  const Delivery delivery = consume(group_);
  ASSERT_EQ(delivery.count, 2U);
  const DeliveredRun& run = delivery.runs.front();
  EXPECT_EQ(run.batch->body(run.first), R"("x")");
  EXPECT_EQ(run.batch->tags(run.first), R"(["a","b"])");
  EXPECT_EQ(run.batch->attributes(run.first), R"({"k":1})");
  EXPECT_EQ(bodies(delivery), "\"x\" 2.50");
}

TEST_F(BrokerSendTest, MessagesKeepTheOrderInWhichTheyWereSent) {
  send(queue_, "a b");
  send(queue_, "c");
  send(queue_, "d e f");
  EXPECT_EQ(bodies(consume(group_)), "a b c d e f");
}

TEST_F(BrokerSendTest, PayloadMayReachItsLimitAndNotPassIt) {
  EXPECT_TRUE(send_bytes(524'287));
  EXPECT_TRUE(send_bytes(524'288));
  const auto over = send_bytes(524'289);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error(), (Error{ErrorCode::kPayloadTooLarge, 524'288, 524'289}));
  EXPECT_EQ(broker_->queue(project_, queue_)->messages, 2U);
}

TEST_F(BrokerSendTest, PayloadIsCountedOverTheWholeBatch) {
  Options options;
  options.limits.payload_bytes_max = 4;
  start(options);
  queue_ = make_queue();
  EXPECT_TRUE(broker_->send(project_, queue_, batch("aa bb")));
  EXPECT_EQ(broker_->send(project_, queue_, batch("aa bbb")).error(), (Error{ErrorCode::kPayloadTooLarge, 4, 5}));
  EXPECT_EQ(broker_->queue(project_, queue_)->messages, 2U);
}

TEST_F(BrokerSendTest, ARefusedBatchGivesItsMemoryBack) {
  const std::size_t before = broker_->memory().used();
  EXPECT_FALSE(send_bytes(600'000));
  EXPECT_FALSE(broker_->send(stranger_, queue_, batch("a")));
  EXPECT_EQ(broker_->memory().used(), before);
}

TEST_F(BrokerSendTest, KafkaModesTakeNoTags) {
  for (const QueueMode mode : {QueueMode::kKafkaHa, QueueMode::kKafkaHt}) {
    const QueueId queue = make_queue(std::string(to_string(mode)), mode);
    const GroupId group = make_group(queue);
    EXPECT_EQ(broker_->send(project_, queue, batch("a", {"red"})).error().code, ErrorCode::kTagsNotSupported);
    EXPECT_EQ(consume_error(tagged(group, {"red"})), ErrorCode::kTagsNotSupported);
    send(queue, "a b");
    EXPECT_EQ(bodies(consume(group)), "a b");
  }
}

TEST_F(BrokerSendTest, TagsThatAreNotSupportedAreNamedBeforeThePayload) {
  Options options;
  options.limits.payload_bytes_max = 1;
  start(options);
  const QueueId queue = make_queue("k", QueueMode::kKafkaHt);
  EXPECT_EQ(broker_->send(project_, queue, batch("aa", {"red"})).error().code, ErrorCode::kTagsNotSupported);
  EXPECT_EQ(broker_->send(project_, queue, batch("aa")).error().code, ErrorCode::kPayloadTooLarge);
}

TEST_F(BrokerSendTest, AQueueWithoutGroupsKeepsItsMessages) {
  const QueueId lonely = make_queue("lonely");
  send(lonely, "a b");
  EXPECT_EQ(broker_->queue(project_, lonely)->messages, 2U);
  EXPECT_EQ(bodies(consume(make_group(lonely))), "a b");
}

TEST_F(BrokerSendTest, AThousandMessagesFitIntoABatch) {
  std::string words;
  for (int i = 0; i < 1'000; ++i) words += std::to_string(i) + " ";
  send(queue_, words);
  const Delivery delivery = consume(group_, 1'000);
  EXPECT_EQ(delivery.count, 1'000U);
  EXPECT_EQ(bodies(delivery) + " ", words);
}

TEST_F(BrokerSendTest, SeveralPartitionsLoseNothingAndRepeatNothing) {
  Options options;
  options.partitions = 4;
  start(options);
  queue_ = make_queue();
  group_ = make_group(queue_);
  std::multiset<std::string> sent;
  for (int i = 0; i < 40; ++i) {
    send(queue_, std::to_string(i));
    sent.insert(std::to_string(i));
  }
  std::multiset<std::string> received;
  while (true) {
    const Delivery delivery = consume(group_, 7);
    if (delivery.empty()) break;
    for (const DeliveredRun& run : delivery.runs) {
      EXPECT_LT(run.partition.value, 4U);
      for (std::uint32_t i = 0; i < run.count; ++i) received.emplace(run.batch->body(run.first + i));
    }
    EXPECT_TRUE(confirm(group_, delivery, std::string(delivery.count, '+')));
  }
  EXPECT_EQ(received, sent);
  EXPECT_EQ(info(group_).consumed, 40U);
}

}  // namespace
}  // namespace wingmq::test
