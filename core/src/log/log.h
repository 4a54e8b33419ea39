#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "wingmq/buffer.h"
#include "wingmq/clock.h"
#include "wingmq/message.h"
#include "wingmq/types.h"

namespace wingmq {

/// What one append stored: neighbouring messages of one batch, all of one age.
struct LogEntry {
  std::uint64_t number = 0;  ///< counts the log's appends from 0
  Offset base;               ///< of the first message
  Time at{};                 ///< when it was appended
  BatchRef batch;            ///< empty: reclaimed early, or not loaded
  std::uint32_t first = 0;   ///< index in the batch of the first message
  std::uint32_t count = 0;
};

/// A place between messages: before message `index` of entry `entry`. The offset is that message's.
struct Position {
  std::uint64_t entry = 0;
  std::uint32_t index = 0;
  Offset offset;
  bool operator==(const Position&) const = default;
};

/// A ring of batches, addressed by entry number; messages have offsets without gaps. Appending, reading at a position and
/// dropping from the old end cost the same however much is stored. Not safe for concurrent use.
/// Invariant: the times of entries never fall, from old to new.
class Log {
 public:
  explicit Log(MemoryBudget& budget) : budget_(budget) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  /// Makes room for `entries` more, so that appending them does not throw. Throws std::bad_alloc.
  void make_room(std::uint64_t entries);
  /// Begins an empty log at a place behind its end.
  void begin_at(const Position& place) noexcept;
  /// Stores messages first … first+count-1 of the batch; without one they are retained and not loaded. When it throws std::bad_alloc, nothing was stored.
  void append(BatchRef batch, std::uint32_t first, std::uint32_t count, Time at);

  /// Drops the old entries with `at` at or before `newest`; returns the number of messages.
  std::uint64_t drop_until(Time newest);

  /// Drops entries before number `entry`.
  void drop_before(std::uint64_t entry);

  /// Drops entries before number `entry` that nobody else shares, oldest first, until `bytes` are free; returns the
  /// bytes freed.
  std::size_t reclaim(std::uint64_t entry, std::size_t bytes);

  /// Adds the batches of entries before number `entry` that somebody else shares.
  void shared_before(std::uint64_t entry, std::vector<BatchRef>& batches) const;

  /// Calls action(batch, first, count) for each entry. Another batch may be put there that holds the same messages; recount()
  /// has to follow.
  template <typename Action>
  void for_each_batch(Action action) {
    for (std::uint64_t number = first_entry_; number != next_entry_; ++number) {
      LogEntry& each = entry(number);
      if (!each.batch) continue;
      action(each.batch, each.first, each.count);
    }
  }

  /// Counts resident_bytes() afresh.
  void recount() noexcept;

  [[nodiscard]] Position begin() const noexcept;
  [[nodiscard]] Position end() const noexcept { return {next_entry_, 0, next_offset_}; }
  /// Before the first message appended at or after `time`.
  [[nodiscard]] Position find(Time time) const noexcept;
  /// Number of the entry that holds `offset`, or of the first one behind it.
  [[nodiscard]] std::uint64_t entry_at(Offset offset) const noexcept;

  /// Copies entries from number `entry` on into `out`, until it is full, `messages` are reached or the log ends; returns
  /// how many. Reclaimed entries are left out.
  [[nodiscard]] std::size_t read(std::uint64_t entry, std::uint64_t messages, std::span<LogEntry> out) const;

  /// Messages stored at or after a position.
  [[nodiscard]] std::uint64_t messages_from(const Position& position) const;
  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
  [[nodiscard]] std::uint64_t payload_bytes() const noexcept { return payload_bytes_; }
  [[nodiscard]] std::uint64_t resident_bytes() const noexcept { return resident_bytes_; }
  /// Age of the oldest entry; nullopt: the log is empty.
  [[nodiscard]] std::optional<Time> oldest() const noexcept;

 private:
  static constexpr std::uint64_t kChunkEntries = 64;
  using Chunk = std::array<LogEntry, kChunkEntries>;

  /// The first entry of which `before(entry)` does not hold; it must hold for none behind one for which it does not.
  template <typename Before>
  [[nodiscard]] std::uint64_t search(Before before) const noexcept;
  [[nodiscard]] const LogEntry& entry(std::uint64_t number) const noexcept;
  [[nodiscard]] LogEntry& entry(std::uint64_t number) noexcept;
  std::unique_ptr<Chunk>& chunk_of(std::uint64_t number) noexcept;
  void free_chunks();
  void pop_front();
  void forget(LogEntry& dropped);
  void note_hole(const LogEntry& hole);
  [[nodiscard]] bool is_hole(const LogEntry& each) const noexcept;

  MemoryBudget& budget_;
  // A ring of chunks: growing it moves pointers, never entries. Chunk c stands at ring_[c % size].
  std::vector<std::unique_ptr<Chunk>> ring_;
  std::unique_ptr<Chunk> spare_;  // the last chunk let go, so that a short queue allocates none
  std::uint64_t first_entry_ = 0;
  std::uint64_t next_entry_ = 0;
  Offset next_offset_;
  Time newest_{};
  // Stretches of offsets reclaimed in the middle: first offset → number of messages.
  std::map<std::uint64_t, std::uint64_t> holes_;
  std::uint64_t messages_ = 0;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t resident_bytes_ = 0;
};

}  // namespace wingmq
