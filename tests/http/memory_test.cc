#include "server_fixture.h"

namespace wingmq::test {
namespace {

class MemoryTest : public ServerTest {
 protected:
  /// Makes the broker believe that all its memory but `left` bytes is in use, until the test ends.
  void leave_room_for(std::size_t left) {
    taken_ = broker_.memory().limit() - broker_.memory().used() - left;
    budget().charge(taken_);
  }
  /// Charged without a gigabyte that nobody uses.
  [[nodiscard]] MemoryBudget& budget() { return const_cast<MemoryBudget&>(broker_.memory()); }
  void TearDown() override {
    budget().release(std::exchange(taken_, 0));
    ServerTest::TearDown();
  }
  [[nodiscard]] std::string large_message() const { return messages("\"" + std::string(100'000, 'x') + "\""); }
  [[nodiscard]] std::uint64_t stored() { return broker_.inspect().front().queue.messages; }
  static std::string chunked(std::string request, std::string_view body) {
    const auto length = request.find("Content-Length");
    request.replace(length, request.find("\r\n\r\n") - length, "Transfer-Encoding: chunked");
    request.resize(request.size() - body.size());
    for (std::size_t at = 0; at < body.size(); at += 0xfff) {
      const auto part = body.substr(at, 0xfff);
      char size[8];
      std::snprintf(size, sizeof(size), "%zx\r\n", part.size());
      request.append(size).append(part).append("\r\n");
    }
    return request + "0\r\n\r\n";
  }

  std::size_t taken_ = 0;
};

TEST_F(MemoryTest, WhoAnnouncesMuchAndSendsNothingTakesNothing) {
  start();
  const std::size_t before = broker_.memory().used();
  std::vector<std::unique_ptr<HttpSocket>> sockets;
  for (int i = 0; i < 300; ++i) {
    sockets.push_back(std::make_unique<HttpSocket>(port()));
    sockets.back()->send("POST /apiproxy/v3/queue/sendSpecifyQueueMessage HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                         "Content-Length: 4194304\r\n\r\n");
    EXPECT_EQ(sockets.back()->receive(true)->status, 100U);
  }
  HttpSocket honest(port());
  honest.send(post("sendSpecifyQueueMessage", large_message()));
  EXPECT_NE(honest.receive()->body.find("\"state\":0"), std::string::npos);
  EXPECT_LT(broker_.memory().used() - before, 300U * 24'000U) << "together they announced more than the limit";
}

TEST_F(MemoryTest, ASendWithoutRoomIsRefusedAndItsConnectionGoesOn) {
  start();
  leave_room_for(50'000);
  HttpSocket socket(port());
  const std::string body = large_message();
  for (const std::string& request : {post("sendSpecifyQueueMessage", body), chunked(post("sendSpecifyQueueMessage", body), body)}) {
    socket.send(request);
    const auto reply = socket.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200U);
    EXPECT_NE(reply->body.find("WMQ.MEMORY_FULL"), std::string::npos) << reply->body;
    EXPECT_EQ(stored(), 0U);
  }
  socket.send(post("sendSpecifyQueueMessage", messages("\"small\"")));
  EXPECT_NE(socket.receive()->body.find("\"state\":0"), std::string::npos) << "what fits is taken";
  EXPECT_EQ(stored(), 1U);
}

TEST_F(MemoryTest, ALargeConfirmationPassesWhereASendIsRefused) {
  start();
  leave_room_for(0);
  HttpSocket socket(port());
  const std::string body = R"({"regionId":"cn-snxy1","queueId":")" + queue_ + R"(","consumerGroupId":")" + group_ +
                           R"(","message":[{"handler":")" + std::string(100'000, 'x') + R"(","status":"success"}]})";
  socket.send(post("confirmConsumedSpecifiedMessage", body));
  EXPECT_NE(socket.receive()->body.find("DMS.10542209"), std::string::npos) << "it is read and judged";
}

TEST_F(MemoryTest, ARefusedSendMustStillArriveInTime) {
  options_.limits.body_timeout = 20ms;
  start();
  leave_room_for(0);
  HttpSocket socket(port());
  socket.send(post("sendSpecifyQueueMessage", large_message()).substr(0, 60'000));
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 408U);
  EXPECT_TRUE(socket.closed());
}

}  // namespace
}  // namespace wingmq::test
