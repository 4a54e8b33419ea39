#include <poll.h>

#include "server_fixture.h"

namespace wingmq::test {
namespace {

/// What nobody sends by accident. Each is refused in clear words or its connection is closed, and nothing is stored.
class HostileTest : public ServerTest {
 protected:
  [[nodiscard]] std::uint64_t stored() { return broker_.inspect().front().queue.messages; }
  [[nodiscard]] std::size_t queues() { return broker_.inspect().size(); }
  /// The reply to one request on a connection of its own.
  [[nodiscard]] WireReply ask(std::string_view request) const {
    HttpSocket socket(port());
    socket.send(request);
    auto reply = socket.receive();
    if (!reply) ADD_FAILURE() << "no reply to " << request.substr(0, 200);
    return reply.value_or(WireReply{});
  }
  [[nodiscard]] WireReply send_body(std::string_view body) const { return ask(post("sendSpecifyQueueMessage", body)); }
  /// One request, and behind it another one that must never be seen as such.
  void expect_no_second(std::string_view first) {
    HttpSocket socket(port());
    socket.send(std::string(first) + post("sendSpecifyQueueMessage", messages("\"smuggled\"")));
    const auto reply = socket.receive();
    ASSERT_TRUE(reply) << first;
    EXPECT_EQ(reply->status, 400U) << first;
    EXPECT_TRUE(socket.closed()) << first;
    EXPECT_EQ(stored(), 0U) << first;
  }
  /// Sends `opening`, then a byte each millisecond, until the server has had enough.
  [[nodiscard]] std::optional<WireReply> drip(std::string_view opening) const {
    HttpSocket socket(port());
    socket.send(opening);
    pollfd state{socket.descriptor(), POLLIN, 0};
    for (int i = 0; i < 10'000 && ::poll(&state, 1, 1) == 0; ++i) socket.send("a");
    return socket.receive();
  }
};

// --- One request that two parties could take for two (RFC 9112, 6 and 7) -------------------------------------------------

TEST_F(HostileTest, NoLengthIsReadInTwoWays) {
  start();
  const std::string head = "POST /livez HTTP/1.1\r\nHost: x\r\n";
  for (const std::string_view line :
       {"Content-Length: 0x10", "Content-Length: 1e1", "Content-Length: 3 3", "Content-Length:", "Content-Length: 3;",
        "Content-Length: \"3\"", "Content-Length: 3.0", "Content-Length : 3", "Content-Length: 18446744073709551617",
        "Content-Length: 3\r\nContent-length: 0", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: \x0b" "chunked", "Transfer-Encoding:\r\n chunked",
        "Transfer-Encoding: chunked\r\nTransfer-encoding: cow", "Transfer-Encoding: ", "X: a\rContent-Length: 3"}) {
    expect_no_second(head + std::string(line) + "\r\n\r\n");
  }
  expect_no_second(head + std::string("X\0: y\r\n\r\n", 9));
}

TEST_F(HostileTest, NoChunkIsReadInTwoWays) {
  start();
  const std::string head = "POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view chunks : {"0x3\r\nabc\r\n0\r\n\r\n", "+3\r\nabc\r\n0\r\n\r\n", "-1\r\n\r\n", " 3\r\nabc\r\n0\r\n\r\n", "\r\n3\r\nabc\r\n",
                                        "3\r\nabcd\r\n0\r\n\r\n", "3\rabc\r\n0\r\n\r\n", "g\r\n"}) {
    expect_no_second(head + std::string(chunks));
  }
}

TEST_F(HostileTest, TheBodyOfAGetIsNoRequest) {
  start();
  const std::string inner = post("sendSpecifyQueueMessage", messages("\"smuggled\""));
  HttpSocket socket(port());
  socket.send("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner + get("/readyz"));
  EXPECT_EQ(socket.receive()->status, 200U);
  EXPECT_EQ(socket.receive()->body, R"({"status":"ok"})");
  EXPECT_EQ(stored(), 0U);
}

TEST_F(HostileTest, TrailersCannotChangeWhereARequestEnds) {
  start();
  HttpSocket socket(port());
  socket.send("POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 1000\r\nTransfer-Encoding: cow\r\n\r\n" +
              get("/readyz"));
  const auto first = socket.receive();
  ASSERT_TRUE(first);
  const auto second = socket.receive();
  EXPECT_TRUE(!second || second->body == R"({"status":"ok"})") << "the next request, or the end";
}

// --- Texts that would become something else ------------------------------------------------------------------------------

TEST_F(HostileTest, NamesCannotAddHeadersToAReply) {
  options_.auth = net::AuthMode::kWarn;
  start();
  const std::size_t before = queues();
  for (const std::string_view name : {R"(a\r\nSet-Cookie: x)", R"(a\u000d\u000aSet-Cookie: x)", R"(a\nb)", R"(a\u0000b)", R"(<b>)", "\u2028"}) {
    const auto reply = ask(post("createQueue", R"({"createQueueInfo":{"regionId":"r","name":")" + std::string(name) + R"(","description":"d"}})"));
    EXPECT_EQ(reply.status, 400U) << name;
    EXPECT_FALSE(reply.says("Set-Cookie")) << reply.head;
  }
  EXPECT_EQ(queues(), before);
}

TEST_F(HostileTest, PublicHeadersCannotAddHeadersToAReply) {
  options_.auth = net::AuthMode::kWarn;
  start();
  const auto lines = [](const WireReply& reply) { return std::count(reply.head.begin(), reply.head.end(), '\n'); };
  const auto with = [](std::string_view value) {
    std::string headers = "regionId: r\r\nplatform: 3\r\ncontentMD5: 1B2M2Y8AsgTpgAmY7PhCfg==\r\nHmac: x\r\n";
    headers.append("accessKey: ").append(value).append("\r\nrequestDate: ").append(value).append("\r\n");
    return get("/apiproxy/v3/queue/queryQuota", headers);
  };
  const auto plain = ask(with("abc"));
  ASSERT_TRUE(plain.says("X-WingMQ-Reason"));
  for (const std::string_view value : {"%0d%0aSet-Cookie: x", "%0D%0ASet-Cookie:%20x", "\\r\\nSet-Cookie: x", "a\xe2\x80\xa8" "b", "\xc4\x8d\xc4\x8aSet-Cookie: x"}) {
    const auto reply = ask(with(value));
    EXPECT_EQ(lines(reply), lines(plain)) << reply.head;
    EXPECT_EQ(reply.head.find("\nSet-Cookie"), std::string::npos) << reply.head;
  }
}

TEST_F(HostileTest, DescriptionsWithControlCharactersComeBackEscaped) {
  start();
  const auto made = ask(post("createQueue", R"({"createQueueInfo":{"regionId":"cn-snxy1","name":"d","description":"a\r\nb\u0000c"}})"));
  EXPECT_EQ(made.status, 200U) << made.body;
  const auto shown = ask(get("/apiproxy/v3/queue/queryQueue", "accessKey: test\r\nregionId: cn-snxy1\r\n"));
  for (const char c : shown.body) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << shown.body;
}

// --- JSON ----------------------------------------------------------------------------------------------------------------

TEST_F(HostileTest, DeepJsonIsRefused) {
  start();
  for (const std::size_t depth : {std::size_t{65}, std::size_t{1000}, std::size_t{100'000}, std::size_t{500'000}}) {
    for (const std::string_view open : {"[", R"({"a":)"}) {
      std::string body;
      for (std::size_t i = 0; i < depth; ++i) body += open;
      EXPECT_EQ(send_body(messages(body)).status, 400U) << depth;
    }
    EXPECT_EQ(send_body(messages(std::string(depth, '[') + std::string(depth, ']'))).status, 400U) << depth;
  }
  EXPECT_EQ(stored(), 0U);
}

TEST_F(HostileTest, TextThatIsNoUnicodeIsRefused) {
  start();
  for (const std::string_view text : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")", R"("\udc00\ud800")", "\"\xc0\xaf\"",
                                      "\"\xe0\x80\xaf\"", "\"\xf0\x80\x80\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xff\"", "\"\x80\"",
                                      "\"\xe2\x82\"", "\"a\x01z\"", "\"a\nb\"", "\"a\x7f\xc1\xbf\""}) {
    const auto reply = send_body(messages(text));
    EXPECT_EQ(reply.status, 400U) << text;
    EXPECT_NE(reply.body.find("DMS.10240009"), std::string::npos) << reply.body;
  }
  const std::string nul = std::string("\"a") + '\0' + "b\"";
  EXPECT_EQ(send_body(messages(nul)).status, 400U);
  EXPECT_EQ(stored(), 0U);
}

TEST_F(HostileTest, AnEscapedNulIsAMessageLikeAnother) {
  start();
  EXPECT_EQ(send_body(messages(R"("a\u0000b\u001f")")).status, 200U);
  const auto reply = ask(consume_request(1));
  EXPECT_NE(reply.body.find(R"(a\\u0000b\\u001f)"), std::string::npos) << reply.body;
}

TEST_F(HostileTest, NumbersMayBeLongWhereTheyAreOnlyPassedOn) {
  start();
  const std::string digits(10'000, '9');
  EXPECT_EQ(send_body(messages(digits)).status, 200U);
  EXPECT_EQ(send_body(messages("1e" + digits)).status, 200U);
  EXPECT_EQ(send_body(messages("-0." + digits)).status, 200U);
  EXPECT_EQ(send_body(messages("0" + digits)).status, 400U);
  const auto reply = ask(consume_request(1, 1));
  EXPECT_NE(reply.body.find(R"(\"body\":)" + digits + ","), std::string::npos) << "it keeps its spelling";
  std::string consume = consume_request(1);
  consume.replace(consume.find(R"("maxMsgs":10)"), 12, R"("maxMsgs":)" + digits);
  EXPECT_EQ(ask(consume).status, 400U);
  EXPECT_EQ(stored(), 3U);
}

TEST_F(HostileTest, ManyKeysCostNoMoreThanTheirBytes) {
  start();
  std::string keys;
  for (int i = 0; i < 100'000; ++i) keys += "\"k" + std::to_string(i) + "\":0,";
  // At the top, in a message, and in what is only passed on.
  EXPECT_EQ(send_body("{" + keys + messages("1").substr(1)).status, 200U);
  std::string inside = messages("1");
  inside.replace(inside.find("{\"body\""), 1, "{" + keys);
  EXPECT_EQ(send_body(inside).status, 200U);
  const std::string value = "{" + keys.substr(0, keys.size() / 4) + "\":0}";
  EXPECT_LE(send_body(messages(value)).status, 400U);
  std::string form;
  for (int i = 0; i < 200'000; ++i) form += "a=b&";
  EXPECT_EQ(ask("POST /apiproxy/v3/queue/sendSpecifyQueueMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\nContent-Type: application/x-www-form-urlencoded"
                "\r\nContent-Length: " + std::to_string(form.size()) + "\r\n\r\n" + form).status, 400U);
  std::string headers;
  for (int i = 0; i < 4000; ++i) headers += "a: b\r\n";
  EXPECT_EQ(ask(get("/livez", headers)).status, 200U);
}

TEST_F(HostileTest, AMillionCommasAreNoMessages) {
  start();
  for (const std::string_view item : {",", "1,", "{},", "[],", "\"\","}) {
    std::string list;
    while (list.size() < 1'000'000) list += item;
    std::string body = messages("1");
    body.replace(body.find("{\"body\":1}"), 10, list + "1");
    EXPECT_EQ(send_body(body).status, 400U) << item;
  }
  EXPECT_EQ(stored(), 0U);
}

// --- Slow and half-open peers --------------------------------------------------------------------------------------------

TEST_F(HostileTest, AHeaderThatDripsIsCutOff) {
  options_.limits.header_timeout = 50ms;
  start();
  const auto reply = drip("GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ");
  EXPECT_TRUE(reply && reply->status == 408) << "bytes that come do not move the deadline";
}

TEST_F(HostileTest, ABodyThatDripsIsCutOff) {
  options_.limits.body_timeout = 50ms;
  start();
  const auto reply = drip("POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n");
  EXPECT_TRUE(reply && reply->status == 408) << "bytes that come do not move the deadline";
}

TEST_F(HostileTest, EmptyLinesDoNotKeepAConnection) {
  options_.limits.idle_timeout = 50ms;
  start();
  HttpSocket socket(port());
  pollfd state{socket.descriptor(), POLLIN, 0};
  for (int i = 0; i < 10'000 && ::poll(&state, 1, 1) == 0; ++i) socket.send("\r\n");
  EXPECT_TRUE(socket.closed());
}

TEST_F(HostileTest, AClientThatHasNothingMoreToSayGetsItsReply) {
  start();
  HttpSocket socket(port());
  socket.send(post("sendSpecifyQueueMessage", messages("1")));
  ::shutdown(socket.descriptor(), SHUT_WR);
  EXPECT_NE(socket.receive()->body.find("\"state\":0"), std::string::npos);
  EXPECT_TRUE(socket.closed());
}

TEST_F(HostileTest, ABodyThatIsCutOffIsNoRequest) {
  start();
  const std::string request = post("sendSpecifyQueueMessage", messages("1"));
  for (std::size_t cut = 1; cut < request.size(); cut += 7) {
    HttpSocket socket(port());
    socket.send(std::string_view(request).substr(0, cut));
    ::shutdown(socket.descriptor(), SHUT_WR);
    EXPECT_TRUE(socket.closed()) << cut;
  }
  EXPECT_EQ(stored(), 0U);
}

}  // namespace
}  // namespace wingmq::test
