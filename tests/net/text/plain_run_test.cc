#include "text/plain_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace wingmq::net {
namespace {

constexpr std::size_t kLengthMax = 260;  // several wide blocks and every kind of rest

bool is_plain(char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; }

TEST(PlainRunTest, EndsAtTheFirstSpecialByteWhereverItStands) {
  for (int c = 0; c < 256; ++c) {
    for (std::size_t place = 0; place < kLengthMax; ++place) {
      std::string text(kLengthMax, 'x');
      text[place] = static_cast<char>(c);
      const char* const end = text.data() + text.size();
      const std::size_t expected = is_plain(text[place]) ? kLengthMax : place;
      ASSERT_EQ(plain_end(text.data(), end) - text.data(), static_cast<std::ptrdiff_t>(expected)) << c << " at " << place;
      std::vector<char> out(kLengthMax);
      ASSERT_EQ(copy_plain(text.data(), end, out.data()), expected) << c << " at " << place;
      ASSERT_TRUE(std::equal(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(expected), text.begin()));
    }
  }
}

TEST(PlainRunTest, ReadsAndWritesNothingBehindTheEnd) {
  for (std::size_t length = 0; length < kLengthMax; ++length) {
    const std::vector<char> text(length, 'x');  // AddressSanitizer watches both ends
    std::vector<char> out(length);
    EXPECT_EQ(plain_end(text.data(), text.data() + length), text.data() + length);
    EXPECT_EQ(copy_plain(text.data(), text.data() + length, out.data()), length);
    EXPECT_EQ(out, text);
  }
}

}  // namespace
}  // namespace wingmq::net
