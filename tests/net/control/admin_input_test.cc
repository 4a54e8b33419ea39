#include "control/admin_input.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

TEST(ParseNumber, TakesDigitsOnlyAndNoMoreThan64Bits) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("18446744073709551615"), 18'446'744'073'709'551'615U);
  for (const char* wrong : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "1.0", "x"}) {
    EXPECT_FALSE(parse_number(wrong)) << wrong;
  }
}

TEST(QueryParameters, AreDecoded) {
  constexpr std::string_view kAllowed[] = {"region", "project"};
  const auto query = QueryParameters::parse("%72egion=a%2Bb&project=c+d", kAllowed);
  ASSERT_TRUE(query);
  EXPECT_EQ(*query->find("region"), "a+b");
  EXPECT_EQ(*query->find("project"), "c d");
  EXPECT_EQ(query->find("group"), nullptr);
}

TEST(ParseBody, KeepsTextAndWholeNumbersApart) {
  constexpr std::string_view kAllowed[] = {"a", "b", "c"};
  const auto members = parse_body(R"({"a":"\u0041","b":-7,"c":1.0})", kAllowed, "{}");
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 3U);
  EXPECT_EQ(std::get<std::string>((*members)[0].value), "A");
  EXPECT_EQ(std::get<std::int64_t>((*members)[1].value), -7);
  EXPECT_TRUE(std::holds_alternative<OtherJson>((*members)[2].value));
}

}  // namespace
}  // namespace wingmq::net
