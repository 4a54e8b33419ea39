#pragma once

#include <cstdint>

namespace wingmq {

/// Where ids and handle secrets come from. Chance is an argument, so that a test can repeat a run.
class RandomSource {
 public:
  RandomSource() = default;
  RandomSource(const RandomSource&) = delete;
  RandomSource& operator=(const RandomSource&) = delete;
  virtual ~RandomSource() = default;

  /// 64 fresh bits. Safe for concurrent use.
  [[nodiscard]] virtual std::uint64_t next() = 0;
};

/// Bits that nobody can guess, from the operating system.
class SystemRandom final : public RandomSource {
 public:
  /// Throws std::system_error when the operating system has no entropy to give.
  [[nodiscard]] std::uint64_t next() override;
};

}  // namespace wingmq
