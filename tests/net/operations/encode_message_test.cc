#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "net/operations/call_fixture.h"
#include "operations/encode.h"
#include "operations/message_list.h"

namespace wingmq::net {
namespace {


/// A stored batch made of the text of a `messages` array.
BatchRef batch_of(CallFixture& memory, std::string_view messages) {
  Buffer buffer = memory.pool.copy(messages);
  MessageList list(buffer.data(), 1000);
  net::json::Reader reader(buffer.view());
  if (!list.read(reader) || list.refusal()) throw std::runtime_error("bad messages in a test");
  return Batch::make(memory.pool, std::move(buffer), list.messages());
}

std::string handler_of(const Delivery& delivery, std::uint32_t index) {
  const auto text = delivery.handle(index).text();
  return {text.data(), text.size()};
}

std::string embedded(const std::string& body) {
  return std::string(boost::json::parse(body).at("returnObj").at("returnObj").as_string());
}

TEST(EncodeMessage, EmptyDeliveryIsAnEmptyArray) {
  EXPECT_EQ(encode_delivery({}, {}),
            R"({"statusCode":800,"returnObj":{"returnObj":"[]","errorMessageString":"","errorMessageArray":[],"succeed":true}})");
}

TEST(EncodeMessage, MessagesOfAllRunsWithTheirHandlers) {
  CallFixture memory;
  Delivery delivery;
  delivery.first = {.stream = 1, .lease = 2, .index = 0, .secret = 3};
  delivery.count = 3;
  delivery.runs.push_back({batch_of(memory, R"([{"body":0},{"body":"a\"b","attributes":{"k": "v"},"tags":["x","y"]}])"), 1, 1,
                           {}, {5}, 0});
  delivery.runs.push_back({batch_of(memory, R"([{"body":[ 1.50 ,null]},{"body":{}}])"), 0, 2, {}, {9}, 1});
  EXPECT_EQ(embedded(encode_delivery(delivery, {})),
            R"([{"handler":")" + handler_of(delivery, 0) +
                R"(","message":{"body":"a\"b","attributes":{"k": "v"},"tags":["x","y"]}},{"handler":")" +
                handler_of(delivery, 1) + R"(","message":{"body":[ 1.50 ,null],"attributes":{},"tags":[]}},{"handler":")" +
                handler_of(delivery, 2) + R"(","message":{"body":{},"attributes":{},"tags":[]}}])");
}

TEST(EncodeMessage, WhateverWasValidParsesAtBothLevels) {
  CallFixture memory;
  Delivery delivery;
  delivery.count = 1;
  for (const char* body : {"\"\\\"\\\\\"", "\"\\u0000\\n\"", "[\n\t1,\r\n 2 ]", "\"\xE2\x80\xA8\x7f\"", "{\"\\\"\":\"\\\\\"}",
                           "\"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"", "\"\"", "-0.0e-5"}) {
    delivery.runs = {{batch_of(memory, "[{\"body\":" + std::string(body) + "}]"), 0, 1, {}, {}, 0}};
    const auto text = embedded(encode_delivery(delivery, {}));
    EXPECT_NE(text.find("\"body\":" + std::string(body) + ",\"attributes\""), std::string::npos) << text;
    EXPECT_EQ(boost::json::parse(text).at(0).at("message").at("body"), boost::json::parse(body));
  }
}

TEST(EncodeMessage, HandlersOfTheJsonLookCountUpTheOffset) {
  CallFixture memory;
  Delivery delivery;
  delivery.count = 2;
  delivery.first = {.stream = 1, .lease = 2, .index = 0, .secret = 3};
  delivery.runs = {{batch_of(memory, R"([{"body":1},{"body":2}])"), 0, 2, {4}, {7}, 3}};
  const DeliveryLook look{.scene = HandleScene{.topic = "t", .group = {}, .tags = {}}, .shuffled = {}};
  const auto array = boost::json::parse(embedded(encode_delivery(delivery, look))).as_array();
  const HandleScene& scene = *look.scene;
  EXPECT_EQ(array.at(0).at("handler").as_string(), json_handler(delivery.handle(0), scene, {{4}, {7}, 3}));
  EXPECT_EQ(array.at(1).at("handler").as_string(), json_handler(delivery.handle(1), scene, {{4}, {8}, 3}));
}

TEST(EncodeMessage, OneStateForEachMessageSent) {
  EXPECT_EQ(encode_sent(1), R"({"statusCode":800,"messages":[{"error":null,"state":0,"error_code":null}]})");
  EXPECT_EQ(boost::json::parse(encode_sent(1000)).at("messages").as_array().size(), 1000U);
}

TEST(EncodeMessage, ConfirmationsAndResetsStandInTheEnvelope) {
  EXPECT_EQ(embedded(encode_confirmed({.success = 2, .fail = 1})), R"({"success":2,"fail":1})");
  EXPECT_EQ(encode_reset(), R"({"statusCode":800,"returnObj":{"returnObj":"{\"status\":\"success\"}","errorMessageString":"",)"
                            R"("errorMessageArray":[],"succeed":true}})");
}

}  // namespace
}  // namespace wingmq::net
