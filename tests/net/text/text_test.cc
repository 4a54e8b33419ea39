#include "text/text.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

TEST(Text, TrimTakesSpacesOffBothEnds) {
  EXPECT_EQ(trimmed(" \t\r\n a b \n"), "a b");
  EXPECT_EQ(trimmed("  "), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Text, NamesCompareWithoutCase) {
  EXPECT_TRUE(equal_ignoring_case("regionId", "REGIONID"));
  EXPECT_FALSE(equal_ignoring_case("regionId", "regionI"));
  EXPECT_FALSE(equal_ignoring_case("a[", "a{")) << "only letters have a case";
}

TEST(Text, WordsAreNotEmptyAndOfTheirCharactersOnly) {
  EXPECT_TRUE(is_word("aZ09_-", "_-"));
  EXPECT_FALSE(is_word("", "_-"));
  EXPECT_FALSE(is_word("a.b", "_-"));
  EXPECT_FALSE(is_word("中", "_-"));
  EXPECT_FALSE(is_word(std::string_view("a\0", 2), "_-"));
}

TEST(Text, CodePointsAreCountedAndNotBytes) {
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("aé中\xF0\x9F\x98\x80"), 4U);
}

TEST(Text, PercentDecodingIsStrictAndPlusIsASpaceInFormsOnly) {
  EXPECT_EQ(percent_decoded("a%2Db%e4%B8%ad", Plus::kStays), "a-b中");
  EXPECT_EQ(percent_decoded("a+b", Plus::kStays), "a+b");
  EXPECT_EQ(percent_decoded("a+b%2B", Plus::kIsSpace), "a b+");
  for (const char* broken : {"%", "a%2", "%zz", "%2g", "%%20"}) EXPECT_EQ(percent_decoded(broken, Plus::kStays), std::nullopt);
}

TEST(Text, WhatIsShownIsShortAndValid) {
  EXPECT_EQ(shown("abc"), "abc");
  EXPECT_EQ(shown("a\xff\x80"), "a??");
  const auto cut = shown("x" + std::string(100, 'y'));
  EXPECT_EQ(cut, "x" + std::string(79, 'y') + "...");
  std::string chinese = "x";
  for (int i = 0; i < 50; ++i) chinese += "中";
  EXPECT_TRUE(is_utf8(shown(chinese)));
  EXPECT_TRUE(shown(chinese).starts_with("x中"));
}

}  // namespace
}  // namespace wingmq::net
