#include <gmock/gmock.h>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class AdminResetTest : public AdminTest {};

TEST_F(AdminResetTest, EmptyObjectForgetsEverythingAndDeclaresTheStartQueuesAgain) {
  options_.declared_queues = {{{"test", "r1"}, QueueSpec{"declared", "", QueueMode::kNormal, {}}, {"g1", "g2"}}};
  const auto old_group = make_group(make_queue("orders"));
  deviations_.hit(5);
  EXPECT_EQ(text_of(post("/__admin/reset", "{}")), R"({"kept":"nothing","queues":1})");
  const auto declared = get("/__admin/queues").at("queues").at(0);
  EXPECT_EQ(declared.at("name").as_string(), "declared");
  EXPECT_EQ(declared.at("groups").as_array().size(), 2U);
  EXPECT_EQ(deviations_.hits(5), 0U);
  EXPECT_EQ(consume_error(request(old_group)), ErrorCode::kGroupNotFound);
}

TEST_F(AdminResetTest, AnEmptyBodyIsAnEmptyObject) {
  make_queue("orders");
  EXPECT_EQ(text_of(post("/__admin/reset", "")), R"({"kept":"nothing","queues":0})");
  EXPECT_EQ(post_error("/__admin/clock/advance", "", 400), "neither \"by\" nor \"to\" is given");
}

TEST_F(AdminResetTest, WhatCannotBeDeclaredAgainForgetsNothing) {
  const QueuePlan plan{{"test", "r1"}, QueueSpec{"declared", "", QueueMode::kNormal, {}}, {}};
  options_.declared_queues = {plan, plan};
  make_queue("orders");
  deviations_.hit(5);
  EXPECT_EQ(post_error("/__admin/reset", "{}", 500), "the start-up queues cannot be made");
  EXPECT_EQ(get("/__admin/queues/orders").at("name").as_string(), "orders");
  EXPECT_EQ(deviations_.hits(5), 1U);
}

TEST_F(AdminResetTest, NothingIsDeclaredAgainWhereNothingWas) {
  make_queue("orders");
  EXPECT_EQ(text_of(post("/__admin/reset", "{}")), R"({"kept":"nothing","queues":0})");
}

TEST_F(AdminResetTest, KeepingQueuesForgetsMessagesLeasesAndCounters) {
  options_.declared_queues = {{{"test", "r1"}, QueueSpec{"declared", "", QueueMode::kNormal, {}}, {}}};
  const auto queue = make_queue("orders");
  const auto group = make_group(queue);
  send(queue, "1 2");
  const auto delivery = consume(group, 1);
  deviations_.hit(5);
  EXPECT_EQ(text_of(post("/__admin/reset", R"({"keep":"queues"})")), R"({"kept":"queues","queues":1})");

  EXPECT_EQ(deviations_.hits(5), 0U);
  const auto shown = get("/__admin/queues/orders");
  EXPECT_EQ(shown.at("id").as_string(), queue.text());
  EXPECT_EQ(shown.at("messages").as_int64(), 0);
  EXPECT_EQ(shown.at("groups").at(0).at("id").as_string(), group.text());
  EXPECT_EQ(shown.at("groups").at(0).at("in_flight").as_int64(), 0);
  EXPECT_EQ(confirm_error(group, delivery, "+"), ErrorCode::kHandleInvalid);
}

TEST_F(AdminResetTest, ParkedConsumersReturnEmpty) {
  const auto group = make_group(make_queue("orders"));
  const auto& waiter = park(group);
  (void)post("/__admin/reset", R"({"keep":"queues"})");
  EXPECT_EQ(received(waiter), "");
}

TEST_F(AdminResetTest, ClockStaysWhereItIs) {
  pass(1h);
  (void)post("/__admin/reset", "{}");
  EXPECT_EQ(clock_.now(), kStart + 1h);
}

TEST_F(AdminResetTest, AnythingElseIsRefusedAndForgetsNothing) {
  make_queue("orders");
  for (const char* body : {R"({"keep":"groups"})", R"({"keep":""})", R"({"keep":null})", R"({"keep":true})",
                           R"({"keep":["queues"]})", R"({"keep":1})"}) {
    EXPECT_EQ(post_error("/__admin/reset", body, 400), "\"keep\" is not \"queues\"") << body;
  }
  EXPECT_EQ(post_error("/__admin/reset", R"({"kep":"queues"})", 400), "unknown member \"kep\" in the body");
  EXPECT_EQ(post_error("/__admin/reset", R"({"keep":"queues","keep":"queues"})", 400),
            "member \"keep\" is given twice in the body");
  EXPECT_THAT(post_error("/__admin/reset", " ", 400), HasSubstr("not valid JSON"));
  EXPECT_EQ(post_error("/__admin/reset", "[]", 400), "the body is not a JSON object");
  EXPECT_EQ(get("/__admin/queues").at("total").as_int64(), 1);
}

}  // namespace
}  // namespace wingmq::net
