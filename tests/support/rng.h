#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "wingmq/random.h"

namespace wingmq::test {

/// Turns a counter into well-mixed bits (the finalizer of SplitMix64).
[[nodiscard]] constexpr std::uint64_t mix_bits(std::uint64_t value) noexcept {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31);
}

/// A small generator for tests: the same seed gives the same run everywhere, which the standard's distributions do not
/// promise. One thread.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) noexcept : state_(seed) {}

  [[nodiscard]] std::uint64_t next() noexcept { return mix_bits(state_ += 0x9E3779B97F4A7C15ULL); }
  /// A number from 0 to `end`-1; `end` is at least 1.
  [[nodiscard]] std::uint64_t below(std::uint64_t end) noexcept { return next() % end; }
  /// A number from `first` to `last`.
  [[nodiscard]] std::uint64_t between(std::uint64_t first, std::uint64_t last) noexcept {
    return first + below(last - first + 1);
  }
  [[nodiscard]] bool percent(unsigned chance) noexcept { return below(100) < chance; }
  /// Any element of a container that is not empty.
  template <typename Container>
  [[nodiscard]] auto& pick(Container& from) noexcept {
    return from[below(from.size())];
  }

 private:
  std::uint64_t state_;
};

/// A broker's chance, repeatable: the n-th value depends on nothing but the seed. Safe for concurrent use.
class SeededRandom final : public RandomSource {
 public:
  explicit SeededRandom(std::uint64_t seed) noexcept : state_(seed) {}
  [[nodiscard]] std::uint64_t next() override {
    constexpr std::uint64_t step = 0x9E3779B97F4A7C15ULL;
    return mix_bits(state_.fetch_add(step, std::memory_order_relaxed) + step);
  }

 private:
  std::atomic<std::uint64_t> state_;
};

/// The number in an environment variable, or `otherwise` when it is unset or not a number.
[[nodiscard]] inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  if (text == nullptr || *text == '\0') return otherwise;
  char* end = nullptr;
  const std::uint64_t value = std::strtoull(text, &end, 10);
  return *end == '\0' ? value : otherwise;
}

/// Where random tests begin: WINGMQ_SEED, or `otherwise`.
[[nodiscard]] inline std::uint64_t first_seed(std::uint64_t otherwise) {
  return number_from_environment("WINGMQ_SEED", otherwise);
}

/// What a failing random test prints so that the run can be repeated.
[[nodiscard]] inline std::string repeat_hint(std::uint64_t seed) {
  return "repeat with WINGMQ_SEED=" + std::to_string(seed);
}

}  // namespace wingmq::test
