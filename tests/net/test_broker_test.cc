#include "wingmq/net/test_broker.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/http_socket.h"

namespace wingmq::net {
namespace {

using namespace std::chrono_literals;
using test::HttpSocket;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// The text of the std::invalid_argument that `call` throws; empty: it throws none.
template <typename Call>
std::string wrong(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

std::uint16_t port_of(const TestBroker& mq) {
  const std::string url = mq.url();
  return static_cast<std::uint16_t>(std::atoi(url.c_str() + url.rfind(':') + 1));
}

std::string consume_request(const TestBroker& mq, int seconds) {
  return "GET /apiproxy/v3/queue/consumptionMessage HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\n" +
         std::string(R"(consumerQueueInfo: {"regionId":"cn-snxy1","queueId":")") + mq.queue_id("orders").text() +
         R"(","consumerGroupId":")" + mq.group_id("orders", "g1").text() + R"(","timeWait":)" + std::to_string(seconds) + "}\r\n\r\n";
}

std::string ask_to(const TestBroker& mq, const std::string& method, const std::string& path, const std::string& body = "") {
  HttpSocket socket(port_of(mq));
  socket.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n\r\n" + body);
  const auto reply = socket.receive();
  return reply ? reply->body : "no reply";
}

/// Receives over HTTP what there is, and leaves it leased for 30 seconds.
std::string receive(const TestBroker& mq) {
  HttpSocket socket(port_of(mq));
  socket.send(consume_request(mq, 1));
  const auto reply = socket.receive();
  return reply ? reply->body : "no reply";
}

TEST(TestBrokerTest, ServesItsQueuesOverHttp) {
  TestBroker mq{"orders?groups=g1"};
  mq.send("orders", {"hel\"lo"});
  EXPECT_THAT(receive(mq), HasSubstr(R"(\"body\":\"hel\\\"lo\")"));
  EXPECT_EQ(mq.broker().inspect().front().groups.front().in_flight, 1U);
  EXPECT_EQ(mq.project("orders"), (Project{"test", "cn-snxy1"}));
}

TEST(TestBrokerTest, AWrongDeclarationIsRefusedWithTheReason) {
  EXPECT_THAT(wrong([] { TestBroker{"orders?group=g1"}; }), AllOf(HasSubstr("orders?group=g1"), HasSubstr("`group` is unknown")));
  EXPECT_THAT(wrong([] { TestBroker{"orders", "orders"}; }), HasSubstr("a queue of this name exists already"));
  EXPECT_THAT(wrong([] { TestBroker({"a1"}, {.broker = {.limits = {.queues_per_project = 0}}}); }), HasSubstr("queue 1 of 0"));
}

TEST(TestBrokerTest, APortThatIsTakenIsNamed) {
  TestBroker first;
  TestBrokerOptions options;
  options.server.listen = {{"127.0.0.1", port_of(first)}};
  try {
    TestBroker second({}, options);
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(port_of(first))));
  }
}

TEST(TestBrokerTest, AdvanceEndsALeaseAndTellsSo) {
  TestBroker mq{"orders?groups=g1&dlq=1"};
  mq.send("orders", {"hello"});
  ASSERT_THAT(receive(mq), HasSubstr("hello"));
  EXPECT_TRUE(mq.advance(29s).fired.empty());
  const AdvanceReport report = mq.advance(1s);
  ASSERT_EQ(report.fired.size(), 2U);
  EXPECT_EQ(report.fired.front().type, FiredType::kLeaseExpired);
  EXPECT_EQ(report.fired.back().type, FiredType::kDeadLettered);
  EXPECT_EQ(report.to - report.from, 1s);
  EXPECT_TRUE(mq.wait("orders", "g1", "dead_available==1", 0s)) << mq.describe();
}

TEST(TestBrokerTest, AdvanceAnswersAParkedConsumer) {
  TestBroker mq{"orders?groups=g1"};
  HttpSocket socket(port_of(mq));
  socket.send(consume_request(mq, 60));
  ASSERT_TRUE(mq.wait("orders", "g1", "parked==1", 10s));
  mq.advance(60s);
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->body, HasSubstr(R"("returnObj":"[]")"));
}

