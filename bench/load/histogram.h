#pragma once

#include <cstdint>
#include <vector>

namespace wingmq::load {

/// Counts of values (nanoseconds, but any unit will do) in log-linear buckets, as in HDR histograms: below 2,048 each
/// value has its own, above that every doubling is divided into 1,024, so a value read back is at most 0.1 % above the
/// one recorded. Recording costs an increment. One thread; merge() joins those of several.
class Histogram {
 public:
  /// Larger values count as this one: about 73 minutes of nanoseconds.
  static constexpr std::uint64_t kValueMax = (std::uint64_t{1} << 42) - 1;

  Histogram();
  void record(std::uint64_t value, std::uint64_t times = 1);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// Exact, not that of a bucket; 0 when nothing was recorded.
  [[nodiscard]] std::uint64_t max() const { return max_; }
  [[nodiscard]] double mean() const;
  /// The smallest value that at least this share of all values does not exceed: the end of its bucket, never more than
  /// max(). 0 when nothing was recorded. `share` from 0 to 1.
  [[nodiscard]] std::uint64_t at(double share) const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace wingmq::load
