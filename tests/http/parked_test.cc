#include "server_fixture.h"

namespace wingmq::test {
namespace {

class ParkedTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    start();
  }
  void send_message(std::string_view body) {
    HttpSocket socket(port());
    socket.send(post("sendSpecifyQueueMessage", messages(body)));
    ASSERT_NE(socket.receive()->body.find("\"state\":0"), std::string::npos);
  }
};

TEST_F(ParkedTest, AParkedConsumerGetsTheMessage) {
  HttpSocket socket(port());
  socket.send(consume_request(30));
  ASSERT_TRUE(parked(1));
  send_message("\"hello\"");
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find(R"(\"body\":\"hello\")"), std::string::npos) << reply->body;
  socket.send(get("/livez"));
  EXPECT_EQ(socket.receive()->status, 200U) << "the connection goes on";
}

TEST_F(ParkedTest, AWaitThatIsOverAnswersEmpty) {
  HttpSocket socket(port());
  socket.send(consume_request(30));
  ASSERT_TRUE(parked(1));
  static_cast<void>(broker_.advance(clock_.now() + 30s));
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find(R"("returnObj":"[]")"), std::string::npos) << reply->body;
}

TEST_F(ParkedTest, TheServersOwnTimerEndsAWait) {
  HttpSocket socket(port());
  socket.send(consume_request(1));
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find(R"("returnObj":"[]")"), std::string::npos) << reply->body;
}

TEST_F(ParkedTest, TheServersOwnTimerFollowsAClockThatWasMoved) {
  HttpSocket socket(port());
  socket.send(consume_request(60));
  ASSERT_TRUE(parked(1));
  // Nothing is due on the way, and what was a minute ahead is now a second ahead.
  const auto report = broker_.advance(clock_.now() + 59s);
  ASSERT_TRUE(report.fired.empty());
  const auto reply = socket.receive();
  ASSERT_TRUE(reply) << "the timer still sleeps for the rest of the minute";
  EXPECT_NE(reply->body.find(R"("returnObj":"[]")"), std::string::npos) << reply->body;
}

TEST_F(ParkedTest, AConsumerThatGoesAwayLeavesNothingBehind) {
  {
    HttpSocket socket(port());
    socket.send(consume_request(30));
    ASSERT_TRUE(parked(1));
  }
  ASSERT_TRUE(parked(0));
  send_message("1");
  const auto group = broker_.inspect().front().groups.front();
  EXPECT_EQ(group.in_flight, 0U) << "nothing is leased to somebody who left";
  EXPECT_EQ(group.available, 1U);
}

TEST_F(ParkedTest, TheMessageOfAConsumerThatWentAwayGoesToTheNext) {
  auto first = std::make_unique<HttpSocket>(port());
  first->send(consume_request(60));
  ASSERT_TRUE(parked(1));
  HttpSocket second(port());
  second.send(consume_request(60));
  ASSERT_TRUE(parked(2));
  first.reset();
  ASSERT_TRUE(parked(1));
  send_message("\"inherited\"");
  const auto reply = second.receive();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find("inherited"), std::string::npos) << reply->body;
}

TEST_F(ParkedTest, EveryConsumerGetsOneMessageAndNoneIsLost) {
  std::vector<std::unique_ptr<HttpSocket>> sockets;
  for (int i = 0; i < 50; ++i) {
    sockets.push_back(std::make_unique<HttpSocket>(port()));
    sockets.back()->send(consume_request(60));
  }
  ASSERT_TRUE(parked(50));
  for (int i = 0; i < 50; ++i) send_message(std::to_string(1000 + i));
  std::vector<std::string> bodies;
  for (const auto& socket : sockets) {
    const auto reply = socket->receive();
    ASSERT_TRUE(reply);
    const auto at = reply->body.find(R"(\"body\":)");
    ASSERT_NE(at, std::string::npos) << reply->body;
    bodies.push_back(reply->body.substr(at + 9, 4));
  }
  std::sort(bodies.begin(), bodies.end());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(bodies[static_cast<std::size_t>(i)], std::to_string(1000 + i));
}

TEST_F(ParkedTest, APipelinedRequestWaitsForTheParkedOne) {
  HttpSocket socket(port());
  socket.send(consume_request(30) + get("/livez"));
  ASSERT_TRUE(parked(1));
  send_message("7");
  EXPECT_NE(socket.receive()->body.find(R"(\"body\":7)"), std::string::npos);
  EXPECT_EQ(socket.receive()->body, R"({"status":"ok"})");
}

TEST_F(ParkedTest, RemovingTheQueueAnswersThem) {
  HttpSocket socket(port());
  socket.send(consume_request(30));
  ASSERT_TRUE(parked(1));
  broker_.wipe(false);
  EXPECT_TRUE(socket.receive());
}

}  // namespace
}  // namespace wingmq::test
