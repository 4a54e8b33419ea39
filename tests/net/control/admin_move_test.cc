#include <gmock/gmock.h>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class AdminMoveTest : public AdminTest {
 protected:
  /// The queue `q` with the group `g`, whose messages die at the second failure.
  void make_mortal(QueueMode mode = QueueMode::kNormal) {
    const auto made = broker_->declare_queue({project_, {.name = "q", .description = "", .mode = mode, .consume_count_max = 2}, {"g"}});
    ASSERT_TRUE(made);
    queue_ = made->queue.id;
    group_ = made->groups.front().id;
  }
  /// Has the messages of the queue fail until they are dead.
  void kill() {
    for (int i = 0; i < 2; ++i) {
      ASSERT_FALSE(consume(group_).empty());
      post("/__admin/queues/q/groups/g/expire", "{}");
    }
  }
  std::int64_t count(std::string_view name) { return get("/__admin/queues/q").at("groups").at(0).at(name).as_int64(); }
  boost::json::value peeked(std::string_view state) {
    return get("/__admin/queues/q/messages?group=g&state=" + std::string(state)).at("messages");
  }

  QueueId queue_;
  GroupId group_;
};

// --- Making -----------------------------------------------------------------------------------------------------------

TEST_F(AdminMoveTest, AQueueIsMadeWithItsGroupsInOneCall) {
  const auto made = opened(ask("POST", "/__admin/queues", R"({"queue":"orders?mode=FIFO&groups=g1,g2&dlq=3"})"), 201);
  EXPECT_EQ(made.at("name").as_string(), "orders");
  EXPECT_EQ(made.at("mode").as_string(), "FIFO");
  EXPECT_EQ(made.at("max_consume_count").as_int64(), 3);
  EXPECT_EQ(made.at("groups").at(1).at("name").as_string(), "g2");
  EXPECT_EQ(made, get("/__admin/queues/orders"));
}

