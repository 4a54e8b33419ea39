// Broker's calls: send, consume, confirm, and what stands around them must not matter.
#include <benchmark/benchmark.h>

#include "bench_support.h"

namespace wingmq::bench {
namespace {

void cycle(World& world, QueueId queue, GroupId group, std::uint32_t count, std::uint32_t bytes) {
  benchmark::DoNotOptimize(world.broker.send(world.project, queue, make_batch(world.broker.buffers(), count, bytes)));
  const Delivery delivery = consume(world, group, count);
  confirm(world, group, delivery);
}

/// One message in and out while range(0) messages wait.
void cycle_beside_backlog(benchmark::State& state) {
  World world(1, 1);
  world.fill(world.queue_ids[0], static_cast<std::uint64_t>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) cycle(world, world.queue_ids[0], world.group_ids[0][0], 1, kKibi);
}
BENCHMARK(cycle_beside_backlog)->Arg(0)->Arg(10)->Arg(10'000)->Arg(1'000'000);

/// The same while range(0) leases are open.
void cycle_beside_leases(benchmark::State& state) {
  World world(1, 1);
  world.fill(world.queue_ids[0], static_cast<std::uint64_t>(state.range(0)));
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    benchmark::DoNotOptimize(consume(world, world.group_ids[0][0], 1, std::chrono::seconds(300)));
  }
  for ([[maybe_unused]] auto _ : state) cycle(world, world.queue_ids[0], world.group_ids[0][0], 1, kKibi);
}
BENCHMARK(cycle_beside_leases)->Arg(0)->Arg(10)->Arg(10'000)->Arg(100'000);

/// The same beside range(0) other queues.
void cycle_beside_queues(benchmark::State& state) {
  World world(static_cast<std::uint32_t>(state.range(0)) + 1, 1);
  for ([[maybe_unused]] auto _ : state) cycle(world, world.queue_ids[0], world.group_ids[0][0], 1, kKibi);
}
BENCHMARK(cycle_beside_queues)->Arg(0)->Arg(10)->Arg(1'000);

/// The same beside range(0) other groups of the queue.
void cycle_beside_groups(benchmark::State& state) {
  World world(1, static_cast<std::uint32_t>(state.range(0)) + 1);
  for ([[maybe_unused]] auto _ : state) cycle(world, world.queue_ids[0], world.group_ids[0][0], 1, kKibi);
}
BENCHMARK(cycle_beside_groups)->Arg(0)->Arg(2)->Arg(100);

/// A 512 KB batch of 512 messages, in and out.
void cycle_full_batch(benchmark::State& state) {
  World world(1, 1);
  for ([[maybe_unused]] auto _ : state) cycle(world, world.queue_ids[0], world.group_ids[0][0], 512, kKibi);
  state.SetBytesProcessed(state.iterations() * 512 * kKibi);
}
BENCHMARK(cycle_full_batch);

/// Threads on one queue with range(0) partitions: what Options::partitions is chosen by.
void cycle_by_threads(benchmark::State& state) {
  static std::unique_ptr<World> world;
  if (state.thread_index() == 0) world = std::make_unique<World>(1, 1, static_cast<std::uint32_t>(state.range(0)));
  for ([[maybe_unused]] auto _ : state) cycle(*world, world->queue_ids[0], world->group_ids[0][0], 16, kKibi);
  if (state.thread_index() == 0) world.reset();
}
BENCHMARK(cycle_by_threads)->Arg(1)->Arg(2)->Arg(8)->ThreadRange(1, 4)->UseRealTime();

/// Allocated bytes for each stored message of 1 KB, sent in batches of 512.
void stored_message_memory(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    World world(1, 1);
    const std::size_t before = heap_bytes();
    constexpr int kBatches = 200;
    for (int i = 0; i < kBatches; ++i) {
      benchmark::DoNotOptimize(
          world.broker.send(world.project, world.queue_ids[0], make_batch(world.broker.buffers(), 512, kKibi)));
    }
    state.counters["bytes_per_message"] = static_cast<double>(heap_bytes() - before) / (kBatches * 512);
  }
}
BENCHMARK(stored_message_memory)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wingmq::bench
