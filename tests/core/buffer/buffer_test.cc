#include "wingmq/buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace wingmq {
namespace {

class BufferTest : public ::testing::Test {
 protected:
  static bool padding_is_zero(const Buffer& buffer) {
    const char* end = buffer.data() + buffer.size();
    return std::all_of(end, end + Buffer::kPadding, [](char byte) { return byte == 0; });
  }

  MemoryBudget budget_{1'000'000};
  BufferPool pool_{budget_};
};

TEST_F(BufferTest, HasTheSizeAskedFor) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4'095}, std::size_t{4'096},
                                 std::size_t{4'097}, std::size_t{524'288}, std::size_t{4} << 20}) {
    const Buffer buffer = pool_.take(size);
    EXPECT_EQ(buffer.size(), size);
    EXPECT_GE(buffer.capacity(), size);
    EXPECT_TRUE(padding_is_zero(buffer)) << size;
  }
}

TEST_F(BufferTest, CopyHoldsTheText) {
  EXPECT_EQ(pool_.copy("hello").view(), "hello");
  EXPECT_EQ(pool_.copy("").view(), "");
}

TEST_F(BufferTest, ADefaultBufferIsEmptyAndCostsNothing) {
  const Buffer buffer;
  EXPECT_EQ(buffer.size(), 0U);
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(BufferTest, IsChargedWhileItIsOutAndNoLonger) {
  {
    const Buffer small = pool_.take(1);
    const Buffer large = pool_.take(600'000);
    EXPECT_GE(budget_.used(), 600'001U);
  }
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(BufferTest, AReusedBufferIsChargedAgain) {
  for (int round = 0; round < 3; ++round) {
    const Buffer buffer = pool_.take(100'000);
    EXPECT_GE(budget_.used(), 100'000U);
  }
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(BufferTest, AReusedBufferHasZeroPadding) {
  {
    Buffer dirty = pool_.take(100'000);
    std::memset(dirty.data(), 0x55, dirty.size());
  }
  EXPECT_TRUE(padding_is_zero(pool_.take(100'000)));
  EXPECT_TRUE(padding_is_zero(pool_.take(99'000)));
}

TEST_F(BufferTest, ResizingZeroesThePaddingAndKeepsTheRest) {
  Buffer buffer = pool_.copy("0123456789");
  buffer.resize(4);
  EXPECT_EQ(buffer.view(), "0123");
  EXPECT_TRUE(padding_is_zero(buffer));
  buffer.resize(buffer.capacity());
  EXPECT_EQ(buffer.view().substr(0, 4), "0123");
  EXPECT_TRUE(padding_is_zero(buffer));
}

TEST_F(BufferTest, MovingKeepsOneOwner) {
  Buffer first = pool_.copy("abc");
  const std::size_t charged = budget_.used();
  Buffer second = std::move(first);
  EXPECT_EQ(second.view(), "abc");
  EXPECT_EQ(budget_.used(), charged);
  second = pool_.copy("de");
  EXPECT_EQ(second.view(), "de");
  second = Buffer();
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(BufferTest, TwoBuffersNeverShareBytes) {
  std::vector<Buffer> buffers;
  for (char mark = 'a'; mark <= 'p'; ++mark) {
    buffers.push_back(pool_.take(70'000));
    std::memset(buffers.back().data(), mark, buffers.back().size());
  }
  char mark = 'a';
  for (const Buffer& buffer : buffers) {
    EXPECT_EQ(buffer.view().find_first_not_of(mark), std::string_view::npos);
    ++mark;
  }
}

TEST_F(BufferTest, TrimmingLeavesBuffersThatAreOutAlone) {
  const Buffer kept = pool_.copy("kept");
  { const Buffer returned = pool_.take(200'000); }
  pool_.trim();
  EXPECT_EQ(kept.view(), "kept");
  EXPECT_EQ(pool_.copy("after").view(), "after");
}

TEST(MemoryBudgetTest, AddsUpAndComesBackToZero) {
  MemoryBudget budget(10);
  EXPECT_EQ(budget.limit(), 10U);
  EXPECT_EQ(budget.used(), 0U);
  budget.charge(7);
  budget.charge(5);
  EXPECT_EQ(budget.used(), 12U);
  budget.release(12);
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace wingmq
