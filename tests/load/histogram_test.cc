#include "load/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "support/rng.h"

namespace wingmq::load {
namespace {

/// What at() approximates: the smallest sample that `share` of all samples do not exceed.
std::uint64_t exact(const std::vector<std::uint64_t>& sorted, double share) {
  const auto place = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(place, 1) - 1];
}

constexpr double kShares[] = {0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1};

TEST(HistogramTest, EmptyOneIsAllZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.max(), 0U);
  EXPECT_EQ(histogram.at(0.5), 0U);
  EXPECT_EQ(histogram.mean(), 0);
}

TEST(HistogramTest, SmallValuesAreExact) {
  for (std::uint64_t value = 0; value < 2048; ++value) {
    Histogram histogram;
    histogram.record(value);
    histogram.record(1'000'000);
    EXPECT_EQ(histogram.at(0.5), value);
  }
}

TEST(HistogramTest, EveryValueIsReadBackWithinATenthOfAPercent) {
  for (unsigned bit = 0; bit < 42; ++bit) {
    for (const std::int64_t off : {-1, 0, 1}) {
      const std::uint64_t value = std::min((std::uint64_t{1} << bit) + off, Histogram::kValueMax);
      Histogram histogram;
      histogram.record(value);
      histogram.record(Histogram::kValueMax);
      EXPECT_GE(histogram.at(0.5), value);
      EXPECT_LE(static_cast<double>(histogram.at(0.5)), static_cast<double>(value) * 1.001);
    }
  }
}

TEST(HistogramTest, PercentilesAgreeWithSortedSamples) {
  test::Rng rng(20261124);
  for (const unsigned bits : {4U, 11U, 20U, 33U, 41U}) {
    Histogram histogram;
    std::vector<std::uint64_t> samples;
    for (int i = 0; i < 20'000; ++i) {
      // Both wide and narrow: the length of each value is random, too.
      samples.push_back(rng.next() >> (64 - 1 - rng.below(bits)));
      histogram.record(samples.back());
    }
    std::ranges::sort(samples);
    for (const double share : kShares) {
      const auto value = exact(samples, share);
      EXPECT_GE(histogram.at(share), value) << bits << ' ' << share;
      EXPECT_LE(static_cast<double>(histogram.at(share)), static_cast<double>(value) * 1.001 + 1e-9)
          << bits << ' ' << share;
    }
    EXPECT_EQ(histogram.at(1), samples.back());
    EXPECT_EQ(histogram.max(), samples.back());
  }
}

TEST(HistogramTest, MergedOnesCountAsOne) {
  Histogram low;
  Histogram high;
  low.record(10, 3);
  high.record(5'000);
  low.merge(high);
  EXPECT_EQ(low.count(), 4U);
  EXPECT_EQ(low.at(0.75), 10U);
  EXPECT_EQ(low.at(0.76), 5'000U);
  EXPECT_EQ(low.mean(), (30 + 5'000) / 4.0);
}

TEST(HistogramTest, ValuesOverItsLimitCountAsTheLimit) {
  Histogram histogram;
  histogram.record(~std::uint64_t{0});
  EXPECT_EQ(histogram.count(), 1U);
  EXPECT_EQ(histogram.at(1), Histogram::kValueMax);
}

}  // namespace
}  // namespace wingmq::load
