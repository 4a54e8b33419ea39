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

TEST(RequestHeadTest, TellsAFullBufferFromAMissingChunk) {
  const std::string_view head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  RequestHead request = read(head);
  char out[3];
  const std::string_view body = "3\r\nabc";
  const auto exact = request.decode(body, out, 3);
  ASSERT_TRUE(exact) << exact.error().detail;
  EXPECT_EQ(exact->written, 3U);
  EXPECT_FALSE(exact->full) << "the body may end here";
  const auto more = request.decode("\r\n1\r\nd", out + 3, 0);
  ASSERT_TRUE(more) << more.error().detail;
  EXPECT_EQ(more->written, 0U);
  EXPECT_TRUE(more->full);
}

TEST(RequestHeadTest, AMethodThatNobodyKnowsIsStillAMethod) {
  EXPECT_EQ(read("BREW / HTTP/1.1\r\nHost: x\r\n\r\n").request().method, "BREW");
}

TEST(RequestHeadTest, BytesBeyondAsciiStayInValues) {
  EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: x\r\nA: 中\r\n\r\n").request().find_header("a")->value, "中");
}

/// Decodes a body that arrives in pieces; what lies behind it must be left.
std::string decode_in_pieces(std::string_view body, std::size_t piece, std::size_t room) {
  RequestHead request = read("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::string text;
  std::string pending;
  for (std::size_t at = 0; true;) {
    char out[100];
    const auto decoded = request.decode(pending, out, room);
    if (!decoded) return decoded.error().detail;
    text.append(out, decoded->written);
    pending.erase(0, decoded->consumed);
    if (decoded->done) break;
    if (decoded->consumed != 0 || decoded->written != 0) continue;
    if (at >= body.size()) return "it does not end";
    pending += body.substr(at, piece);
    at += piece;
  }
  EXPECT_TRUE(std::string_view("NEXT").starts_with(pending)) << pending;
  return text;
}

TEST(RequestHeadTest, DecodesChunksHoweverTheyArrive) {
  for (std::size_t piece = 1; piece <= 40; ++piece) {
    for (const std::size_t room : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
      EXPECT_EQ(decode_in_pieces("3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nT: 1\r\n\r\nNEXT", piece, room), "abcdefgh") << piece << " " << room;
      EXPECT_EQ(decode_in_pieces("0\r\n\r\nNEXT", piece, room), "") << piece << " " << room;
      EXPECT_EQ(decode_in_pieces("0\r\nT: 1\r\n\r\nNEXT", piece, room), "") << piece << " " << room;
      EXPECT_EQ(decode_in_pieces("1\r\na\r\n0\r\n\r\nNEXT", piece, room), "a") << piece << " " << room;
    }
  }
}

}  // namespace
}  // namespace wingmq::net
