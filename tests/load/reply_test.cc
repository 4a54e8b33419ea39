#include "load/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "load/message_text.h"

namespace wingmq::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A message as it stands in the text of a consume's reply.
std::string delivered(const std::string& handler, const std::string& body, const std::string& attributes = "{}") {
  return std::string(R"({\"handler\":\")") + handler + R"(\",\"message\":{\"body\":\")" + body +
         R"(\",\"attributes\":)" + attributes + R"(,\"tags\":[]}})";
}
std::string consumed(const std::vector<std::string>& messages) {
  std::string body = R"({"statusCode":800,"returnObj":{"returnObj":"[)";
  for (const auto& message : messages) {
    if (body.back() == '}') body += ',';
    body += message;
  }
  return body + R"(]","errorMessageString":"","errorMessageArray":[],"succeed":true}})";
}
std::string stamped(std::int64_t time, std::size_t size) {
  std::string text(size, 'x');
  write_stamp(text.data() + size - kStampBytes, time);
  return text;
}

struct Found {
  std::vector<std::string> handlers;
  std::vector<std::int64_t> stamps;
};
Found scan(const std::string& body, std::size_t message_bytes) {
  std::vector<std::string_view> views;
  Found found;
  DeliveryScanner(message_bytes, has_stamp(message_bytes)).scan(body, views, [&](std::int64_t stamp) { found.stamps.push_back(stamp); });
  found.handlers.assign(views.begin(), views.end());
  return found;
}

TEST(ReadHeadTest, FindsStatusAndLengths) {
  const std::string head = "HTTP/1.1 503 Service Unavailable\r\ncontent-length:  12 \r\nConnection: close\r\n\r\n";
  for (std::size_t part = 0; part < head.size(); ++part) EXPECT_FALSE(read_head(head.substr(0, part))->has_value());
  const auto read = read_head(head + "body");
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->status, 503U);
  EXPECT_EQ((*read)->head_bytes, head.size());
  EXPECT_EQ((*read)->body_bytes, 12U);
  EXPECT_TRUE((*read)->closes);
}

TEST(ReadHeadTest, RefusesWhatItCannotFollow) {
  EXPECT_THAT(read_head("SSH-2.0-x\r\n\r\n").error(), HasSubstr("SSH-2.0-x"));
  EXPECT_THAT(read_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").error(), HasSubstr("Content-Length"));
  EXPECT_FALSE(read_head(std::string(70'000, 'x')));
}

TEST(RefusalTest, NamesStatusCodeErrorCodeAndReason) {
  const auto refusal =
      describe_refusal(200, "HTTP/1.1 200 OK\r\nX-WingMQ-Reason: sig.hmac\r\n\r\n",
                       R"({"statusCode":900,"message":"No.","errorCode":"WMQ.SIGNATURE","succeed":false})");
  EXPECT_EQ(refusal.kind, "900 WMQ.SIGNATURE sig.hmac");
  EXPECT_EQ(refusal.text, "No.");
  EXPECT_EQ(describe_refusal(404, {}, "not here").kind, "HTTP 404");
  EXPECT_EQ(describe_refusal(404, {}, "not here").text, "not here");
}

TEST(ReplyTest, CountsWhatWasStoredAndConfirmed) {
  EXPECT_TRUE(is_done(R"({"statusCode":800,"messages":[]})"));
  EXPECT_FALSE(is_done(R"({"statusCode":900,"message":""})"));
  EXPECT_EQ(
      count_stored(
          R"({"statusCode":800,"messages":[{"error":null,"state":0,"error_code":null},{"state":0},{"state":1}]})"),
      2U);
  EXPECT_EQ(count_confirmed(R"({"statusCode":800,"returnObj":{"returnObj":"{\"success\":17,\"fail\":0}"}})"), 17U);
  EXPECT_EQ(count_confirmed("{}"), std::nullopt);
}

TEST(StampTest, ComesBackAsItWasWritten) {
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{1}, std::int64_t{0x7FFF'FFFF'FFFF'FFFF}}) {
    std::string text(kStampBytes, ' ');
    write_stamp(text.data(), time);
    EXPECT_EQ(read_stamp(text), time);
  }
  EXPECT_EQ(read_stamp("x0123456789abcdef"), std::nullopt);
  EXPECT_EQ(read_stamp("@0123456789abcdeg"), std::nullopt);
  EXPECT_EQ(read_stamp("@0123"), std::nullopt);
}

TEST(DeliveryScannerTest, FindsHandlersAndStampsOfBodiesOfTheExpectedSize) {
  const auto found = scan(consumed({delivered("h1", std::string(40, 'x')), delivered("h2", stamped(77, 40))}), 40);
  EXPECT_THAT(found.handlers, ElementsAre("h1", "h2"));
  EXPECT_THAT(found.stamps, ElementsAre(77));
}

TEST(DeliveryScannerTest, FindsHandlersOfOtherMessages) {
  const std::string tagged = R"({\"handler\":1})";
  const auto found = scan(consumed({delivered("short", "x"), delivered("long", std::string(500, 'x')),
                                    delivered("as-expected", stamped(5, 40), R"({\"a\":\"b\"})"),
                                    delivered("nested", tagged), delivered("last", "")}),
                          40);
  EXPECT_THAT(found.handlers, ElementsAre("short", "long", "as-expected", "nested", "last"));
  EXPECT_THAT(found.stamps, ElementsAre(5));
}

TEST(DeliveryScannerTest, KnowsHowLongJsonIsWhenItIsDelivered) {
  std::string text = message_text(Content::kJson, 300);
  write_stamp(text.data() + text.size() - kStampBytes, 9);
  const std::string body = consumed({delivered("h1", escaped(escaped(text))), delivered("h2", escaped(escaped(text)))});
  std::vector<std::string_view> handlers;
  std::vector<std::int64_t> stamps;
  DeliveryScanner(delivered_bytes(Content::kJson, 300), true).scan(body, handlers, [&](std::int64_t stamp) { stamps.push_back(stamp); });
  EXPECT_THAT(handlers, ElementsAre("h1", "h2"));
  EXPECT_THAT(stamps, ElementsAre(9, 9));
}

TEST(DeliveryScannerTest, FindsNothingInAnEmptyDelivery) { EXPECT_TRUE(scan(consumed({}), 1024).handlers.empty()); }

TEST(DeliveryScannerTest, EndsWhereAReplyIsCutOff) {
  const std::string whole = consumed({delivered("h1", stamped(1, 40)), delivered("h2", stamped(2, 40))});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_LE(scan(whole.substr(0, size), 40).handlers.size(), 2U);
}

}  // namespace
}  // namespace wingmq::load
