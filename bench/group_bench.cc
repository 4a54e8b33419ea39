// The rules of consuming alone: GroupMachine over a log without partitions or locks.
#include <benchmark/benchmark.h>

#include <span>
#include <vector>

#include "base/environment.h"
#include "bench_support.h"
#include "group/dead_letters.h"
#include "group/group_machine.h"
#include "support/dead_runs.h"

namespace wingmq::bench {
namespace {

constexpr Time kGroupStart{};
constexpr Millis kAckWait = std::chrono::seconds(30);

/// A group and the log that it reads.
class Consumer {
 public:
  explicit Consumer(std::uint32_t count) : batch_(make_batch(environment_.buffers, count, 10)) {}

  void append(Time now = kGroupStart) {
    Run run;
    run.batch = batch_;
    run.count = batch_->count();
    source_.make_room(1);
    source_.take(run, now);
  }
  /// Leases `count` messages, which must be there.
  Delivery lease(std::uint32_t count, Time now = kGroupStart) {
    Delivery delivery = machine_.lease(source_, {count, kAckWait, ++secret_}, now);
    require(delivery.count == count, "another number of messages was leased");
    source_.drop_before(machine_.cursor({}).entry);
    return delivery;
  }
  /// `success` of the entries, whose handles are all open, must count as that.
  void confirm(std::span<const ConfirmEntry> entries, std::uint32_t success, Time now = kGroupStart) {
    require(machine_.check(entries).has_value(), "handles were refused");
    const ConfirmResult result = machine_.confirm(entries, now, died_);
    require(result.success == success && result.fail == entries.size() - success, "a confirmation was judged otherwise");
  }
  /// Ends every lease that is due; returns the number of messages.
  std::uint64_t expire(Time now) {
    std::uint64_t messages = 0;
    while (const auto expired = machine_.expire_lease(now, died_)) messages += expired->messages;
    return messages;
  }
  [[nodiscard]] bool idle() const { return !machine_.busy() && died_.runs.empty(); }

 private:
  SystemRandom random_;
  Environment environment_{Options(), random_};
  BatchRef batch_;
  DeadLetters source_{environment_};
  GroupMachine machine_{{.stream = 1, .one_batch_at_a_time = false, .consume_count_max = {},
                         .failure_counting = FailureCounting::kDelivered, .payload_bytes_max = 1 << 20,
                         .retention = std::chrono::hours(72)}, 1};
  wingmq::test::DeadRuns died_;
  std::uint64_t secret_ = 0;
};

std::vector<ConfirmEntry> entries_of(const Delivery& delivery) {
  std::vector<ConfirmEntry> entries;
  entries.reserve(delivery.count);
  for (std::uint32_t i = 0; i < delivery.count; ++i) entries.push_back({delivery.handle(i), true});
  return entries;
}

/// Measures `round(consumer)`, which handles a batch of `count` messages and leaves nothing of it.
template <typename Round>
void measure(benchmark::State& state, std::uint32_t count, Round round) {
  Consumer consumer(count);
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) round(consumer);
  meter.report(count, 0);
  require(consumer.idle(), "something was left");
}

constexpr std::uint32_t kGroupMany = 512;

/// range(0) messages of one batch under one lease, confirmed at once.
void lease_and_confirm(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  measure(state, count, [count](Consumer& consumer) {
    consumer.append();
    consumer.confirm(entries_of(consumer.lease(count)), count);
  });
}
BENCHMARK(lease_and_confirm)->Arg(1)->Arg(16)->Arg(kGroupMany);

/// A batch under one lease, each message confirmed by a call of its own.
void confirm_singles(benchmark::State& state) {
  measure(state, kGroupMany, [](Consumer& consumer) {
    consumer.append();
    const auto entries = entries_of(consumer.lease(kGroupMany));
    for (std::size_t i = 0; i < kGroupMany; ++i) consumer.confirm(std::span(entries).subspan(i, 1), 1);
  });
}
BENCHMARK(confirm_singles);

/// Each message of a batch leased and confirmed by itself.
void lease_and_confirm_singles(benchmark::State& state) {
  measure(state, kGroupMany, [](Consumer& consumer) {
    consumer.append();
    for (std::uint32_t i = 0; i < kGroupMany; ++i) consumer.confirm(entries_of(consumer.lease(1)), 1);
  });
}
BENCHMARK(lease_and_confirm_singles);

/// A delivery whose first message fails: all of it is released, delivered again and confirmed.
void fail_and_retry(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  measure(state, count, [count](Consumer& consumer) {
    consumer.append();
    auto entries = entries_of(consumer.lease(count));
    entries.resize(1);
    entries[0].success = false;
    consumer.confirm(entries, 0);
    consumer.confirm(entries_of(consumer.lease(count)), count);
  });
}
BENCHMARK(fail_and_retry)->Arg(1)->Arg(kGroupMany);

/// range(0) leases of one message end together, and the messages are delivered again and confirmed.
void leases_end(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  Time now = kGroupStart;
  measure(state, count, [count, &now](Consumer& consumer) {
    consumer.append(now);
    for (std::uint32_t i = 0; i < count; ++i) benchmark::DoNotOptimize(consumer.lease(1, now));
    now += kAckWait;
    require(consumer.expire(now) == count, "another number of messages came back");
    consumer.confirm(entries_of(consumer.lease(count, now)), count, now);
  });
}
BENCHMARK(leases_end)->Arg(1)->Arg(kGroupMany);

}  // namespace
}  // namespace wingmq::bench
