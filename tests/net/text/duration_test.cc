#include "wingmq/net/duration.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

using namespace std::chrono_literals;

TEST(ParseDuration, LargestThatFitsIsReadAndOneMoreIsNot) {
  EXPECT_EQ(parse_duration("9223372036854775807ms"), std::chrono::milliseconds(9'223'372'036'854'775'807));
  EXPECT_FALSE(parse_duration("9223372036854775808ms"));
  EXPECT_EQ(parse_duration("106751991167d"), std::chrono::milliseconds(std::int64_t{106'751'991'167} * 86'400'000));
  EXPECT_FALSE(parse_duration("106751991168d"));
}

TEST(ParseDuration, LeadingZeroesAreHarmlessAndAnythingElseIsNotASpan) {
  EXPECT_EQ(parse_duration("007s"), std::chrono::milliseconds(7000));
  for (const char* wrong : {"", "ms", "5", "5 s", "s5", "+5s", "-5s", "5ss", "0x5s", "5us"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
}

TEST(ParseDuration, UnitsFollowEachOtherTheLargerFirst) {
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("71h59m50s"), 72h - 10s);
  EXPECT_EQ(parse_duration("1d2h3m4s5ms"), 26h + 3min + 4005ms);
  EXPECT_EQ(parse_duration("1m5ms"), 60'005ms);
  EXPECT_EQ(parse_duration("0h0s"), 0ms);
  for (const char* wrong : {"30m1h", "1h1h", "1ms1s", "1h30", "1h 30m", "1h-30m", "1hm", "h30m", "1h30m "}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
}

TEST(ParseDuration, ASumThatFitsIsReadAndOneMoreIsNot) {
  EXPECT_EQ(parse_duration("106751991167d7h12m55s807ms"), std::chrono::milliseconds(9'223'372'036'854'775'807));
  EXPECT_FALSE(parse_duration("106751991167d7h12m55s808ms"));
}

}  // namespace
}  // namespace wingmq::net
