#include <gtest/gtest.h>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerQueuesTest : public BrokerTest {
 protected:
  Result<QueueInfo> create(const Project& project, const std::string& name) {
    QueueSpec spec;
    spec.name = name;
    return broker_->create_queue(project, spec);
  }
};

TEST_F(BrokerQueuesTest, AQueueIsShownAsItWasMade) {
  QueueSpec spec;
  spec.name = "orders";
  spec.description = "订单";
  spec.mode = QueueMode::kFifo;
  spec.consume_count_max = 7;
  const auto made = broker_->create_queue(project_, spec);
  ASSERT_TRUE(made);
  const auto shown = broker_->queue(project_, made->id);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->id, made->id);
  EXPECT_EQ(shown->project, project_);
  EXPECT_EQ(shown->spec.name, "orders");
  EXPECT_EQ(shown->spec.description, "订单");
  EXPECT_EQ(shown->spec.mode, QueueMode::kFifo);
  EXPECT_EQ(shown->spec.consume_count_max, 7U);
  EXPECT_EQ(shown->created, kStart);
  EXPECT_EQ(shown->messages, 0U);
  EXPECT_EQ(shown->payload_bytes, 0U);
  EXPECT_EQ(shown->group_count, 0U);
}

TEST_F(BrokerQueuesTest, QueuesAreListedInOrderOfCreation) {
  const QueueId b = make_queue("b");
  pass(5ms);
  const QueueId a = make_queue("a");
  const auto all = broker_->queues(project_);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, b);
  EXPECT_EQ(all[1].id, a);
  EXPECT_EQ(all[1].created, kStart + 5ms);
}

TEST_F(BrokerQueuesTest, IdsAreUuidsOfTheirOwn) {
  const QueueId a = make_queue("a");
  const QueueId b = make_queue("b");
  EXPECT_NE(a, b);
  EXPECT_EQ(QueueId::parse(a.text()), a);
}

TEST_F(BrokerQueuesTest, ATakenNameIsRefused) {
  make_queue("q");
  const auto again = create(project_, "q");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kQueueNameTaken);
  EXPECT_EQ(broker_->queues(project_).size(), 1U);
}

TEST_F(BrokerQueuesTest, NamesDifferByCase) {
  make_queue("q");
  EXPECT_TRUE(create(project_, "Q"));
}

TEST_F(BrokerQueuesTest, TheQuotaIsFivePerProject) {
  EXPECT_EQ(broker_->quota(project_).used, 0U);
  for (int i = 0; i < 5; ++i) make_queue("q" + std::to_string(i));
  EXPECT_EQ(broker_->quota(project_).limit, 5U);
  EXPECT_EQ(broker_->quota(project_).used, 5U);
  const auto sixth = create(project_, "q5");
  ASSERT_FALSE(sixth);
  EXPECT_EQ(sixth.error(), (Error{ErrorCode::kQueueQuotaExceeded, 5, 6}));
  EXPECT_EQ(broker_->quota(project_).used, 5U);
}

TEST_F(BrokerQueuesTest, ATakenNameIsNamedBeforeAFullQuota) {
  for (int i = 0; i < 5; ++i) make_queue("q" + std::to_string(i));
  EXPECT_EQ(create(project_, "q0").error().code, ErrorCode::kQueueNameTaken);
}

TEST_F(BrokerQueuesTest, AQuotaOfZeroAllowsNone) {
  Options options;
  options.limits.queues_per_project = 0;
  start(options);
  EXPECT_EQ(create(project_, "q").error(), (Error{ErrorCode::kQueueQuotaExceeded, 0, 1}));
}

TEST_F(BrokerQueuesTest, RemovingAQueueFreesItsNameAndItsPlaceInTheQuota) {
  const QueueId old = make_queue("q");
  for (int i = 1; i < 5; ++i) make_queue("q" + std::to_string(i));
  ASSERT_TRUE(broker_->remove_queue(project_, old));
  const auto again = create(project_, "q");
  ASSERT_TRUE(again);
  EXPECT_NE(again->id, old);
}

TEST_F(BrokerQueuesTest, ProjectsDoNotSeeEachOther) {
  const QueueId mine = make_queue("q");
  for (const Project& other : {stranger_, Project{"alice", "r2"}}) {
    EXPECT_TRUE(broker_->queues(other).empty());
    EXPECT_EQ(broker_->quota(other).used, 0U);
    EXPECT_EQ(broker_->queue(other, mine).error().code, ErrorCode::kQueueNotFound);
    EXPECT_EQ(broker_->remove_queue(other, mine).error().code, ErrorCode::kQueueNotFound);
    EXPECT_EQ(broker_->send(other, mine, batch("a")).error().code, ErrorCode::kQueueNotFound);
    EXPECT_EQ(broker_->groups(other, mine).error().code, ErrorCode::kQueueNotFound);
    EXPECT_TRUE(create(other, "q")) << "names are unique within a project only";
  }
  EXPECT_EQ(broker_->queues(project_).size(), 1U);
}

TEST_F(BrokerQueuesTest, ARemovedQueueIsNotFound) {
  const QueueId id = make_queue();
  const GroupId group = make_group(id);
  send(id, "a b");
  const Delivery delivery = consume(group, 1);
  ASSERT_TRUE(broker_->remove_queue(project_, id));
  EXPECT_EQ(broker_->queue(project_, id).error().code, ErrorCode::kQueueNotFound);
  EXPECT_EQ(broker_->remove_queue(project_, id).error().code, ErrorCode::kQueueNotFound);
  EXPECT_EQ(broker_->send(project_, id, batch("a")).error().code, ErrorCode::kQueueNotFound);
  EXPECT_EQ(consume_error(request(group)), ErrorCode::kGroupNotFound);
  EXPECT_EQ(confirm_error(group, delivery, "+"), ErrorCode::kGroupNotFound);
  ConsumeRequest with_queue = request(group);
  with_queue.queue = id;
  EXPECT_EQ(consume_error(with_queue), ErrorCode::kQueueNotFound);
}

TEST_F(BrokerQueuesTest, RemovingAQueueGivesItsMemoryBack) {
  const std::size_t before = broker_->memory().used();
  const QueueId id = make_queue();
  make_group(id);
  for (int i = 0; i < 100; ++i) send(id, "a b c");
  EXPECT_GT(broker_->memory().used(), before);
  ASSERT_TRUE(broker_->remove_queue(project_, id));
  EXPECT_EQ(broker_->memory().used(), before);
}

TEST_F(BrokerQueuesTest, ADeliveryOutlivesItsQueue) {
  const QueueId id = make_queue();
  const GroupId group = make_group(id);
  send(id, "a b");
  const Delivery delivery = consume(group);
  ASSERT_TRUE(broker_->remove_queue(project_, id));
  EXPECT_EQ(bodies(delivery), "a b");
}

TEST_F(BrokerQueuesTest, AQueueCountsWhatItRetains) {
  const QueueId id = make_queue();
  send(id, "aa bbb");
  send(id, "c");
  const auto shown = broker_->queue(project_, id);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->messages, 3U);
  EXPECT_EQ(shown->payload_bytes, 6U);
  EXPECT_GT(shown->resident_bytes, 6U);
}

}  // namespace
}  // namespace wingmq::test
