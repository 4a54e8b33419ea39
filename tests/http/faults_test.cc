#include "server_fixture.h"

namespace wingmq::test {
namespace {

class FaultsTest : public ServerTest {
 protected:
  /// Sends `bytes`, expects a refusal with `status` that says `reason`, and the connection's end.
  void expect_refused(std::string_view bytes, unsigned status, std::string_view reason) {
    HttpSocket socket(port());
    socket.send(bytes);
    const auto reply = socket.receive();
    ASSERT_TRUE(reply) << bytes.substr(0, 200);
    EXPECT_EQ(reply->status, status) << bytes.substr(0, 200);
    EXPECT_NE(reply->body.find(reason), std::string::npos) << reply->body;
    EXPECT_TRUE(reply->says("Connection: close"));
    EXPECT_TRUE(socket.closed());
  }
  [[nodiscard]] static std::string with_header(std::string_view line) {
    return "POST /x HTTP/1.1\r\nHost: x\r\n" + std::string(line) + "\r\n\r\n";
  }
};

TEST_F(FaultsTest, WhatTwoPartiesCouldReadDifferentlyIsRefused) {
  start();
  expect_refused(with_header("Content-Length: 3\r\nTransfer-Encoding: chunked") + "abc", 400, "");
  expect_refused(with_header("Content-Length: 3\r\nContent-Length: 4") + "abc", 400, "Content-Length");
  expect_refused(with_header("Content-Length: 3\r\nContent-Length: 3") + "abc", 400, "Content-Length");
  expect_refused(with_header("Content-Length: +3") + "abc", 400, "Content-Length");
  expect_refused(with_header("Content-Length: 3, 3") + "abc", 400, "Content-Length");
  expect_refused(with_header("Content-Length: -1"), 400, "Content-Length");
  expect_refused(with_header("Content-Length: 99999999999999999999"), 400, "Content-Length");
  expect_refused(with_header("Transfer-Encoding: gzip, chunked"), 400, "chunked");
  expect_refused(with_header("Transfer-Encoding: identity"), 400, "chunked");
  expect_refused(with_header("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400, "");
  expect_refused(with_header("Transfer-Encoding : chunked"), 400, "");
  expect_refused(with_header(" Folded: x"), 400, "folded");
  expect_refused(with_header("A: b\r\n c"), 400, "folded");
  expect_refused("POST /x HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400, "line feed");
  expect_refused(with_header("Host: y"), 400, "Host");
  expect_refused("GET /livez HTTP/1.1\r\n\r\n", 400, "Host");
  expect_refused("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "");
}

TEST_F(FaultsTest, WhatIsNotHttpIsRefused) {
  start();
  expect_refused("\x16\x03\x01\x02 hello\r\n\r\n", 400, "");
  expect_refused("GET /livez\r\n\r\n", 400, "");
  expect_refused("GET /livez HTTP/2.0\r\nHost: x\r\n\r\n", 400, "version");
  expect_refused("GET /li vez HTTP/1.1\r\nHost: x\r\n\r\n", 400, "");
  expect_refused("GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "");
  expect_refused("GET /livez HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n", 400, "");
  expect_refused(get("/livez", "Expect: tea\r\n"), 400, "100-continue");
  expect_refused(get("/livez", "Expect: tea\r\nExpect: 100-continue\r\n"), 400, "100-continue");
}

TEST_F(FaultsTest, ABadChunkIsRefused) {
  start();
  expect_refused(with_header("Transfer-Encoding: chunked") + "xyz\r\nabc\r\n", 400, "chunk");
  expect_refused(with_header("Transfer-Encoding: chunked") + "3\r\nabcX\r\n0\r\n\r\n", 400, "");
  expect_refused(with_header("Transfer-Encoding: chunked") + "fffffffffffffffff\r\n", 413, "more than");
}

TEST_F(FaultsTest, ATooLargeBodyIsRefusedBeforeItComes) {
  options_.limits.body_bytes_max = 1000;
  start();
  expect_refused(with_header("Content-Length: 1001"), 413, "1001");
  expect_refused(with_header("Content-Length: 1001\r\nExpect: 100-continue"), 413, "1000");
  HttpSocket socket(port());
  socket.send(post("sendSpecifyQueueMessage", std::string(1000, ' ')));
  EXPECT_EQ(socket.receive()->status, 400U) << "a body of just the limit is read";
}

TEST_F(FaultsTest, ATooLargeChunkedBodyIsRefused) {
  options_.limits.body_bytes_max = 1000;
  start();
  std::string body;
  for (int i = 0; i < 20; ++i) body += "64\r\n" + std::string(100, 'x') + "\r\n";
  expect_refused(with_header("Transfer-Encoding: chunked") + body, 413, "1000");
}

TEST_F(FaultsTest, ATooLargeHeaderIsRefused) {
  options_.limits.header_bytes_max = 1000;
  start();
  expect_refused(get("/livez", "A: " + std::string(1000, 'a') + "\r\n"), 431, "1000");
  expect_refused("GET /" + std::string(5000, 'a'), 431, "1000");
  HttpSocket socket(port());
  socket.send(get("/livez", "A: " + std::string(900, 'a') + "\r\n"));
  EXPECT_EQ(socket.receive()->status, 200U);
}

TEST_F(FaultsTest, AHeaderThatDoesNotEndIsTimedOut) {
  options_.limits.header_timeout = 20ms;
  start();
  expect_refused("GET /livez HTTP/1.1\r\nHost: x\r\n", 408, "20 ms");
}

TEST_F(FaultsTest, ABodyThatDoesNotComeIsTimedOut) {
  options_.limits.body_timeout = 20ms;
  start();
  expect_refused(with_header("Content-Length: 10") + "abc", 408, "20 ms");
  expect_refused(with_header("Transfer-Encoding: chunked") + "3\r\nab", 408, "20 ms");
}

TEST_F(FaultsTest, AnIdleConnectionIsClosedWithoutAWord) {
  options_.limits.idle_timeout = 300ms;  // long enough for a busy machine to send a request in
  start();
  HttpSocket silent(port());
  EXPECT_TRUE(silent.closed());
  HttpSocket served(port());
  served.send(get("/livez"));
  const auto reply = served.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200U);
  EXPECT_TRUE(served.closed());
}

TEST_F(FaultsTest, OneConnectionTooManyIsTurnedAwayAndAPlaceThatIsFreeIsGivenAgain) {
  options_.limits.connections_max = 2;
  start();
  HttpSocket first(port());
  HttpSocket second(port());
  for (HttpSocket* socket : {&first, &second}) {
    socket->send(get("/livez"));
    ASSERT_EQ(socket->receive()->status, 200U);
  }
  HttpSocket third(port());
  const auto refused = third.receive();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503U);
  EXPECT_NE(refused->body.find("2 connections"), std::string::npos) << refused->body;
  third.close();
  first.close();
  bool served = false;
  for (int i = 0; i < 1000 && !served; ++i) {
    HttpSocket fourth(port());
    fourth.send(get("/livez"));
    const auto reply = fourth.receive();
    served = reply && reply->status == 200;
  }
  EXPECT_TRUE(served);
}

TEST_F(FaultsTest, OneAddressTakesOnlyItsShareOfTheConnections) {
  options_.limits.connections_max = 5;
  options_.limits.connections_per_address_max = 2;
  start();
  const auto serves = [](HttpSocket& socket) {
    socket.send(get("/livez"));
    const auto reply = socket.receive();
    return reply && reply->status == 200;
  };
  auto first = std::make_unique<HttpSocket>(port());
  HttpSocket second(port());
  ASSERT_TRUE(serves(*first));
  ASSERT_TRUE(serves(second));
  {
    HttpSocket third(port());
    const auto refused = third.receive();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503U);
    EXPECT_NE(refused->body.find("WMQ.TOO_MANY_CONNECTIONS"), std::string::npos) << refused->body;
    EXPECT_NE(refused->body.find("2 connections from one address"), std::string::npos) << refused->body;
    EXPECT_TRUE(third.closed());
  }
  HttpSocket other(port(), 2);
  EXPECT_TRUE(serves(other)) << "another address has a share of its own";
  first.reset();
  bool served = false;
  for (int i = 0; i < 1000 && !served; ++i) {
    HttpSocket fourth(port());
    served = serves(fourth);
  }
  EXPECT_TRUE(served) << "a place that is free is given again";
}

TEST_F(FaultsTest, FarTooManyConnectionsAreDroppedWithoutAWord) {
  options_.limits.connections_max = 1;
  start();
  std::vector<std::unique_ptr<HttpSocket>> sockets;
  for (int i = 0; i < 400; ++i) sockets.push_back(std::make_unique<HttpSocket>(port()));
  int told = 0;
  for (std::size_t i = 1; i < sockets.size(); ++i) told += sockets[i]->receive() ? 1 : 0;
  EXPECT_GE(told, 1);
  EXPECT_LT(told, 399);
  sockets.front()->send(get("/livez"));
  EXPECT_EQ(sockets.front()->receive()->status, 200U) << "who was there first is served all the time";
}

TEST_F(FaultsTest, TheLanguageOfARefusalIsTheRequests) {
  options_.limits.body_bytes_max = 10;
  start();
  expect_refused(with_header("Accept-Language: en\r\nContent-Length: 11"), 413, "body");
}

}  // namespace
}  // namespace wingmq::test
