// The ring of batches alone: no lock, no group.
#include <benchmark/benchmark.h>

#include "bench_support.h"
#include "log/log.h"

namespace wingmq::bench {
namespace {

/// Append at the new end and drop at the old one, with `range(0)` entries in between.
void log_append_and_drop(benchmark::State& state) {
  MemoryBudget budget(std::size_t{1} << 30);
  BufferPool buffers(budget);
  const BatchRef batch = make_batch(buffers, 10, 10);
  Log log(budget);
  Time now{};
  for (std::int64_t i = 0; i < state.range(0); ++i) log.append(batch, 0, batch->count(), now += Millis(1));
  const auto expected = static_cast<std::uint64_t>(state.range(0)) * batch->count();
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    log.append(batch, 0, batch->count(), now += Millis(1));
    benchmark::DoNotOptimize(log.drop_until(now - Millis(state.range(0))));
  }
  meter.report(batch->count(), batch->payload_bytes());
  require(log.messages() == expected, "the log holds another number of messages");
}
BENCHMARK(log_append_and_drop)->Arg(10)->Arg(10'000)->Arg(1'000'000);

void log_read(benchmark::State& state) {
  MemoryBudget budget(std::size_t{1} << 30);
  BufferPool buffers(budget);
  const BatchRef batch = make_batch(buffers, 10, 10);
  Log log(budget);
  for (std::int64_t i = 0; i < state.range(0); ++i) log.append(batch, 0, batch->count(), Time{});
  LogEntry entry;
  std::uint64_t at = 0;
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    const std::size_t read = log.read(at, 10, std::span(&entry, 1));
    require(read == 1 && entry.number == at, "another entry was read");
    at = (at + 7919) % static_cast<std::uint64_t>(state.range(0));
  }
  meter.report(batch->count(), batch->payload_bytes());
}
BENCHMARK(log_read)->Arg(10)->Arg(10'000)->Arg(1'000'000);

}  // namespace
}  // namespace wingmq::bench
