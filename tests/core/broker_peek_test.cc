#include <gtest/gtest.h>

#include <set>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerPeekTest : public BrokerTest {
 protected:
  void SetUp() override {
    queue_ = make_queue("q", QueueMode::kNormal, 2);
    group_ = make_group(queue_);
  }
  std::vector<PeekedMessage> peek(const PeekRequest& asked) {
    auto result = broker_->peek(queue_, asked);
    EXPECT_TRUE(result);
    return result ? *result : std::vector<PeekedMessage>{};
  }
  [[nodiscard]] static std::string bodies_of(const std::vector<PeekedMessage>& messages) {
    std::string text;
    for (const PeekedMessage& each : messages) {
      text += (text.empty() ? "" : " ") + std::string(each.batch->body(each.index));
    }
    return text;
  }
  std::string in_state(MessageState state) {
    PeekRequest asked;
    asked.group = group_;
    asked.state = state;
    return bodies_of(peek(asked));
  }

  QueueId queue_;
  GroupId group_;
};

TEST_F(BrokerPeekTest, WithoutAGroupShowsEveryRetainedMessage) {
  send(queue_, "a b");
  pass(5ms);
  send(queue_, "c");
  const auto all = peek({});
  EXPECT_EQ(bodies_of(all), "a b c");
  EXPECT_EQ(all[1].offset, Offset{1});
  EXPECT_EQ(all[1].index, 1U);
  EXPECT_EQ(all[2].sent, kStart + 5ms);
  EXPECT_EQ(all[0].state, std::nullopt);
}

TEST_F(BrokerPeekTest, TellsWhatAMessageIsForAGroup) {
  send(queue_, "a b c d");
  ASSERT_TRUE(confirm(group_, consume(group_, 1), "+"));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(confirm(group_, consume(group_, 1), "-"));
  consume(group_, 1);
  EXPECT_EQ(in_state(MessageState::kConfirmed), "a");
  EXPECT_EQ(in_state(MessageState::kDead), "b");
  EXPECT_EQ(in_state(MessageState::kInFlight), "c");
  EXPECT_EQ(in_state(MessageState::kAvailable), "d");
}

TEST_F(BrokerPeekTest, ShowsFailuresAndTheLeasesEnd) {
  send(queue_, "a b");
  ASSERT_TRUE(confirm(group_, consume(group_, 1), "-"));
  consume(group_, 1);
  PeekRequest asked;
  asked.group = group_;
  const auto all = peek(asked);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].state, MessageState::kInFlight);
  EXPECT_EQ(all[0].failures, 1U);
  EXPECT_EQ(all[0].lease_deadline, kStart + 30s);
  EXPECT_EQ(all[1].state, MessageState::kAvailable);
  EXPECT_EQ(all[1].failures, 0U);
  EXPECT_EQ(all[1].lease_deadline, std::nullopt);
}

TEST_F(BrokerPeekTest, DeadLettersShowTheInstantOfTheirTransfer) {
  send(queue_, "a");
  ASSERT_TRUE(confirm(group_, consume(group_), "-"));
  pass(7s);
  ASSERT_TRUE(confirm(group_, consume(group_), "-"));
  PeekRequest asked;
  asked.group = group_;
  asked.state = MessageState::kDead;
  const auto dead = peek(asked);
  ASSERT_EQ(dead.size(), 1U);
  EXPECT_EQ(dead[0].sent, kStart + 7s);
}

TEST_F(BrokerPeekTest, ChangesNothing) {
  send(queue_, "a b");
  PeekRequest asked;
  asked.group = group_;
  EXPECT_EQ(bodies_of(peek(asked)), "a b");
  EXPECT_EQ(info(group_).in_flight, 0U);
  EXPECT_EQ(bodies(consume(group_)), "a b");
}

TEST_F(BrokerPeekTest, GoesOnBehindTheLastMessageSeen) {
  send(queue_, "a b");
  send(queue_, "c d e");
  PeekRequest asked;
  asked.limit = 2;
  std::string pages;
  for (int i = 0; i < 10; ++i) {
    const auto page = peek(asked);
    if (page.empty()) break;
    pages += "[" + bodies_of(page) + "]";
    asked.after_partition = page.back().partition;
    asked.after = page.back().offset;
  }
  EXPECT_EQ(pages, "[a b][c d][e]");
}

TEST_F(BrokerPeekTest, APageCountsOnlyWhatItShows) {
  send(queue_, "a b c d e");
  ASSERT_TRUE(confirm(group_, consume(group_, 3), "+++"));
  PeekRequest asked;
  asked.group = group_;
  asked.state = MessageState::kAvailable;
  asked.limit = 2;
  EXPECT_EQ(bodies_of(peek(asked)), "d e");
  asked.limit = 0;
  EXPECT_EQ(bodies_of(peek(asked)), "");
}

TEST_F(BrokerPeekTest, PagesThroughAllPartitions) {
  Options options;
  options.partitions = 4;
  start(options);
  queue_ = make_queue();
  for (int i = 0; i < 20; ++i) send(queue_, std::to_string(i));
  std::set<std::string> seen;
  PeekRequest asked;
  asked.limit = 3;
  for (int pages = 0; pages < 50; ++pages) {
    const auto page = peek(asked);
    if (page.empty()) break;
    for (const PeekedMessage& each : page) EXPECT_TRUE(seen.emplace(each.batch->body(each.index)).second);
    asked.after_partition = page.back().partition;
    asked.after = page.back().offset;
  }
  EXPECT_EQ(seen.size(), 20U);
}

TEST_F(BrokerPeekTest, SkippedMessagesAreDoneWith) {
  send(queue_, "a", {"red"});
  send(queue_, "b", {"blue"});
  consume(tagged(group_, {"green"}));
  EXPECT_EQ(in_state(MessageState::kConfirmed), "a b");
}

TEST_F(BrokerPeekTest, NeedsAQueueAndAGroupThatExist) {
  EXPECT_EQ(broker_->peek(QueueId{}, {}).error().code, ErrorCode::kQueueNotFound);
  PeekRequest asked;
  asked.group = make_group(make_queue("other"));
  EXPECT_EQ(broker_->peek(queue_, asked).error().code, ErrorCode::kGroupNotFound);
}

}  // namespace
}  // namespace wingmq::test
