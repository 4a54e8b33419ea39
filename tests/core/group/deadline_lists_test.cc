#include "group/deadline_lists.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "support/rng.h"

namespace wingmq::test {
namespace {

struct Element {
  int name = 0;
  Time deadline_{};
  Millis span_{};
  ListLinks<Element> deadline_links_;
};

Time when(std::int64_t ms) { return Time(Millis(ms)); }

TEST(DeadlineListsTest, NothingIsDueInAnEmptyOne) {
  DeadlineLists<Element> lists;
  EXPECT_EQ(lists.due(when(1000)), nullptr);
  EXPECT_EQ(lists.bound(), std::nullopt);
}

TEST(DeadlineListsTest, TheEarliestComesFirstWhateverItsSpan) {
  DeadlineLists<Element> lists;
  Element slow{1, {}, {}, {}};
  Element fast{2, {}, {}, {}};
  lists.add(slow, when(0), Millis(100));
  lists.add(fast, when(50), Millis(10));
  EXPECT_EQ(lists.due(when(59)), nullptr);
  EXPECT_EQ(lists.due(when(200)), &fast);
  lists.remove(fast);
  EXPECT_EQ(lists.due(when(200)), &slow);
  lists.remove(slow);
  EXPECT_EQ(lists.due(when(200)), nullptr);
}

TEST(DeadlineListsTest, OfTwoThatComeDueTogetherTheOneAddedFirstIsFirst) {
  DeadlineLists<Element> lists;
  Element later{1, {}, {}, {}};
  Element earlier{2, {}, {}, {}};
  lists.add(earlier, when(0), Millis(100));
  lists.add(later, when(90), Millis(10));
  EXPECT_EQ(lists.due(when(100)), &earlier);
}

TEST(DeadlineListsTest, ReadingTheClockOutOfOrderDoesNotMatter) {
  DeadlineLists<Element> lists;
  Element second{1, {}, {}, {}};
  Element first{2, {}, {}, {}};
  lists.add(second, when(5), Millis(10));
  lists.add(first, when(3), Millis(10));
  EXPECT_EQ(lists.due(when(20)), &first);
}

TEST(DeadlineListsTest, TheBoundIsNeverTooLate) {
  DeadlineLists<Element> lists;
  SeededRandom random(7);
  std::deque<Element> elements;
  std::multimap<Time, Element*> expected;
  for (std::int64_t now = 0; now < 3'000; ++now) {
    Element& added = elements.emplace_back();
    lists.add(added, when(now), Millis(1 + random.next() % 7 * 10));
    expected.emplace(added.deadline_, &added);
    if (random.next() % 3 == 0) {
      const auto taken = std::next(expected.begin(), static_cast<std::ptrdiff_t>(random.next() % expected.size()));
      lists.remove(*taken->second);
      expected.erase(taken);
    }
    while (Element* due = lists.due(when(now))) {
      ASSERT_EQ(due->deadline_, expected.begin()->first);
      lists.remove(*due);
      const auto range = expected.equal_range(due->deadline_);
      expected.erase(std::find_if(range.first, range.second, [due](const auto& each) { return each.second == due; }));
    }
    if (!expected.empty()) {
      ASSERT_GT(expected.begin()->first, when(now));
      ASSERT_LE(*lists.bound(), expected.begin()->first);
    }
  }
}

}  // namespace
}  // namespace wingmq::test
