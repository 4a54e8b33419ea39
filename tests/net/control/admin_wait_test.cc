#include <gmock/gmock.h>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AdminWaitTest : public AdminTest {
 protected:
  /// A call that may wait: asked now, answered when the test says so.
  class Waiting {
   public:
    Waiting(AdminWaitTest& test, const std::string& query) : test_(test) {
      static_cast<void>(test.ask("GET", "/__admin/clock"));  // the engine is there
      request_.method = "GET";
      target_ = "/__admin/wait" + query;
      request_.target = target_;
      reply_ = test.admin_->handle(request_, ticket_, call_);
      settle();
    }
    ~Waiting() {
      if (!reply_) static_cast<void>(engine().cancel(ticket_));
    }
    [[nodiscard]] bool answered() const { return reply_.has_value(); }
    [[nodiscard]] std::optional<std::chrono::milliseconds> patience() const { return call_->patience; }
    /// What it answers now that something has made it so.
    Reply reply() {
      while (!reply_) go_on();
      return *reply_;
    }
    /// What it answers when its time is over.
    Reply ring() {
      EXPECT_TRUE(engine().cancel(ticket_));
      reply_ = Admin::ring(*call_);
      return reply();
    }

   private:
    void go_on() {
      Settled settled = ticket_.wait();
      reply_ = Admin::finish(settled, *call_);
    }
    /// Until it waits for something to happen, however long the engine takes.
    void settle() {
      test_.engine_->quiesce();
      while (!reply_ && ticket_.settled()) {
        go_on();
        test_.engine_->quiesce();
      }
    }

    Engine& engine() { return test_.engine_->engine(); }

    AdminWaitTest& test_;
    std::string target_;
    Request request_;
    WaitingTicket ticket_;
    std::optional<AdminCall> call_;
    std::optional<Reply> reply_;
  };

  void SetUp() override {
    queue_ = make_queue("orders", QueueMode::kNormal, 1);
    group_ = make_group(queue_, "g1");
  }
  std::string wait_error(const std::string& query, unsigned status = 400) { return get_error("/__admin/wait" + query, status); }

  QueueId queue_;
  GroupId group_;
};

TEST_F(AdminWaitTest, WhatHoldsAlreadyIsAnsweredAtOnceWithTheCounts) {
  send(queue_, "1 2 3");
  const auto met = get("/__admin/wait?queue=orders&group=g1&until=available>=3&until=in_flight%3D%3D0");
  EXPECT_TRUE(met.at("met").as_bool());
  EXPECT_GE(met.at("waited_ms").as_int64(), 0);
  EXPECT_EQ(text_of(met.at("counts")),
            R"({"produced":3,"consumed":0,"available":3,"in_flight":0,"dead_produced":0,"dead_available":0,"dead_in_flight":0,"parked":0})");
  EXPECT_EQ(text_of(get("/__admin/wait?queue=orders&until=messages==3").at("counts")), R"({"messages":3})");
}

TEST_F(AdminWaitTest, TheCallThatMakesItSoAnswers) {
  send(queue_, "1 2");
  Waiting drained(*this, "?queue=orders&group=g1&until=drained");
  Waiting more(*this, "?queue=orders&until=messages>2");
  const auto delivery = consume(group_);
  EXPECT_FALSE(drained.answered());
  const ConfirmEntry done[] = {{delivery.handle(0), true}, {delivery.handle(1), true}};
  ASSERT_TRUE(broker_->confirm(project_, queue_, group_, Stream::kQueue, done));
  EXPECT_EQ(opened(drained.reply(), 200).at("counts").at("consumed").as_int64(), 2);
  send(queue_, "3");
  EXPECT_EQ(opened(more.reply(), 200).at("counts").at("messages").as_int64(), 3);
}

