#pragma once

#include <cstdint>

namespace wingmq::test {

/// Makes the n-th allocation (from 1) of this thread fail, as long as the object lives.
class FailingAllocation {
 public:
  explicit FailingAllocation(std::uint64_t n) noexcept;
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  ~FailingAllocation();

  /// Whether so many allocations were asked for.
  [[nodiscard]] bool reached() const noexcept;
};

/// None fails, and none is counted, as long as the object lives: for what the test itself needs.
class Undisturbed {
 public:
  Undisturbed() noexcept;
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;
  ~Undisturbed();

 private:
  std::uint64_t left_;
};

}  // namespace wingmq::test
