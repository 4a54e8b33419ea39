// Broker's calls: send, consume, confirm, and what stands around them must not matter.
#include <benchmark/benchmark.h>

#include <memory>
#include <utility>

#include "bench_support.h"

namespace wingmq::bench {
namespace {

/// Sends `count` messages and has each group receive and confirm as many.
void cycle(World& world, std::size_t queue, std::uint32_t count, std::uint32_t bytes) {
  require(world.broker.make_room(std::size_t{count} * bytes).has_value(), "there is no room");
  const auto sent = world.broker.send(world.project, world.queue_ids[queue], make_batch(world.broker.buffers(), count, bytes));
  require(sent.has_value(), "a send was refused");
  for (const GroupId group : world.group_ids[queue]) confirm(world, group, consume(world, group, count));
}

/// Single messages of 1 KB, in and out of the first queue.
void cycle_singles(benchmark::State& state, World& world) {
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) cycle(world, 0, 1, kKibi);
  meter.report(1, kKibi);
}

/// One message in and out while range(0) messages wait.
void cycle_beside_backlog(benchmark::State& state) {
  World world(1, 1, 1, std::size_t{2} << 30);
  world.fill(world.queue_ids[0], static_cast<std::uint64_t>(state.range(0)));
  cycle_singles(state, world);
}
BENCHMARK(cycle_beside_backlog)->Arg(0)->Arg(10)->Arg(10'000)->Arg(1'000'000);

/// The same while range(0) leases are open.
void cycle_beside_leases(benchmark::State& state) {
  World world(1, 1);
  world.fill(world.queue_ids[0], static_cast<std::uint64_t>(state.range(0)));
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    benchmark::DoNotOptimize(consume(world, world.group_ids[0][0], 1, std::chrono::seconds(300)));
  }
  cycle_singles(state, world);
}
BENCHMARK(cycle_beside_leases)->Arg(0)->Arg(10)->Arg(10'000)->Arg(100'000);

/// The same beside range(0) other queues.
void cycle_beside_queues(benchmark::State& state) {
  World world(static_cast<std::uint32_t>(state.range(0)) + 1, 1);
  cycle_singles(state, world);
}
BENCHMARK(cycle_beside_queues)->Arg(0)->Arg(10)->Arg(1'000);

/// The same beside range(0) other groups of the queue, which read nothing.
void cycle_beside_groups(benchmark::State& state) {
  World world(1, static_cast<std::uint32_t>(state.range(0)) + 1, 1, std::size_t{2} << 30);  // for what they do not read
  world.group_ids[0].resize(1);
  cycle_singles(state, world);
}
BENCHMARK(cycle_beside_groups)->Arg(0)->Arg(2)->Arg(100);

/// A 512 KB batch of 512 messages, in and out.
void cycle_full_batch(benchmark::State& state) {
  World world(1, 1);
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) cycle(world, 0, 512, kKibi);
  meter.report(512, std::size_t{512} * kKibi);
}
BENCHMARK(cycle_full_batch);

/// Batches of 70 to 512 messages: memory of one size is used again for others.
void cycle_mixed_batches(benchmark::State& state) {
  World world(1, 1);
  std::uint32_t count = 512;
  std::uint64_t bytes = 0;
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    cycle(world, 0, count, kKibi);
    bytes += std::uint64_t{count} * kKibi;
    count = 70 + (count + 127) % 443;
  }
  meter.report(0, bytes / static_cast<std::uint64_t>(state.iterations()));
}
BENCHMARK(cycle_mixed_batches);

/// The world that the threads of a benchmark share: the first makes it in front of the loop and ends it behind.
std::unique_ptr<World> shared_world;

/// Threads on one queue with range(0) partitions: what Options::partitions is chosen by.
void cycle_by_partitions(benchmark::State& state) {
  if (state.thread_index() == 0) shared_world = std::make_unique<World>(1, 1, static_cast<std::uint32_t>(state.range(0)));
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) cycle(*shared_world, 0, 16, kKibi);
  meter.report(16, std::size_t{16} * kKibi);
  if (state.thread_index() == 0) shared_world.reset();
}
BENCHMARK(cycle_by_partitions)->ArgName("partitions")->Arg(1)->Arg(2)->Arg(8)->ThreadRange(1, 8)->UseRealTime();

/// Every thread goes round all queues. The groups are behind by `backlog` messages of one byte, which they get first.
void cycle_by_load(benchmark::State& state) {
  const auto queues = static_cast<std::uint32_t>(state.range(0));
  const auto batch = static_cast<std::uint32_t>(state.range(2));
  const auto bytes = static_cast<std::uint32_t>(state.range(3));
  if (state.thread_index() == 0) {
    shared_world = std::make_unique<World>(queues, static_cast<std::uint32_t>(state.range(1)));
    for (const QueueId queue : shared_world->queue_ids) shared_world->fill(queue, static_cast<std::uint64_t>(state.range(4)));
  }
  std::size_t queue = static_cast<std::size_t>(state.thread_index()) % queues;
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    cycle(*shared_world, queue, batch, bytes);
    queue = (queue + 1) % queues;
  }
  meter.report(batch, std::size_t{batch} * bytes);
  if (state.thread_index() == 0) shared_world.reset();
}
void loads(benchmark::internal::Benchmark* bench) {
  for (const int queues : {1, 16}) {
    for (const int groups : {1, 3}) {
      for (const int backlog : {0, 10'000}) {
        for (const auto& [batch, bytes] : {std::pair(1, 64), std::pair(1, 1024), std::pair(512, 1024)}) {
          bench->Args({queues, groups, batch, bytes, backlog});
        }
      }
    }
  }
}
BENCHMARK(cycle_by_load)
    ->ArgNames({"queues", "groups", "batch", "bytes", "backlog"})
    ->Apply(loads)
    ->ThreadRange(1, 8)
    ->UseRealTime();

/// What a stored message of 1 KB, sent in batches of 512, takes of the memory limit, bookkeeping included.
void stored_message_memory(benchmark::State& state) {
  constexpr std::uint32_t kBatch = 512;
  for ([[maybe_unused]] auto _ : state) {
    World world(1, 1, 1, std::size_t{512} << 20);
    const std::size_t before = world.broker.memory().used();
    constexpr int kBatches = 200;
    for (int i = 0; i < kBatches; ++i) {
      const auto sent = world.broker.send(world.project, world.queue_ids[0], make_batch(world.broker.buffers(), kBatch, kKibi));
      require(sent.has_value(), "a send was refused");
    }
    state.counters["bytes_per_message"] = static_cast<double>(world.broker.memory().used() - before) / (kBatches * kBatch);
  }
}
BENCHMARK(stored_message_memory)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wingmq::bench
