#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "support/slow_engine.h"
#include "wingmq/memory_engine.h"

namespace wingmq::test {

/// The engine that a suite runs over: a broker in memory; with WINGMQ_TEST_ENGINE=slow the same behind a SlowEngine (seed: WINGMQ_SEED).
class TestEngine {
 public:
  explicit TestEngine(Broker& broker) : memory_(broker) {
    if (!is_slow()) return;
    static const std::uint64_t seed = [] {
      const std::uint64_t chosen = first_seed(20'261'127);
      std::printf("over SlowEngine, WINGMQ_SEED=%llu\n", static_cast<unsigned long long>(chosen));
      return chosen;
    }();
    slow_ = std::make_unique<SlowEngine>(memory_, seed);
  }

  [[nodiscard]] static bool is_slow() {
    const char* name = std::getenv("WINGMQ_TEST_ENGINE");
    return name != nullptr && std::string_view(name) == "slow";
  }
  [[nodiscard]] Engine& engine() noexcept { return slow_ ? static_cast<Engine&>(*slow_) : memory_; }
  /// Waits until everything that was asked is done, but for consumes that wait.
  void quiesce() {
    if (slow_) slow_->quiesce();
  }

 private:
  MemoryEngine memory_;
  std::unique_ptr<SlowEngine> slow_;
};

}  // namespace wingmq::test
