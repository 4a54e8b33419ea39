#include "text/request_date.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

constexpr Time kMoment{Millis(1'795'420'800'000)};  // Mon, 23 Nov 2026 08:00:00 GMT

TEST(RequestDateTest, EverySpellingOfOneInstantIsRead) {
  for (const char* text :
       {"Mon, 23 Nov 2026 08:00:00 GMT", "Mon, 23 Nov 2026 08:00:00 UTC", "Mon, 23 Nov 2026 08:00:00 Z",
        "Mon, 23 Nov 2026 16:00:00 CST", "Mon, 23 Nov 2026 16:00:00 GMT+8", "Mon, 23 Nov 2026 16:00:00 GMT+08:00",
        "Mon, 23 Nov 2026 16:00:00 +0800", "Mon, 23 Nov 2026 03:00:00 -0500", "Mon, 23 Nov 2026 02:30:00 GMT-05:30"}) {
    EXPECT_EQ(parse_request_date(text), kMoment) << text;
  }
}

TEST(RequestDateTest, TheDayMayHaveOneDigit) {
  EXPECT_EQ(parse_request_date("Tue, 3 Nov 2026 08:00:00 GMT"), kMoment - std::chrono::days(20));
  EXPECT_EQ(parse_request_date("Tue, 03 Nov 2026 08:00:00 GMT"), kMoment - std::chrono::days(20));
}

TEST(RequestDateTest, TheWeekdayIsTheDatesInItsOwnZone) {
  EXPECT_FALSE(parse_request_date("Tue, 23 Nov 2026 08:00:00 GMT"));
  EXPECT_EQ(parse_request_date("Tue, 24 Nov 2026 02:00:00 CST"), kMoment + std::chrono::hours(10));
}

TEST(RequestDateTest, AnythingElseIsNoDate) {
  for (const char* text :
       {"", "23 Nov 2026 08:00:00 GMT", "Mon, 23 Nov 2026 08:00:00", "Mon, 23 Nov 2026 08:00:00 ", "Mon, 23 Nov 2026 08:00:00 PST",
        "Mon, 23 Nov 2026 8:00:00 GMT", "Mon, 23 Nov 2026 24:00:00 GMT", "Mon, 31 Nov 2026 08:00:00 GMT",
        "Mon, 23 Nov 26 08:00:00 GMT", "Mon, 23 Nov 2026 08:00:00 GMTX", "mon, 23 nov 2026 08:00:00 gmt",
        "星期一, 23 十一月 2026 08:00:00 GMT", "Mon, 23 Nov 2026 08:00:00 +08", "1795420800000"}) {
    EXPECT_FALSE(parse_request_date(text)) << text;
  }
}

}  // namespace
}  // namespace wingmq::net