TEST(TestBrokerTest, AdvanceRefusesSpansThatLeadNowhere) {
  TestBroker mq;
  EXPECT_THAT(wrong([&] { mq.advance(-1ms); }), HasSubstr("back by 1 ms"));
  EXPECT_THAT(wrong([&] { mq.advance(std::chrono::milliseconds::max()); }), HasSubstr("9999"));
  EXPECT_EQ(mq.broker().clock().now(), TestBrokerOptions().start);
}

TEST(TestBrokerTest, WaitIsTrueAtOnceWhenTheConditionHolds) {
  TestBroker mq{"orders?groups=g1"};
  mq.send("orders", {"1", "2"});
  const WaitOutcome outcome = mq.wait("orders", "g1", "available>=2", 0s);
  EXPECT_TRUE(outcome);
  EXPECT_EQ(outcome.counts.available, 2U);
  EXPECT_EQ(outcome.why_not, "");
  EXPECT_TRUE(mq.wait(mq.queue_id("orders").text(), "", "messages==2", 0s)) << "an id will do, and a queue without a group";
}

TEST(TestBrokerTest, WaitIsTrueWhenAnotherThreadSends) {
  TestBroker mq{"orders?groups=g1"};
  std::thread sender([&] { mq.send("orders", {"1"}); });
  const WaitOutcome outcome = mq.wait("orders", "g1", "available>0", 60s);
  sender.join();
  EXPECT_TRUE(outcome) << outcome;
}

TEST(TestBrokerTest, WaitGivesUpWithTheCountsAndWhatTheClockWouldBring) {
  TestBroker mq{"orders?groups=g1"};
  mq.send("orders", {"1", "2"});
  ASSERT_THAT(receive(mq), HasSubstr("body"));
  const WaitOutcome outcome = mq.wait("orders", "g1", "drained", 1ms);
  EXPECT_FALSE(outcome);
  EXPECT_EQ(outcome.counts.in_flight, 2U);
  EXPECT_THAT(outcome.why_not, AllOf(HasSubstr("orders, g1 is not drained after 1 ms"), HasSubstr("in_flight 2"), HasSubstr("advance(30000ms)")));
}

TEST(TestBrokerTest, WaitGoesOnInTheQueueThatAResetMade) {
  TestBroker mq{"orders?groups=g1"};
  std::optional<WaitOutcome> outcome;
  std::thread waiter([&] { outcome = mq.wait("orders", "g1", "available==1", 60s); });
  mq.reset();
  mq.send("orders", {"1"});
  waiter.join();
  EXPECT_TRUE(*outcome) << *outcome;
}

