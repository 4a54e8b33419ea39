#include "client/table.h"

#include <gtest/gtest.h>

namespace wingmq::tools {
namespace {

TEST(TableTest, NumbersStandOnTheRightAndEmptyColumnsAreLeftOut) {
  Table table({"name", ">count", "nothing", "body"});
  table.add({{"订单"}, {"5"}, {""}, {"x"}});
  table.add({{"a"}, {"123456"}, {""}, {""}});
  EXPECT_EQ(table.text({}), "name   count  body\n订单       5  x\na     123456\n");
}

TEST(TableTest, TheLastColumnIsCutToTheTerminal) {
  Table table({"a", "body"});
  table.add({{"x"}, {"0123456789012345678901234567890"}});
  EXPECT_EQ(table.text({.colours = false, .columns = 24}), "a  body\nx  01234567890123456789…\n");
  EXPECT_EQ(table.text({.colours = false, .columns = 0}), "a  body\nx  0123456789012345678901234567890\n");
}

TEST(TableTest, ColoursTakeNoRoom) {
  Table table({"state", "body"});
  table.add({{"dead", Colour::kRed}, {"x"}});
  EXPECT_EQ(table.text({.colours = true, .columns = 0}), "\x1b[2mstate\x1b[0m  \x1b[2mbody\x1b[0m\n\x1b[31mdead\x1b[0m   x\n");
}

TEST(WidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(width_of(""), 0U);
  EXPECT_EQ(width_of("é"), 1U);
  EXPECT_EQ(width_of("e\u0301"), 1U);
  EXPECT_EQ(width_of("订单"), 4U);
  EXPECT_EQ(width_of("\xff\xfe"), 2U);
  EXPECT_EQ(cut("订单", 3), "订…");
  EXPECT_EQ(cut("订单", 4), "订单");
}

}  // namespace
}  // namespace wingmq::tools
