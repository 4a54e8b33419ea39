#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "stress/stress_support.h"
#include "support/test_engine.h"
#include "wingmq/wait_for.h"

namespace wingmq::test {

/// When every stress test begins, and how much of everything there is.
inline constexpr Time kStart{Millis(1'700'000'000'000)};
inline constexpr std::uint32_t kProducers = 2;
inline constexpr std::uint32_t kPerProducer = 4'000;
inline constexpr std::uint32_t kMessages = kProducers * kPerProducer;
inline constexpr std::size_t kConsumers = 3;

[[nodiscard]] inline std::size_t index_of(Mark mark) {
  EXPECT_LT(mark.producer, kProducers);
  EXPECT_LT(mark.sequence, kPerProducer);
  return std::size_t{mark.producer} * kPerProducer + mark.sequence;
}

/// One broker behind an engine, one queue, one group.
class StressWorld {
 public:
  StressWorld(std::uint32_t partitions, QueueMode mode, std::optional<std::uint32_t> consume_count_max = std::nullopt)
      : clock_(kStart), random_(7), broker_(options(partitions), clock_, random_), engine_(broker_) {
    QueueSpec spec;
    spec.name = "q";
    spec.mode = mode;
    spec.consume_count_max = consume_count_max;
    queue_ = broker_.create_queue(project_, spec)->id;
    group_ = broker_.create_groups(project_, queue_, std::vector<std::string>{"g"})->front().id;
  }
  ~StressWorld() { broker_.close(); }

  /// A producer's whole work.
  void produce(std::uint32_t producer) {
    Rng rng(producer);
    for (std::uint32_t sequence = 0; sequence < kPerProducer;) {
      const auto count =
          static_cast<std::uint32_t>(std::min<std::uint64_t>(rng.between(1, 8), kPerProducer - sequence));
      const auto sent = wait_for([&](Ticket& ticket) {
        return engine().send(project_, queue_, sealed_batch(broker_, {producer, sequence}, count), ticket);
      });
      ASSERT_TRUE(sent);
      sequence += count;
    }
  }

  [[nodiscard]] ConsumeRequest request(std::uint32_t messages_max, Stream stream = Stream::kQueue) const {
    ConsumeRequest request;
    request.group = group_;
    request.stream = stream;
    request.messages_max = messages_max;
    request.wait = std::chrono::hours(24 * 365);
    request.ack_wait = std::chrono::seconds(30);
    return request;
  }

  /// Confirms the first `good` messages of a delivery, and says `fail` of the next one if there is one.
  Result<ConfirmResult> confirm(const Delivery& delivery, std::uint32_t good, Stream stream = Stream::kQueue) {
    std::vector<ConfirmEntry> entries;
    for (std::uint32_t i = 0; i < good; ++i) entries.push_back({delivery.handle(i), true});
    if (good < delivery.count) entries.push_back({delivery.handle(good), false});
    return wait_for([&](Ticket& ticket) { return engine().confirm(project_, std::nullopt, group_, stream, entries, ticket); });
  }

  /// Consumes, waiting for messages in this thread.
  [[nodiscard]] Result<Delivery> consume(const ConsumeRequest& asked) {
    return wait_for([&](Ticket& ticket) { return engine().consume(project_, asked, ticket); });
  }

  [[nodiscard]] GroupInfo counts() { return broker_.groups(project_, queue_)->groups.front(); }

  Broker& broker() { return broker_; }
  ManualClock& clock() { return clock_; }
  Engine& engine() { return engine_.engine(); }
  void quiesce() { engine_.quiesce(); }
  const Project& project() const { return project_; }
  QueueId queue() const { return queue_; }
  GroupId group() const { return group_; }

 private:
  static Options options(std::uint32_t partitions) {
    Options options;
    options.partitions = partitions;
    return options;
  }

  const Project project_{"alice", "r1"};
  ManualClock clock_;
  SeededRandom random_;
  Broker broker_;
  TestEngine engine_;
  QueueId queue_;
  GroupId group_;
};

}  // namespace wingmq::test