TEST(TestBrokerTest, WaitRefusesWhatCannotComeTrue) {
  TestBroker mq{"orders?groups=g1"};
  const auto wait = [&](std::string_view queue, std::string_view group, std::string_view condition, std::chrono::milliseconds timeout) {
    return wrong([&] { static_cast<void>(mq.wait(queue, group, condition, timeout)); });
  };
  EXPECT_THAT(wait("orders", "g1", "drain", 1s), HasSubstr("\"drain\" is no condition"));
  EXPECT_THAT(wait("orders", "", "drained", 1s), HasSubstr("is no condition on a queue"));
  EXPECT_THAT(wait("order", "g1", "drained", 1s), HasSubstr("\"order\""));
  EXPECT_THAT(wait("orders", "g2", "drained", 1s), AllOf(HasSubstr("\"g2\""), HasSubstr("g1")));
  EXPECT_THAT(wait("orders", "g1", "drained", -1ms), HasSubstr("0 to 600000 ms"));
  EXPECT_THAT(wait("orders", "g1", "drained", 600'001ms), HasSubstr("0 to 600000 ms"));
}

TEST(TestBrokerTest, ResetMakesEverythingAsAtTheStart) {
  TestBroker mq{"orders?groups=g1"};
  const QueueId before = mq.queue_id("orders");
  mq.send("orders", {"1"});
  EXPECT_THAT(ask_to(mq, "POST", "/__admin/queues", R"({"queue":"more"})"), HasSubstr("more"));
  EXPECT_THAT(ask_to(mq, "POST", "/__admin/faults", R"({"id":"f1","do":{"type":"lose_reply"}})"), HasSubstr("f1"));
  mq.advance(5s);
  mq.reset();
  EXPECT_NE(mq.queue_id("orders"), before);
  EXPECT_TRUE(mq.wait("orders", "", "messages==0", 0s));
  EXPECT_EQ(mq.broker().inspect().size(), 1U);
  EXPECT_THAT(ask_to(mq, "GET", "/__admin/faults"), Not(HasSubstr("f1")));
  EXPECT_EQ(mq.broker().clock().now(), TestBrokerOptions().start + 5s) << "the clock never goes back";
}

TEST(TestBrokerTest, DescribeTellsWhatAFailedTestWantsToKnow) {
  TestBroker mq({"orders?groups=g1&dlq=1", "other?mode=FIFO"}, {.seed = 42});
  for (int i = 0; i < 2; ++i) mq.send("orders", {"one", "two", "three", "four", "five", "six"});
  const std::string lines = mq.describe("orders");
  EXPECT_THAT(lines, AllOf(HasSubstr("seed 42"), HasSubstr("queue orders (" + mq.queue_id("orders").text()), HasSubstr("NORMAL, dead after 1 failures"),
                           HasSubstr("group g1 (g-"), HasSubstr("available 12"), HasSubstr("0/9 available, failures 0: \"four\"\n      and more")));
  EXPECT_THAT(lines, AllOf(Not(HasSubstr("0/10 ")), Not(HasSubstr("queue other"))));
  ASSERT_THAT(receive(mq), HasSubstr("one"));
  EXPECT_THAT(mq.describe("orders"), HasSubstr("0/0 in_flight, failures 0, lease ends at 1767225630000 (in 30000 ms): \"one\""));
  mq.advance(30s);
  EXPECT_THAT(mq.describe("orders"), AllOf(HasSubstr("0/0 dead"), HasSubstr("dead letters")));
  EXPECT_THAT(mq.describe(), HasSubstr("queue other"));
  EXPECT_THAT(mq.describe("others"), HasSubstr("\"others\""));
}

TEST(TestBrokerTest, SendRefusesWhatIsNoBatch) {
  TestBroker mq({"orders"}, {.broker = {.limits = {.payload_bytes_max = 10}}});
  EXPECT_NE(wrong([&] { mq.send("orders", std::initializer_list<std::string>{}); }), "");
  EXPECT_THAT(wrong([&] { mq.send("orders", {"\xff"}); }), HasSubstr("UTF-8"));
  EXPECT_THAT(wrong([&] { mq.send("order", {"1"}); }), HasSubstr("\"order\""));
  EXPECT_THROW(mq.send("orders", {"a dozen or more"}), std::runtime_error);
}

TEST(TestBrokerTest, TwoAtOnceDoNotSeeEachOther) {
  TestBroker first{"orders?groups=g1"};
  TestBroker second{"orders?groups=g1"};
  EXPECT_NE(first.url(), second.url());
  first.send("orders", {"1"});
  EXPECT_TRUE(first.wait("orders", "g1", "available==1", 0s));
  EXPECT_TRUE(second.wait("orders", "g1", "produced==0", 0s));
  EXPECT_EQ(first.queue_id("orders"), second.queue_id("orders")) << "the same seed gives the same ids";
  EXPECT_NE(first.queue_id("orders"), TestBroker({"orders"}, {.seed = 2}).queue_id("orders"));
}

TEST(TestBrokerTest, AnswersParkedConsumersWhenItEnds) {
  auto mq = std::make_unique<TestBroker>("orders?groups=g1");
  HttpSocket parked(port_of(*mq));
  HttpSocket idle(port_of(*mq));
  parked.send(consume_request(*mq, 60));
  ASSERT_TRUE(mq->wait("orders", "g1", "parked==1", 10s));
  mq = nullptr;
  const auto reply = parked.receive();
  ASSERT_TRUE(reply);
  EXPECT_THAT(reply->body, HasSubstr(R"("returnObj":"[]")"));
  EXPECT_TRUE(parked.closed());
  EXPECT_TRUE(idle.closed());
}

}  // namespace
}  // namespace wingmq::net
