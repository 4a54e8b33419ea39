#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/environment.h"
#include "log/message_source.h"
#include "log/partition.h"
#include "log/watches.h"
#include "wingmq/info.h"

namespace wingmq {

/// A queue's messages: its partitions, and what senders and consumers tell each other without a lock. Shared by the queue
/// and its groups. Safe for concurrent use.
class Shards final : public MessageSource {
 public:
  Shards(Environment& environment, QueueId queue, std::uint32_t partitions);

  /// Stores a batch in the next partition.
  struct Appended {
    Stored place;
    bool was_empty = false;  ///< the partition, before
  };
  Appended append(BatchRef batch, Time now);

  /// Drops what lies before these places, one for each partition; returns the number of messages.
  std::uint64_t drop_before(std::span<const Position> places);

  /// Drops what is retained no longer at `now`; returns the number of messages.
  std::uint64_t expire(Time now);
  /// When expire() next finds something; nullopt: there are no messages.
  [[nodiscard]] std::optional<Time> next_expiry() const;

  [[nodiscard]] std::vector<Position> places(Time time) const;
  [[nodiscard]] std::uint64_t entry_at(PartitionIndex partition, Offset offset) const {
    return at(partition).entry_at(offset);
  }
  [[nodiscard]] std::vector<Position> begins() const;
  [[nodiscard]] std::vector<Position> ends() const;
  [[nodiscard]] Partition::Sizes sizes() const;
  /// As Log::reclaim() and Log::shared_before(), in one partition.
  std::size_t reclaim(PartitionIndex partition, std::uint64_t entry, std::size_t bytes) {
    return partitions_[partition.value].reclaim(entry, bytes);
  }
  void shared_before(PartitionIndex partition, std::uint64_t entry, std::vector<BatchRef>& batches) const {
    at(partition).shared_before(entry, batches);
  }
  /// Says that memory may have become free to take: a group finished with messages, or is gone.
  void note_reclaimable() noexcept { reclaimable_.note(); }

  [[nodiscard]] std::uint32_t partitions() const override { return static_cast<std::uint32_t>(partitions_.size()); }
  [[nodiscard]] Position begin(PartitionIndex partition) const override { return at(partition).begin(); }
  [[nodiscard]] Position end(PartitionIndex partition) const override { return at(partition).end(); }
  [[nodiscard]] std::size_t read(PartitionIndex partition, std::uint64_t entry, std::uint64_t messages,
                                 std::span<LogEntry> out) const override {
    return at(partition).read(entry, messages, out);
  }
  [[nodiscard]] std::uint64_t messages_from(PartitionIndex partition, const Position& position) const override {
    return at(partition).messages_from(position);
  }

  [[nodiscard]] Origin origin(std::uint64_t) const override { return {}; }  // its messages are at home

  /// Consume calls parked, or about to be, at the queue's groups. A consumer adds itself before its last look at the
  /// messages and a sender asks after storing, so one of the two sees the other.
  std::atomic<std::uint32_t> parked{0};

  /// Who waits for counts of the queue or its groups.
  const std::shared_ptr<Watches> watches = std::make_shared<Watches>();

 private:
  template <typename Place>
  [[nodiscard]] std::vector<Position> each(Place place) const;
  [[nodiscard]] const Partition& at(PartitionIndex partition) const { return partitions_[partition.value]; }

  const Millis retention_;
  Reclaimable reclaimable_;
  std::deque<Partition> partitions_;
  std::atomic<std::uint32_t> next_partition_{0};
};

}  // namespace wingmq
