#include "wingmq/tag_rule.h"

#include <gtest/gtest.h>

namespace wingmq {
namespace {

TEST(TagRuleTest, WithoutTagsWantsEverything) {
  const TagRule rule;
  EXPECT_TRUE(rule.empty());
  EXPECT_TRUE(rule.matches(""));
  EXPECT_TRUE(rule.matches(R"(["a"])"));
}

TEST(TagRuleTest, AnyNeedsOneOfItsTags) {
  const TagRule rule({"a", "b"}, TagMatch::kAny);
  EXPECT_TRUE(rule.matches(R"(["a"])"));
  EXPECT_TRUE(rule.matches(R"(["b"])"));
  EXPECT_TRUE(rule.matches(R"(["c","b"])"));
  EXPECT_FALSE(rule.matches(R"(["c"])"));
}

TEST(TagRuleTest, AllNeedsEveryOneOfItsTags) {
  const TagRule rule({"a", "b"}, TagMatch::kAll);
  EXPECT_TRUE(rule.matches(R"(["a","b"])"));
  EXPECT_TRUE(rule.matches(R"(["b","c","a"])"));
  EXPECT_FALSE(rule.matches(R"(["a"])"));
  EXPECT_FALSE(rule.matches(R"(["b","c"])"));
}

TEST(TagRuleTest, WithTagsDoesNotWantAMessageWithoutTags) {
  EXPECT_FALSE(TagRule({"a"}, TagMatch::kAny).matches(""));
  EXPECT_FALSE(TagRule({"a"}, TagMatch::kAll).matches(""));
}

TEST(TagRuleTest, ComparesWholeTags) {
  const TagRule rule({"ab"}, TagMatch::kAny);
  EXPECT_TRUE(rule.matches(R"(["ab"])"));
  EXPECT_FALSE(rule.matches(R"(["a"])"));
  EXPECT_FALSE(rule.matches(R"(["abc"])"));
  EXPECT_FALSE(rule.matches(R"(["xab"])"));
  EXPECT_FALSE(rule.matches(R"(["a","b"])"));
  EXPECT_FALSE(rule.matches(R"(["AB"])"));
}

TEST(TagRuleTest, TakesTheWholeAlphabetOfTags) {
  const TagRule rule({"A-z_09"}, TagMatch::kAny);
  EXPECT_TRUE(rule.matches(R"(["-","A-z_09"])"));
  EXPECT_FALSE(rule.matches(R"(["A-z_0"])"));
}

TEST(TagRuleTest, MatchesTagsOfTheLongestLength) {
  const std::string longest(64, 'x');
  EXPECT_TRUE(TagRule({longest}, TagMatch::kAny).matches("[\"" + longest + "\"]"));
  EXPECT_FALSE(TagRule({longest}, TagMatch::kAny).matches("[\"" + longest.substr(1) + "\"]"));
}

TEST(TagRuleTest, IgnoresOrderAndRepetition) {
  EXPECT_EQ(TagRule({"a", "b"}, TagMatch::kAll), TagRule({"b", "a", "b"}, TagMatch::kAll));
  EXPECT_EQ(TagRule({"b", "a", "b"}, TagMatch::kAll).tags(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(TagRule({"a", "a"}, TagMatch::kAll).matches(R"(["a"])"));
}

TEST(TagRuleTest, IgnoresTheMatchWithOneTag) {
  EXPECT_EQ(TagRule({"a"}, TagMatch::kAll), TagRule({"a"}, TagMatch::kAny));
  EXPECT_EQ(TagRule({"a", "a"}, TagMatch::kAll), TagRule({"a"}, TagMatch::kAny));
}

TEST(TagRuleTest, IgnoresTheMatchWithoutTags) { EXPECT_EQ(TagRule({}, TagMatch::kAll), TagRule()); }

TEST(TagRuleTest, DiffersByTagsAndByMatch) {
  EXPECT_NE(TagRule({"a", "b"}, TagMatch::kAny), TagRule({"a", "b"}, TagMatch::kAll));
  EXPECT_NE(TagRule({"a"}, TagMatch::kAny), TagRule({"b"}, TagMatch::kAny));
  EXPECT_NE(TagRule({"a"}, TagMatch::kAny), TagRule({"a", "b"}, TagMatch::kAny));
  EXPECT_NE(TagRule({"a"}, TagMatch::kAny), TagRule());
}

}  // namespace
}  // namespace wingmq
