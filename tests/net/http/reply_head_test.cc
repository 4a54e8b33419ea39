#include "http/reply_head.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

TEST(ReplyHeadTest, IsWrittenOut) {
  Reply reply;
  reply.status = 404;
  reply.body = "four";
  reply.headers = {{"X-A", "b"}};
  EXPECT_EQ(reply_head(reply, {.date = "Mon, 23 Nov 2026 08:00:00 GMT", .keep_alive = "timeout=5", .close = true, .http10 = false}),
            "HTTP/1.1 404 Not Found\r\nDate: Mon, 23 Nov 2026 08:00:00 GMT\r\n"
            "Content-Type: application/json; charset=utf-8\r\nContent-Length: 4\r\nX-A: b\r\nConnection: close\r\n\r\n");
}

TEST(ReplyHeadTest, SaysThatAnHttp10ConnectionStays) {
  const auto head = reply_head(Reply{}, {.date = "", .keep_alive = "timeout=5", .close = false, .http10 = true});
  EXPECT_NE(head.find("Connection: keep-alive\r\n"), std::string::npos);
  EXPECT_NE(head.find("Keep-Alive: timeout=5\r\n"), std::string::npos);
  EXPECT_EQ(reply_head(Reply{}, {.date = "", .keep_alive = "timeout=5", .close = false, .http10 = false}).find("Connection:"), std::string::npos);
}

}  // namespace
}  // namespace wingmq::net
