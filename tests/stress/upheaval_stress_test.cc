// Everything at once: queues and groups are removed, reset and wiped while real threads send and consume.
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "stress/stress_world.h"

namespace wingmq::test {
namespace {

[[nodiscard]] bool is_gone(const Error& error) {
  return error.code == ErrorCode::kQueueNotFound || error.code == ErrorCode::kGroupNotFound;
}

/// A broker with one queue that is removed and made again all the time.
class Upheaval {
 public:
  explicit Upheaval(std::uint32_t partitions) : broker_(options(partitions), clock_, random_), crew_(broker_) {
    for (std::size_t i = 0; i < kConsumers; ++i) waiters_.push_back(std::make_unique<BlockingWaiter>());
  }

  /// Until the steward has done its rounds.
  void run() {
    make_queue(0);
    for (std::uint32_t number = 0; number < kProducers; ++number) crew_.add([this, number] { produce(number); });
    for (std::size_t number = 0; number < kConsumers; ++number) crew_.add([this, number] { consume(number); });
    crew_.add([this] { stir(); });
    crew_.run();
  }

  /// Nobody waits, and no byte of message memory is left.
  void expect_nothing_left() {
    for (const auto& waiter : waiters_) EXPECT_FALSE(waiter->answered()) << "an answer that nobody asked for";
    broker_.wipe(false);
    EXPECT_EQ(broker_.memory().used(), memory_at_start_);
  }

 private:
  /// The queue and the group that are there now.
  struct Ids {
    QueueId queue;
    GroupId group;
  };

  static Options options(std::uint32_t partitions) {
    Options options;
    options.partitions = partitions;
    options.limits.retention = Millis(500);
    return options;
  }

  void set_current(Ids ids) {
    const std::lock_guard lock(mutex_);
    current_ = ids;
  }
  [[nodiscard]] Ids current() {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  [[nodiscard]] bool goes_on() const { return !over_.load() && crew_.ok(); }

  void make_queue(int number);
  void produce(std::uint32_t number);
  void consume(std::size_t number);
  /// Consumes once and gives back, confirms or fails what came.
  void consume_once(Rng& rng, BlockingWaiter& waiter);
  void stir();
  /// One change to what is there.
  void change(Rng& rng, int round);
  void check_counts();

  const Project project_{"alice", "r1"};
  ManualClock clock_{kStart};
  SeededRandom random_{9};
  Broker broker_;
  Crew crew_;
  const std::size_t memory_at_start_ = broker_.memory().used();
  std::vector<std::unique_ptr<BlockingWaiter>> waiters_;
  std::atomic<bool> over_{false};
  std::mutex mutex_;
  Ids current_;
};

void Upheaval::make_queue(int number) {
  QueueSpec spec;
  spec.name = "q";
  spec.mode = number % 2 == 0 ? QueueMode::kNormal : QueueMode::kFifo;
  spec.consume_count_max = 1 + static_cast<std::uint32_t>(number % 3);
  const auto queue = broker_.create_queue(project_, spec);
  ASSERT_TRUE(queue);
  const auto groups = broker_.create_groups(project_, queue->id, std::vector<std::string>{"g", "idle"});
  ASSERT_TRUE(groups);
  set_current({queue->id, groups->front().id});
}

void Upheaval::produce(std::uint32_t number) {
  for (std::uint32_t sequence = 0; goes_on(); sequence += 3) {
    const auto sent = broker_.send(project_, current().queue, sealed_batch(broker_, {number, sequence}, 3));
    ASSERT_TRUE(sent || is_gone(sent.error()));
  }
}

void Upheaval::consume(std::size_t number) {
  Rng rng(600 + number);
  while (goes_on()) ASSERT_NO_FATAL_FAILURE(consume_once(rng, *waiters_[number]));
}

void Upheaval::consume_once(Rng& rng, BlockingWaiter& waiter) {
  ConsumeRequest asked;
  asked.group = current().group;
  asked.stream = rng.percent(80) ? Stream::kQueue : Stream::kDeadLetters;
  asked.messages_max = static_cast<std::uint32_t>(rng.between(1, 9));
  asked.wait = Millis(rng.between(0, 20));
  asked.ack_wait = Millis(rng.between(1, 20));
  const auto received = consume_and_wait(broker_, project_, asked, waiter);
  if (!received) {
    ASSERT_TRUE(is_gone(received.error()));
    return;
  }
  if (received->empty()) return;
  static_cast<void>(marks_of(*received));
  if (rng.percent(10)) {
    broker_.give_back(project_, asked.group, *received);
    return;
  }
  std::vector<ConfirmEntry> entries;
  for (std::uint32_t i = 0; i < received->count; ++i) entries.push_back({received->handle(i), rng.percent(90)});
  const auto counted = broker_.confirm(project_, std::nullopt, asked.group, asked.stream, entries);
  ASSERT_TRUE(!counted || counted->success + counted->fail == received->count);
}

void Upheaval::stir() {
  constexpr int kRounds = 600;
  Rng rng(700);
  for (int round = 1; round <= kRounds && crew_.ok(); ++round) {
    ASSERT_NO_FATAL_FAILURE(change(rng, round));
    ASSERT_NO_FATAL_FAILURE(check_counts());
    static_cast<void>(broker_.advance(clock_.now() + Millis(3)));
    std::this_thread::yield();
  }
  over_.store(true);
  broker_.close();
}

void Upheaval::change(Rng& rng, int round) {
  const Ids ids = current();
  switch (rng.below(6)) {
    case 0:
      ASSERT_TRUE(broker_.remove_queue(project_, ids.queue));
      make_queue(round);
      break;
    case 1:
      broker_.wipe(true);
      break;
    case 2:
      broker_.wipe(false);
      make_queue(round);
      break;
    case 3: {
      ASSERT_TRUE(broker_.remove_groups(project_, ids.queue, std::vector<std::string>{"g"}));
      const auto groups = broker_.create_groups(project_, ids.queue, std::vector<std::string>{"g"});
      ASSERT_TRUE(groups);
      set_current({ids.queue, groups->front().id});
      break;
    }
    default:
      ASSERT_TRUE(broker_.reset(project_, ids.queue, ids.group, {}, true));
  }
}

void Upheaval::check_counts() {
  for (const QueueGroups& each : broker_.inspect()) {
    for (const GroupInfo& group : each.groups) {
      ASSERT_LE(group.available, group.produced);
      ASSERT_LE(group.consumed, group.produced);
      ASSERT_LE(group.in_flight, group.available);
      ASSERT_LE(group.dead_available, group.dead_produced);
    }
  }
}

class UpheavalStressTest : public ::testing::TestWithParam<std::uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Partitions, UpheavalStressTest, ::testing::Values(1U, 4U));

TEST_P(UpheavalStressTest, RemovalResetAndWipeUnderLoadLeaveNobodyWaitingAndNoMemoryTaken) {
  Upheaval upheaval(GetParam());
  upheaval.run();
  upheaval.expect_nothing_left();
}

}  // namespace
}  // namespace wingmq::test
