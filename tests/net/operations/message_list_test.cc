#include "operations/message_list.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

/// A list read out of its own text.
struct Reading {
  explicit Reading(std::string list, std::uint32_t count_max = 1000) : text(std::move(list)), messages(text.data(), count_max) {
    json::Reader reader(text);
    good = reader.fault() == json::Fault::kNone && messages.read(reader) && reader.end();
  }
  [[nodiscard]] std::optional<Fault> fault() const {
    return messages.refusal() ? std::optional(messages.refusal()->fault) : std::nullopt;
  }
  [[nodiscard]] std::string part(std::uint32_t at, std::uint32_t bytes) const { return text.substr(at, bytes); }

  std::string text;
  MessageList messages;
  bool good = false;
};

std::string tags_of(const std::string& tags) {
  const Reading reading("[{\"body\":1,\"tags\":" + tags + "}]");
  if (reading.fault()) return "refused";
  const Message& message = reading.messages.messages().at(0);
  return reading.part(message.tags_at, message.tags_bytes);
}

std::uint32_t payload_of(const std::string& message) {
  const Reading reading("[" + message + "]");
  return reading.fault() ? 0 : reading.messages.messages().at(0).payload_bytes;
}

TEST(MessageList, PartsAreFoundWhereTheyStand) {
  const Reading reading(R"([ {"tags":["t"], "body" : {"a": 1.50 } ,"x":[],"attributes":{ "k":"v"}},{"body":null}])");
  ASSERT_TRUE(reading.good);
  ASSERT_EQ(reading.messages.messages().size(), 2U);
  const Message& first = reading.messages.messages()[0];
  EXPECT_EQ(reading.part(first.body_at, first.body_bytes), R"({"a": 1.50 })");
  EXPECT_EQ(reading.part(first.attributes_at, first.attributes_bytes), R"({ "k":"v"})");
  EXPECT_EQ(reading.part(first.tags_at, first.tags_bytes), R"(["t"])");
  const Message& second = reading.messages.messages()[1];
  EXPECT_EQ(reading.part(second.body_at, second.body_bytes), "null");
  EXPECT_EQ(second.attributes_bytes, 0U);
  EXPECT_EQ(second.tags_bytes, 0U);
}

TEST(MessageList, PayloadCountsDecodedStringsAndOtherValuesAsSent) {
  EXPECT_EQ(payload_of(R"({"body":""})"), 0U);
  EXPECT_EQ(payload_of(R"({"body":"\u4e2d\n中"})"), 7U);
  EXPECT_EQ(payload_of(R"({"body":[1, 2]})"), 6U);
  EXPECT_EQ(payload_of(R"({"body":{"a":"\n"}})"), 10U);
  EXPECT_EQ(payload_of(R"({"body":"x","attributes":{ },"tags":[ "t" ]})"), 1U + 3 + 7);
}

TEST(MessageList, TagsAreMadeCompactInPlace) {
  EXPECT_EQ(tags_of(R"(["a","b_-9"])"), R"(["a","b_-9"])");
  EXPECT_EQ(tags_of(R"([ "\u0061" ,)" "\t" R"("b" ])"), R"(["a","b"])");
  EXPECT_EQ(tags_of("[]"), "");
  EXPECT_EQ(tags_of("[ ]"), "");
  const std::string longest(64, 't');
  EXPECT_EQ(tags_of("[\"" + longest + "\", \"" + longest + "\",\"" + longest + "\"]"),
            "[\"" + longest + "\",\"" + longest + "\",\"" + longest + "\"]");
}

TEST(MessageList, BadTagsAreNamed) {
  for (const auto& tags : {std::string(R"([""])"), std::string(R"(["a b"])"), std::string(R"(["标"])"), std::string("[1]"),
                           std::string("[[]]"), std::string("[null]"), std::string("{}"), std::string("\"a\""),
                           "[\"" + std::string(65, 't') + "\"]"}) {
    const Reading reading("[{\"body\":1,\"tags\":" + tags + "}]");
    EXPECT_TRUE(reading.good);
    EXPECT_EQ(reading.fault(), Fault::kBadTag) << tags;
    EXPECT_EQ(reading.messages.refusal()->name, "messages[0].tags");
  }
  EXPECT_EQ(Reading(R"([{"body":1,"tags":["a","b","c","d"]}])").fault(), Fault::kTooManyTags);
}

TEST(MessageList, NullAttributesAndTagsAreAbsentAndTwiceIsTwice) {
  const Reading reading(R"([{"body":1,"attributes":null,"tags":null}])");
  EXPECT_EQ(reading.fault(), std::nullopt);
  EXPECT_TRUE(reading.messages.has_nulls());
  EXPECT_FALSE(Reading(R"([{"body":null}])").messages.has_nulls());
  EXPECT_EQ(Reading(R"([{"body":1,"tags":null,"tags":["a"]}])").fault(), Fault::kTwice);
}

TEST(MessageList, EveryBadMessageIsNamedByItsPlace) {
  const std::pair<const char*, Fault> cases[] = {{"{}", Fault::kNoBody},
                                                 {R"({"Body":1})", Fault::kNoBody},
                                                 {R"({"body":1,"body":1})", Fault::kTwice},
                                                 {R"({"body":1,"\u0062ody":1})", Fault::kTwice},
                                                 {R"({"body":1,"attributes":[]})", Fault::kBadAttributes},
                                                 {"7", Fault::kNotObject},
                                                 {"[]", Fault::kNotObject},
                                                 {"null", Fault::kNotObject}};
  for (const auto& [message, fault] : cases) {
    const Reading reading(R"([{"body":0},)" + std::string(message) + R"(,{"body":2}])");
    EXPECT_TRUE(reading.good) << message;
    EXPECT_EQ(reading.fault(), fault) << message;
    EXPECT_TRUE(reading.messages.refusal()->name.starts_with("messages[1]")) << message;
  }
}

TEST(MessageList, FromOneMessageToTheMaximum) {
  EXPECT_EQ(Reading("[]", 2).fault(), Fault::kEmptyList);
  EXPECT_EQ(Reading(R"([{"body":1},{"body":2}])", 2).fault(), std::nullopt);
  const Reading three(R"([{"body":1},{"body":2},{"body":3}])", 2);
  EXPECT_EQ(three.fault(), Fault::kTooManyEntries);
  EXPECT_EQ(three.messages.refusal()->maximum, 2U);
}

TEST(MessageList, TextBehindABadMessageMustStillBeJson) {
  EXPECT_FALSE(Reading(R"([{},{"body":01}])").good);
  EXPECT_FALSE(Reading(R"([7,{"body":"\x"}])").good);
  EXPECT_FALSE(Reading(R"([{"body":1},])").good);
}

TEST(MessageList, SameMemberTwiceInAPassedOnValueIsNoFault) {
  EXPECT_EQ(Reading(R"([{"body":{"a":1,"a":2},"unknown":1,"unknown":2}])").fault(), std::nullopt);
}

}  // namespace
}  // namespace wingmq::net
