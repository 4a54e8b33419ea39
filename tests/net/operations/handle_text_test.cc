#include "operations/handle_text.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "text/base64.h"

namespace wingmq::net {
namespace {


const Handle kHandle{.stream = 0xFFFFFFFF, .lease = 7, .index = 65535, .secret = 0x0123456789ABCDEF};

HandleScene scene_with(std::vector<std::string> tags, TagMatch match = TagMatch::kAny) {
  return {.topic = "q-7490d0cc637c49be94682e12bb94f537-e99f9718-a61f-4946-a259-5c84ba613e92",
          .group = *GroupId::parse("g-54b783a1-62b5-41c1-9c56-05b47a00ac80"),
          .tags = TagRule(std::move(tags), match)};
}

boost::json::value opened(const std::string& text) { return boost::json::parse(base64_decode(text).value()); }

TEST(HandleText, JsonLookHasTheMembersOfTheReference) {
  const auto value = opened(json_handler(kHandle, scene_with({"tag45", "tag46"}, TagMatch::kAll),
                                         {.partition = {1}, .offset = {6}, .failures = 2}));
  EXPECT_EQ(value.at("topic").as_string(), "q-7490d0cc637c49be94682e12bb94f537-e99f9718-a61f-4946-a259-5c84ba613e92");
  EXPECT_EQ(value.at("group").as_string(), "g-54b783a1-62b5-41c1-9c56-05b47a00ac80");
  EXPECT_EQ(value.at("partition").as_int64(), 1);
  EXPECT_EQ(value.at("offset").as_int64(), 6);
  EXPECT_EQ(value.at("tagList"), (boost::json::value{"tag45", "tag46"}));
  EXPECT_EQ(value.at("tagType").as_string(), "and");
  EXPECT_EQ(value.at("redeliverTimes").as_int64(), 2);
  EXPECT_EQ(value.at("consumerVersion").as_int64(), 2);
}

TEST(HandleText, BothLooksAreReadBack) {
  const auto compact = kHandle.text();
  EXPECT_EQ(parse_handle({compact.data(), compact.size()}), kHandle);
  auto scene = scene_with({});
  EXPECT_EQ(parse_handle(json_handler(kHandle, scene, {})), kHandle);
  scene.stream = Stream::kDeadLetters;
  const auto dead = json_handler(kHandle, scene, {});
  EXPECT_TRUE(opened(dead).at("consumerId").as_string().starts_with("dl-"));
  EXPECT_EQ(parse_handle(dead), kHandle);
}

TEST(HandleText, TagsThatDoNotFitAreLeftOut) {
  const std::vector<std::string> tags = {std::string(64, 'a'), std::string(64, 'b'), std::string(64, 'c')};
  const HandlePlace far{.partition = {UINT32_MAX}, .offset = {UINT64_MAX}, .failures = UINT32_MAX};
  auto scene = scene_with(tags, TagMatch::kAll);
  scene.stream = Stream::kDeadLetters;
  const auto text = json_handler(kHandle, scene, far);
  EXPECT_LE(text.size(), kHandlerBytesMax);
  EXPECT_LT(opened(text).at("tagList").as_array().size(), 3U);
  EXPECT_EQ(parse_handle(text), kHandle);
}

TEST(HandleText, AnythingElseIsNoHandle) {
  const auto good = json_handler(kHandle, scene_with({}), {});
  for (const std::string& text :
       {std::string(), std::string("x"), good + "A", good + "AAAA", good.substr(4), good.substr(0, good.size() - 4),
        base64_encode("{}"), base64_encode("[]"), base64_encode(R"({"consumerId":"xyz"})"), base64_encode(R"({"consumerId":7})"),
        std::string(600, 'A')}) {
    EXPECT_EQ(parse_handle(text), std::nullopt) << text;
  }
  const auto compact = kHandle.text();
  EXPECT_EQ(parse_handle(std::string(compact.data(), compact.size()).append("A")), std::nullopt);
}

}  // namespace
}  // namespace wingmq::net
