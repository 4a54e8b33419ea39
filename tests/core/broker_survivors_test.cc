// A message that stays does not keep the batch that it was sent with (API.md D28).
#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerSurvivorsTest : public BrokerTest {
 protected:
  static constexpr std::size_t kLimit = std::size_t{32} << 20;
  static constexpr std::size_t kBatchBytes = std::size_t{500} << 10;
  static constexpr std::size_t kFit = kLimit / kBatchBytes;

  void SetUp() override {
    Options options;
    options.memory_limit_bytes = kLimit;
    start(options);
    queue_ = make_queue("q", QueueMode::kNormal, 1);
    group_ = make_group(queue_);
  }

  /// Sends a small message with tags and attributes between two large ones.
  Result<Stored> send_around(QueueId queue, std::string small) {
    const std::string large(kBatchBytes / 2, '.');
    return broker_->send(project_, queue,
                         make_batch(broker_->buffers(), {Text{large}, Text{std::move(small), {"t"}, "{\"a\":1}"}, Text{large}}));
  }
  void send_all(QueueId queue, std::string_view prefix, std::size_t how_many) {
    for (std::size_t i = 0; i < how_many; ++i) {
      ASSERT_TRUE(send_around(queue, std::string(prefix) + std::to_string(i))) << prefix << i;
    }
  }
  /// Leases the next batch and confirms its first message.
  Delivery take_first(GroupId group) {
    Delivery delivery = consume(group, 3);
    EXPECT_EQ(delivery.count, 3U);
    EXPECT_TRUE(confirm(group, delivery, "+"));
    return delivery;
  }
  [[nodiscard]] static std::string middle(const Delivery& delivery) {
    if (delivery.count != 1) return "not one message";
    const DeliveredRun& run = delivery.runs.front();
    return std::string(run.batch->body(run.first)) + std::string(run.batch->attributes(run.first)) +
           std::string(run.batch->tags(run.first));
  }
  [[nodiscard]] static std::string sent(std::string_view prefix, std::size_t i) {
    return std::string(prefix) + std::to_string(i) + R"({"a":1}["t"])";
  }
  /// Consumes the next batch one by one: the small message dies, the others are confirmed.
  void let_the_small_one_die(GroupId group) {
    ASSERT_TRUE(confirm(group, consume(group, 1), "+"));
    ASSERT_TRUE(confirm(group, consume(group, 1), "-"));
    ASSERT_TRUE(confirm(group, consume(group, 1), "+"));
  }

  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerSurvivorsTest, ADeadLetterDoesNotKeepItsBatch) {
  for (std::size_t i = 0; i < 5 * kFit; ++i) {
    ASSERT_TRUE(send_around(queue_, "dead" + std::to_string(i))) << i;
    let_the_small_one_die(group_);
  }
  for (std::size_t i = 0; i < 5 * kFit; ++i) EXPECT_EQ(middle(consume_dead(group_, 1)), sent("dead", i));
  EXPECT_TRUE(consume_dead(group_).empty());
}

TEST_F(BrokerSurvivorsTest, ALeasedMessageDoesNotKeepItsBatch) {
  const GroupId patient = make_group(make_queue("without death"), "patient");
  const QueueId queue = broker_->queues(project_).back().id;
  std::vector<Delivery> leases;
  for (std::size_t i = 0; i < 3 * kFit; ++i) {
    ASSERT_TRUE(send_around(queue, "leased" + std::to_string(i))) << i;
    ASSERT_TRUE(confirm(patient, consume(patient, 1), "+"));
    leases.push_back(consume(patient, 1));
    leases.back().runs.clear();  // the handle is all that a consumer needs
    ASSERT_TRUE(confirm(patient, consume(patient, 1), "+"));
  }
  EXPECT_EQ(info(patient).in_flight, 3 * kFit);
  for (std::size_t i = 0; i < leases.size(); i += 2) EXPECT_TRUE(confirm(patient, leases[i], "+")) << i;
  pass(30s);
  for (std::size_t i = 1; i < leases.size(); i += 2) EXPECT_EQ(middle(consume(patient, 1)), sent("leased", i));
}

