#include "load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace wingmq::load {
namespace {

constexpr unsigned kPreciseBits = 11;
constexpr std::size_t kHalf = std::size_t{1} << (kPreciseBits - 1);

unsigned shift_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  return width > kPreciseBits ? width - kPreciseBits : 0;
}

/// A shifted value has its highest bit in place 10, so one shift's places follow the ones before.
std::size_t place_of(std::uint64_t value) {
  const unsigned shift = shift_of(value);
  return shift * kHalf + static_cast<std::size_t>(value >> shift);
}

/// The largest value of a place.
std::uint64_t value_of(std::size_t place) {
  if (place < 2 * kHalf) return place;
  const std::size_t shift = place / kHalf - 1;
  return ((std::uint64_t{place - shift * kHalf} + 1) << shift) - 1;
}

}  // namespace

Histogram::Histogram() : counts_(place_of(kValueMax) + 1) {}

void Histogram::record(std::uint64_t value, std::uint64_t times) {
  value = std::min(value, kValueMax);
  counts_[place_of(value)] += times;
  count_ += times;
  max_ = std::max(max_, value);
  sum_ += static_cast<double>(value) * static_cast<double>(times);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
  sum_ += other.sum_;
}

double Histogram::mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

std::uint64_t Histogram::at(double share) const {
  const double exact = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_));
  const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(exact));
  std::uint64_t passed = 0;
  for (std::size_t place = 0; place < counts_.size(); ++place) {
    passed += counts_[place];
    if (passed >= wanted) return std::min(value_of(place), max_);
  }
  return max_;
}

}  // namespace wingmq::load
