#include "client/reply_reader.h"

#include <gtest/gtest.h>

namespace wingmq::tools {
namespace {

const std::string kLength = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const std::string kChunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n";

TEST(ReplyReaderTest, ReadsRepliesHoweverTheyAreCut) {
  for (const std::string& text : {kLength, kChunks}) {
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
      ReplyReader reader({});
      for (std::size_t at = 0; at < text.size(); at += piece) {
        EXPECT_FALSE(reader.complete());
        reader.add(std::string_view(text).substr(at, piece));
      }
      ASSERT_TRUE(reader.complete()) << piece;
      const Reply reply = reader.take();
      EXPECT_EQ(reply.status, 200U);
      EXPECT_EQ(reply.body, "hello");
    }
  }
}

TEST(ReplyReaderTest, TheBodyOf200GoesIntoTheSink) {
  std::string sunk;
  const std::function<void(std::string_view)> sink = [&](std::string_view piece) { sunk += piece; };
  ReplyReader done(sink);
  done.add(kChunks);
  EXPECT_EQ(sunk, "hello");
  EXPECT_EQ(done.take().body, "");
  ReplyReader refused(sink);
  refused.add("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
  EXPECT_EQ(sunk, "hello");
  EXPECT_EQ(refused.take().body, "no");
}

TEST(ReplyReaderTest, RefusesWhatIsNoReply) {
  for (const char* text : {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"}) {
    ReplyReader reader({});
    EXPECT_THROW(reader.add(text), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace wingmq::tools
