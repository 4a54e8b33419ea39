#include "buffer/arena.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "support/rng.h"

namespace wingmq {
namespace {

constexpr std::size_t kPage = Arena::kPageBytes;
constexpr std::size_t kAlways = std::size_t{1} << 40;

/// Bytes of a block that stand in memory.
std::size_t bytes_in_memory(char* block, std::size_t bytes) {
  std::vector<unsigned char> pages(bytes / kPage);
  EXPECT_EQ(::mincore(block, bytes, pages.data()), 0);
  return kPage * static_cast<std::size_t>(std::ranges::count_if(pages, [](unsigned char page) { return (page & 1) != 0; }));
}

TEST(ArenaTest, ReusesWhatWasGivenBackBeforeFreshPages) {
  Arena arena(kAlways, kAlways);
  char* const first = arena.take(100 * kPage);
  arena.give_back(first);
  EXPECT_EQ(arena.kept(), 100 * kPage);
  char* const second = arena.take(60 * kPage);
  EXPECT_EQ(second, first);
  EXPECT_EQ(arena.kept(), 40 * kPage);
  arena.give_back(second);
  EXPECT_EQ(arena.kept(), 100 * kPage);
}

TEST(ArenaTest, JoinsFreeNeighboursWhateverTheOrder) {
  const std::vector<std::vector<std::size_t>> orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const auto& order : orders) {
    Arena arena(kAlways, kAlways);
    const std::vector<char*> blocks = {arena.take(kPage), arena.take(2 * kPage), arena.take(3 * kPage)};
    for (const std::size_t index : order) arena.give_back(blocks[index]);
    char* const whole = arena.take(6 * kPage);
    EXPECT_EQ(whole, blocks[0]);
    EXPECT_EQ(arena.kept(), 0U);
    arena.give_back(whole);
  }
}

TEST(ArenaTest, KeepsNoMoreThanItShould) {
  Arena arena(10 * kPage, kAlways);
  char* const small = arena.take(10 * kPage);
  char* const large = arena.take(11 * kPage);
  std::memset(large, 1, 11 * kPage);
  arena.give_back(large);
  EXPECT_EQ(arena.kept(), 0U);
  arena.give_back(small);
  EXPECT_EQ(arena.kept(), 10 * kPage);
}

TEST(ArenaTest, DiscardsFreePagesBeforeItTouchesFreshOnesBeyondTheLimit) {
  Arena arena(kAlways, 20 * kPage);
  char* const low = arena.take(6 * kPage);
  char* const middle = arena.take(8 * kPage);
  char* const high = arena.take(6 * kPage);
  arena.give_back(low);
  arena.give_back(high);
  EXPECT_EQ(arena.kept(), 12 * kPage);
  char* const block = arena.take(7 * kPage);
  EXPECT_EQ(arena.kept(), 0U);
  arena.give_back(block);
  arena.give_back(middle);
}

TEST(ArenaTest, DiscardsNoMoreThanItHasTo) {
  constexpr std::size_t kMebi = std::size_t{1} << 20;
  Arena arena(0, kAlways);
  arena.prefault(32 * kMebi);
  arena.keep_at_most(30 * kMebi + kPage);
  EXPECT_EQ(arena.kept(), 30 * kMebi);
  arena.keep_at_most(31 * kMebi);
  EXPECT_EQ(arena.kept(), 30 * kMebi);
}

TEST(ArenaTest, DiscardsLeftoversBeforeWhatFitsABlock) {
  Arena arena(kAlways, kAlways);
  char* const small = arena.take(kPage);
  char* const between = arena.take(kPage);
  char* const large = arena.take(100 * kPage);
  char* const behind = arena.take(kPage);
  arena.give_back(small);
  arena.give_back(large);
  arena.keep_at_most(100 * kPage);
  EXPECT_EQ(arena.kept(), 100 * kPage);
  EXPECT_EQ(arena.take(100 * kPage), large) << "it still stands in memory";
  EXPECT_EQ(arena.kept(), 0U);
  for (char* const block : {between, large, behind}) arena.give_back(block);
}

TEST(ArenaTest, TrimmingLeavesBlocksInUseAlone) {
  Arena arena(kAlways, kAlways);
  char* const kept = arena.take(2 * kPage);
  char* const given = arena.take(5 * kPage);
  std::memset(kept, 7, 2 * kPage);
  arena.give_back(given);
  arena.trim();
  EXPECT_EQ(arena.kept(), 0U);
  EXPECT_EQ(std::count(kept, kept + 2 * kPage, 7), static_cast<std::ptrdiff_t>(2 * kPage));
  arena.give_back(kept);
}

TEST(ArenaTest, PrefaultingTouchesWhatIsTakenLater) {
  constexpr std::size_t kBytes = std::size_t{80} << 20;  // more than a region
  Arena arena(0, kAlways);
  arena.prefault(kBytes);
  EXPECT_GE(arena.kept(), kBytes);
  char* const block = arena.take(1000 * kPage);
  EXPECT_EQ(bytes_in_memory(block, 1000 * kPage), 1000 * kPage);
  EXPECT_EQ(arena.kept(), kBytes - 1000 * kPage);
  arena.give_back(block);
  EXPECT_EQ(arena.kept(), kBytes);
}

TEST(ArenaTest, GivesABlockLargerThanARegion) {
  Arena arena(0, kAlways);
  constexpr std::size_t kBytes = std::size_t{65} << 20;
  char* const block = arena.take(kBytes);
  block[kBytes - 1] = 'x';
  arena.give_back(block);
}

TEST(ArenaTest, BlocksNeverOverlap) {
  const std::uint64_t seed = test::first_seed(1);
  SCOPED_TRACE(test::repeat_hint(seed));
  test::Rng rng(seed);
  Arena arena(400 * kPage, 900 * kPage);
  std::map<char*, std::pair<std::size_t, char>> blocks;
  const auto check = [](char* block, std::pair<std::size_t, char> filled) {
    return block[0] == filled.second && block[filled.first - 1] == filled.second;
  };
  for (int step = 0; step < 20'000; ++step) {
    if (blocks.size() < 20 || (blocks.size() < 40 && rng.below(2) == 0)) {
      const std::size_t bytes = (1 + rng.below(60)) * kPage;
      char* const block = arena.take(bytes);
      const auto next = blocks.upper_bound(block);
      ASSERT_TRUE(next == blocks.end() || block + bytes <= next->first);
      ASSERT_TRUE(next == blocks.begin() || std::prev(next)->first + std::prev(next)->second.first <= block);
      const char mark = static_cast<char>(step);
      block[0] = mark;
      block[bytes - 1] = mark;
      blocks[block] = {bytes, mark};
    } else {
      const auto chosen = std::next(blocks.begin(), static_cast<std::ptrdiff_t>(rng.below(blocks.size())));
      ASSERT_TRUE(check(chosen->first, chosen->second));
      arena.give_back(chosen->first);
      blocks.erase(chosen);
    }
  }
  for (const auto& [block, filled] : blocks) {
    EXPECT_TRUE(check(block, filled));
    arena.give_back(block);
  }
}

}  // namespace
}  // namespace wingmq
