#pragma once

#include <cstdint>
#include <span>

#include "log/log.h"

namespace wingmq {

/// What a GroupMachine reads: a queue's partitions, or one group's dead letters. Messages that have come to the end of their
/// retention are gone from it.
class MessageSource {
 public:
  MessageSource() = default;
  MessageSource(const MessageSource&) = delete;
  MessageSource& operator=(const MessageSource&) = delete;

  [[nodiscard]] virtual std::uint32_t partitions() const = 0;
  [[nodiscard]] virtual Position begin(PartitionIndex partition) const = 0;
  [[nodiscard]] virtual Position end(PartitionIndex partition) const = 0;
  /// As Log::read().
  [[nodiscard]] virtual std::size_t read(PartitionIndex partition, std::uint64_t entry, std::uint64_t messages,
                                         std::span<LogEntry> out) const = 0;
  /// As Log::messages_from().
  [[nodiscard]] virtual std::uint64_t messages_from(PartitionIndex partition, const Position& position) const = 0;
  /// Where the first message of an entry stands in its queue's log, of a source that got it from there.
  struct Origin {
    PartitionIndex partition;
    Offset offset;
  };
  [[nodiscard]] virtual Origin origin(std::uint64_t entry) const = 0;

 protected:
  ~MessageSource() = default;
};

}  // namespace wingmq
