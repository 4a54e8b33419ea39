#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "meter.h"
#include "wingmq/broker.h"

namespace wingmq::bench {

inline constexpr std::uint32_t kKibi = 1024;

/// A batch of `count` messages with bodies of `bytes` bytes each, in a buffer of its own, as a request leaves it.
[[nodiscard]] BatchRef make_batch(BufferPool& buffers, std::uint32_t count, std::uint32_t bytes);

/// A broker on the machine's clock with as many queues and groups as asked for. Its memory is so small that long runs use it again,
/// as a server's that has run for a while.
class World {
 public:
  World(std::uint32_t queues, std::uint32_t groups, std::uint32_t partitions = 1, std::size_t memory_limit_bytes = std::size_t{64} << 20);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { broker.close(); }

  /// Stores `count` messages of one byte in a queue, in batches of 1,000.
  void fill(QueueId queue, std::uint64_t count);

  SystemClock clock;
  SystemRandom random;
  Broker broker;
  Project project{"bench", "r"};
  std::vector<QueueId> queue_ids;
  std::vector<std::vector<GroupId>> group_ids;  ///< of each queue
};

/// A waiter for calls that must not park.
class NoWaiter final : public Waiter {
 public:
  void on_done(Result<Delivery>) override { require(false, "a consume waited"); }
};

/// Consumes `messages` that are there; ends the process when it gets others.
[[nodiscard]] Delivery consume(World& world, GroupId group, std::uint32_t messages, Millis ack_wait = std::chrono::seconds(30));

/// Confirms a whole delivery; ends the process when not all of it was confirmed.
void confirm(World& world, GroupId group, const Delivery& delivery);

/// Bytes that the process has allocated and not freed. What the system shows as resident depends on what ran before.
[[nodiscard]] std::size_t heap_bytes();

}  // namespace wingmq::bench
