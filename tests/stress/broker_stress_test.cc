// Real threads on the real broker. Messages check themselves; every test ends by a number of operations, not by time.
#include <algorithm>
#include <memory>
#include <tuple>

#include "stress/stress_world.h"

namespace wingmq::test {
namespace {

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
          world.consume(world.request(static_cast<std::uint32_t>(rng.between(1, 20))));
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
      const auto received = world.consume(asked);
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
          world.consume(world.request(6, stream));
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
      const auto received = world.consume(world.request(12));
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
class CountingWaiter final : public Ticket {
 public:
  void on_settled(Settled outcome) override {
    const auto& received = std::get<Result<Delivery>>(outcome);
    if (received && !received->empty()) messages.fetch_add(received->count);
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
      const auto result = world.engine().consume(world.project(), asked, waiter);
      if (result) {
        ASSERT_TRUE(*result);
        at_once += (*result)->count;
        waiter.answers.fetch_add(1);
        continue;
      }
      if (!rng.percent(50)) continue;
      if (world.engine().cancel(waiter)) {
        ASSERT_EQ(waiter.answers.fetch_add(1), 0) << "answered and taken back";
      }
    }
    if (working.fetch_sub(1) == 1) world.engine().close(Millis(0));
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
  world.quiesce();

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

}  // namespace
}  // namespace wingmq::test
