#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/http_socket.h"
#include "support/test_engine.h"
#include "wingmq/net/declared_queue.h"
#include "wingmq/net/server.h"

namespace wingmq::test {

using namespace std::chrono_literals;

/// A real server on a free port of 127.0.0.1, with the queue `q` and its group `g`.
class ServerTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kPath = "/apiproxy/v3/queue/";

  void SetUp() override {
    const auto declared = net::parse_declared_queue("q?groups=g");
    ASSERT_TRUE(declared) << declared.error();
    ASSERT_TRUE(net::declare_queue(engine_.engine(), *declared));
    const auto shown = broker_.inspect();
    queue_ = shown.front().queue.id.text();
    group_ = shown.front().groups.front().id.text();
    options_.listen = {{"127.0.0.1", 0}};
    options_.threads = 2;
  }
  void start() {
    server_ = std::make_unique<net::Server>(engine_.engine(), options_);
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error();
  }
  void TearDown() override {
    if (server_) server_->stop();
    broker_.close();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->endpoints().front().port; }

  [[nodiscard]] static std::string get(std::string_view path, std::string_view headers = "") {
    return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n";
  }
  [[nodiscard]] static std::string post(std::string_view operation, std::string_view body,
                                        std::string_view headers = "") {
    return "POST " + std::string(kPath) + std::string(operation) +
           " HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\nContent-Type: application/json\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  [[nodiscard]] std::string messages(std::string_view body) const {
    return R"({"regionId":"cn-snxy1","queueId":")" + queue_ + R"(","messages":[{"body":)" + std::string(body) + "}]}";
  }
  [[nodiscard]] std::string consume_request(int time_wait, int max = 10) const {
    return "GET " + std::string(kPath) + "consumptionMessage HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\n" +
           R"(consumerQueueInfo: {"regionId":"cn-snxy1","queueId":")" + queue_ + R"(","consumerGroupId":")" + group_ +
           R"(","maxMsgs":)" + std::to_string(max) + R"(,"timeWait":)" + std::to_string(time_wait) + "}\r\n\r\n";
  }
  /// Looks until so many consume calls are parked; gives up after many looks.
  [[nodiscard]] bool parked(std::uint64_t count) {
    for (int looks = 0; looks < 3'000'000; ++looks) {
      if (broker_.inspect().front().groups.front().parked == count) return true;
      std::this_thread::yield();
    }
    return false;
  }

  SystemClock clock_;
  SystemRandom random_;
  Broker broker_{{}, clock_, random_};
  TestEngine engine_{broker_};
  net::ServerOptions options_;
  std::unique_ptr<net::Server> server_;
  std::string queue_;
  std::string group_;
};

}  // namespace wingmq::test
