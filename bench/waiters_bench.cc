// Parked consume calls below HTTP: what they cost while nothing happens, and who wakes.
#include <benchmark/benchmark.h>

#include <ctime>
#include <memory>
#include <vector>

#include "bench_support.h"

namespace wingmq::bench {
namespace {

class CountingWaiter final : public Waiter {
 public:
  void on_done(Result<Delivery> outcome) override {
    if (outcome && !outcome->empty()) ++woken;
  }
  int woken = 0;
};

ConsumeRequest parked_request(GroupId group) {
  ConsumeRequest request;
  request.group = group;
  request.messages_max = 1;
  request.wait = std::chrono::seconds(60);
  return request;
}

/// range(0) calls parked, spread over 1,000 queues.
struct ParkedWorld {
  explicit ParkedWorld(std::int64_t count) : world(1'000, 1), waiters(static_cast<std::size_t>(count)) {
    const std::size_t before = heap_bytes();
    for (std::size_t i = 0; i < waiters.size(); ++i) park(i);
    bytes = static_cast<double>(heap_bytes() - before) + static_cast<double>(waiters.size() * sizeof(CountingWaiter));
  }
  ~ParkedWorld() { world.broker.close(); }
  void park(std::size_t i) {
    const GroupId group = world.group_ids[i % world.group_ids.size()][0];
    if (world.broker.consume(world.project, parked_request(group), waiters[i])) std::abort();
  }
  World world;
  std::vector<CountingWaiter> waiters;
  double bytes = 0;
};

/// A send to one queue: one message, and exactly one call wakes. It is parked again, so that the number stays.
void send_wakes_one(benchmark::State& state) {
  ParkedWorld parked(state.range(0));
  World& world = parked.world;
  std::size_t queue = 0;
  std::int64_t sent = 0;
  std::vector<std::size_t> turn(world.queue_ids.size());
  const std::size_t each = parked.waiters.size() / world.queue_ids.size();
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(
        world.broker.send(world.project, world.queue_ids[queue], make_batch(world.broker.buffers(), 1, 1)));
    const std::size_t woken = queue + (turn[queue]++ % each) * world.queue_ids.size();
    parked.park(woken);  // it came first, so it was served
    queue = (queue + 1) % world.queue_ids.size();
    ++sent;
  }
  meter.report(1, 1);
  std::int64_t woken = 0;
  for (const CountingWaiter& waiter : parked.waiters) woken += waiter.woken;
  require(woken == sent, "a send did not wake exactly one call");
  state.counters["bytes_per_parked"] = parked.bytes / static_cast<double>(parked.waiters.size());
}
BENCHMARK(send_wakes_one)->Arg(1'000)->Arg(100'000);

/// Processor time used in a real second in which nothing happens.
void idle_beside_parked(benchmark::State& state) {
  ParkedWorld parked(state.range(0));
  for ([[maybe_unused]] auto _ : state) {
    const std::clock_t before = std::clock();
    const timespec second{1, 0};
    ::nanosleep(&second, nullptr);
    parked.world.broker.run_due();
    state.counters["cpu_ms_per_s"] = static_cast<double>(std::clock() - before) * 1000 / CLOCKS_PER_SEC;
  }
}
BENCHMARK(idle_beside_parked)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wingmq::bench
