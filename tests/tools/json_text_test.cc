#include "json_text.h"

#include <gtest/gtest.h>

namespace wingmq::tools {
namespace {

TEST(IndentJsonTest, GivesEveryMemberAndElementALine) {
  EXPECT_EQ(indent_json(R"({"a":1,"b":[true,{"c":null}]})"),
            "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    {\n      \"c\": null\n    }\n  ]\n}");
}

TEST(IndentJsonTest, KeepsEmptyObjectsAndListsTogether) {
  EXPECT_EQ(indent_json(R"({"a":{},"b":[ ],"c":[[]]})"), "{\n  \"a\": {},\n  \"b\": [],\n  \"c\": [\n    []\n  ]\n}");
  EXPECT_EQ(indent_json("{}"), "{}");
}

TEST(IndentJsonTest, KeepsStringsAndTheSpellingOfNumbers) {
  EXPECT_EQ(indent_json(R"({"a":" {,:\"}[ ","b\\":1.50e+01,"c":123456789012345678901})"),
            "{\n  \"a\": \" {,:\\\"}[ \",\n  \"b\\\\\": 1.50e+01,\n  \"c\": 123456789012345678901\n}");
}

TEST(IndentJsonTest, ChangesNothingBySecondUse) {
  const std::string once = indent_json(R"([{"a":[1,2],"b":{}},"x y"])");
  EXPECT_EQ(indent_json(once), once);
}

TEST(IndentJsonTest, PassesOnWhatIsNoJson) {
  EXPECT_EQ(indent_json(""), "");
  EXPECT_EQ(indent_json("]}"), "]}");
  EXPECT_EQ(indent_json("oops"), "oops");
  EXPECT_EQ(indent_json("\"no end"), "\"no end");
}

TEST(FlattenJsonTest, PutsBlanksForLineEndsOutsideOfStrings) {
  EXPECT_EQ(flatten_json("{\r\n\t\"a\": 1,\n\"b\" :2}"), "{   \"a\": 1, \"b\" :2}");
  EXPECT_EQ(flatten_json("[\"a\nb\\\"\n\",\n1]"), "[\"a\nb\\\"\n\", 1]");
}

TEST(JsonPartsTest, AreWhatStandsBetweenTheCommas) {
  EXPECT_EQ(json_parts("[]").size(), 0U);
  const auto parts = json_parts(" [ 1.50 , \"a,]\\\"\",{\"x\":[1,2]} ]");
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0], "1.50");
  EXPECT_EQ(parts[1], "\"a,]\\\"\"");
  EXPECT_EQ(parts[2], "{\"x\":[1,2]}");
}

TEST(JsonMemberTest, KeepsTheSpellingOfItsValue) {
  const auto* object = R"({"ab":0,"a" : 1.50 ,"b":{"a":2}})";
  EXPECT_EQ(json_member(object, "a"), "1.50");
  EXPECT_EQ(json_member(object, "b"), R"({"a":2})");
  EXPECT_EQ(json_member(object, "c"), "");
}

}  // namespace
}  // namespace wingmq::tools
