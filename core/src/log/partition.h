#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "log/log.h"

namespace wingmq {

/// One shard of a queue: a Log behind a lock of its own, which is held for one append, one read or one drop and never
/// together with another partition's. Safe for concurrent use.
class Partition {
 public:
  explicit Partition(MemoryBudget& budget) : log_(budget) {}

  struct Appended {
    Offset first;            ///< of the batch's first message
    bool was_empty = false;  ///< the partition, before
  };
  /// Stores a whole batch.
  Appended append(BatchRef batch, Time at) EXCLUDES(mutex_);

  /// Drops what was sent at or before `newest`; returns the number of messages. Costs one load when there is nothing.
  std::uint64_t drop_until(Time newest) EXCLUDES(mutex_);

  /// Drops the entries before that number; returns the number of messages.
  std::uint64_t drop_before(std::uint64_t entry) EXCLUDES(mutex_);
  std::size_t reclaim(std::uint64_t entry, std::size_t bytes) EXCLUDES(mutex_);
  void shared_before(std::uint64_t entry, std::vector<BatchRef>& batches) const EXCLUDES(mutex_);

  [[nodiscard]] Position begin() const EXCLUDES(mutex_);
  [[nodiscard]] Position end() const EXCLUDES(mutex_);
  [[nodiscard]] Position find(Time time) const EXCLUDES(mutex_);
  [[nodiscard]] std::uint64_t entry_at(Offset offset) const EXCLUDES(mutex_);
  [[nodiscard]] std::size_t read(std::uint64_t entry, std::uint64_t messages, std::span<LogEntry> out) const
      EXCLUDES(mutex_);
  [[nodiscard]] std::uint64_t messages_from(const Position& position) const EXCLUDES(mutex_);
  [[nodiscard]] std::optional<Time> oldest() const;

  struct Sizes {
    std::uint64_t messages = 0;
    std::uint64_t payload_bytes = 0;
    std::uint64_t resident_bytes = 0;
  };
  [[nodiscard]] Sizes sizes() const EXCLUDES(mutex_);

 private:
  void note_oldest() REQUIRES(mutex_);

  mutable Mutex mutex_;
  Log log_ GUARDED_BY(mutex_);
  // Milliseconds of log_.oldest(), kEmpty when there is none: lets drop_until() look without the lock.
  static constexpr Millis::rep kEmpty = Millis::max().count();
  std::atomic<Millis::rep> oldest_ms_{kEmpty};
};

}  // namespace wingmq
