#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/broker_fixture.h"

namespace wingmq::test {
namespace {

class BrokerWipeAndCloseTest : public OneStrikeTest {};

QueuePlan plan(const Project& project, std::string name, std::vector<std::string> groups = {}) {
  return {project, QueueSpec{std::move(name), "", QueueMode::kNormal, {}}, std::move(groups)};
}

TEST_F(BrokerWipeAndCloseTest, WipingForgetsEveryQueueOfEveryProject) {
  ASSERT_TRUE(broker_->create_queue(stranger_, QueueSpec{"theirs", "", QueueMode::kFifo, {}}));
  send(queue_, "a");
  const TestWaiter& waiter = park(make_group(make_queue("empty")));
  broker_->wipe(false);
  EXPECT_TRUE(broker_->inspect().empty());
  EXPECT_EQ(broker_->quota(project_).used, 0U);
  EXPECT_EQ(received(waiter), "");
  EXPECT_EQ(broker_->queue(project_, queue_).error().code, ErrorCode::kQueueNotFound);
  make_queue("q");
}

TEST_F(BrokerWipeAndCloseTest, WipingToPlansMakesThemInTheSameStep) {
  const std::vector<QueuePlan> plans{plan(project_, "q", {"g", "h"}), plan(stranger_, "q")};
  const TestWaiter& waiter = park(group_);
  ASSERT_TRUE(broker_->wipe(plans));
  EXPECT_EQ(received(waiter), "");
  EXPECT_EQ(broker_->queue(project_, queue_).error().code, ErrorCode::kQueueNotFound) << "another queue of the same name";
  const auto all = broker_->inspect();
  ASSERT_EQ(all.size(), 2U);
  ASSERT_EQ(all[0].groups.size(), 2U);
  EXPECT_EQ(all[0].groups[1].name, "h");
  EXPECT_EQ(all[1].queue.project, stranger_);
  send(all[0].queue.id, "a");
  EXPECT_EQ(bodies(consume(all[0].groups[0].id)), "a");
}

TEST_F(BrokerWipeAndCloseTest, WipingToPlansThatCannotBeChangesNothing) {
  send(queue_, "a");
  const QueuePlan good = plan(project_, "new", {"g"});
  std::vector<QueuePlan> too_many;
  for (std::uint32_t i = 0; i <= broker_->options().limits.queues_per_project; ++i) {
    too_many.push_back(plan(project_, "n" + std::to_string(i)));
  }
  for (const auto& [plans, reason] : std::initializer_list<std::pair<std::vector<QueuePlan>, ErrorCode>>{
           {{good, good}, ErrorCode::kQueueNameTaken},
           {{good, plan(stranger_, "q", {"g", "g"})}, ErrorCode::kGroupNameTaken},
           {{plan(project_, "q", {"a", "b", "c", "d"})}, ErrorCode::kGroupLimitExceeded},
           {too_many, ErrorCode::kQueueQuotaExceeded}}) {
    const auto wiped = broker_->wipe(plans);
    ASSERT_FALSE(wiped);
    EXPECT_EQ(wiped.error().code, reason);
    ASSERT_EQ(broker_->inspect().size(), 1U);
  }
  EXPECT_EQ(bodies(consume(group_)), "a");
}

TEST_F(BrokerWipeAndCloseTest, NobodyFindsTheBrokerWithoutThePlannedQueues) {
  const std::vector<QueuePlan> plans{plan(project_, "q", {"g"})};
  ASSERT_TRUE(broker_->wipe(plans));
  std::atomic<bool> done{false};
  std::atomic<int> looks{0};
  std::thread reader([&] {
    while (!done.load() || looks.load() == 0) {
      const auto queues = broker_->queues(project_);
      EXPECT_EQ(queues.size(), 1U);
      EXPECT_EQ(broker_->inspect().at(0).groups.size(), 1U);
      ++looks;
    }
  });
  for (int round = 0; round < 500; ++round) EXPECT_TRUE(broker_->wipe(plans));
  done.store(true);
  reader.join();
}

TEST_F(BrokerWipeAndCloseTest, WipingMessagesKeepsQueuesAndGroups) {
  send(queue_, "a b c");
  ASSERT_TRUE(confirm(group_, consume(group_, 1), "-"));
  const Delivery delivery = consume(group_, 1);
  const Delivery dead = consume_dead(group_);
  const TestWaiter& waiter = park(request(group_, 1, 3s, Stream::kDeadLetters));
  broker_->wipe(true);
  EXPECT_EQ(received(waiter), "");
  const GroupInfo shown = info(group_);
  EXPECT_EQ(shown.produced, 0U);
  EXPECT_EQ(shown.consumed, 0U);
  EXPECT_EQ(shown.available, 0U);
  EXPECT_EQ(shown.in_flight, 0U);
  EXPECT_EQ(shown.dead_produced, 0U);
  EXPECT_EQ(shown.dead_available, 0U);
  EXPECT_EQ(shown.dead_in_flight, 0U);
  EXPECT_EQ(shown.parked, 0U);
  EXPECT_EQ(confirm_error(group_, delivery, "+"), ErrorCode::kHandleInvalid);
  EXPECT_EQ(confirm_dead(group_, dead, "+").error().code, ErrorCode::kHandleInvalid);
  EXPECT_EQ(bodies(consume_dead(group_)), "");
  send(queue_, "d");
  EXPECT_EQ(bodies(consume(group_)), "d");
}

TEST_F(BrokerWipeAndCloseTest, AnOldHandleStaysDeadWhenItsLeasesPlaceIsTakenAgain) {
  send(queue_, "a");
  const Delivery old = consume(group_);
  broker_->wipe(true);
  send(queue_, "b");
  const Delivery fresh = consume(group_);
  EXPECT_EQ(confirm_error(group_, old, "+"), ErrorCode::kHandleInvalid);
  EXPECT_EQ(confirm(group_, fresh, "+"), counted(1, 0));
}

TEST_F(BrokerWipeAndCloseTest, WipingLeavesNothingToDo) {
  send(queue_, "a");
  consume(group_);
  broker_->wipe(true);
  EXPECT_TRUE(pass(100h).fired.empty());
}

TEST_F(BrokerWipeAndCloseTest, AnEmptyBrokerCanBeWiped) {
  broker_->wipe(false);
  broker_->wipe(false);
  broker_->wipe(true);
  EXPECT_TRUE(broker_->inspect().empty());
}

TEST_F(BrokerWipeAndCloseTest, ClosingAnswersEveryParkedConsumerEmpty) {
  const TestWaiter& waiter = park(group_);
  const TestWaiter& dead = park(request(group_, 1, 3s, Stream::kDeadLetters));
  broker_->close();
  EXPECT_EQ(received(waiter), "");
  EXPECT_EQ(received(dead), "");
}

TEST_F(BrokerWipeAndCloseTest, AfterClosingNobodyIsParkedButCallsGoOn) {
  broker_->close();
  broker_->close();
  EXPECT_EQ(bodies(consume(request(group_, 1, 3s))), "");
  send(queue_, "a");
  const Delivery delivery = consume(request(group_, 1, 3s));
  EXPECT_EQ(bodies(delivery), "a");
  EXPECT_EQ(confirm(group_, delivery, "+"), counted(1, 0));
}

TEST_F(BrokerWipeAndCloseTest, InspectShowsAllProjectsByProjectThenByCreation) {
  const auto create = [this](const Project& project, const std::string& name) {
    ASSERT_TRUE(broker_->create_queue(project, QueueSpec{name, "", QueueMode::kNormal, {}}));
  };
  create({"bob", "r1"}, "b2");
  create({"alice", "r2"}, "z");
  create({"bob", "r1"}, "b1");
  std::string order;
  for (const QueueGroups& each : broker_->inspect()) {
    order += each.queue.project.customer + "/" + each.queue.project.region + "/" + each.queue.spec.name + " ";
  }
  EXPECT_EQ(order, "alice/r1/q alice/r2/z bob/r1/b2 bob/r1/b1 ");
}

}  // namespace
}  // namespace wingmq::test
