#pragma once

#include <atomic>
#include <cstdint>

#include "base/reclaim_list.h"
#include "base/timers.h"
#include "wingmq/buffer.h"
#include "wingmq/group_change.h"
#include "wingmq/options.h"
#include "wingmq/random.h"

namespace wingmq {

/// What every queue and group of one broker shares.
struct Environment {
  Environment(const Options& chosen, RandomSource& source)
      : options(chosen), random(source), budget(chosen.memory_limit_bytes), buffers(budget) {
    if (options.prefault_bytes != 0) buffers.prefault(options.prefault_bytes);
  }

  const Options options;
  RandomSource& random;
  MemoryBudget budget;
  BufferPool buffers;
  Timers timers;
  ReclaimList reclaim_list;
  std::atomic<std::uint32_t> parked_calls{0};
  std::atomic<bool> closing{false};               ///< nobody parks any more
  GroupObserver* observer = nullptr;              ///< of the groups made from now on
  std::atomic<std::uint64_t> next_life{1};        ///< GroupSnapshot::life of the next group
  std::atomic<std::uint32_t> next_stream{1};      ///< Handle::stream of the next group; each takes two numbers
};

}  // namespace wingmq