TEST_F(AdminWaitTest, WhatIsTrueForAMomentOnlyIsSeen) {
  Waiting moment(*this, "?queue=orders&group=g1&until=available==1");
  send(queue_, "1");
  send(queue_, "2");
  EXPECT_EQ(opened(moment.reply(), 200).at("counts").at("available").as_int64(), 1);
}

TEST_F(AdminWaitTest, TimeThatEndsALeaseAnswers) {
  send(queue_, "1");
  static_cast<void>(consume(group_));
  Waiting dead(*this, "?queue=orders&group=g1&until=dead_available>=1");
  static_cast<void>(broker_->advance(clock_.now() + 30s));
  EXPECT_EQ(opened(dead.reply(), 200).at("counts").at("dead_produced").as_int64(), 1);
  Waiting expired(*this, "?queue=orders&until=messages==0");
  static_cast<void>(broker_->advance(clock_.now() + 72h));
  EXPECT_EQ(opened(expired.reply(), 200).at("counts").at("messages").as_int64(), 0);
}

TEST_F(AdminWaitTest, ParkedConsumersCountAndWaitsDoNot) {
  Waiting parked(*this, "?queue=orders&group=g1&until=parked==1");
  Waiting gone(*this, "?queue=orders&group=g1&until=parked==0&until=produced==7");
  auto& waiter = park(request(group_, 1, 10s));
  EXPECT_EQ(opened(parked.reply(), 200).at("counts").at("parked").as_int64(), 1);
  Waiting left(*this, "?queue=orders&group=g1&until=parked==0");
  EXPECT_TRUE(broker_->cancel(waiter));
  EXPECT_EQ(left.reply().status, 200U);
}

