// Real threads on the real broker. Messages check themselves; every test ends by a number of operations, not by time.
#include <algorithm>
#include <memory>
#include <tuple>

#include "stress/stress_support.h"

namespace wingmq::test {
namespace {

constexpr Time kStart{Millis(1'700'000'000'000)};
constexpr std::uint32_t kProducers = 2;
constexpr std::uint32_t kPerProducer = 4'000;
constexpr std::uint32_t kMessages = kProducers * kPerProducer;
constexpr std::size_t kConsumers = 3;

[[nodiscard]] std::size_t index_of(Mark mark) {
  EXPECT_LT(mark.producer, kProducers);
  EXPECT_LT(mark.sequence, kPerProducer);
  return std::size_t{mark.producer} * kPerProducer + mark.sequence;
}

/// One broker, one queue, one group.
class StressWorld {
 public:
  StressWorld(std::uint32_t partitions, QueueMode mode, std::optional<std::uint32_t> consume_count_max = std::nullopt)
      : clock_(kStart), random_(7), broker_(options(partitions), clock_, random_), waiters_(16) {
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
      ASSERT_TRUE(broker_.send(project_, queue_, sealed_batch(broker_, {producer, sequence}, count)));
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
    return broker_.confirm(project_, std::nullopt, group_, stream, entries);
  }

  [[nodiscard]] GroupInfo counts() { return broker_.groups(project_, queue_)->groups.front(); }

  Broker& broker() { return broker_; }
  ManualClock& clock() { return clock_; }
  BlockingWaiter& waiter(std::size_t index) { return *waiters_[index]; }
  const Project& project() const { return project_; }
  QueueId queue() const { return queue_; }
  GroupId group() const { return group_; }

 private:
  static Options options(std::uint32_t partitions) {
    Options options;
    options.partitions = partitions;
    return options;
  }

  /// Waiters that live as long as the world, each made in place.
  class Waiters {
   public:
    explicit Waiters(std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) all_.push_back(std::make_unique<BlockingWaiter>());
    }
    const std::unique_ptr<BlockingWaiter>& operator[](std::size_t index) const { return all_[index]; }

   private:
    std::vector<std::unique_ptr<BlockingWaiter>> all_;
  };