TEST_F(AdminMoveTest, AQueueThatIsThereIsTakenWhenItIsTheSame) {
  const auto made = opened(ask("POST", "/__admin/queues", R"({"queue":"orders?groups=g1,g2"})"), 201);
  EXPECT_THAT(post_error("/__admin/queues", R"({"queue":"orders?groups=g1,g2"})", 409), HasSubstr("already"));
  EXPECT_EQ(post("/__admin/queues", R"({"queue":"orders?groups=g2,g1","if_missing":true})"), made);
  for (const char* other : {"orders?groups=g1", "orders?mode=FIFO&groups=g1,g2", "orders?dlq=3&groups=g1,g2"}) {
    const std::string body = std::string(R"({"queue":")") + other + R"(","if_missing":true})";
    const auto refusal = opened(ask("POST", "/__admin/queues", body), 409);
    EXPECT_THAT(std::string(refusal.at("hint").as_string()), HasSubstr("another one")) << other;
  }
  EXPECT_EQ(get("/__admin/queues").at("total").as_int64(), 1);
}

TEST_F(AdminMoveTest, AQueueThatCannotBeMadeLeavesNothingBehind) {
  EXPECT_THAT(post_error("/__admin/queues", R"({"queue":"orders?gruppe=g"})", 400), HasSubstr("gruppe"));
  EXPECT_EQ(post_error("/__admin/queues", R"({"queue":"orders?groups=g,g"})", 400), "a group is named twice");
  EXPECT_EQ(post_error("/__admin/queues", R"({"if_missing":true})", 400), "\"queue\" is missing, or is no text");
  EXPECT_EQ(post_error("/__admin/queues", R"({"queue":"a","if_missing":1})", 400), "\"if_missing\" is neither true nor false");
  EXPECT_EQ(post_error("/__admin/queues", R"({"queue":"a","mode":"FIFO"})", 400), "unknown member \"mode\" in the body");
  EXPECT_EQ(get("/__admin/queues").at("total").as_int64(), 0);
}

TEST_F(AdminMoveTest, TheQuotaHoldsAndSaysHowToRaiseIt) {
  Options options;
  options.limits.queues_per_project = 1;
  start(options);
  ASSERT_EQ(ask("POST", "/__admin/queues", R"({"queue":"a"})").status, 201U);
  const auto refusal = opened(ask("POST", "/__admin/queues", R"({"queue":"b"})"), 403);
  EXPECT_THAT(std::string(refusal.at("hint").as_string()), HasSubstr("queue_quota=2"));
}

TEST_F(AdminMoveTest, ARemovedQueueIsGone) {
  make_mortal();
  EXPECT_EQ(text_of(opened(ask("DELETE", "/__admin/queues/q"), 200)), R"({"removed":")" + queue_.text() + R"("})");
  EXPECT_EQ(error_of(ask("DELETE", "/__admin/queues/q"), 404), "no queue has the id or name \"q\"");
}

TEST_F(AdminMoveTest, WhatIsReadOnlyTakesNoDelete) {
  options_.admin = AdminAccess::kReadOnly;
  make_mortal();
  EXPECT_EQ(error_of(ask("DELETE", "/__admin/queues/q"), 403), "the control plane is read-only");
  const auto refused = ask("PUT", "/__admin/queues/q");
  EXPECT_EQ(refused.status, 405U);
  EXPECT_EQ(header_of(refused, "Allow"), "GET, DELETE");
}

// --- Sending ----------------------------------------------------------------------------------------------------------

TEST_F(AdminMoveTest, MessagesAreSentAndSaidWhereTheyAre) {
  make_mortal();
  const auto sent = post("/__admin/queues/q/messages", R"({"messages":[{"body":"x"},{"body":{"n":1.50},"tags":["a"],"attributes":{"k":"v"}}]})");
  EXPECT_EQ(text_of(sent), R"({"sent":2,"messages":[{"partition":0,"offset":0},{"partition":0,"offset":1}]})");
  const auto shown = ask("GET", "/__admin/queues/q/messages").body;
  EXPECT_THAT(shown, HasSubstr(R"("body":{"n":1.50},"attributes":{"k":"v"},"tags":["a"])"));
}

TEST_F(AdminMoveTest, AMessageThatCannotBeSentIsRefusedWithTheReasonAndNothingIsSent) {
  make_mortal();
  const auto refusal = [&](std::string_view body) { return post_error("/__admin/queues/q/messages", body, 400); };
  EXPECT_EQ(refusal(R"({"messages":[{"body":"x","tag":"a"}]})"), "a message has an unknown member \"tag\"");
  EXPECT_THAT(refusal(R"({"messages":[{"tags":["a"]}]})"), HasSubstr("body"));
  EXPECT_THAT(refusal(R"({"messages":[{"body":"x","tags":["a b"]}]})"), HasSubstr("tag"));
  EXPECT_THAT(refusal(R"({"messages":[]})"), HasSubstr("must not be empty"));
  EXPECT_EQ(refusal(R"({"messages":{}})"), "\"messages\" is no list");
  EXPECT_EQ(refusal(R"({"messages":[{"body":1}],"queue":"q"})"), "unknown member \"queue\" in the body");
  EXPECT_EQ(refusal(""), "\"messages\" is missing");
  EXPECT_EQ(refusal("[]"), "the body is not a JSON object");
  EXPECT_THAT(refusal(R"({"messages":[{"body":)"), HasSubstr("not valid JSON"));
  EXPECT_EQ(get("/__admin/queues/q").at("messages").as_int64(), 0);
}

TEST_F(AdminMoveTest, WhatIsTooLargeIs413AndWhatHasNoRoom507) {
  Options options;
  options.limits.payload_bytes_max = 10;
  options.memory_limit_bytes = 4096;
  start(options);
  make_mortal();
  EXPECT_EQ(ask("POST", "/__admin/queues/q/messages", R"({"messages":[{"body":"12345678901"}]})").status, 413U);
  unsigned status = 200;
  for (int i = 0; i < 100 && status == 200; ++i) status = ask("POST", "/__admin/queues/q/messages", R"({"messages":[{"body":"1"}]})").status;
  EXPECT_EQ(status, 507U);
}

// --- Moving -----------------------------------------------------------------------------------------------------------

TEST_F(AdminMoveTest, APurgedQueueHasNothingLeft) {
  make_mortal();
  send(queue_, "1 2 3");
  kill();
  send(queue_, "4 5");
  static_cast<void>(consume(group_, 1));
  EXPECT_EQ(text_of(post("/__admin/queues/q/purge", "")), R"({"purged":5})");
  for (const char* name : {"available", "in_flight", "dead_available"}) EXPECT_EQ(count(name), 0) << name;
  EXPECT_EQ(get("/__admin/queues/q").at("messages").as_int64(), 0);
  EXPECT_TRUE(get("/__admin/queues/q/balance").at("balanced").as_bool());
}

TEST_F(AdminMoveTest, APurgedGroupPassesOverWhatItHasNotFinishedWith) {
  make_mortal();
  send(queue_, "1 2");
  kill();
  send(queue_, "3 4 5");
  static_cast<void>(consume(group_, 1));
  EXPECT_EQ(text_of(post("/__admin/queues/q/purge", R"({"group":"g"})")), R"({"purged":3})");
  EXPECT_EQ(count("available"), 0);
  EXPECT_EQ(count("dead_available"), 2);
  EXPECT_EQ(get("/__admin/queues/q").at("messages").as_int64(), 5);
  EXPECT_EQ(text_of(get("/__admin/queues/q/balance")),
            R"({"balanced":true,"groups":[{"group":"g","produced":5,"confirmed":0,"available":0,"in_flight":0,"dead":2,"skipped":3,"expired":0,"balanced":true}]})");
}

TEST_F(AdminMoveTest, RedrivenMessagesAreAvailableWhereTheyStoodWithNoFailure) {
  make_mortal();
  send(queue_, "1 2 3");
  kill();
  EXPECT_EQ(text_of(post("/__admin/queues/q/groups/g/redrive", R"({"max":2})")), R"({"moved":2})");
  EXPECT_EQ(count("dead_available"), 1);
  const auto back = peeked("available");
  ASSERT_EQ(back.as_array().size(), 2U);
  EXPECT_EQ(back.at(0).at("offset").as_int64(), 0);
  EXPECT_EQ(back.at(0).at("failed_count").as_int64(), 0);
  EXPECT_EQ(text_of(post("/__admin/queues/q/groups/g/redrive", "")), R"({"moved":1})");
  EXPECT_EQ(count("dead_available"), 0);
  EXPECT_EQ(consume(group_).count, 3U);
}

TEST_F(AdminMoveTest, DeadLettersInFlightStay) {
  make_mortal();
  send(queue_, "1 2");
  kill();
  ASSERT_EQ(consume_dead(group_, 1).count, 1U);
  EXPECT_EQ(text_of(post("/__admin/queues/q/groups/g/redrive", "")), R"({"moved":1})");
  EXPECT_EQ(count("dead_in_flight"), 1);
}

TEST_F(AdminMoveTest, AQueueWithoutDeadLettersRedrivesNothing) {
  make_group(make_queue("plain"), "g");
  EXPECT_EQ(post_error("/__admin/queues/plain/groups/g/redrive", "", 409), "the queue \"plain\" has no dead letters");
  EXPECT_THAT(post_error("/__admin/queues/plain/groups/h/redrive", "", 404), HasSubstr("no group"));
  EXPECT_THAT(post_error("/__admin/queues/plain/groups/g/redrive", R"({"max":0})", 400), HasSubstr("max"));
}

TEST_F(AdminMoveTest, ALeaseEndsAsIfItsTimeHadCome) {
  make_mortal();
  send(queue_, "1 2");
  send(queue_, "3");
  const auto first = consume(group_, 2);
  const auto second = consume(group_, 1);
  EXPECT_EQ(text_of(post("/__admin/queues/q/groups/g/expire", R"({"partition":0,"offset":1})")), R"({"expired":2})");
  EXPECT_EQ(count("in_flight"), 1);
  EXPECT_EQ(peeked("available").at(0).at("failed_count").as_int64(), 1);
  EXPECT_THAT(post_error("/__admin/queues/q/groups/g/expire", R"({"partition":0,"offset":1})", 409), HasSubstr("not in flight"));
  EXPECT_THAT(post_error("/__admin/queues/q/groups/g/expire", R"({"offset":1})", 400), HasSubstr("one is missing"));
  EXPECT_EQ(text_of(post("/__admin/queues/q/groups/g/expire", "")), R"({"expired":1})");
  const ConfirmEntry late{first.handle(0), true};
  EXPECT_EQ(broker_->confirm(project_, queue_, group_, Stream::kQueue, std::span(&late, 1)).error().code, ErrorCode::kHandleInvalid);
}

}  // namespace
}  // namespace wingmq::net
