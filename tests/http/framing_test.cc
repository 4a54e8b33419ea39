#include "server_fixture.h"

namespace wingmq::test {
namespace {

/// Where a request ends, and what belongs to its header: nothing here may depend on how the bytes were cut on their way.
class FramingTest : public ServerTest {
 protected:
  static constexpr std::string_view kChunked = "Transfer-Encoding: chunked\r\n";

  [[nodiscard]] static std::string head(std::string_view lines) {
    return "POST " + std::string(kPath) + "sendSpecifyQueueMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\n" +
           std::string(lines) + "\r\n";
  }
  [[nodiscard]] static std::string chunk(std::string_view data) {
    char size[20];
    std::snprintf(size, sizeof(size), "%zx\r\n", data.size());
    return size + std::string(data) + "\r\n";
  }
  [[nodiscard]] std::optional<WireReply> ask(std::string_view request) {
    HttpSocket socket(port());
    socket.send(request);
    return socket.receive();
  }
  void expect_refused(std::string_view request, unsigned status, std::string_view reason) {
    HttpSocket socket(port());
    socket.send(request);
    const auto reply = socket.receive();
    ASSERT_TRUE(reply) << reason;
    EXPECT_EQ(reply->status, status) << reply->body;
    EXPECT_NE(reply->body.find(reason), std::string::npos) << reply->body;
    EXPECT_TRUE(socket.closed());
  }
};

TEST_F(FramingTest, ARequestMayBeCutWithinAndAroundEveryLineEnd) {
  start();
  HttpSocket socket(port());
  const std::string request = post("sendSpecifyQueueMessage", messages("1"));
  std::vector<std::size_t> cuts = {1, request.size() - 1};
  for (std::size_t at = request.find("\r\n"); at != std::string::npos; at = request.find("\r\n", at + 1)) {
    for (std::size_t cut = at; cut <= at + 2; ++cut) cuts.push_back(cut);
  }
  for (const std::size_t cut : cuts) {
    // Two small writes are two segments: the kernel keeps the second back until the first is acknowledged.
    socket.send(std::string_view(request).substr(0, cut));
    socket.send(std::string_view(request).substr(cut));
    const auto reply = socket.receive();
    ASSERT_TRUE(reply) << cut;
    ASSERT_NE(reply->body.find("\"state\":0"), std::string::npos) << cut << ": " << reply->body;
  }
}

TEST_F(FramingTest, AHeaderOfBareLineFeedsIsRefusedWithoutWaitingForMore) {
  start();
  expect_refused("GET /livez HTTP/1.1\nHost: x\n\n", 400, "line feed");
  expect_refused("GET /livez HTTP/1.1\r\nHost: x\n\n", 400, "line feed");
  expect_refused("GET /livez HTTP/1.1\r\nHost: x\n\r\n", 400, "line feed");
}

TEST_F(FramingTest, ControlCharactersAreRefused) {
  start();
  using namespace std::string_view_literals;
  for (const auto bad : {"\0"sv, "\x01"sv, "\x0b"sv, "\r"sv, "\x7f"sv}) {
    expect_refused("GET /a" + std::string(bad) + "b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "");
    expect_refused(get("/livez", "A: b" + std::string(bad) + "c\r\n"), 400, "");
    expect_refused(get("/livez", "A" + std::string(bad) + "b: c\r\n"), 400, "");
  }
}

TEST_F(FramingTest, AChunkedBodyOfJustTheLimitIsReadWhereverItIsCut) {
  options_.limits.body_bytes_max = 3500;
  start();
  const std::string body = messages("1");
  const std::string full = body + std::string(3500 - body.size(), ' ');
  // A connection reads 4096 bytes at first: the body's last byte is also the last of those, and its end comes later.
  std::string request = head("Transfer-Encoding: chunked\r\nA: \r\n") + chunk(full);
  request.insert(request.find("A: ") + 3, 4096 + 2 - request.size(), 'a');
  const auto reply = ask(request + "0\r\n\r\n");
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find("\"state\":0"), std::string::npos) << reply->body;
  expect_refused(head(kChunked) + chunk(full + " ") + "0\r\n\r\n", 413, "3500");
  expect_refused(head(kChunked) + chunk(full) + chunk(" ") + "0\r\n\r\n", 413, "3500");
}

TEST_F(FramingTest, TrailersDoNotBecomeHeaders) {
  start();
  const std::string body = chunk("{}") + "0\r\n";
  const auto plain = ask(head(kChunked) + body + "\r\n");
  const auto english = ask(head("Accept-Language: en\r\n" + std::string(kChunked)) + body + "\r\n");
  HttpSocket socket(port());
  socket.send(head(kChunked) + body + "Accept-Language: en\r\nConnection: close\r\n\r\n" + get("/livez"));
  const auto trailed = socket.receive();
  ASSERT_TRUE(plain && english && trailed);
  ASSERT_NE(plain->body, english->body) << "the header does choose the language";
  EXPECT_EQ(trailed->body, plain->body);
  const auto next = socket.receive();
  ASSERT_TRUE(next) << "nor does a trailer end the connection";
  EXPECT_EQ(next->status, 200U);
}

TEST_F(FramingTest, WhatStandsBetweenAndBehindChunksIsBoundedAsAHeaderIs) {
  options_.limits.header_bytes_max = 1000;
  start();
  const std::string filler(200'000, 'a');
  expect_refused(head(kChunked) + chunk("{}") + "0\r\nA: " + filler, 431, "1000");
  expect_refused(head(kChunked) + "2;a=" + filler, 431, "1000");
}

TEST_F(FramingTest, ChunksOfBareLineFeedsAreRefused) {
  start();
  expect_refused(head(kChunked) + "2\n{}\n0\n\n" + "\r\n\r\n", 400, "chunk");
  expect_refused(head(kChunked) + "2\r\n{}\n0\r\n\r\n", 400, "chunk");
}

TEST_F(FramingTest, AnHttp10ClientIsNotInvitedToSendItsBody) {
  start();
  const std::string body = messages("1");
  HttpSocket socket(port());
  socket.send("POST " + std::string(kPath) + "sendSpecifyQueueMessage HTTP/1.0\r\naccessKey: test\r\nExpect: " +
              "100-continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  socket.send(body);
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200U) << reply->head;
}

}  // namespace
}  // namespace wingmq::test