  const Project project_{"alice", "r1"};
  ManualClock clock_;
  SeededRandom random_;
  Broker broker_;
  Waiters waiters_;
  QueueId queue_;
  GroupId group_;
};

class StressTest : public ::testing::TestWithParam<std::uint32_t> {};

INSTANTIATE_TEST_SUITE_P(Partitions, StressTest, ::testing::Values(1U, 4U));

// --- NORMAL, time stands still: no loss, no message held twice ---

TEST_P(StressTest, NothingIsLostAndNothingIsHeldByTwoConsumers) {
  StressWorld world(GetParam(), QueueMode::kNormal);
  Crew crew(world.broker());
  std::vector<std::atomic<int>> held(kMessages);
  std::vector<std::atomic<int>> done(kMessages);
  std::atomic<std::uint32_t> finished{0};

  const auto consumer = [&](std::size_t number) {
    Rng rng(100 + number);
    while (finished.load() < kMessages && crew.ok()) {
      const auto received =
          consume_and_wait(world.broker(), world.project(),
                           world.request(static_cast<std::uint32_t>(rng.between(1, 20))), world.waiter(number));
      ASSERT_TRUE(received);
      if (received->empty()) continue;
      const std::vector<Mark> marks = marks_of(*received);
      for (const Mark mark : marks) {
        ASSERT_EQ(held[index_of(mark)].exchange(1), 0) << "delivered to two consumers at once";
        ASSERT_EQ(done[index_of(mark)].load(), 0) << "delivered after it was confirmed";
      }
      const auto good = static_cast<std::uint32_t>(rng.percent(80) ? received->count : rng.below(received->count));
      for (const Mark mark : marks) held[index_of(mark)].store(0);
      const auto counted = world.confirm(*received, good);
      ASSERT_TRUE(counted);
      ASSERT_EQ(counted->success, good);
      for (std::uint32_t i = 0; i < good; ++i) ASSERT_EQ(done[index_of(marks[i])].fetch_add(1), 0);
      if (finished.fetch_add(good) + good == kMessages) world.broker().close();
    }
  };
  for (std::uint32_t producer = 0; producer < kProducers; ++producer)
    crew.add([&, producer] { world.produce(producer); });
  for (std::size_t number = 0; number < kConsumers; ++number) crew.add([&, number] { consumer(number); });
  crew.run();

  for (const auto& each : done) ASSERT_EQ(each.load(), 1);
  const GroupInfo counts = world.counts();
  EXPECT_EQ(counts.produced, kMessages);
  EXPECT_EQ(counts.consumed, kMessages);
  EXPECT_EQ(counts.in_flight, 0U);
}

// --- NORMAL, time runs: a lease is exclusive until it ends ---

/// That somebody held a message, and how it ended.
struct Holding {
  std::size_t message = 0;
  Time from{};
  Time until{};
  enum class End : std::uint8_t { kExpired, kConfirmed, kFailed } end = End::kExpired;
};

/// Looks for two holdings of one message at the same time.
void expect_exclusive(std::vector<Holding> holdings) {
  // Of several that began at one instant, only the last can have run out of time.
  std::sort(holdings.begin(), holdings.end(), [](const Holding& a, const Holding& b) {
    const auto key = [](const Holding& each) {
      return std::tuple(each.message, each.from, each.end == Holding::End::kExpired);
    };
    return key(a) < key(b);
  });
  for (std::size_t i = 0; i + 1 < holdings.size(); ++i) {
    if (holdings[i].message != holdings[i + 1].message) continue;
    if (holdings[i].end == Holding::End::kExpired) {
      ASSERT_GE(holdings[i + 1].from, holdings[i].until) << "delivered again within a lease";
    }
    ASSERT_LE(holdings[i].from, holdings[i + 1].from);
  }
}

TEST_P(StressTest, ALeaseIsExclusiveUntilTimeEndsIt) {
  StressWorld world(GetParam(), QueueMode::kNormal);
  Crew crew(world.broker());
  constexpr Millis ack_wait(20);
  std::vector<std::atomic<int>> done(kMessages);
  std::atomic<std::uint32_t> finished{0};
  std::atomic<bool> over{false};
  std::atomic<std::size_t> idle{0};
  std::atomic<std::uint64_t> deliveries{0};
  std::vector<std::vector<Holding>> holdings(kConsumers);

  const auto consumer = [&](std::size_t number) {
    Rng rng(200 + number);
    while (!over.load() && crew.ok()) {
      ConsumeRequest asked = world.request(10);
      asked.ack_wait = ack_wait;
      asked.wait = Millis(5);
      idle.fetch_add(1);
      const auto received = consume_and_wait(world.broker(), world.project(), asked, world.waiter(number));
      idle.fetch_sub(1);
      deliveries.fetch_add(1);
      ASSERT_TRUE(received);
      if (received->empty()) continue;
      const std::vector<Mark> marks = marks_of(*received);
      const auto good = static_cast<std::uint32_t>(rng.percent(70) ? received->count : rng.below(received->count));
      const bool forgets = rng.percent(10);
      const bool judged = !forgets && world.confirm(*received, good).has_value();
      for (std::uint32_t i = 0; i < received->count; ++i) {
        const auto end = !judged ? Holding::End::kExpired : i < good ? Holding::End::kConfirmed : Holding::End::kFailed;
        holdings[number].push_back({index_of(marks[i]), received->deadline - ack_wait, received->deadline, end});
        if (end != Holding::End::kConfirmed) continue;
        ASSERT_EQ(done[index_of(marks[i])].fetch_add(1), 0);
      }
      if (judged && finished.fetch_add(good) + good == kMessages) over.store(true);
    }
  };
  for (std::uint32_t producer = 0; producer < kProducers; ++producer)
    crew.add([&, producer] { world.produce(producer); });
  for (std::size_t number = 0; number < kConsumers; ++number) crew.add([&, number] { consumer(number); });
  // Time goes with the work, or else a slow machine would see nothing but leases that ran out.
  crew.add([&] {
    std::uint64_t seen = 0;
    while (!over.load() && crew.ok()) {
      const std::uint64_t now = deliveries.load();
      if (now - seen >= 3 || idle.load() == kConsumers) {
        seen = now;
        static_cast<void>(world.broker().advance(world.clock().now() + Millis(2)));
      }
      std::this_thread::yield();
    }
    world.broker().close();
  });
  crew.run();

  for (const auto& each : done) ASSERT_EQ(each.load(), 1);
  std::vector<Holding> all;
  for (const auto& some : holdings) all.insert(all.end(), some.begin(), some.end());
  expect_exclusive(std::move(all));
  EXPECT_EQ(world.counts().consumed, kMessages);
}

// --- Dead letters ---

TEST_P(StressTest, EveryMessageIsConfirmedOnceHereOrAmongTheDead) {
  StressWorld world(GetParam(), QueueMode::kNormal, 2);
  Crew crew(world.broker());
  std::vector<std::atomic<int>> done(kMessages);
  std::atomic<std::uint32_t> finished{0};
  std::atomic<std::uint32_t> buried{0};

  const auto consumer = [&](std::size_t number, Stream stream) {
    Rng rng(300 + number);
    while (finished.load() < kMessages && crew.ok()) {
      const auto received =
          consume_and_wait(world.broker(), world.project(), world.request(6, stream), world.waiter(number));
      ASSERT_TRUE(received);
      if (received->empty()) continue;
      const std::vector<Mark> marks = marks_of(*received);
      const auto good = static_cast<std::uint32_t>(rng.percent(50) ? received->count : rng.below(received->count));
      ASSERT_TRUE(world.confirm(*received, good, stream));
      for (std::uint32_t i = 0; i < good; ++i) ASSERT_EQ(done[index_of(marks[i])].fetch_add(1), 0);
      if (stream == Stream::kDeadLetters) buried += good;
      if (finished.fetch_add(good) + good == kMessages) world.broker().close();
    }
  };
  for (std::uint32_t producer = 0; producer < kProducers; ++producer)
    crew.add([&, producer] { world.produce(producer); });
  crew.add([&] { consumer(0, Stream::kQueue); });
  crew.add([&] { consumer(1, Stream::kQueue); });
  crew.add([&] { consumer(2, Stream::kDeadLetters); });
  crew.add([&] { consumer(3, Stream::kDeadLetters); });
  crew.run();

  for (const auto& each : done) ASSERT_EQ(each.load(), 1);
  const GroupInfo counts = world.counts();
  EXPECT_EQ(counts.available, 0U);
  EXPECT_EQ(counts.dead_produced, buried.load());
  EXPECT_EQ(counts.dead_available, 0U);
  EXPECT_EQ(counts.consumed + counts.dead_produced, kMessages);
}

// --- FIFO ---

TEST(FifoStressTest, EveryProducersOrderIsKeptAcrossConsumersAndFailures) {
  StressWorld world(4, QueueMode::kFifo);
  Crew crew(world.broker());
  std::vector<std::atomic<std::uint32_t>> next(kProducers);
  std::atomic<int> inside{0};
  std::atomic<std::uint32_t> finished{0};

  const auto consumer = [&](std::size_t number) {
    Rng rng(400 + number);
    while (finished.load() < kMessages && crew.ok()) {
      const auto received = consume_and_wait(world.broker(), world.project(), world.request(12), world.waiter(number));
      ASSERT_TRUE(received);
      if (received->empty()) continue;
      ASSERT_EQ(inside.fetch_add(1), 0) << "two unfinished batches at once";
      const auto good = static_cast<std::uint32_t>(rng.percent(60) ? received->count : rng.below(received->count));
      std::vector<std::uint32_t> expected;
      for (const auto& each : next) expected.push_back(each.load());
      std::uint32_t place = 0;
      for (const Mark mark : marks_of(*received)) {
        ASSERT_EQ(mark.sequence, expected.at(mark.producer)++);
        if (place++ < good) next[mark.producer].store(mark.sequence + 1);
      }
      inside.fetch_sub(1);
      ASSERT_TRUE(world.confirm(*received, good));
      if (finished.fetch_add(good) + good == kMessages) world.broker().close();
    }
  };
  for (std::uint32_t producer = 0; producer < kProducers; ++producer)
    crew.add([&, producer] { world.produce(producer); });
  for (std::size_t number = 0; number < kConsumers; ++number) crew.add([&, number] { consumer(number); });
  crew.run();

  for (const auto& each : next) EXPECT_EQ(each.load(), kPerProducer);
}

// --- Waiters ---

/// Counts its answers; several threads may race to answer it and to take it back.
class CountingWaiter final : public Waiter {
 public:
  void on_done(Result<Delivery> outcome) override {
    if (outcome && !outcome->empty()) messages.fetch_add(outcome->count);
    answers.fetch_add(1);
  }
  std::atomic<int> answers{0};
  std::atomic<std::uint32_t> messages{0};
};

TEST_P(StressTest, AWaiterIsAnsweredOnceOrTakenBackNeverBoth) {
  constexpr std::size_t per_thread = 4'000;
  StressWorld world(GetParam(), QueueMode::kNormal);
  Crew crew(world.broker());
  std::vector<std::vector<std::unique_ptr<CountingWaiter>>> waiters(kConsumers);
  std::atomic<std::uint64_t> at_once{0};
  std::atomic<std::size_t> working{kConsumers};

  const auto parker = [&](std::size_t number) {
    Rng rng(500 + number);
    for (std::size_t i = 0; i < per_thread; ++i) {
      CountingWaiter& waiter = *waiters[number].emplace_back(std::make_unique<CountingWaiter>());
      ConsumeRequest asked = world.request(2);
      asked.wait = Millis(rng.between(1, 50));
      asked.ack_wait = std::chrono::hours(24 * 365);
      const auto result = world.broker().consume(world.project(), asked, waiter);
      if (result) {
        ASSERT_TRUE(*result);
        at_once += (*result)->count;
        waiter.answers.fetch_add(1);
        continue;
      }
      if (!rng.percent(50)) continue;
      if (world.broker().cancel(waiter)) {
        ASSERT_EQ(waiter.answers.fetch_add(1), 0) << "answered and taken back";
      }
    }
    if (working.fetch_sub(1) == 1) world.broker().close();
  };
  for (std::uint32_t producer = 0; producer < kProducers; ++producer)
    crew.add([&, producer] { world.produce(producer); });
  for (std::size_t number = 0; number < kConsumers; ++number) crew.add([&, number] { parker(number); });
  crew.add([&] {
    while (working.load() != 0 && crew.ok()) {
      static_cast<void>(world.broker().advance(world.clock().now() + Millis(1)));
      std::this_thread::yield();
    }
  });
  crew.run();

  std::uint64_t received = at_once.load();
  for (const auto& some : waiters) {
    for (const auto& waiter : some) {
      ASSERT_EQ(waiter->answers.load(), 1);
      received += waiter->messages.load();
    }
  }
  EXPECT_EQ(world.counts().in_flight, received) << "a message was leased to a call that did not get it";
  EXPECT_EQ(world.counts().available, kMessages);
}

// --- Everything at once ---

/// The queue that is there now; it is removed and made again all the time.
class Current {
 public:
  struct Ids {
    QueueId queue;
    GroupId group;
  };
  void set(Ids ids) {
    const std::lock_guard lock(mutex_);
    ids_ = ids;
  }
  [[nodiscard]] Ids get() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  Ids ids_;
};

[[nodiscard]] bool is_gone(const Error& error) {
  return error.code == ErrorCode::kQueueNotFound || error.code == ErrorCode::kGroupNotFound;
}

TEST_P(StressTest, RemovalResetAndWipeUnderLoadLeaveNobodyWaitingAndNoMemoryTaken) {
  constexpr int rounds = 600;
  Options options;
  options.partitions = GetParam();
  options.limits.retention = Millis(500);
  ManualClock clock(kStart);
  SeededRandom random(9);
  Broker broker(options, clock, random);
  Crew crew(broker);
  const std::size_t memory_at_start = broker.memory().used();
  const Project project{"alice", "r1"};
  Current current;
  std::atomic<bool> over{false};
  std::vector<std::unique_ptr<BlockingWaiter>> waiters;
  for (std::size_t i = 0; i < kConsumers; ++i) waiters.push_back(std::make_unique<BlockingWaiter>());

  const auto make_queue = [&](int number) {
    QueueSpec spec;
    spec.name = "q";
    spec.mode = number % 2 == 0 ? QueueMode::kNormal : QueueMode::kFifo;
    spec.consume_count_max = 1 + static_cast<std::uint32_t>(number % 3);
    const auto queue = broker.create_queue(project, spec);
    ASSERT_TRUE(queue);
    const auto groups = broker.create_groups(project, queue->id, std::vector<std::string>{"g", "idle"});
    ASSERT_TRUE(groups);
    current.set({queue->id, groups->front().id});
  };
  make_queue(0);

  const auto producer = [&](std::uint32_t number) {
    for (std::uint32_t sequence = 0; !over.load() && crew.ok(); sequence += 3) {
      const auto sent = broker.send(project, current.get().queue, sealed_batch(broker, {number, sequence}, 3));
      ASSERT_TRUE(sent || is_gone(sent.error()));
    }
  };
  const auto consumer = [&](std::size_t number) {
    Rng rng(600 + number);
    while (!over.load() && crew.ok()) {
      ConsumeRequest asked;
      asked.group = current.get().group;
      asked.stream = rng.percent(80) ? Stream::kQueue : Stream::kDeadLetters;
      asked.messages_max = static_cast<std::uint32_t>(rng.between(1, 9));
      asked.wait = Millis(rng.between(0, 20));
      asked.ack_wait = Millis(rng.between(1, 20));
      const auto received = consume_and_wait(broker, project, asked, *waiters[number]);
      if (!received) {
        ASSERT_TRUE(is_gone(received.error()));
        continue;
      }
      if (received->empty()) continue;
      static_cast<void>(marks_of(*received));
      if (rng.percent(10)) {
        broker.give_back(project, asked.group, *received);
        continue;
      }
      std::vector<ConfirmEntry> entries;
      for (std::uint32_t i = 0; i < received->count; ++i) entries.push_back({received->handle(i), rng.percent(90)});
      const auto counted = broker.confirm(project, std::nullopt, asked.group, asked.stream, entries);
      ASSERT_TRUE(!counted || counted->success + counted->fail == received->count);
    }
  };
  const auto steward = [&] {
    Rng rng(700);
    for (int round = 1; round <= rounds && crew.ok(); ++round) {
      const Current::Ids ids = current.get();
      switch (rng.below(6)) {
        case 0:
          ASSERT_TRUE(broker.remove_queue(project, ids.queue));
          make_queue(round);
          break;
        case 1:
          broker.wipe(true);
          break;
        case 2:
          broker.wipe(false);
          make_queue(round);
          break;
        case 3: {
          ASSERT_TRUE(broker.remove_groups(project, ids.queue, std::vector<std::string>{"g"}));
          const auto groups = broker.create_groups(project, ids.queue, std::vector<std::string>{"g"});
          ASSERT_TRUE(groups);
          current.set({ids.queue, groups->front().id});
          break;
        }
        default:
          ASSERT_TRUE(broker.reset(project, ids.queue, ids.group, {}, true));
      }
      for (const QueueGroups& each : broker.inspect()) {
        for (const GroupInfo& group : each.groups) {
          ASSERT_LE(group.available, group.produced);
          ASSERT_LE(group.consumed, group.produced);
          ASSERT_LE(group.in_flight, group.available);
          ASSERT_LE(group.dead_available, group.dead_produced);
        }
      }
      static_cast<void>(broker.advance(clock.now() + Millis(3)));
      std::this_thread::yield();
    }
    over.store(true);
    broker.close();
  };
  crew.add([&] { producer(0); });
  crew.add([&] { producer(1); });
  for (std::size_t number = 0; number < kConsumers; ++number) crew.add([&, number] { consumer(number); });
  crew.add(steward);
  crew.run();

  for (const auto& waiter : waiters) EXPECT_FALSE(waiter->answered()) << "an answer that nobody asked for";
  broker.wipe(false);
  EXPECT_EQ(broker.memory().used(), memory_at_start);
}

TEST_P(StressTest, ATightMemoryLimitRefusesAndRecoversButLosesNothing) {
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

TEST_P(StressTest, MemoryThatCanBeReclaimedIsNeverAReasonToRefuse) {
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

}  // namespace
}  // namespace wingmq::test
