#include "text/timestamp.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

std::int64_t ms_of(std::string_view text) {
  const auto target = parse_reset_target(text);
  return target && target->kind == ResetTarget::Kind::kTime ? target->time.time_since_epoch().count() : -1;
}

TEST(ResetTarget, WordsAndTheirNumbers) {
  for (const char* text : {"earliest", "0"}) EXPECT_EQ(parse_reset_target(text)->kind, ResetTarget::Kind::kEarliest);
  for (const char* text : {"latest", "1"}) EXPECT_EQ(parse_reset_target(text)->kind, ResetTarget::Kind::kLatest);
}

TEST(ResetTarget, EveryFormOfATime) {
  for (const char* text : {"1795420810000", "1795420810", "Mon, 23 Nov 2026 08:00:10 GMT", "2026-11-23T08:00:10Z",
                           "2026-11-23T08:00:10", "2026-11-23 08:00:10", "2026-11-23T16:00:10+08:00",
                           "2026-11-23T16:00:10.000+0800", "2026-11-23T00:30:10-07:30"}) {
    EXPECT_EQ(ms_of(text), 1795420810000) << text;
  }
  EXPECT_EQ(ms_of("2026-11-23T08:00:10.001Z"), 1795420810001);
  EXPECT_EQ(ms_of("2026-11-23T08:00:10.5"), 1795420810500);
  EXPECT_EQ(ms_of("2026-11-23T08:00:10.0019999Z"), 1795420810001);
  EXPECT_EQ(ms_of("Thu, 1 Jan 1970 00:00:00 GMT"), 0);
  EXPECT_EQ(ms_of("2024-02-29T00:00:00Z"), 1709164800000);
}

TEST(ResetTarget, IsoTimesAsJavaPythonDotNetAndGoPrintThem) {
  constexpr std::int64_t kEight = 1795420800000;
  for (const char* text :
       {"2026-11-23T08:00", "2026-11-23T08:00Z", "2026-11-23T16:00+08:00", "2026-11-23T16:00+0800", "2026-11-23T16:00+08",
        "2026-11-23 08:00", "2026-11-23t08:00z", "2026-11-23T08:00Z[UTC]", "2026-11-23T16:00+08:00[Asia/Shanghai]",
        "2026-11-23T08:00:00.0000000Z", "2026-11-23T16:00:00.000000+08:00", "2026-11-23T08:00:00,000Z", "2026-11-23T08:00:00.000000000",
        "2026-11-23T02:30-05:30"}) {
    EXPECT_EQ(ms_of(text), kEight) << text;
  }
  EXPECT_EQ(ms_of("2026-11-23T08:00:00,25Z"), kEight + 250);
  EXPECT_EQ(ms_of("2026-11-23T23:59+23:59"), 1795392000000);
  for (const char* text : {"2026-11-23T08", "2026-11-23T08:", "2026-11-23T08:0", "2026-11-23T08:00:", "2026-11-23T08:00.5Z", "2026-11-23T08:00+",
                           "2026-11-23T08:00+8:00", "2026-11-23T08:00+24:00", "2026-11-23T08:00+08:60", "2026-11-23T08:00+08:",
                           "2026-11-23T08:00+08:0", "2026-11-23T08:00+080", "2026-11-23T08:00[UTC]", "2026-11-23T08:00Z[UTC", "2026-11-23T08:00Z[!u=x]",
                           "2026-11-23T08:00Z ", "2026-11-23T24:00"}) {
    EXPECT_FALSE(parse_reset_target(text)) << text;
  }
}

TEST(ResetTarget, AnythingElseIsUnreadable) {
  for (const char* text :
       {"", "2", "-1", "12345", "179542081000", "17954208100000", "1.5", "yesterday", "EARLIEST", "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T08:60:00Z", "2026-11-23T08:00:60Z", "2026-11-23",
        "2026-11-23T08:00:10X", "2026-11-23T08:00:10.Z", "2026-11-23T08:00:10+8", "Tue, 23 Nov 2026 08:00:10 GMT",
        "Mon, 32 Nov 2026 08:00:10 GMT", "Mon, 23 Foo 2026 08:00:10 GMT", "Mon, 23 Nov 2026 08:00:10 CST",
        "Mon, 23 Nov 2026 08:00:10", "Mon, 23 Nov 2026 08:00:10 GMT+1"}) {
    EXPECT_FALSE(parse_reset_target(text)) << text;
  }
}

}  // namespace
}  // namespace wingmq::net
