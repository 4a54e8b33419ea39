#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>

namespace wingmq::bench {

/// What one thread's loop costs beside its time: allocations and lock waits, and, where `valgrind --tool=callgrind` counts them,
/// instructions. Made in front of the loop; report() comes behind it.
class Meter {
 public:
  explicit Meter(benchmark::State& state);
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  /// What happens until resume() is not measured: it prepares the next round or tidies up behind the last.
  void pause();
  void resume();

  /// Shows, for each round: `allocs`, `lock_waits` and, as rates, `messages` and payload `bytes`.
  void report(std::uint64_t messages, std::uint64_t bytes);

 private:
  benchmark::State& state_;
  std::uint64_t allocations_;
  std::uint64_t lock_waits_;
};

/// Ends the process and says what was wrong: figures of wrong results are worth nothing.
void require(bool holds, const char* what);

}  // namespace wingmq::bench
