#include "wingmq/clock.h"

#include <gtest/gtest.h>

namespace wingmq {
namespace {

constexpr Time kStart{Millis(1'000'000)};

TEST(ManualClockTest, StandsStillUntilMoved) {
  ManualClock clock(kStart);
  EXPECT_FALSE(clock.runs());
  EXPECT_EQ(clock.now(), kStart);
  EXPECT_EQ(clock.now(), kStart);
  EXPECT_EQ(clock.offset(), Millis(0));
}

TEST(ManualClockTest, MovesToTheInstantGiven) {
  ManualClock clock(kStart);
  clock.move_to(kStart + Millis(1));
  EXPECT_EQ(clock.now(), kStart + Millis(1));
  clock.move_to(kStart + std::chrono::hours(72));
  EXPECT_EQ(clock.now(), kStart + std::chrono::hours(72));
  EXPECT_EQ(clock.offset(), std::chrono::hours(72));
}

TEST(ManualClockTest, NeverGoesBack) {
  ManualClock clock(kStart);
  clock.move_to(kStart - Millis(1));
  EXPECT_EQ(clock.now(), kStart);
  clock.move_to(kStart);
  EXPECT_EQ(clock.now(), kStart);
}

TEST(SystemClockTest, RunsAndNeverGoesBack) {
  const SystemClock clock;
  EXPECT_TRUE(clock.runs());
  EXPECT_EQ(clock.offset(), Millis(0));
  Time before = clock.now();
  for (int reading = 0; reading < 10'000; ++reading) {
    const Time now = clock.now();
    ASSERT_GE(now, before);
    before = now;
  }
}

TEST(SystemClockTest, CanBeCarriedForwardAndReportsHowFar) {
  SystemClock clock;
  const Time target = clock.now() + std::chrono::hours(1);
  clock.move_to(target);
  EXPECT_GE(clock.now(), target);
  EXPECT_GT(clock.offset(), Millis(0));
  EXPECT_LE(clock.offset(), std::chrono::hours(1));
}

TEST(SystemClockTest, AnInstantInThePastChangesNothing) {
  SystemClock clock;
  clock.move_to(clock.now() - std::chrono::hours(1));
  EXPECT_EQ(clock.offset(), Millis(0));
}

}  // namespace
}  // namespace wingmq
