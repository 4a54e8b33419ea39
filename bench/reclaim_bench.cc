// A full broker says no: what a refused send costs beside many queues of which each holds one unread message.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "bench_support.h"

namespace wingmq::bench {
namespace {

constexpr Time kStart{Millis(1'700'000'000'000)};
/// What a queue with one message takes at most, and what is left for the others.
constexpr std::size_t kQueueBytes = 5'000;
constexpr std::size_t kRestBytes = std::size_t{12} << 20;

/// A broker whose memory is full of messages that nobody has read: one in each of some queues, and what is left in one more.
class FullBroker {
 public:
  FullBroker(std::int64_t queues, std::int64_t queues_per_project) : broker_(options(queues), clock_, random_) {
    for (std::int64_t i = 0; i < queues; ++i) {
      const Project project{"p" + std::to_string(i / queues_per_project), "r"};
      const Place place = make_queue(project, "q" + std::to_string(i));
      send(place);
      if (i == 0) first_ = place;
    }
    filler_ = make_queue({"filler", "r"}, "q");
    while (broker_.send(filler_.project, filler_.queue, make_batch(broker_.buffers(), 1, 4'096))) {
    }
  }

  [[nodiscard]] bool send_to_full() {
    return broker_.send(filler_.project, filler_.queue, make_batch(broker_.buffers(), 1, 4'096)).has_value();
  }
  /// Leases and fails: something changes, and nothing becomes free.
  void change_something() {
    ConsumeRequest request;
    request.group = first_.group;
    request.wait = Millis(0);
    NoWaiter nobody;
    const auto delivery = broker_.consume(first_.project, request, nobody);
    const std::vector<ConfirmEntry> entries{{(*delivery)->handle(0), false}};
    require(broker_.confirm(first_.project, std::nullopt, first_.group, Stream::kQueue, entries).has_value(), "a handle was refused");
  }

 private:
  struct Place {
    Project project;
    QueueId queue;
    GroupId group;
  };
  Place make_queue(const Project& project, const std::string& name) {
    const QueueSpec spec{.name = name, .description = "", .mode = QueueMode::kNormal, .consume_count_max = {}};
    const QueueId queue = broker_.create_queue(project, spec)->id;
    return {project, queue, broker_.create_groups(project, queue, std::vector<std::string>{"g"})->front().id};
  }
  void send(const Place& place) {
    require(broker_.send(place.project, place.queue, make_batch(broker_.buffers(), 1, 1)).has_value(), "a send was refused");
  }
  [[nodiscard]] static Options options(std::int64_t queues) {
    Options options;
    options.memory_limit_bytes = kRestBytes + static_cast<std::size_t>(queues) * kQueueBytes;
    options.limits.queues_per_project = 100'000;
    return options;
  }

  ManualClock clock_{kStart};
  SystemRandom random_;
  Broker broker_;
  Place first_;
  Place filler_;
};

void refuse(benchmark::State& state, std::int64_t queues_per_project, bool something_changes) {
  FullBroker broker(state.range(0), queues_per_project);
  for ([[maybe_unused]] auto _ : state) {
    if (something_changes) broker.change_something();
    require(!broker.send_to_full(), "a send beyond the limit was taken");
  }
}

void refused_send(benchmark::State& state) { refuse(state, state.range(0), false); }
void refused_send_of_many_projects(benchmark::State& state) { refuse(state, 5, false); }
void refused_send_after_a_change(benchmark::State& state) { refuse(state, state.range(0), true); }

BENCHMARK(refused_send)->ArgName("queues")->Arg(500)->Arg(4'000)->Arg(16'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(refused_send_of_many_projects)->ArgName("queues")->Arg(500)->Arg(4'000)->Arg(16'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(refused_send_after_a_change)->ArgName("queues")->Arg(500)->Arg(4'000)->Arg(16'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wingmq::bench
