#include "text/escape.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "support/rng.h"

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

TEST(Escape, FrequentQuotesComeBackWhateverStandsBetweenThem) {
  constexpr unsigned kSeed = 20261124;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  const std::vector<std::string> pieces = {"\"", "\\", "\\\"", "name", "x", "1,", "\n", "\x01", "\xE4\xB8\xAD", "a long stretch without any"};
  test::Rng random(kSeed);
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (auto i = random.below(80); i > 0; --i) text += pieces[random.below(random.percent(50) ? 4 : pieces.size())];
    std::vector<char> room(escaped_bytes_max(text.size()));
    const char* const end = write_escaped(text, room.data());
    const std::string quoted = '"' + std::string(room.data(), static_cast<std::size_t>(end - room.data())) + '"';
    ASSERT_EQ(std::string(boost::json::parse(quoted).as_string()), text) << quoted;
  }
}

TEST(Escape, WritesNoFurtherThanPromised) {
  for (std::size_t length = 0; length < 70; ++length) {
    const std::string text(length, '"');
    std::vector<char> room(escaped_json_bytes_max(length));
    const auto* end = write_escaped(text, room.data());
    EXPECT_EQ(static_cast<std::size_t>(end - room.data()), 2 * length);
    EXPECT_LE(in_quotes(std::string(length, '\x01')).size(), escaped_bytes_max(length) + 2);
    const std::string json = (text + "xxxx").substr(0, length / 2) + std::string(length - length / 2, 'x');
    std::vector<char> exact(escaped_json_bytes_max(length));
    EXPECT_LE(write_escaped(json, exact.data()) - exact.data(), static_cast<std::ptrdiff_t>(exact.size()));
  }
}

}  // namespace
}  // namespace wingmq::net
