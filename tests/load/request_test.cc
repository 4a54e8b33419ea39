#include "load/request.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "load/api_client.h"
#include "load/reply.h"
#include "wingmq/net/sign.h"

namespace wingmq::load {
namespace {

const Caller kSigned{"h:1", "ak", "sk", "r"};
const Caller kUnsigned{"h:1", "ak", "", "r"};

std::string joined(std::span<const iovec> parts) {
  std::string bytes;
  for (const iovec& part : parts) bytes.append(static_cast<const char*>(part.iov_base), part.iov_len);
  return bytes;
}
std::string head_of(const std::string& request) { return request.substr(0, request.find("\r\n\r\n") + 4); }
std::string body_of(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

/// Whether a request carries the signature that net::sign() computes for a call at the request's own date.
void expect_signed(const std::string& request, const std::string& operation, const Parameters& parameters) {
  const std::string head = head_of(request);
  net::CallToSign call{
      .operation = operation, .parameters = parameters, .access_key = "ak", .secret_key = "sk", .date = ""};
  call.date = header_of(head, "requestDate");
  for (const auto& [name, value] : net::sign(call).headers) {
    const bool of_signature = name == "accessKey" || name == "contentMD5" || name == "Hmac" || name == "platform";
    if (of_signature) {
      EXPECT_EQ(header_of(head, name), value) << operation << ' ' << name;
    }
  }
  EXPECT_EQ(call.date.size(), 29U);
}

Options options_of(std::uint32_t batch, std::uint32_t size, Content content = Content::kText) {
  Options options;
  options.batch = batch;
  options.message_bytes = size;
  options.content = content;
  return options;
}

class SendRequestTest : public ::testing::TestWithParam<Content> {};
INSTANTIATE_TEST_SUITE_P(Contents, SendRequestTest, ::testing::Values(Content::kText, Content::kJson));

TEST_P(SendRequestTest, IsACompleteRequestOfAnySize) {
  for (const auto& [batch, size] :
       {std::pair{1U, 1U}, {1U, 16U}, {1U, 17U}, {3U, 40U}, {512U, 1024U}, {1U, 524'288U}}) {
    const SendBody body(kUnsigned, "q", options_of(batch, size, GetParam()));
    SendRequest request(body, kUnsigned);
    const std::string bytes = joined(request.prepare(0x1234, nullptr));
    EXPECT_EQ(header_of(head_of(bytes), "Content-Length"), std::to_string(body_of(bytes).size()));
    EXPECT_EQ(header_of(head_of(bytes), "Hmac"), "");
    const auto value = boost::json::parse(body_of(bytes));
    const auto& messages = value.at("messages").as_array();
    ASSERT_EQ(messages.size(), batch);
    for (const auto& message : messages) EXPECT_EQ(message.at("body").as_string().size(), size);
    const std::string last(messages.back().at("body").as_string());
    if (size >= kStampBytes) {
      EXPECT_EQ(read_stamp(last.substr(size - kStampBytes)), 0x1234);
    }
    EXPECT_EQ(body.is_stamped(), size >= kStampBytes);
  }
}

TEST_P(SendRequestTest, IsSignedAnewForEachStamp) {
  Signer signer("sk");
  for (const auto& [batch, size] : {std::pair{1U, 1U}, {1U, 100U}, {512U, 1024U}}) {
    const SendBody body(kSigned, "q", options_of(batch, size, GetParam()));
    SendRequest request(body, kSigned);
    for (const std::int64_t stamp : {1, 2}) {
      const std::string bytes = joined(request.prepare(stamp, &signer));
      const std::string json = body_of(bytes);
      const auto at = json.find('[');
      expect_signed(bytes, "sendSpecifyQueueMessage",
                    {{"regionId", "r"}, {"queueId", "q"}, {"messages", json.substr(at, json.size() - at - 1)}});
    }
  }
}

TEST(ConsumeRequestTest, IsSignedOnceForEachDate) {
  Signer signer("sk");
  ConsumeRequest request(kSigned, {"q", "g"}, 7, 1);
  const std::string bytes = joined(request.prepare(&signer));
  const std::string info = R"({"regionId":"r","queueId":"q","consumerGroupId":"g","maxMsgs":7,"timeWait":1})";
  EXPECT_EQ(header_of(bytes, "consumerQueueInfo"), info);
  expect_signed(bytes, "consumptionMessage", {{"consumerQueueInfo", info}});
  EXPECT_EQ(joined(request.prepare(&signer)), bytes);
}

TEST(ConfirmRequestTest, NamesEveryHandler) {
  Signer signer("sk");
  ConfirmRequest request(kSigned, {"q", "g"});
  for (const std::vector<std::string>& handlers : {std::vector<std::string>{"one"}, {"a", "b", "c"}, {"again"}}) {
    request.begin();
    std::string list;
    for (const auto& handler : handlers) {
      request.add(handler);
      list.append(list.empty() ? "[" : ",")
          .append(R"({"handler":")")
          .append(handler)
          .append(R"(","status":"success"})");
    }
    const std::string bytes = joined(request.finish(&signer));
    EXPECT_EQ(body_of(bytes), R"({"regionId":"r","queueId":"q","consumerGroupId":"g","message":)" + list + "]}");
    EXPECT_EQ(header_of(head_of(bytes), "Content-Length"), std::to_string(body_of(bytes).size()));
    expect_signed(bytes, "confirmConsumedSpecifiedMessage",
                  {{"regionId", "r"}, {"queueId", "q"}, {"consumerGroupId", "g"}, {"message", list + "]"}});
  }
}

TEST(RawRequestTest, IsAsLongAsAskedFor) {
  using enum RequestHead::Method;
  for (const std::size_t bytes : {400UL, 1'281UL, 530'677UL}) {
    EXPECT_NEAR(static_cast<double>(joined(RawRequest(kPost, bytes, 5).parts()).size()), static_cast<double>(bytes), 4);
  }
  const std::string get = joined(RawRequest(kGet, 273, 576'000).parts());
  EXPECT_EQ(get.size(), 273U);
  EXPECT_TRUE(get.starts_with("GET /reply/576000 HTTP/1.1\r\n"));
  EXPECT_TRUE(get.ends_with("\r\n\r\n"));
}

TEST(RenderCallTest, LeavesTheSignatureOutWithoutASecret) {
  const std::string bytes = render_call(kUnsigned, "queryQuota", {{"regionId", "r"}});
  EXPECT_EQ(header_of(bytes, "accessKey"), "ak");
  EXPECT_EQ(header_of(bytes, "regionId"), "r");
  EXPECT_EQ(header_of(bytes, "Hmac"), "");
  expect_signed(render_call(kSigned, "queryQuota", {{"regionId", "r"}}), "queryQuota", {{"regionId", "r"}});
}

}  // namespace
}  // namespace wingmq::load
