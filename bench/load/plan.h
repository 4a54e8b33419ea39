#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "load/channel.h"
#include "load/options.h"
#include "load/request.h"
#include "load/scene.h"

namespace wingmq::load {

/// Sizes of the requests and replies of a run, heads included, for the same run against a RawServer.
struct RawSizes {
  struct Exchange {
    std::size_t request = 0;
    std::size_t reply = 0;
  };
  Exchange send;
  Exchange consume;
  Exchange confirm;
};

/// What all workers are to do. Immutable while they run.
struct Plan {
  Options options;
  const Target* target = nullptr;
  Caller caller;
  std::vector<QueuePlace> queues;
  std::vector<std::unique_ptr<const SendBody>> bodies;  ///< of each queue
  std::uint64_t stored = 0;                             ///< messages of each queue that consume reads again and again
  std::uint64_t backlog = 0;                            ///< messages that may wait in a mix
  std::optional<RawSizes> raw;

  [[nodiscard]] bool is_open_loop() const { return options.rate > 0; }
  [[nodiscard]] bool confirms() const { return options.mode != Mode::kConsume || options.confirm; }
  [[nodiscard]] std::size_t groups() const { return options.groups; }
};

/// Nanoseconds of the steady clock.
[[nodiscard]] std::int64_t now_ns();

/// What workers and the thread that watches them share.
struct Shared {
  /// Measured is what lies between begin and end.
  std::atomic<std::int64_t> begin = 0;
  std::atomic<std::int64_t> end = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> requests_left = 0;
  std::atomic<bool> hopeless = false;          ///< nothing but errors
  std::atomic<unsigned> workers_starting = 0;  ///< those that may begin something new
  std::atomic<unsigned> workers_running = 0;

  // Of the whole run, not only of the measured time.
  std::atomic<std::uint64_t> sent = 0;
  std::atomic<std::uint64_t> delivered = 0;
  std::atomic<std::uint64_t> confirmed = 0;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> errors = 0;
  /// In consume: messages of each queue's group since its last reset.
  std::vector<std::atomic<std::uint64_t>> passed;
};

}  // namespace wingmq::load