TEST_F(BrokerSurvivorsTest, WhatIsConfirmedOfALeaseIsFreeWhileItsRestStaysLeased) {
  const QueueId queue = make_queue("q2");
  const GroupId group = make_group(queue);
  const std::string large(kBatchBytes, '.');
  std::vector<Delivery> leases;
  for (std::size_t i = 0; i < 3 * kFit; ++i) {
    ASSERT_TRUE(broker_->send(project_, queue, make_batch(broker_->buffers(), {{large}, {"a" + std::to_string(i)}, {"b"}}))) << i;
    leases.push_back(consume(group, 3));
    leases.back().runs.clear();
    ASSERT_TRUE(confirm(group, leases.back(), "+"));
  }
  for (const Delivery& lease : leases) {
    const auto result = confirm(group, lease, ".+-");
    ASSERT_TRUE(result);
    EXPECT_EQ(*result, (ConfirmResult{1, 1, false}));
  }
  EXPECT_EQ(info(group).available, leases.size());
  for (std::size_t i = 0; i < leases.size(); ++i) EXPECT_EQ(bodies(consume(group, 1)), "b");
}

TEST_F(BrokerSurvivorsTest, AReleasedMessageDoesNotKeepItsBatch) {
  const QueueId queue = make_queue("q2");
  const GroupId group = make_group(queue);
  // Time stands still and released messages come first: they are leased while the rest is dealt with.
  for (std::size_t i = 0; i < 3 * kFit; ++i) {
    ASSERT_TRUE(send_around(queue, "back" + std::to_string(i))) << i;
    ASSERT_TRUE(confirm(group, consume(group, 1), "+"));
    std::ignore = consume(group, 1);
    ASSERT_TRUE(confirm(group, consume(group, 1), "+"));
  }
  pass(30s);
  EXPECT_EQ(info(group).in_flight, 0U);
  send_all(queue, "more", kFit - 10);
  for (std::size_t i = 0; i < 3 * kFit; ++i) EXPECT_EQ(middle(consume(group, 1)), sent("back", i));
}

TEST_F(BrokerSurvivorsTest, EachGroupKeepsItsOwn) {
  const GroupId other = make_group(queue_, "other");
  for (std::size_t i = 0; i < 3 * kFit; ++i) {
    ASSERT_TRUE(send_around(queue_, "dead" + std::to_string(i))) << i;
    let_the_small_one_die(group_);
    if (i % 2 == 0) {
      let_the_small_one_die(other);
    } else {
      ASSERT_TRUE(confirm(other, consume(other, 3), "+++"));
    }
  }
  for (std::size_t i = 0; i < 3 * kFit; ++i) EXPECT_EQ(middle(consume_dead(group_, 1)), sent("dead", i));
  for (std::size_t i = 0; i < 3 * kFit; i += 2) EXPECT_EQ(middle(consume_dead(other, 1)), sent("dead", i));
}

TEST_F(BrokerSurvivorsTest, ASlowGroupKeepsWhatItHasAndNoMore) {
  const GroupId slow = make_group(queue_, "slow");
  ASSERT_TRUE(send_around(queue_, "slow"));
  const Delivery held = take_first(slow);
  ASSERT_TRUE(confirm(group_, consume(group_, 3), "+++"));
  for (std::size_t i = 0; i < 3 * kFit; ++i) {
    ASSERT_TRUE(send_around(queue_, std::to_string(i))) << i;
    for (const GroupId group : {group_, slow}) ASSERT_TRUE(confirm(group, consume(group, 3), "+++"));
  }
  EXPECT_TRUE(confirm(slow, held, ".++"));
}

TEST_F(BrokerSurvivorsTest, DeadLettersGoOnKeepingLittleWhenTheirQueueHasForgottenThem) {
  send_all(queue_, "dead", kFit - 10);
  pass(71h);
  for (std::size_t i = 0; i < kFit - 10; ++i) let_the_small_one_die(group_);
  pass(1h);
  EXPECT_EQ(broker_->queue(project_, queue_)->messages, 0U);
  send_all(queue_, "more", kFit - 10);
  for (std::size_t i = 0; i < kFit - 10; ++i) EXPECT_EQ(middle(consume_dead(group_, 1)), sent("dead", i));
}

