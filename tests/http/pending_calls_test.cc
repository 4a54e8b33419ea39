// A session whose call the engine has: whenever the peer leaves or the server stops, nothing stays behind and nothing is said twice.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "app_service.h"
#include "http/session.h"
#include "support/make_batch.h"
#include "support/rng.h"
#include "support/slow_engine.h"
#include "wingmq/memory_engine.h"

namespace wingmq::test {
namespace {

using namespace std::chrono_literals;

/// One connection of a server, in the test's own thread, over an engine that does one thing at a time.
class Stage {
 public:
  Stage() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    client_ = ends[0];
    app_.set_not_ready({});
    queue = broker.create_queue(project, {.name = "q", .description = "", .mode = QueueMode::kNormal, .consume_count_max = {}})->id;
    group = broker.create_groups(project, queue, std::vector<std::string>{"g"})->front().id;
    EXPECT_TRUE(broker.send(project, queue, make_batch(broker.buffers(), {{"\"a message\""}})));
    boost::asio::ip::tcp::socket socket(worker_.context);
    socket.assign(boost::asio::ip::tcp::v4(), ends[1]);
    EXPECT_EQ(count_.add({}), net::Admission::kTaken);
    std::make_shared<net::Session>(std::move(socket), worker_, net::Origin())->start();
    turn();
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() {
    if (client_ >= 0) ::close(client_);
    broker.close();
    finish();
  }

  /// Everything that can happen without the engine.
  void turn() {
    worker_.context.restart();
    worker_.context.poll();
  }
  /// Returns whether the engine had something to do.
  bool step() {
    const bool stepped = engine.step();
    turn();
    return stepped;
  }
  void finish() {
    while (step()) continue;
  }
  void write(std::string_view bytes) { EXPECT_EQ(::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL), ssize_t(bytes.size())); }
  void hang_up() {
    ::close(client_);
    client_ = -1;
    turn();
  }
  /// As Server::stop() does.
  void stop() {
    app_.begin_shutdown();
    engine.close(Millis(0));
    worker_.stopping = true;
    for (net::Session* session : worker_.sessions) session->stop();
    turn();
  }
  [[nodiscard]] std::string read() const {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t bytes = 0; (bytes = ::recv(client_, part.data(), part.size(), 0)) > 0;) all.append(part.data(), std::size_t(bytes));
    return all;
  }
  [[nodiscard]] GroupInfo info() { return broker.inspect().front().groups.front(); }
  [[nodiscard]] std::size_t sessions() const { return worker_.sessions.size(); }

  [[nodiscard]] static std::string post(std::string_view target, const std::string& body) {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\nContent-Type: application/json\r\n" +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  [[nodiscard]] static std::string get(std::string_view target, const std::string& header = {}) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\n" + header + "\r\n";
  }
  [[nodiscard]] std::string place() const {
    return R"("regionId":"r","queueId":")" + queue.text() + R"(","consumerGroupId":")" + group.text() + '"';
  }

  const Project project{"test", "r"};
  ManualClock clock{Time(Millis(1'700'000'000'000))};
  SeededRandom random{1};
  Broker broker{Options(), clock, random};
  MemoryEngine memory{broker};
  SlowEngine engine{memory, 1, SlowEngine::Manner::kByHand};
  QueueId queue;
  GroupId group;

 private:
  const net::ServerOptions options_{};
  net::App app_{engine, options_};
  net::Tls tls_{{}};
  net::SessionCount count_{4, 0};
  net::Worker worker_{[this](auto& context) { return std::make_unique<net::AppService>(app_, context); }, broker.buffers(), options_, tls_, count_};
  int client_ = -1;
};

struct Request {
  std::string name;
  std::function<std::string(const Stage&)> text;
};
std::ostream& operator<<(std::ostream& out, const Request& request) { return out << request.name; }

const std::string kOperations = "/apiproxy/v3/queue/";

std::vector<Request> requests() {
  const auto consume = [](const Stage& s) { return Stage::get(kOperations + "consumptionMessage", "consumerQueueInfo: {" + s.place() + R"(,"timeWait":60})" "\r\n"); };
  const auto dead = [](const Stage& s) { return Stage::get(kOperations + "consumeDeadlettersMessage", "consumedMessageInfo: {" + s.place() + R"(,"maxMsgs":1,"timeWait":60})" "\r\n"); };
  const auto send = [](const Stage& s) { return Stage::post(kOperations + "sendSpecifyQueueMessage", R"({"regionId":"r","queueId":")" + s.queue.text() + R"(","messages":[{"body":"b"}]})"); };
  const auto named = [](const Stage&) { return Stage::post(kOperations + "removeQueue", R"({"regionId":"r","queueId":"q"})"); };
  const auto confirm = [](const Stage& s) { return Stage::post(kOperations + "confirmConsumedSpecifiedMessage", "{" + s.place() + R"(,"message":[{"handler":"x","status":"success"}]})"); };
  const auto create = [](const Stage&) { return Stage::post(kOperations + "createQueue", R"({"createQueueInfo":{"regionId":"r","name":"n","queueMode":"NORMAL","description":"d"}})"); };
  return {{"consume", consume},
          {"consume_nothing", dead},
          {"send", send},
          {"a_name_for_an_id", named},
          {"confirm", confirm},
          {"create_queue", create},
          {"control_list", [](const Stage&) { return Stage::get("/__admin/queues"); }},
          {"control_messages", [](const Stage&) { return Stage::get("/__admin/queues/q/messages"); }},
          {"control_reset", [](const Stage&) { return Stage::post("/__admin/reset", R"({"keep":"queues"})"); }},
          {"control_advance", [](const Stage&) { return Stage::post("/__admin/clock/advance", R"({"by":"1s"})"); }},
          {"two_in_a_row", [=](const Stage& s) { return send(s) + consume(s); }}};
}

