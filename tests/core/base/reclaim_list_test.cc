#include "base/reclaim_list.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace wingmq {
namespace {

const QueueId kFirst{{1, 1}};
const QueueId kSecond{{2, 2}};
const QueueId kThird{{3, 3}};
using Ids = std::vector<QueueId>;

TEST(ReclaimListTest, GivesEachNotedQueueOnce) {
  ReclaimList list;
  Reclaimable first(list, kFirst);
  Reclaimable second(list, kSecond);
  EXPECT_EQ(list.take(), Ids{});
  first.note();
  first.note();
  EXPECT_EQ(list.take(), Ids{kFirst});
  EXPECT_EQ(list.take(), Ids{}) << "nothing has changed since";
  second.note();
  first.note();
  EXPECT_EQ(list.take().size(), 2U);
}

TEST(ReclaimListTest, AQueueThatIsGoneLeavesTheOthersInPlace) {
  ReclaimList list;
  Reclaimable first(list, kFirst);
  std::optional<Reclaimable> second(std::in_place, list, kSecond);
  Reclaimable third(list, kThird);
  for (Reclaimable* each : {&first, &*second, &third}) each->note();
  second.reset();
  EXPECT_EQ(list.take(), (Ids{kThird, kFirst}));
  { Reclaimable never_noted(list, kSecond); }
  third.note();
  EXPECT_EQ(list.take(), Ids{kThird});
}

}  // namespace
}  // namespace wingmq