TEST_F(BrokerSurvivorsTest, WhatIsLargeInItsBatchStaysWhereItIs) {
  send_all(queue_, "x", kFit - 10);
  std::vector<Delivery> leases;
  for (std::size_t i = 0; i < kFit - 10; ++i) leases.push_back(consume(group_, 3));
  const Batch* const where = &*leases.front().runs.front().batch;
  EXPECT_FALSE(broker_->make_room(kLimit));
  leases.front().runs.clear();
  pass(30s);  // one delivery allowed: all of them die
  EXPECT_EQ(&*consume_dead(group_, 3).runs.front().batch, where);
}

TEST_F(BrokerSurvivorsTest, WhatADeliveryHeldIsFreeWhenItIsGone) {
  send_all(queue_, "x", kFit - 10);
  std::vector<Delivery> deliveries;
  for (std::size_t i = 0; i < kFit - 10; ++i) deliveries.push_back(consume(group_, 3));
  for (const Delivery& delivery : deliveries) ASSERT_TRUE(confirm(group_, delivery, "+++"));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(broker_->make_room(kLimit / 2)) << "answers on their way keep their messages";
  deliveries.clear();
  EXPECT_TRUE(broker_->make_room(kLimit / 2)) << "nobody called the broker in between";
}

TEST_F(BrokerSurvivorsTest, WhatNoGroupWantsIsFreeEachTime) {
  ConsumeRequest choosy = tagged(group_, {"red"});
  EXPECT_TRUE(consume(choosy).empty());
  for (int round = 0; round < 3; ++round) {
    send_all(queue_, "unwanted", 2 * kFit);
    EXPECT_TRUE(broker_->make_room(kLimit / 2));
  }
}

TEST_F(BrokerSurvivorsTest, TheOldestOfAllQueuesGoFirst) {
  const QueueId other = make_queue("other");
  const GroupId reader = make_group(other);
  send_all(other, "old", 10);
  pass(1s);
  send_all(queue_, "new", 10);
  for (std::size_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(confirm(group_, consume(group_, 3), "+++"));
    ASSERT_TRUE(confirm(reader, consume(reader, 3), "+++"));
  }
  ASSERT_TRUE(broker_->make_room(kLimit - 16 * kBatchBytes));
  EXPECT_LE(broker_->queue(project_, other)->messages, 15U);
  EXPECT_EQ(broker_->queue(project_, queue_)->messages, 30U);
}

TEST_F(BrokerSurvivorsTest, LeasesMarksAndWaitersCountAsMemory) {
  send(queue_, "a");
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "w ";
  send(queue_, words);
  const std::size_t before = broker_->memory().used();
  std::vector<Delivery> leases;
  for (int i = 0; i < 1000; ++i) leases.push_back(consume(group_, 1));
  const std::size_t leased = broker_->memory().used() - before;
  EXPECT_GE(leased, 1000 * sizeof(DeliveredRun));
  for (const Delivery& lease : leases) ASSERT_TRUE(confirm(group_, lease, "+"));
  EXPECT_LT(broker_->memory().used(), before + 1024);
  const std::size_t idle = broker_->memory().used();
  ASSERT_TRUE(confirm(group_, consume(group_, 1), "+"));
  for (int i = 0; i < 1000; ++i) std::ignore = park(group_);
  EXPECT_GE(broker_->memory().used() - idle, 900 * sizeof(Waiter));
  pass(3s);
  EXPECT_LT(broker_->memory().used(), before + 1024);
}

TEST_F(BrokerSurvivorsTest, WhatALateReaderWouldFindIsAHoleAndNothingElse) {
  send_all(queue_, "x", 10);
  for (int i = 0; i < 10; ++i) let_the_small_one_die(group_);
  EXPECT_FALSE(broker_->make_room(kLimit + 1));
  EXPECT_EQ(broker_->queue(project_, queue_)->messages, 0U);
  ASSERT_TRUE(broker_->reset(project_, std::nullopt, group_, {.kind = Broker::ResetTarget::Kind::kEarliest, .time = {}}, true));
  EXPECT_TRUE(consume(group_).empty());
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(middle(consume_dead(group_, 1)), sent("x", i));
}

}  // namespace
}  // namespace wingmq::test
