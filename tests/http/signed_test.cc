// Large signed calls over the wire: their digests are made side by side, and each of them gets its own verdict.
#include <barrier>

#include "server_fixture.h"
#include "wingmq/net/sign.h"

namespace wingmq::test {
namespace {

class LargeSignedCalls : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    options_.auth = net::AuthMode::kVerify;
    options_.auth_skew = std::chrono::milliseconds(0);
    options_.credentials = {{"ak", "sk", "test", false}};
    options_.threads = 1;  // so that the calls meet
  }

  /// A send of one message with `bytes` bytes. `right`: signed for what it says.
  [[nodiscard]] std::string signed_send(std::size_t bytes, bool right) const {
    std::string list = R"([{"body":")";
    list.append(bytes, 'x').append("\"}]");
    auto call = net::sign({"sendSpecifyQueueMessage", {{"regionId", "cn-snxy1"}, {"queueId", queue_}, {"messages", list}},
                           "ak", "sk", "Mon, 23 Nov 2026 08:00:00 GMT"});
    if (!right) call.body[call.body.size() - 10] = 'y';
    std::string request = "POST " + net::service_path("sendSpecifyQueueMessage") + " HTTP/1.1\r\nHost: x\r\n";
    for (const auto& [name, value] : call.headers) request.append(name).append(": ").append(value).append("\r\n");
    return request.append("Content-Length: ").append(std::to_string(call.body.size())).append("\r\n\r\n").append(call.body);
  }
  [[nodiscard]] std::uint64_t stored() { return broker_.inspect().front().queue.messages; }
};

TEST_F(LargeSignedCalls, EachGetsItsOwnVerdictWhateverElseIsDigested) {
  start();
  constexpr int kClients = 24;  // more than are digested at once
  constexpr int kRounds = 4;
  std::barrier together(kClients);
  std::vector<std::jthread> clients;
  std::vector<std::string> wrong(kClients);
  for (int client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      HttpSocket socket(port());
      for (int round = 0; round < kRounds; ++round) {
        const bool right = (client + round) % 3 != 0;
        const std::string request = signed_send(10'000 + static_cast<std::size_t>(client * 12'345 + round), right);
        together.arrive_and_wait();
        socket.send(request);
        const auto reply = socket.receive();
        const bool accepted = reply && reply->body.find(R"("statusCode":800)") != std::string::npos;
        if (!reply || accepted != right) wrong[client] = reply ? reply->head + reply->body : "no reply";
      }
    });
  }
  clients.clear();
  for (const auto& text : wrong) EXPECT_EQ(text, "");
  EXPECT_EQ(stored(), std::uint64_t{kClients} * kRounds * 2 / 3);
}

TEST_F(LargeSignedCalls, AClientThatLeavesMeanwhileHarmsNobody) {
  start();
  HttpSocket stays(port());
  for (int i = 0; i < 20; ++i) {
    HttpSocket leaves(port());
    leaves.send(signed_send(400'000, true));
    stays.send(signed_send(300'000, true));
    leaves.close();
    const auto reply = stays.receive();
    ASSERT_TRUE(reply);
    EXPECT_NE(reply->body.find(R"("statusCode":800)"), std::string::npos) << reply->body;
  }
  EXPECT_GE(stored(), 20U);
}

}  // namespace
}  // namespace wingmq::test
