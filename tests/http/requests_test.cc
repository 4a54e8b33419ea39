#include "server_fixture.h"

namespace wingmq::test {
namespace {

class RequestsTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    start();
  }
};

TEST_F(RequestsTest, AConnectionServesManyRequests) {
  HttpSocket socket(port());
  for (int i = 0; i < 3; ++i) {
    socket.send(get("/livez"));
    const auto reply = socket.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200U);
    EXPECT_EQ(reply->body, R"({"status":"ok"})");
    EXPECT_FALSE(reply->says("Connection:"));
    EXPECT_TRUE(reply->says("\r\nDate: "));
  }
}

TEST_F(RequestsTest, PipelinedRequestsAreAnsweredInOrder) {
  HttpSocket socket(port());
  socket.send(get("/livez") + get("/nowhere") + post("sendSpecifyQueueMessage", messages("1")) + get("/readyz"));
  EXPECT_EQ(socket.receive()->status, 200U);
  EXPECT_EQ(socket.receive()->status, 404U);
  EXPECT_NE(socket.receive()->body.find("\"state\":0"), std::string::npos);
  EXPECT_EQ(socket.receive()->status, 200U);
}

TEST_F(RequestsTest, ARequestMayArriveByteByByte) {
  HttpSocket socket(port());
  const std::string request = post("sendSpecifyQueueMessage", messages("1"));
  for (const char byte : request) socket.send({&byte, 1});
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find("\"statusCode\":800"), std::string::npos) << reply->body;
}

TEST_F(RequestsTest, ALargeBodyArrivesWhole) {
  HttpSocket socket(port());
  const std::string text = "\"" + std::string(500'000, 'x') + "\"";
  socket.send(post("sendSpecifyQueueMessage", messages(text)));
  EXPECT_NE(socket.receive()->body.find("\"state\":0"), std::string::npos);
  socket.send(consume_request(1));
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find(std::string(500'000, 'x')), std::string::npos);
}

TEST_F(RequestsTest, ConnectionCloseIsHonoured) {
  HttpSocket socket(port());
  socket.send(get("/livez", "Connection: close\r\n"));
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->says("Connection: close"));
  EXPECT_TRUE(socket.closed());
}

TEST_F(RequestsTest, Http10ClosesUnlessAskedNotTo) {
  HttpSocket closing(port());
  closing.send("GET /livez HTTP/1.0\r\n\r\n");
  EXPECT_EQ(closing.receive()->status, 200U);
  EXPECT_TRUE(closing.closed());
  HttpSocket staying(port());
  for (int i = 0; i < 2; ++i) {
    staying.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto reply = staying.receive();
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->says("Connection: keep-alive"));
  }
}

TEST_F(RequestsTest, HeadSendsTheHeaderAlone) {
  HttpSocket socket(port());
  socket.send("HEAD /livez HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto reply = socket.receive(true);
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->says("Content-Length: 15"));
  socket.send(get("/livez"));
  EXPECT_EQ(socket.receive()->status, 200U) << "no body may stand in front of the next reply";
}

TEST_F(RequestsTest, ChunkedBodiesAreDecoded) {
  const std::string body = messages(R"("chunked")");
  std::string chunks;
  for (std::size_t at = 0; at < body.size(); at += 7) {
    const auto part = body.substr(at, 7);
    chunks += std::string(1, "0123456789abcdef"[part.size()]) + ";ext=1\r\n" + part + "\r\n";
  }
  chunks += "0\r\nTrailer: x\r\n\r\n";
  const std::string head = "POST " + std::string(kPath) +
                           "sendSpecifyQueueMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\nContent-Type: "
                           "application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  HttpSocket socket(port());
  socket.send(head + chunks + get("/livez"));
  EXPECT_NE(socket.receive()->body.find("\"state\":0"), std::string::npos);
  EXPECT_EQ(socket.receive()->status, 200U) << "the next request begins right behind the last chunk";
  HttpSocket slow(port());
  for (const char byte : head + chunks) slow.send({&byte, 1});
  EXPECT_NE(slow.receive()->body.find("\"state\":0"), std::string::npos);
}

TEST_F(RequestsTest, ALargeChunkedBodyArrivesWhole) {
  const std::string body = messages("\"" + std::string(400'000, 'y') + "\"");
  char size[16];
  std::snprintf(size, sizeof(size), "%zx", body.size());
  HttpSocket socket(port());
  socket.send("POST " + std::string(kPath) +
              "sendSpecifyQueueMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\nContent-Type: application/json\r\n"
              "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n");
  EXPECT_NE(socket.receive()->body.find("\"state\":0"), std::string::npos);
}

TEST_F(RequestsTest, ExpectIsAnsweredBeforeTheBodyComes) {
  HttpSocket socket(port());
  const std::string body = messages("1");
  const std::string request = post("sendSpecifyQueueMessage", body, "Expect: 100-continue\r\n");
  socket.send(request.substr(0, request.size() - body.size()));
  const auto invited = socket.receive(true);
  ASSERT_TRUE(invited);
  EXPECT_EQ(invited->status, 100U);
  socket.send(body);
  EXPECT_NE(socket.receive()->body.find("\"state\":0"), std::string::npos);
}

TEST_F(RequestsTest, EmptyLinesBeforeARequestAreSkipped) {
  HttpSocket socket(port());
  socket.send("\r\n\r\n" + get("/livez"));
  EXPECT_EQ(socket.receive()->status, 200U);
}

TEST_F(RequestsTest, APostWithoutALengthHasAnEmptyBody) {
  HttpSocket socket(port());
  socket.send("POST " + std::string(kPath) + "createQueue HTTP/1.1\r\nHost: x\r\naccessKey: test\r\n\r\n");
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400U);
  EXPECT_NE(reply->body.find("DMS.10240009"), std::string::npos) << reply->body;
}

}  // namespace
}  // namespace wingmq::test
