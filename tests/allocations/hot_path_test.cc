// No operation of the hot path asks for memory once for each message: a batch of 512 takes as many allocations as one of 2.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "app.h"
#include "count_allocations.h"
#include "support/rng.h"
#include "wingmq/memory_engine.h"

namespace wingmq::net {
namespace {

constexpr std::size_t kBodyBytes = 900;

class HotPathTest : public ::testing::Test {
 protected:
  HotPathTest() {
    const Project project{"test", "cn-snxy1"};
    queue_ = broker_.create_queue(project, {.name = "q", .description = "", .mode = QueueMode::kNormal, .consume_count_max = {}})->id.text();
    const std::vector<std::string> names{"g"};
    group_ = broker_.create_groups(project, *QueueId::parse(queue_), names)->front().id.text();
    place_ = R"("regionId":"cn-snxy1","queueId":")" + queue_ + R"(","consumerGroupId":")" + group_ + '"';
    for (int i = 0; i < 4; ++i) cycle(512);  // tables grow to their size, and stay
  }

  struct Cost {
    std::uint64_t send = 0;
    std::uint64_t consume = 0;
    std::uint64_t confirm = 0;
    bool operator==(const Cost&) const = default;
  };

  /// Sends, consumes and confirms `count` messages.
  Cost cycle(int count) {
    Cost cost;
    call("POST", "sendSpecifyQueueMessage", {}, send_body(count), cost.send);
    const auto info = "{" + place_ + R"(,"maxMsgs":512,"timeWait":1})";
    const auto delivery = call("GET", "consumptionMessage", info, {}, cost.consume);
    const auto [body, handlers] = confirm_body(delivery);
    EXPECT_EQ(handlers, count);
    const auto confirmed = call("POST", "confirmConsumedSpecifiedMessage", {}, body, cost.confirm);
    EXPECT_NE(confirmed.find(R"(\"success\":)" + std::to_string(count) + ","), std::string::npos) << confirmed;
    return cost;
  }

 private:
  std::string call(std::string_view method, const std::string& operation, const std::string& header, const std::string& body,
                   std::uint64_t& allocations) {
    const std::string target = "/apiproxy/v3/queue/" + operation;
    Request request;
    request.method = method;
    request.target = target;
    request.headers = {{"Host", "x"}, {"accessKey", "test"}, {"Content-Type", "application/json"}};
    if (!header.empty()) request.headers.push_back({"consumerQueueInfo", header});
    if (!body.empty()) request.body = broker_.buffers().copy(body);
    const auto before = test::allocations();
    auto reply = app_.handle(std::move(request), pending_);
    allocations = test::allocations() - before;
    EXPECT_TRUE(reply);
    if (!reply) return {};
    EXPECT_EQ(reply->status, 200U) << reply->body;
    return std::move(reply->body);
  }

  [[nodiscard]] std::string send_body(int count) const {
    std::string body = R"({"regionId":"cn-snxy1","queueId":")";
    body.append(queue_).append(R"(","messages":[)");
    for (int i = 0; i < count; ++i) {
      body.append(i == 0 ? "" : ",").append(R"({"body":")").append(kBodyBytes, 'x').append(R"(","attributes":{"n":1},"tags":["a","b"]})");
    }
    return body.append("]}");
  }

  [[nodiscard]] std::pair<std::string, int> confirm_body(const std::string& delivery) const {
    constexpr std::string_view kMark = R"({\"handler\":\")";
    std::string body = "{" + place_ + R"(,"message":[)";
    int count = 0;
    for (auto at = delivery.find(kMark); at != std::string::npos; at = delivery.find(kMark, at + 1), ++count) {
      const auto begin = at + kMark.size();
      body.append(count == 0 ? "" : ",").append(R"({"handler":")");
      body.append(delivery, begin, delivery.find('\\', begin) - begin).append(R"(","status":"success"})");
    }
    return {body.append("]}"), count};
  }

  test::SeededRandom random_{1};
  ManualClock clock_{Time{Millis{1'795'420'800'000}}};
  Broker broker_{Options{}, clock_, random_};
  MemoryEngine engine_{broker_};
  App app_{engine_, ServerOptions{}};
  PendingCall pending_{[] { ADD_FAILURE() << "nothing should park"; }};
  std::string queue_;
  std::string group_;
  std::string place_;
};

TEST_F(HotPathTest, NothingIsAllocatedForEachMessage) {
  const Cost two = cycle(2);
  const Cost many = cycle(512);
  EXPECT_GT(two.send, 0U) << "the counter counts";
  EXPECT_LE(many.send, two.send);
  EXPECT_LE(many.consume, two.consume);
  EXPECT_LE(many.confirm, two.confirm);
}

TEST_F(HotPathTest, SingleMessagesStayBelowTheirBound) {
  const Cost one = cycle(1);
  RecordProperty("send", static_cast<int>(one.send));
  RecordProperty("consume", static_cast<int>(one.consume));
  RecordProperty("confirm", static_cast<int>(one.confirm));
  EXPECT_LE(one.send, 12U);
  EXPECT_LE(one.consume, 16U);
  EXPECT_LE(one.confirm, 12U);
}

}  // namespace
}  // namespace wingmq::net