std::size_t replies_in(std::string_view text) {
  std::size_t count = 0;
  for (auto at = text.find("HTTP/1.1 "); at != std::string_view::npos; at = text.find("HTTP/1.1 ", at + 1)) ++count;
  return count;
}

class PendingCalls : public ::testing::TestWithParam<Request> {
 protected:
  /// Calls `event(stage)` after 0, 1, 2 … steps of the engine, in a new stage each, until the engine has nothing left to do.
  template <typename Event>
  static void at_every_point(Event event) {
    for (int point = 0;; ++point) {
      SCOPED_TRACE("after " + std::to_string(point) + " steps");
      Stage stage;
      stage.write(GetParam().text(stage));
      stage.turn();
      int taken = 0;
      while (taken < point && stage.step()) ++taken;
      event(stage);
      if (HasFailure() || taken < point) return;
    }
  }
};

TEST_P(PendingCalls, APeerThatLeavesTakesNothingAlong) {
  at_every_point([](Stage& stage) {
    stage.hang_up();
    stage.finish();
    EXPECT_EQ(stage.engine.pending(), 0U) << "nobody waits for a peer that is gone";
    EXPECT_EQ(stage.sessions(), 0U);
    const GroupInfo left = stage.info();
    EXPECT_EQ(left.parked, 0U);
    EXPECT_EQ(left.available, stage.broker.inspect().front().queue.messages);
  });
}

TEST_P(PendingCalls, AServerThatStopsAnswersOrRefusesWhatItHas) {
  at_every_point([](Stage& stage) {
    stage.stop();
    stage.finish();
    const std::string said = stage.read();
    EXPECT_EQ(stage.engine.pending(), 0U);
    EXPECT_EQ(stage.sessions(), 0U) << said;
    EXPECT_GE(replies_in(said), 1U);
    EXPECT_LE(replies_in(said), 2U) << said;
    EXPECT_EQ(stage.info().parked, 0U);
  });
}

TEST_P(PendingCalls, AreAnsweredOnceWhenTheEngineTakesItsTime) {
  Stage stage;
  stage.write(GetParam().text(stage));
  stage.turn();
  EXPECT_EQ(stage.read(), "") << "nothing is said before the engine has answered";
  stage.finish();
  static_cast<void>(stage.broker.advance(stage.clock.now() + 60s));
  stage.finish();
  const std::string said = stage.read();
  EXPECT_EQ(replies_in(said), GetParam().name == "two_in_a_row" ? 2U : 1U) << said;
  EXPECT_EQ(stage.engine.pending(), 0U);
  EXPECT_EQ(stage.sessions(), 1U) << "the connection goes on";
}

INSTANTIATE_TEST_SUITE_P(Each, PendingCalls, ::testing::ValuesIn(requests()), [](const auto& each) { return each.param.name; });

TEST(PendingCallsOfAnEngineThatNeverAnswers, AreRefusedWhenItCloses) {
  ManualClock clock{Time(Millis(1'700'000'000'000))};
  SeededRandom random{1};
  Broker broker{Options(), clock, random};
  MemoryEngine memory(broker);
  SlowEngine engine(memory, 1, SlowEngine::Manner::kNever);
  net::App app(engine, {});
  app.set_not_ready({});
  std::atomic<int> wakes{0};
  net::PendingCall pending([&wakes] { ++wakes; });
  net::Request request;
  request.method = "GET";
  request.target = "/apiproxy/v3/queue/queryQuota";
  request.headers = {{"Host", "localhost"}, {"accessKey", "test"}, {"regionId", "r"}};
  ASSERT_FALSE(app.handle(std::move(request), pending));
  engine.close(Millis(0));
  engine.quiesce();
  ASSERT_EQ(wakes, 1);
  const auto reply = app.finish(pending);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503U);
  EXPECT_NE(reply->body.find("WMQ.SHUTTING_DOWN"), std::string::npos) << reply->body;
}

}  // namespace
}  // namespace wingmq::test
