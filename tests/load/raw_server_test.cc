#include "load/raw_server.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/http_socket.h"

namespace wingmq::load {
namespace {

std::string post(std::size_t reply_bytes, std::size_t body_bytes) {
  return std::string("POST /reply/").append(std::to_string(reply_bytes)) +
         " HTTP/1.1\r\nHost: x\r\ncontent-length: " + std::to_string(body_bytes) + "\r\n\r\n" +
         std::string(body_bytes, 'b');
}

TEST(RawServerTest, AnswersWithAsManyBytesAsAskedFor) {
  const RawServer server;
  test::HttpSocket socket(server.port());
  for (const std::size_t bytes : {0UL, 1UL, 4096UL, 4097UL, 700'000UL}) {
    socket.send(post(bytes, 10));
    const auto reply = socket.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200U);
    EXPECT_EQ(reply->body, std::string(bytes, 'x'));
  }
  EXPECT_EQ(server.requests(), 5U);
}

TEST(RawServerTest, ReadsBodiesOfAnySize) {
  const RawServer server(2);
  test::HttpSocket socket(server.port());
  for (const std::size_t bytes : {0UL, 1UL, RawServer::kHeadMax, 524'288UL, 3'000'000UL}) {
    socket.send(post(5, bytes));
    const auto reply = socket.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "xxxxx");
  }
}

TEST(RawServerTest, AnswersPipelinedRequestsInOrder) {
  const RawServer server;
  test::HttpSocket socket(server.port());
  socket.send(post(1, 3) + "GET /reply/2 HTTP/1.1\r\n\r\n" + post(3, 40'000) + "GET /other HTTP/1.1\r\n\r\n");
  for (const std::size_t bytes : {1UL, 2UL, 3UL}) {
    const auto reply = socket.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body.size(), bytes);
  }
  EXPECT_EQ(socket.receive()->status, 404U);
}

TEST(RawServerTest, ServesSeveralConnectionsWithSeveralThreads) {
  const RawServer server(3);
  std::vector<std::unique_ptr<test::HttpSocket>> sockets;
  for (int i = 0; i < 8; ++i) sockets.push_back(std::make_unique<test::HttpSocket>(server.port()));
  for (auto& socket : sockets) socket->send(post(100'000, 100'000));
  for (auto& socket : sockets) EXPECT_EQ(socket->receive()->body.size(), 100'000U);
}

TEST(RawServerTest, RefusesRepliesOverItsLimitAndEndlessHeads) {
  const RawServer server;
  test::HttpSocket socket(server.port());
  socket.send(post(RawServer::kReplyMax + 1, 0));
  EXPECT_EQ(socket.receive()->status, 404U);
  socket.send("GET /reply/1 HTTP/1.1\r\nX: " + std::string(2 * RawServer::kHeadMax, 'x'));
  EXPECT_TRUE(socket.closed());
}

}  // namespace
}  // namespace wingmq::load