TEST_F(AdminWaitTest, WhenTheTimeIsOverTheReplySaysWhatIsUnfinished) {
  send(queue_, "1 2 3");
  static_cast<void>(consume(group_, 1));
  Waiting drained(*this, "?queue=orders&group=g1&until=drained&timeout=1500ms");
  EXPECT_EQ(drained.patience(), 1500ms);
  const auto late = opened(drained.ring(), 408);
  EXPECT_EQ(late.at("error").as_string(), "not drained after 1500 ms");
  EXPECT_EQ(late.at("counts").at("in_flight").as_int64(), 1);
  const auto& holding = late.at("holding").as_array();
  ASSERT_EQ(holding.size(), 3U);
  EXPECT_EQ(holding.at(0).at("state").as_string(), "in_flight");
  EXPECT_EQ(holding.at(0).at("offset").as_int64(), 0);
  EXPECT_EQ(holding.at(0).at("handler").as_string().size(), 24U);
  EXPECT_EQ(holding.at(0).at("lease_deadline").as_int64(), now_ms() + 30'000);
  EXPECT_EQ(holding.at(1).at("state").as_string(), "available");
  EXPECT_TRUE(holding.at(1).at("handler").is_null());
  EXPECT_THAT(std::string(late.at("hint").as_string()), HasSubstr(R"({"by":30000} or {"to":"next"} brings it)"));
}

TEST_F(AdminWaitTest, AtMostTenMessagesAreNamed) {
  send(queue_, "1 2 3 4 5 6 7 8 9 10 11 12");
  static_cast<void>(consume(group_, 8));
  Waiting drained(*this, "?queue=orders&group=g1&until=drained&until=consumed>=3");
  EXPECT_EQ(drained.patience(), 10s);
  const auto late = opened(drained.ring(), 408);
  EXPECT_EQ(late.at("holding").as_array().size(), 10U);
  EXPECT_EQ(late.at("error").as_string(), "not drained and consumed>=3 after 10 s");
}

TEST_F(AdminWaitTest, WhatMustNeverBeIsToldTheMomentThatItIs) {
  send(queue_, "1");
  static_cast<void>(consume(group_));
  Waiting never(*this, "?queue=orders&group=g1&never=dead_available>0&for=2s");
  Waiting other(*this, "?queue=orders&group=g1&never=dead_available>1&for=2s");
  EXPECT_EQ(never.patience(), 2s);
  static_cast<void>(broker_->advance(clock_.now() + 30s));
  const auto broken = opened(never.reply(), 409);
  EXPECT_EQ(broken.at("error").as_string(), "dead_available>0 came true, and was never to");
  EXPECT_EQ(broken.at("counts").at("dead_available").as_int64(), 1);
  EXPECT_EQ(opened(other.ring(), 200).at("counts").at("dead_available").as_int64(), 1);
}

TEST_F(AdminWaitTest, AResetIsWaitedThroughAndARemovalIsNot) {
  send(queue_, "1");
  Waiting two(*this, "?queue=orders&group=g1&until=available==2");
  post("/__admin/reset", R"({"keep":"queues"})");
  Waiting three(*this, "?queue=orders&until=messages==3");
  Waiting group(*this, "?queue=orders&group=g1&until=available==4");
  // What the reset told is gone on with in the call's own time.
  send(queue_, "1 2");
  EXPECT_EQ(two.reply().status, 200U);
  ASSERT_TRUE(broker_->remove_groups(project_, queue_, std::vector<std::string>{"g1"}));
  EXPECT_THAT(error_of(group.reply(), 404), StartsWith("no group"));
  ASSERT_TRUE(broker_->remove_queue(project_, queue_));
  EXPECT_THAT(error_of(three.reply(), 404), StartsWith("no queue"));
}

TEST_F(AdminWaitTest, AServerThatStopsSaysSo) {
  Waiting waiting(*this, "?queue=orders&until=messages==3");
  engine_->engine().close(0ms);
  EXPECT_EQ(waiting.reply().status, 503U);
  EXPECT_EQ(ask("GET", "/__admin/wait?queue=orders&until=messages==3").status, 503U);
}

TEST_F(AdminWaitTest, AWaitThatMakesNoSenseIsRefused) {
  EXPECT_EQ(wait_error("?until=drained&group=g1"), "\"queue\" is missing");
  EXPECT_EQ(wait_error("?queue=orders"), "neither \"until\" nor \"never\" is given");
  EXPECT_EQ(wait_error("?queue=orders&group=g1&until=drained&never=parked>0"), "both \"until\" and \"never\" are given");
  EXPECT_EQ(wait_error("?queue=orders&until=drained"), "\"drained\" is no condition on a queue without a group");
  EXPECT_EQ(wait_error("?queue=orders&group=g1&until=messages>1"), "\"messages>1\" is no condition");
  EXPECT_EQ(wait_error("?queue=orders&group=g1&until=available=3"), "\"available=3\" is no condition");
  EXPECT_EQ(wait_error("?queue=orders&group=g1&until=available>=x"), "\"available>=x\" is no condition");
  EXPECT_EQ(wait_error("?queue=orders&group=g1&until=drained&timeout=11m"), "\"timeout\" is no span of time up to 10m: \"11m\"");
  EXPECT_EQ(wait_error("?queue=orders&group=g1&until=drained&for=2s"), "\"for\" does not go with \"until\"");
  EXPECT_EQ(wait_error("?queue=orders&group=g1&never=parked>0"), "\"for\" is missing");
  EXPECT_EQ(wait_error("?queue=orders&group=g1&never=parked>0&never=parked>1&for=1s"), "query parameter \"never\" is given twice");
  EXPECT_THAT(wait_error("?queue=nobody&until=messages==0", 404), StartsWith("no queue"));
  EXPECT_THAT(wait_error("?queue=orders&group=nobody&until=drained", 404), StartsWith("no group"));
}

TEST_F(AdminWaitTest, WatchingIsAllowedWhereNothingMayBeChanged) {
  options_.admin = AdminAccess::kReadOnly;
  EXPECT_EQ(ask("GET", "/__admin/wait?queue=orders&until=messages==0").status, 200U);
}

}  // namespace
}  // namespace wingmq::net
