#include "base/timers.h"

#include <gtest/gtest.h>

#include <string>

namespace wingmq::test {
namespace {

Time at(std::int64_t ms) { return Time(Millis(ms)); }

class Thing final : public Timed {
 public:
  explicit Thing(TimerRank rank = TimerRank::kGroup) : Timed(rank) {}
  void fire(Time, Effects&) override {}
};

TEST(TimersTest, TheEarliestIsTakenFirstAndOnce) {
  Timers timers;
  const auto first = std::make_shared<Thing>();
  const auto second = std::make_shared<Thing>();
  timers.arm(*second, at(20));
  timers.arm(*first, at(10));
  EXPECT_EQ(timers.next(), at(10));
  EXPECT_FALSE(timers.take(at(9)));
  const auto due = timers.take(at(100));
  ASSERT_TRUE(due);
  EXPECT_EQ(due->at, at(10));
  EXPECT_EQ(due->timed, first);
  EXPECT_EQ(timers.take(at(100))->timed, second);
  EXPECT_FALSE(timers.take(at(100)));
}

TEST(TimersTest, ArmingMovesOnlyForward) {
  Timers timers;
  const auto thing = std::make_shared<Thing>();
  timers.arm(*thing, at(20));
  timers.arm(*thing, at(30));
  EXPECT_EQ(timers.next(), at(20));
  timers.arm(*thing, at(10));
  EXPECT_EQ(timers.next(), at(10));
  ASSERT_TRUE(timers.take(at(10)));
  EXPECT_EQ(timers.next(), std::nullopt) << "one entry for each thing";
  timers.arm(*thing, at(40));
  EXPECT_EQ(timers.next(), at(40));
}

TEST(TimersTest, AtOneInstantQueuesComeBeforeGroupsAndThenTheOlderOne) {
  Timers timers;
  const auto group = std::make_shared<Thing>();
  const auto queue = std::make_shared<Thing>(TimerRank::kQueue);
  const auto late_group = std::make_shared<Thing>();
  timers.arm(*group, at(5));
  timers.arm(*late_group, at(5));
  timers.arm(*queue, at(5));
  EXPECT_EQ(timers.take(at(5))->timed, queue);
  EXPECT_EQ(timers.take(at(5))->timed, group);
  EXPECT_EQ(timers.take(at(5))->timed, late_group);
}

TEST(TimersTest, WhatIsDisarmedOrGoneIsNotFired) {
  Timers timers;
  const auto disarmed = std::make_shared<Thing>();
  timers.arm(*disarmed, at(1));
  timers.disarm(*disarmed);
  EXPECT_EQ(timers.next(), std::nullopt);
  {
    const auto gone = std::make_shared<Thing>();
    timers.arm(*gone, at(2));
  }
  const auto due = timers.take(at(2));
  ASSERT_TRUE(due);
  EXPECT_EQ(due->timed, nullptr);
}

TEST(TimersTest, OnlyAnEarlierNextOneIsAnnounced) {
  Timers timers;
  int calls = 0;
  timers.on_earlier([&calls] { ++calls; });
  const auto a = std::make_shared<Thing>();
  const auto b = std::make_shared<Thing>();
  timers.arm(*a, at(20));
  EXPECT_EQ(calls, 1);
  timers.arm(*b, at(30));
  EXPECT_EQ(calls, 1);
  timers.arm(*b, at(10));
  EXPECT_EQ(calls, 2);
  timers.on_earlier({});
  timers.arm(*a, at(5));
  EXPECT_EQ(calls, 2);
}

TEST(TimersTest, AMovedClockIsAnnouncedWhenSomethingWaits) {
  Timers timers;
  int calls = 0;
  timers.on_earlier([&calls] { ++calls; });
  timers.clock_moved();
  EXPECT_EQ(calls, 0);
  const auto thing = std::make_shared<Thing>();
  timers.arm(*thing, at(20));
  ASSERT_EQ(calls, 1);
  timers.clock_moved();
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace wingmq::test
