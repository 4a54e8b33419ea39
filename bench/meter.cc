#include "meter.h"

#include <cstdio>
#include <cstdlib>

#include "allocations/count_allocations.h"
#include "lock_waits.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif

namespace wingmq::bench {
namespace {

// Outside callgrind each of these costs a few instructions that do nothing.
#ifdef CALLGRIND_START_INSTRUMENTATION
void begin_counting() {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
}
void switch_counting() { CALLGRIND_TOGGLE_COLLECT; }
/// bench/compare-builds reads the number behind `rounds`.
void end_counting(std::uint64_t rounds) {
  if (!RUNNING_ON_VALGRIND) return;
  char text[40];
  std::snprintf(text, sizeof text, "rounds %llu", static_cast<unsigned long long>(rounds));
  CALLGRIND_DUMP_STATS_AT(text);
  CALLGRIND_STOP_INSTRUMENTATION;
}
#else
void begin_counting() {}
void switch_counting() {}
void end_counting(std::uint64_t) {}
#endif

}  // namespace

Meter::Meter(benchmark::State& state) : state_(state), allocations_(test::allocations()), lock_waits_(lock_waits()) {
  begin_counting();
}

void Meter::pause() {
  state_.PauseTiming();
  switch_counting();
  // What is allocated until resume() is taken off again there.
  allocations_ -= test::allocations();
  lock_waits_ -= lock_waits();
}

void Meter::resume() {
  allocations_ += test::allocations();
  lock_waits_ += lock_waits();
  switch_counting();
  state_.ResumeTiming();
}

void Meter::report(std::uint64_t messages, std::uint64_t bytes) {
  const auto rounds = static_cast<std::uint64_t>(state_.iterations());
  end_counting(rounds * static_cast<std::uint64_t>(state_.threads()));
  const auto each_round = [](std::uint64_t value) {
    return benchmark::Counter(static_cast<double>(value), benchmark::Counter::kAvgIterations);
  };
  state_.counters["allocs"] = each_round(test::allocations() - allocations_);
  state_.counters["lock_waits"] = each_round(lock_waits() - lock_waits_);
  const auto rate = [rounds](std::uint64_t value) {
    return benchmark::Counter(static_cast<double>(rounds * value), benchmark::Counter::kIsRate);
  };
  if (messages != 0) state_.counters["messages"] = rate(messages);
  if (bytes != 0) state_.SetBytesProcessed(static_cast<std::int64_t>(rounds * bytes));
}

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "bench: wrong result: %s\n", what);
  std::abort();
}

}  // namespace wingmq::bench
