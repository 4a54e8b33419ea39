// One advance of the clock over many things that come due, each at an instant of its own: the cost must follow their number.
#include <benchmark/benchmark.h>

#include <vector>

#include "bench_support.h"

namespace wingmq::bench {
namespace {

constexpr Time kStart{Millis(1'700'000'000'000)};
constexpr Millis kRetention = std::chrono::hours(72);

/// A queue with one group on a clock that stands still.
class Scene {
 public:
  explicit Scene(std::optional<std::uint32_t> deaths) {
    const QueueSpec spec{.name = "q", .description = "", .mode = QueueMode::kNormal, .consume_count_max = deaths};
    queue_ = broker_.create_queue(project_, spec)->id;
    group_ = broker_.create_groups(project_, queue_, std::vector<std::string>{"g"})->front().id;
  }

  void send() { require(broker_.send(project_, queue_, make_batch(broker_.buffers(), 1, 1)).has_value(), "a send was refused"); }
  Delivery lease(Millis ack_wait) {
    ConsumeRequest request;
    request.group = group_;
    request.messages_max = 1;
    request.wait = Millis(0);
    request.ack_wait = ack_wait;
    NoWaiter nobody;
    return std::move(**broker_.consume(project_, request, nobody));
  }
  void fail(const Delivery& delivery) {
    const std::vector<ConfirmEntry> entries{{delivery.handle(0), false}};
    require(broker_.confirm(project_, std::nullopt, group_, Stream::kQueue, entries).has_value(), "a handle was refused");
  }
  void pass(Millis span) { benchmark::DoNotOptimize(broker_.advance(clock_.now() + span)); }
  void require_empty() {
    const auto shown = broker_.inspect();
    require(shown.front().queue.messages == 0 && shown.front().groups.front().available == 0, "something did not expire");
  }
  void require_released(std::uint64_t count) {
    const GroupInfo group = broker_.inspect().front().groups.front();
    require(group.available == count && group.in_flight == 0, "a lease did not end");
  }

 private:
  ManualClock clock_{kStart};
  SystemRandom random_;
  Broker broker_{Options(), clock_, random_};
  const Project project_{"bench", "r"};
  QueueId queue_;
  GroupId group_;
};

/// `prepare(scene)` for each of range(0) messages, a millisecond apart; then 72 hours at once.
template <typename Prepare>
void expire_all(benchmark::State& state, std::optional<std::uint32_t> deaths, Prepare prepare) {
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    Scene scene(deaths);
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      scene.send();
      prepare(scene);
      scene.pass(Millis(1));
    }
    state.ResumeTiming();
    scene.pass(kRetention);
    scene.require_empty();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void dead_letters_expire(benchmark::State& state) {
  expire_all(state, 1, [](Scene& scene) { scene.fail(scene.lease(std::chrono::seconds(15))); });
}
BENCHMARK(dead_letters_expire)->Arg(1'000)->Arg(8'000)->Iterations(1)->Unit(benchmark::kMillisecond);

void released_messages_expire(benchmark::State& state) {
  expire_all(state, std::nullopt, [](Scene& scene) {
    const Delivery delivery = scene.lease(std::chrono::seconds(15));
    if (!delivery.empty()) scene.fail(delivery);
  });
}
BENCHMARK(released_messages_expire)->Arg(1'000)->Arg(8'000)->Iterations(1)->Unit(benchmark::kMillisecond);

/// range(0) leases of 286 spans end, each at an instant of its own.
void leases_of_many_spans_end(benchmark::State& state) {
  constexpr std::int64_t kSpans = 286;
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    Scene scene(std::nullopt);
    for (std::int64_t i = 0; i < state.range(0); ++i) scene.send();
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      benchmark::DoNotOptimize(scene.lease(std::chrono::seconds(15 + i % kSpans) + Millis(i / kSpans)));
    }
    state.ResumeTiming();
    scene.pass(std::chrono::seconds(400));
    scene.require_released(static_cast<std::uint64_t>(state.range(0)));
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(leases_of_many_spans_end)->Arg(10'000)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wingmq::bench
