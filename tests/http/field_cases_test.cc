#include "server_fixture.h"

namespace wingmq::test {
namespace {

/// Requests at which real clients, proxies and reports showed a fault, each by its own name.
class FieldCaseTest : public ServerTest {
 protected:
  [[nodiscard]] std::uint64_t stored() { return broker_.inspect().front().queue.messages; }
  [[nodiscard]] WireReply ask(std::string_view request) const {
    HttpSocket socket(port());
    socket.send(request);
    auto reply = socket.receive();
    if (!reply) ADD_FAILURE() << "no reply to " << request.substr(0, 200);
    return reply.value_or(WireReply{});
  }
  /// `first` is refused, whole and byte by byte, the connection ends, and the request behind it is never seen.
  void expect_refused(const std::string& first, unsigned status) {
    const std::string both = first + post("sendSpecifyQueueMessage", messages("\"smuggled\""));
    for (const bool whole : {true, false}) {
      HttpSocket socket(port());
      if (whole) {
        socket.send(both);
      } else {
        for (std::size_t at = 0; at < first.size(); ++at) socket.send(std::string_view(first).substr(at, 1));
      }
      const auto reply = socket.receive();
      ASSERT_TRUE(reply) << first.substr(0, 200);
      EXPECT_EQ(reply->status, status) << first.substr(0, 200) << reply->body;
      EXPECT_TRUE(socket.closed()) << first.substr(0, 200);
    }
    EXPECT_EQ(stored(), 0U) << first.substr(0, 200);
  }
  /// What a reply's header says; "" when it does not.
  [[nodiscard]] static std::string said(const WireReply& reply, const std::string& name) {
    const auto line = reply.head.find("\r\n" + name + ": ");
    if (line == std::string::npos) return "";
    const auto value = line + name.size() + 4;
    return reply.head.substr(value, reply.head.find("\r\n", value) - value);
  }
  [[nodiscard]] static std::string chunked(std::string_view chunks) {
    return "POST " + std::string(kPath) + "sendSpecifyQueueMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\nTransfer-Encoding: chunked\r\n\r\n" +
           std::string(chunks);
  }
};

TEST_F(FieldCaseTest, O02ABodyWithAByteOrderMark) {
  start();
  for (const auto& [mark, shown] : {std::pair("\xEF\xBB\xBF", "EF BB BF"), std::pair("\xFF\xFE", "FF FE"), std::pair("\xFE\xFF", "FE FF")}) {
    const auto reply = ask(post("sendSpecifyQueueMessage", mark + messages("1"), "Accept-Language: en\r\n"));
    EXPECT_EQ(reply.status, 400U);
    EXPECT_NE(reply.body.find("byte order mark"), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find(shown), std::string::npos) << reply.body;
  }
  const auto form = ask("POST " + std::string(kPath) + "removeQueue HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        "Content-Length: 6\r\n\r\n\xEF\xBB\xBF" "a=1");
  EXPECT_NE(form.body.find("BOM"), std::string::npos) << form.body;
  EXPECT_EQ(stored(), 0U);
}

TEST_F(FieldCaseTest, O03ACompressedBodyWithoutContentEncoding) {
  start();
  for (const auto& [bytes, name] : {std::pair("\x1F\x8B\x08", "gzip"), std::pair("\x28\xB5\x2F\xFD", "zstd")}) {
    const auto reply = ask(post("sendSpecifyQueueMessage", std::string(bytes) + "...", "Accept-Language: en\r\n"));
    EXPECT_EQ(reply.status, 400U);
    EXPECT_NE(reply.body.find(name), std::string::npos) << reply.body;
  }
}

TEST_F(FieldCaseTest, O04AnotherContentEncodingThanIdentity) {
  start();
  for (const char* coding : {"gzip", "x-gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip", "gzip, identity", "unknown"}) {
    const auto reply = ask(post("sendSpecifyQueueMessage", messages("1"), "Content-Encoding: " + std::string(coding) + "\r\n"));
    EXPECT_EQ(reply.status, 415U) << coding;
    EXPECT_NE(reply.body.find("\"statusCode\":415"), std::string::npos) << reply.body;
  }
  const auto two = ask(post("sendSpecifyQueueMessage", messages("1"), "Content-Encoding: identity\r\nContent-Encoding: br\r\nAccept-Language: en\r\n"));
  EXPECT_EQ(two.status, 415U);
  EXPECT_NE(two.body.find("not supported: br"), std::string::npos) << "the coding is named: " << two.body;
  EXPECT_EQ(stored(), 0U);
  for (const char* coding : {"identity", "Identity", "", "identity, identity", " identity ,"}) {
    EXPECT_EQ(ask(post("sendSpecifyQueueMessage", messages("1"), "Content-Encoding: " + std::string(coding) + "\r\n")).status, 200U) << coding;
  }
}

TEST_F(FieldCaseTest, O06AKeptConnectionSaysForHowLong) {
  options_.limits.idle_timeout = std::chrono::milliseconds(7'900);
  start();
  HttpSocket socket(port());
  for (const auto& request : {get("/livez"), get("/nowhere"), post("sendSpecifyQueueMessage", messages("1")), post("sendSpecifyQueueMessage", "?")}) {
    socket.send(request);
    const auto reply = socket.receive();
    ASSERT_TRUE(reply);
    EXPECT_EQ(said(*reply, "Keep-Alive"), "timeout=7") << request;
  }
  socket.send(get("/livez", "Connection: close\r\n"));
  EXPECT_EQ(said(*socket.receive(), "Keep-Alive"), "");
  EXPECT_EQ(said(ask("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), "Keep-Alive"), "timeout=7");
}

TEST_F(FieldCaseTest, ATargetThatNamesTheServerHasThePathBehindIt) {
  start();
  const auto status = [this](std::string_view target) { return ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status; };
  EXPECT_EQ(status("http://x?/__admin/queues"), 404U);
  EXPECT_EQ(status("http://x#/__admin/queues"), 404U);
  EXPECT_EQ(status("HTTP://a/livez"), 200U);
  EXPECT_EQ(status("hTTps://a:1/livez?b"), 200U);
  EXPECT_EQ(status("http://localhost/__admin/queues"), 200U);
  EXPECT_EQ(status("http://evil.example/__admin/queues"), 403U) << "the target names the server, whatever Host says";
  for (const char* target : {"http:///livez", "http://a@b/livez", "http://a b/livez", "livez", "x:80", "ftp://a/livez"}) {
    expect_refused("GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n", 400);
  }
}

TEST_F(FieldCaseTest, AHostThatIsNone) {
  start();
  for (const char* host : {"a b", "a,b", "a/b", "a@b", "a:b", "a:99999999", "http://a", "[::1"}) {
    expect_refused("GET /livez HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n", 400);
  }
}

TEST_F(FieldCaseTest, ALongChunkExtension) {
  start();
  expect_refused(chunked("1e;" + std::string(40'000, 'a') + "\r\n"), 431);
  std::string many;
  for (int i = 0; i < 4'000; ++i) many += "1;abcdefghi\r\nx\r\n";
  expect_refused(chunked(many), 431);
}

TEST_F(FieldCaseTest, ALongTrailer) {
  start();
  std::string trailer = "0\r\n";
  for (int i = 0; i < 8'000; ++i) trailer += "A: b\r\n";
  expect_refused(chunked(trailer), 431);
}

TEST_F(FieldCaseTest, AFoldedTrailer) {
  start();
  expect_refused(chunked("0\r\nX: y\r\n z\r\n\r\n"), 400);
  expect_refused(chunked("0\r\nX: y\r\n\tz\r\n\r\n"), 400);
}

TEST_F(FieldCaseTest, AChunkLargerThanAnyBody) {
  start();
  expect_refused(chunked("ffffffffffffffff\r\n"), 413);
  expect_refused(chunked("400001\r\n"), 413);
  expect_refused(chunked("1\r\nx\r\n400000\r\n"), 413);
}

TEST_F(FieldCaseTest, APublicHeaderGivenTwice) {
  start();
  for (const char* name : {"accessKey", "contentMD5", "requestDate", "Hmac", "platform"}) {
    const std::string twice = std::string(name) + ": a\r\n" + std::string(name) + ": a\r\n";
    const auto reply = ask("GET " + std::string(kPath) + "queryQuota HTTP/1.1\r\nHost: x\r\nregionId: r\r\nAccept-Language: en\r\n" + twice + "\r\n");
    EXPECT_EQ(reply.status, 400U) << name;
    EXPECT_NE(reply.body.find(std::string(name) + " is given more than once"), std::string::npos) << reply.body;
  }
  const auto other_case = ask(post("sendSpecifyQueueMessage", messages("1"), "ACCESSKEY: other\r\n"));
  EXPECT_EQ(other_case.status, 400U);
  EXPECT_EQ(stored(), 0U);
}

}  // namespace
}  // namespace wingmq::test
