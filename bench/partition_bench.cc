// A log behind its lock: what threads that share one pay for each other.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "bench_support.h"
#include "log/partition.h"

namespace wingmq::bench {
namespace {

struct Shared {
  explicit Shared(int count) {
    for (int i = 0; i < count; ++i) partitions.push_back(std::make_unique<Partition>(budget));
  }

  MemoryBudget budget{std::size_t{1} << 30};
  BufferPool buffers{budget};
  std::vector<std::unique_ptr<Partition>> partitions;
};

/// Each thread appends a batch and reads the end of the log, and now and then drops all. range(0): 0 on one partition for all
/// threads, 1 on one of its own.
void partition_append_and_read(benchmark::State& state) {
  constexpr std::uint64_t kDropEach = 1024;
  constexpr std::uint32_t kMessages = 16;
  static std::unique_ptr<Shared> shared;
  const bool alone = state.range(0) != 0;
  if (state.thread_index() == 0) shared = std::make_unique<Shared>(alone ? state.threads() : 1);
  const std::size_t mine = alone ? static_cast<std::size_t>(state.thread_index()) : 0;
  BatchRef batch;
  std::uint64_t rounds = 0;
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    Partition& partition = *shared->partitions[mine];
    if (!batch) batch = make_batch(shared->buffers, kMessages, 10);
    partition.append(batch, Time{});
    LogEntry entry;
    const std::size_t read = partition.read(partition.end().entry - 1, 1, std::span(&entry, 1));
    require(read == 0 || entry.count == kMessages, "another entry was read");
    if (++rounds % kDropEach == 0) partition.drop_until(Time{});
  }
  meter.report(kMessages, 0);
  if (state.thread_index() != 0) return;
  std::uint64_t appended = 0;
  for (const auto& partition : shared->partitions) appended += partition->end().offset.value;
  require(appended == static_cast<std::uint64_t>(state.iterations() * state.threads()) * kMessages, "messages were lost");
  shared.reset();
}
BENCHMARK(partition_append_and_read)->ArgName("alone")->Arg(0)->Arg(1)->ThreadRange(1, 8)->UseRealTime();

}  // namespace
}  // namespace wingmq::bench
