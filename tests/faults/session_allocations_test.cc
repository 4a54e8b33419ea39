// A session whose consume waits ends cleanly, whichever allocation fails: nobody waits for ever, and no message is lost.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "app_service.h"
#include "faults/failing_allocations.h"
#include "http/session.h"
#include "support/make_batch.h"
#include "support/rng.h"
#include "wingmq/memory_engine.h"

namespace wingmq::test {
namespace {

using namespace std::chrono_literals;

/// One connection of a server with one queue and one group, in the test's own thread.
class Stage {
 public:
  Stage() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
    client_ = ends[0];
    app_.set_not_ready({});
    queue = broker.create_queue(project_, {.name = "q", .description = "", .mode = QueueMode::kNormal, .consume_count_max = {}})->id;
    group = broker.create_groups(project_, queue, std::vector<std::string>{"g"})->front().id;
    boost::asio::ip::tcp::socket socket(worker_.context);
    socket.assign(boost::asio::ip::tcp::v4(), ends[1]);
    EXPECT_EQ(count_.add({}), net::Admission::kTaken);
    std::make_shared<net::Session>(std::move(socket), worker_, net::Origin())->start();
    turn();
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() {
    ::close(client_);
    broker.close();
    turn();
  }

  /// Everything that can happen now; as a worker does, whatever is thrown.
  void turn() {
    worker_.context.restart();
    while (true) {
      try {
        if (worker_.context.poll() == 0) return;
      } catch (const std::exception&) {
        ++thrown;
      }
    }
  }
  void write(std::string_view bytes) const { EXPECT_EQ(::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL), ssize_t(bytes.size())); }
  void hang_up() const { EXPECT_EQ(::shutdown(client_, SHUT_RDWR), 0); }
  /// All that came.
  [[nodiscard]] std::string read() const {
    std::string all;
    std::array<char, 4096> part{};
    for (ssize_t bytes = 0; (bytes = ::recv(client_, part.data(), part.size(), 0)) > 0;) all.append(part.data(), std::size_t(bytes));
    return all;
  }
  void send_message() {
    ASSERT_TRUE(broker.send(project_, queue, make_batch(broker.buffers(), {{"\"a message\""}})));
  }
  [[nodiscard]] GroupInfo info() { return broker.inspect().front().groups.front(); }
  [[nodiscard]] std::size_t sessions() const { return worker_.sessions.size(); }
  [[nodiscard]] std::string consume_request(std::size_t padding = 0) const {
    return "GET /apiproxy/v3/queue/consumptionMessage HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\nconsumerQueueInfo: "
           R"({"regionId":"r","queueId":")" + queue.text() + R"(","consumerGroupId":")" + group.text() +
           R"(","timeWait":3,"ackWait":30})" "\r\nContent-Length: " + std::to_string(padding) + "\r\n\r\n" + std::string(padding, 'x');
  }

  int thrown = 0;
  ManualClock clock{Time(Millis(1'700'000'000'000))};
  SeededRandom random{1};
  Broker broker{Options(), clock, random};
  QueueId queue;
  GroupId group;

 private:
  const Project project_{"test", "r"};
  const net::ServerOptions options_{};
  MemoryEngine engine_{broker};
  net::App app_{engine_, options_};
  net::Tls tls_{{}};
  net::SessionCount count_{4, 0};
  net::Worker worker_{[this](auto& context) { return std::make_unique<net::AppService>(app_, context); }, broker.buffers(), options_, tls_, count_};
  int client_ = -1;
};

/// Nothing waits any more, and the message is either with the client or there for the next one.
void expect_clean(Stage& stage) {
  const std::string replies = stage.read();
  const bool delivered = replies.find("a message") != std::string::npos;
  EXPECT_EQ(stage.info().parked, 0U);
  EXPECT_EQ(stage.info().in_flight, delivered ? 1U : 0U) << replies;
  EXPECT_EQ(stage.info().available, 1U);
  if (!replies.empty()) {
    EXPECT_TRUE(replies.starts_with("HTTP/1.1 200 OK\r\n")) << replies;
  } else {
    EXPECT_EQ(stage.sessions(), 0U) << "who is not answered is told by the end of the connection";
  }
}

