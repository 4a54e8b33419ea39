#include "escape.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

namespace wingmq::net {
namespace {

std::string in_quotes(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

TEST(Escape, QuotesBackslashesAndControlCharactersOnly) {
  EXPECT_EQ(in_quotes(""), R"("")");
  EXPECT_EQ(in_quotes("a/b中\x7f"), "\"a/b中\x7f\"");
  EXPECT_EQ(in_quotes("\"\\\n\r\t\b\f"), R"("\"\\\n\r\t\b\f")");
  EXPECT_EQ(in_quotes(std::string_view("\0\x01\x1f", 3)), R"("\u0000\u0001\u001f")");
  EXPECT_EQ(in_quotes("\xE2\x80\xA8"), "\"\xE2\x80\xA8\"");
}

TEST(Escape, EveryByteAtEveryPlaceOfABlockComesBack) {
  for (int c = 1; c < 128; ++c) {
    for (std::size_t place = 0; place < 33; ++place) {
      std::string text(33, 'x');
      text[place] = static_cast<char>(c);
      EXPECT_EQ(std::string(boost::json::parse(in_quotes(text)).as_string()), text) << c << " at " << place;
    }
  }
}

TEST(Escape, WritesNoFurtherThanPromised) {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string text(length, '"');
    std::vector<char> room(escaped_json_bytes_max(length));
    const auto* end = write_escaped(text, room.data());
    EXPECT_EQ(static_cast<std::size_t>(end - room.data()), 2 * length);
    EXPECT_LE(in_quotes(std::string(length, '\x01')).size(), escaped_bytes_max(length) + 2);
  }
}

}  // namespace
}  // namespace wingmq::net
