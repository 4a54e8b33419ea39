#include "text/request_date.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

constexpr Time kMoment{Millis(1'795'420'800'000)};  // Mon, 23 Nov 2026 08:00:00 GMT

TEST(RequestDateTest, EverySpellingOfOneInstantIsRead) {
  for (const char* text :
       {"Mon, 23 Nov 2026 08:00:00 GMT", "Mon, 23 Nov 2026 08:00:00 UTC", "Mon, 23 Nov 2026 08:00:00 Z",
        "Mon, 23 Nov 2026 16:00:00 CST", "Mon, 23 Nov 2026 16:00:00 GMT+8", "Mon, 23 Nov 2026 16:00:00 GMT+08:00",
        "Mon, 23 Nov 2026 16:00:00 HKT", "Mon, 23 Nov 2026 16:00:00 SGT", "Mon, 23 Nov 2026 14:00:00 XJT",
        "Mon, 23 Nov 2026 16:00:00 UTC+8", "Mon, 23 Nov 2026 16:00:00 UTC+08:00", "Mon, 23 Nov 2026 16:00:00 +0800", "Mon, 23 Nov 2026 03:00:00 -0500", "Mon, 23 Nov 2026 02:30:00 GMT-05:30"}) {
    EXPECT_EQ(parse_request_date(text), kMoment) << text;
  }
}

TEST(RequestDateTest, TheDayMayHaveOneDigit) {
  EXPECT_EQ(parse_request_date("Tue, 3 Nov 2026 08:00:00 GMT"), kMoment - std::chrono::days(20));
  EXPECT_EQ(parse_request_date("Tue, 03 Nov 2026 08:00:00 GMT"), kMoment - std::chrono::days(20));
}

TEST(RequestDateTest, MonthsGoByEveryShortNameThatEnglishHasForThem) {
  EXPECT_EQ(parse_request_date("Tue, 1 Sept 2026 08:00:00 GMT"), parse_request_date("Tue, 01 Sep 2026 08:00:00 GMT"));
  EXPECT_EQ(parse_request_date("Mon, 1 June 2026 08:00:00 GMT"), parse_request_date("Mon, 01 Jun 2026 08:00:00 GMT"));
  EXPECT_EQ(parse_request_date("Wed, 1 July 2026 08:00:00 GMT"), parse_request_date("Wed, 01 Jul 2026 08:00:00 GMT"));
  EXPECT_TRUE(parse_request_date("Tue, 1 Sept 2026 08:00:00 GMT"));
  EXPECT_TRUE(parse_request_date("Mon, 1 June 2026 08:00:00 GMT"));
  EXPECT_TRUE(parse_request_date("Wed, 1 July 2026 08:00:00 GMT"));
  for (const char* text : {"Tue, 1 Septe 2026 08:00:00 GMT", "Tue, 1 Set 2026 08:00:00 GMT", "Mon, 23 Nove 2026 08:00:00 GMT",
                           "Mon, 23 Novt 2026 08:00:00 GMT"}) {
    EXPECT_FALSE(parse_request_date(text)) << text;
  }
}

TEST(RequestDateTest, AZoneIsToldFromWhatStandsBeforeIt) {
  EXPECT_EQ(zone_of_request_date("Mon, 23 Nov 2026 08:00:00 PST"), "PST");
  EXPECT_EQ(zone_of_request_date("Mon, 23 Nov 2026 08:00:00 "), "");
  EXPECT_EQ(zone_of_request_date("23 Nov 2026 08:00:00 PST"), "");
  for (const char* known : {"GMT", "UTC", "Z", "CST", "HKT", "SGT", "XJT", "GMT+8", "GMT-08:00", "UTC+0:00", "+0800", "-2359"}) {
    EXPECT_TRUE(is_known_zone(known)) << known;
  }
  for (const char* unknown : {"", "PST", "gmt", "GMTX", "+08", "+2400", "+0860", "GMT+24", "GMT+8:60", "Z+1"}) {
    EXPECT_FALSE(is_known_zone(unknown)) << unknown;
  }
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
