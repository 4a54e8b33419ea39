#include "log/log.h"

#include <gtest/gtest.h>

#include <array>

#include "support/make_batch.h"

namespace wingmq::test {
namespace {

class LogTest : public ::testing::Test {
 protected:
  static Time at(int ms) { return Time(Millis(ms)); }
  BatchRef batch(int count) {
    std::vector<Text> texts(static_cast<std::size_t>(count), Text{"ab"});
    return make_batch(pool_, texts);
  }
  void append(int count, int ms) {
    const BatchRef stored = batch(count);
    log_.append(stored, 0, stored->count(), at(ms));
  }
  /// Numbers of the entries from `entry` on: "0 1 2".
  std::string read(std::uint64_t entry, std::uint64_t messages = 1000) {
    std::array<LogEntry, 200> entries;
    std::string text;
    const std::size_t count = log_.read(entry, messages, entries);
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : " ") + std::to_string(entries[i].number);
    return text;
  }

  MemoryBudget budget_{std::size_t{1} << 30};
  BufferPool pool_{budget_};
  Log log_{budget_};
};

TEST_F(LogTest, AnEmptyLogBeginsWhereItEnds) {
  EXPECT_EQ(log_.begin(), log_.end());
  EXPECT_EQ(log_.messages(), 0U);
  EXPECT_EQ(log_.oldest(), std::nullopt);
  EXPECT_EQ(read(0), "");
  EXPECT_EQ(log_.drop_until(at(1000)), 0U);
}

TEST_F(LogTest, OffsetsCountMessagesAndNumbersCountEntries) {
  append(3, 10);
  append(2, 20);
  std::array<LogEntry, 2> entries;
  ASSERT_EQ(log_.read(0, 1000, entries), 2U);
  EXPECT_EQ(entries[0].base, Offset{0});
  EXPECT_EQ(entries[1].base, Offset{3});
  EXPECT_EQ(entries[1].number, 1U);
  EXPECT_EQ(entries[1].at, at(20));
  EXPECT_EQ(log_.messages(), 5U);
  EXPECT_EQ(log_.payload_bytes(), 10U);
  EXPECT_EQ(log_.end().offset, Offset{5});
}

TEST_F(LogTest, TimesNeverFall) {
  append(1, 20);
  append(1, 10);
  std::array<LogEntry, 2> entries;
  ASSERT_EQ(log_.read(0, 1000, entries), 2U);
  EXPECT_EQ(entries[1].at, at(20));
}

TEST_F(LogTest, ReadingStopsWhenEnoughMessagesAreReached) {
  for (int i = 0; i < 5; ++i) append(2, i);
  EXPECT_EQ(read(0, 1), "0");
  EXPECT_EQ(read(0, 2), "0");
  EXPECT_EQ(read(0, 3), "0 1");
  EXPECT_EQ(read(3), "3 4");
  EXPECT_EQ(read(5), "");
}

TEST_F(LogTest, DroppingByTimeTakesEntriesUpToAndWithIt) {
  for (int i = 1; i <= 5; ++i) append(2, i * 10);
  EXPECT_EQ(log_.drop_until(at(9)), 0U);
  EXPECT_EQ(log_.drop_until(at(20)), 4U);
  EXPECT_EQ(log_.oldest(), at(30));
  EXPECT_EQ(log_.begin().offset, Offset{4});
  EXPECT_EQ(read(0), "2 3 4");
}

TEST_F(LogTest, ARingThatGrowsAndShrinksKeepsItsOrder) {
  int next = 0;
  std::uint64_t first = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) append(1, ++next);
    first += log_.drop_until(at(next - 130));
    std::array<LogEntry, 200> entries;
    const std::size_t count = log_.read(0, 1000, entries);
    ASSERT_EQ(count, static_cast<std::size_t>(next) - first);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(entries[i].number, first + i);
      ASSERT_EQ(entries[i].at, at(static_cast<int>(first + i) + 1));
    }
  }
}

TEST_F(LogTest, FindsTheFirstEntryOfATime) {
  for (const int ms : {10, 20, 20, 30}) append(2, ms);
  EXPECT_EQ(log_.find(at(0)).offset, Offset{0});
  EXPECT_EQ(log_.find(at(11)).offset, Offset{2});
  EXPECT_EQ(log_.find(at(20)).offset, Offset{2});
  EXPECT_EQ(log_.find(at(30)).offset, Offset{6});
  EXPECT_EQ(log_.find(at(31)), log_.end());
}

TEST_F(LogTest, FindsTheEntryThatHoldsAnOffset) {
  for (int i = 0; i < 3; ++i) append(3, i);
  EXPECT_EQ(log_.entry_at({0}), 0U);
  EXPECT_EQ(log_.entry_at({2}), 0U);
  EXPECT_EQ(log_.entry_at({3}), 1U);
  EXPECT_EQ(log_.entry_at({9}), 3U);
  log_.drop_before(1);
  EXPECT_EQ(log_.entry_at({0}), 1U);
}

TEST_F(LogTest, ReclaimingLeavesSharedBatchesAndHolesThatAreLeftOut) {
  append(2, 1);
  const BatchRef shared = batch(2);
  log_.append(shared, 0, 2, at(2));
  append(2, 3);
  append(2, 4);
  EXPECT_GT(log_.reclaim(3, std::size_t{1} << 20), 0U);
  EXPECT_EQ(read(0), "1 3");
  EXPECT_EQ(log_.messages(), 4U);
  EXPECT_EQ(log_.messages_from({0, 0, {0}}), 4U);
  EXPECT_EQ(log_.messages_from({1, 1, {3}}), 3U);
  EXPECT_EQ(log_.messages_from({2, 0, {4}}), 2U);
  EXPECT_EQ(log_.messages_from({2, 1, {5}}), 2U);
  EXPECT_EQ(log_.drop_until(at(3)), 2U) << "a hole holds no messages";
  EXPECT_EQ(read(0), "3");
}

TEST_F(LogTest, ReclaimingStopsWhenEnoughIsFree) {
  for (int i = 0; i < 4; ++i) append(1, i);
  EXPECT_GT(log_.reclaim(4, 1), 0U);
  EXPECT_EQ(log_.messages(), 3U);
}

TEST_F(LogTest, EverythingIsGivenBack) {
  const std::size_t before = budget_.used();
  for (int i = 0; i < 300; ++i) append(1, i);
  EXPECT_GT(budget_.used(), before);
  log_.drop_until(at(300));
  EXPECT_EQ(budget_.used(), before);
  append(1, 400);
  EXPECT_EQ(read(0), "300") << "an emptied log goes on";
}

}  // namespace
}  // namespace wingmq::test
