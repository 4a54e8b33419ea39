// Real threads on a broker whose memory is short: refused is only what cannot be kept.
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "stress/stress_world.h"
#include "support/make_batch.h"

namespace wingmq::test {
namespace {

class MemoryStressTest : public ::testing::TestWithParam<std::uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Partitions, MemoryStressTest, ::testing::Values(1U, 4U));

TEST_P(MemoryStressTest, ATightMemoryLimitRefusesAndRecoversButLosesNothing) {
  Options options;
  options.partitions = GetParam();
  options.memory_limit_bytes = 200'000;
  ManualClock clock(kStart);
  SeededRandom random(11);
  Broker broker(options, clock, random);
  Crew crew(broker);
  const Project project{"alice", "r1"};
  const QueueId queue = broker.create_queue(project, QueueSpec{"q", "", QueueMode::kNormal, {}})->id;
  const GroupId group = broker.create_groups(project, queue, std::vector<std::string>{"g"})->front().id;
  std::vector<std::atomic<int>> done(kMessages);
  std::atomic<std::uint32_t> finished{0};
  BlockingWaiter waiter;

  const auto producer = [&](std::uint32_t number) {
    for (std::uint32_t sequence = 0; sequence < kPerProducer && crew.ok();) {
      const auto sent = broker.send(project, queue, sealed_batch(broker, {number, sequence}, 4));
      if (sent) {
        sequence += 4;
        continue;
      }
      ASSERT_EQ(sent.error().code, ErrorCode::kMemoryFull);
      std::this_thread::yield();
    }
  };
  const auto consumer = [&] {
    ConsumeRequest asked;
    asked.group = group;
    asked.messages_max = 50;
    while (finished.load() < kMessages && crew.ok()) {
      const auto received = consume_and_wait(broker, project, asked, waiter);
      ASSERT_TRUE(received);
      std::vector<ConfirmEntry> entries;
      for (std::uint32_t i = 0; i < received->count; ++i) entries.push_back({received->handle(i), true});
      for (const Mark mark : marks_of(*received)) ASSERT_EQ(done[index_of(mark)].fetch_add(1), 0);
      ASSERT_TRUE(broker.confirm(project, queue, group, Stream::kQueue, entries));
      finished += received->count;
    }
  };
  static_assert(kPerProducer % 4 == 0);
  crew.add([&] { producer(0); });
  crew.add([&] { producer(1); });
  crew.add(consumer);
  crew.run();
  for (const auto& each : done) ASSERT_EQ(each.load(), 1);
  broker.close();
}

TEST_P(MemoryStressTest, MemoryThatCanBeReclaimedIsNeverAReasonToRefuse) {
  constexpr std::uint32_t kBodyBytes = 100'000;
  constexpr int kRounds = 2'000;
  Options options;
  options.partitions = GetParam();
  options.memory_limit_bytes = 20 * kBodyBytes;  // a few of which are ever unread
  ManualClock clock(kStart);
  SeededRandom random(13);
  Broker broker(options, clock, random);
  Crew crew(broker);
  const Project project{"alice", "r1"};
  const QueueId queue = broker.create_queue(project, QueueSpec{"q", "", QueueMode::kNormal, {}})->id;
  const GroupId group = broker.create_groups(project, queue, std::vector<std::string>{"g"})->front().id;
  const auto work = [&] {
    BlockingWaiter waiter;
    ConsumeRequest asked;
    asked.group = group;
    asked.messages_max = 1;
    for (int round = 0; round < kRounds && crew.ok(); ++round) {
      ASSERT_TRUE(broker.make_room(kBodyBytes));
      Buffer buffer = broker.buffers().take(kBodyBytes);
      const Message message{.body_bytes = kBodyBytes, .payload_bytes = kBodyBytes};
      ASSERT_TRUE(broker.send(project, queue, Batch::make(broker.buffers(), std::move(buffer), std::span(&message, 1))));
      const auto received = consume_and_wait(broker, project, asked, waiter);
      ASSERT_TRUE(received);
      ASSERT_EQ(received->count, 1U);
      const ConfirmEntry entry{received->handle(0), true};
      ASSERT_TRUE(broker.confirm(project, queue, group, Stream::kQueue, std::span(&entry, 1)));
    }
  };
  for (int i = 0; i < 4; ++i) crew.add(work);
  crew.run();
  broker.close();
}

TEST_P(MemoryStressTest, DeadLettersAreCopiedOutOfTheirBatchesWhileOthersLookAtThem) {
  constexpr std::uint32_t kBodyBytes = 40'000;
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kRounds = 300;
  Options options;
  options.partitions = GetParam();
  options.memory_limit_bytes = 40 * kBodyBytes;
  ManualClock clock(kStart);
  SeededRandom random(17);
  Broker broker(options, clock, random);
  Crew crew(broker);
  const Project project{"alice", "r1"};
  const QueueId queue = broker.create_queue(project, QueueSpec{"q", "", QueueMode::kNormal, 1})->id;
  const GroupId group = broker.create_groups(project, queue, std::vector<std::string>{"g"})->front().id;
  const auto text_of = [](const DeliveredRun& run) { return std::string(run.batch->body(run.first)); };
  const auto work = [&](std::size_t thread) {
    BlockingWaiter waiter;
    PeekRequest look;
    look.group = group;
    look.state = MessageState::kDead;
    look.limit = 5;  // what is looked at cannot be given back: four looks hold half of the limit
    ConsumeRequest asked;
    asked.group = group;
    asked.messages_max = 1;
    for (std::size_t round = 0; round < kRounds && crew.ok(); ++round) {
      const std::string small = std::to_string(thread) + "/" + std::to_string(round);
      ASSERT_TRUE(broker.make_room(kBodyBytes));
      ASSERT_TRUE(broker.send(project, queue, make_batch(broker.buffers(), {{std::string(kBodyBytes, '.')}, {small}})));
      for (int i = 0; i < 2; ++i) {
        const auto received = consume_and_wait(broker, project, asked, waiter);
        ASSERT_TRUE(received);
        ASSERT_EQ(received->count, 1U);
        const ConfirmEntry entry{received->handle(0), text_of(received->runs.front()).size() == kBodyBytes};
        ASSERT_TRUE(broker.confirm(project, queue, group, Stream::kQueue, std::span(&entry, 1)));
      }
      const auto seen = broker.peek(queue, look);
      ASSERT_TRUE(seen);
      if (seen->empty()) {
        look.after.reset();
      } else {
        look.after_partition = seen->back().partition;
        look.after = seen->back().offset;
      }
    }
  };
  for (std::size_t i = 0; i < kThreads; ++i) crew.add([&work, i] { work(i); });
  crew.run();
  std::set<std::string> died;
  ConsumeRequest asked;
  asked.group = group;
  asked.stream = Stream::kDeadLetters;
  asked.wait = Millis(0);
  BlockingWaiter unused;
  for (auto delivery = broker.consume(project, asked, unused); !(*delivery)->empty(); delivery = broker.consume(project, asked, unused)) {
    for (const DeliveredRun& run : (*delivery)->runs) died.insert(text_of(run));
  }
  EXPECT_EQ(died.size(), kThreads * kRounds);
  broker.close();
}

}  // namespace
}  // namespace wingmq::test