/// Libraries make what they need once, at the first use, and some of them end the process when they cannot.
class SessionAllocations : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Stage stage;
    stage.write(stage.consume_request());
    stage.send_message();
    stage.turn();
  }
};

TEST_F(SessionAllocations, AConsumeThatFailsToParkLeavesNothingBehind) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    Stage stage;
    stage.write(stage.consume_request());
    bool reached = false;
    {
      const FailingAllocation failing(n);
      stage.turn();
      reached = failing.reached();
    }
    stage.turn();
    const bool waits = stage.info().parked == 1;
    EXPECT_TRUE(waits || stage.sessions() == 0 || !stage.read().empty());
    stage.send_message();
    stage.turn();
    if (waits || stage.sessions() == 0) expect_clean(stage);
    if (!reached) break;
    ASSERT_LT(n, 1000U);
  }
}

TEST_F(SessionAllocations, AWaitingConsumeIsAnsweredOrLosesNothing) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    Stage stage;
    stage.write(stage.consume_request());
    stage.turn();
    ASSERT_EQ(stage.info().parked, 1U);
    const BatchRef batch = make_batch(stage.broker.buffers(), {{"\"a message\""}});
    bool reached = false;
    {
      const FailingAllocation failing(n);
      try {
        std::ignore = stage.broker.send({"test", "r"}, stage.queue, batch);
      } catch (const std::bad_alloc&) {
        const Undisturbed now;
        stage.send_message();
      }
      stage.turn();
      reached = failing.reached();
    }
    // Where there was no memory to serve it, that is done again.
    std::ignore = stage.broker.advance(stage.clock.now() + 200ms);
    stage.turn();
    expect_clean(stage);
    if (!reached) break;
    ASSERT_LT(n, 1000U);
  }
}

TEST_F(SessionAllocations, APeerThatLeavesWhileMemoryIsShortTakesNothingAlong) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    Stage stage;
    stage.write(stage.consume_request());
    stage.turn();
    bool reached = false;
    {
      const FailingAllocation failing(n);
      stage.hang_up();
      stage.turn();
      reached = failing.reached();
    }
    stage.turn();
    EXPECT_EQ(stage.sessions(), 0U);
    EXPECT_EQ(stage.info().parked, 0U);
    stage.send_message();
    EXPECT_EQ(stage.info().in_flight, 0U);
    if (!reached) break;
    ASSERT_LT(n, 1000U);
  }
}

TEST_F(SessionAllocations, ASignedSendThatFailsHasSentAllOrNothing) {
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    Stage stage;
    const std::string body = R"({"regionId":"r","queueId":")" + stage.queue.text() + R"(","messages":[{"body":"a message )" +
                             std::string(40'000, '.') + "\"}]}";
    stage.write("POST /apiproxy/v3/queue/sendSpecifyQueueMessage HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\n"
                "contentMD5: 1B2M2Y8AsgTpgAmY7PhCfg==\r\nrequestDate: Mon, 23 Nov 2026 08:00:00 GMT\r\nHmac: AAAA\r\n"
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    bool reached = false;
    {
      const FailingAllocation failing(n);
      stage.turn();
      reached = failing.reached();
    }
    stage.turn();
    const std::string reply = stage.read();
    const bool said = reply.find("\"statusCode\":800") != std::string::npos;
    if (said) {
      EXPECT_EQ(stage.info().available, 1U);
    }
    EXPECT_TRUE(!reply.empty() || stage.sessions() == 0);
    if (!reached) {
      EXPECT_TRUE(said) << reply;
      break;
    }
    ASSERT_LT(n, 1000U);
  }
}

}  // namespace
}  // namespace wingmq::test
