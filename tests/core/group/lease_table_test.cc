#include "group/lease_table.h"

#include <gtest/gtest.h>

#include "support/make_batch.h"

namespace wingmq::test {
namespace {

class LeaseTableTest : public ::testing::Test {
 protected:
  static Time at(int ms) { return Time(Millis(ms)); }
  std::vector<wingmq::Run> runs(std::initializer_list<std::pair<std::uint32_t, int>> counts_and_expiries) {
    std::vector<wingmq::Run> made;
    for (const auto& [count, expires] : counts_and_expiries) {
      wingmq::Run run;
      run.batch = make_batch(pool_, std::vector<Text>(count, Text{"x"}));
      run.count = count;
      run.expires = at(expires);
      made.push_back(run);
    }
    return made;
  }
  Lease& open(std::initializer_list<std::pair<std::uint32_t, int>> counts_and_expiries, std::uint64_t secret = 7,
              int now = 0, int span = 100) {
    return table_.open(runs(counts_and_expiries), secret, at(now), Millis(span));
  }
  MemoryBudget budget_{std::size_t{1} << 30};
  BufferPool pool_{budget_};
  LeaseTable table_;
};

TEST_F(LeaseTableTest, AHandleFindsItsLeaseAsLongAsItIsOpen) {
  Lease& lease = open({{3, 9000}});
  const Handle handle = table_.handle(lease, 5);
  EXPECT_EQ(handle.stream, 5U);
  EXPECT_EQ(table_.find(handle), &lease);
  Handle guess = handle;
  guess.secret ^= 1;
  EXPECT_EQ(table_.find(guess), nullptr);
  guess = handle;
  guess.lease = 1;
  EXPECT_EQ(table_.find(guess), nullptr);
  table_.close(lease);
  EXPECT_EQ(table_.find(handle), nullptr);
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(LeaseTableTest, ASlotIsUsedAgainUnderAnotherSecret) {
  Lease& first = open({{1, 9000}}, 1);
  const Handle old = table_.handle(first, 0);
  table_.close(first);
  Lease& second = open({{1, 9000}}, 2);
  EXPECT_EQ(table_.handle(second, 0).lease, old.lease);
  EXPECT_EQ(table_.find(old), nullptr);
}

TEST_F(LeaseTableTest, ConfirmingMovesTheCursorOverAllRuns) {
  Lease& lease = open({{2, 9000}, {1, 9000}});
  EXPECT_EQ(lease.total(), 3U);
  EXPECT_EQ(lease.pending(), 3U);
  EXPECT_TRUE(lease.confirm_next());
  EXPECT_EQ(lease.pending(), 2U);
  std::string left;
  lease.for_each_pending([&left](const wingmq::Run& run, std::uint32_t index) {
    left += "[" + std::to_string(index) + ":" + std::to_string(run.first) + "+" + std::to_string(run.count) + "]";
  });
  EXPECT_EQ(left, "[1:1+1][2:0+1]");
  EXPECT_TRUE(lease.confirm_next());
  EXPECT_TRUE(lease.confirm_next());
  EXPECT_EQ(lease.cursor(), lease.total());
}

TEST_F(LeaseTableTest, MessagesThatOutliveTheirRetentionInALeaseAreLetGo) {
  Lease& lease = open({{2, 50}, {3, 60}, {1, 9000}});
  EXPECT_EQ(table_.next_expiry(), at(50));
  EXPECT_EQ(table_.expire(at(49)), 0U);
  EXPECT_EQ(table_.expire(at(50)), 2U);
  EXPECT_EQ(table_.next_expiry(), at(60));
  EXPECT_FALSE(lease.confirm_next()) << "its handler is still good, but nothing is kept of it";
  EXPECT_EQ(table_.expire(at(70)), 3U);
  EXPECT_EQ(lease.pending(), 1U);
  EXPECT_EQ(table_.next_expiry(), std::nullopt) << "the lease ends before the rest does";
}

TEST_F(LeaseTableTest, ClosingForgetsWhatWouldHaveExpired) {
  table_.close(open({{2, 50}}));
  EXPECT_EQ(table_.expire(at(100)), 0U);
  EXPECT_EQ(table_.due(at(1000)), nullptr);
}

TEST_F(LeaseTableTest, LeasesComeDueInOrder) {
  Lease& slow = open({{1, 9000}}, 1, 0, 100);
  Lease& fast = open({{1, 9000}}, 2, 10, 20);
  EXPECT_EQ(table_.due(at(29)), nullptr);
  EXPECT_EQ(table_.due(at(100)), &fast);
  table_.close(fast);
  EXPECT_EQ(table_.due(at(100)), &slow);
}

}  // namespace
}  // namespace wingmq::test
