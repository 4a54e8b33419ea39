#pragma once

#include <cstddef>
#include <cstdint>

#include "wingmq/clock.h"

namespace wingmq {

/// What counts as one failed consumption of a message (API.md D25).
enum class FailureCounting : std::uint8_t {
  kDelivered,  ///< every release counts for every message released
  kExplicit,   ///< only the entry of a confirmation that really said `fail`
};

/// The numbers that bound a broker; every one can be set. Fixed for the broker's life.
struct Limits {
  std::uint32_t queues_per_project = 5;          ///< API.md 4.1
  std::uint32_t groups_per_queue = 3;            ///< API.md 4.5
  std::uint32_t payload_bytes_max = 512 * 1024;  ///< per batch sent and per batch consumed (API.md 4.8, 4.9)
  Millis retention = std::chrono::hours(72);     ///< API.md 5
  std::uint32_t parked_calls_max = 20'000;       ///< consume calls that wait at a time, in all queues
  Millis dead_letter_lease_max = std::chrono::seconds(100);  ///< API.md D26
};

/// How a Broker is set up.
struct Options {
  Limits limits;
  FailureCounting failure_counting = FailureCounting::kDelivered;
  /// Shards of a NORMAL or Kafka queue, 1 to 64; a FIFO queue always has one. bench/README.md has the measurement.
  std::uint32_t partitions = 1;
  /// Bytes of message memory (buffers, batches, log entries) at which sends are refused (API.md D28).
  std::size_t memory_limit_bytes = std::size_t{1} << 30;
  /// Bytes of message memory that are touched when the broker is made, and kept while free: sends then meet no fresh pages,
  /// which cost more than all else in a send. Costs about a third of a second for each gigabyte.
  std::size_t prefault_bytes = 0;
};

}  // namespace wingmq
