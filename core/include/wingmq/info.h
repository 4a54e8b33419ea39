#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wingmq/clock.h"
#include "wingmq/handle.h"
#include "wingmq/message.h"
#include "wingmq/tag_rule.h"
#include "wingmq/types.h"

namespace wingmq {

/// What createQueue fixes for a queue's life. Names and ranges are the caller's to check (API.md 4.1).
struct QueueSpec {
  std::string name;
  std::string description;
  QueueMode mode = QueueMode::kNormal;
  /// Failed consumptions after which a message is dead for a group; nullopt: messages never die (redrivePolicy disable).
  std::optional<std::uint32_t> consume_count_max;
};

/// A queue that is to be, with its groups.
struct QueuePlan {
  Project project;
  QueueSpec spec;
  std::vector<std::string> groups;
};

/// A queue as the query operations show it (API.md 4.2), with what the control plane adds.
struct QueueInfo {
  QueueId id;
  Project project;
  QueueSpec spec;
  Time created{};
  std::uint64_t messages = 0;       ///< retained now
  std::uint64_t payload_bytes = 0;  ///< of the retained messages
  std::uint64_t resident_bytes = 0; ///< memory that their batches occupy
  std::uint32_t group_count = 0;
};

/// Where the messages went that a group was to have: since it began, or since it was last put back to earlier messages.
struct GroupBalance {
  std::uint64_t produced = 0;   ///< messages that the group was to have
  std::uint64_t confirmed = 0;
  std::uint64_t available = 0;  ///< leased ones included
  std::uint64_t in_flight = 0;  ///< leased now
  std::uint64_t dead = 0;       ///< moved to the dead letters, and not back
  std::uint64_t skipped = 0;    ///< passed over: the tag rule does not want them, or a reset or purge went past them
  std::uint64_t expired = 0;    ///< their retention ended first

  /// Whether every message is accounted for once.
  [[nodiscard]] bool balanced() const noexcept { return produced == confirmed + available + dead + skipped + expired; }
  bool operator==(const GroupBalance&) const = default;
};

/// A consumer group as the query operations show it (API.md 4.6, D14), with what the control plane adds.
struct GroupInfo {
  GroupId id;
  std::string name;
  std::uint64_t produced = 0;   ///< retained messages of the queue
  std::uint64_t consumed = 0;   ///< produced - available - dead ones still retained
  std::uint64_t available = 0;  ///< retained and not confirmed, dead, or skipped; leased ones included
  std::uint64_t in_flight = 0;  ///< leased now
  std::uint64_t dead_produced = 0;   ///< moved to the dead letters so far
  std::uint64_t dead_available = 0;  ///< dead_produced - confirmed; not lowered by expiry (API.md 4.6)
  std::uint64_t dead_in_flight = 0;
  std::uint64_t parked = 0;          ///< consume calls waiting, on either stream
  TagRule tags;
  GroupBalance balance;
};

/// A queue with its groups in order of creation.
struct QueueGroups {
  QueueInfo queue;
  std::vector<GroupInfo> groups;
};

/// Queues a project has and may have (API.md 4.11).
struct Quota {
  std::uint32_t limit = 0;
  std::uint32_t used = 0;
};

/// What a message is for one group.
enum class MessageState : std::uint8_t {
  kAvailable,  ///< would be delivered
  kInFlight,   ///< leased, or in dead letters leased
  kConfirmed,  ///< done with: confirmed, skipped by the tag rule, or passed over by a reset
  kDead,       ///< moved to the group's dead letters
};

/// Where a batch was stored: its messages stand one behind the other.
struct Stored {
  PartitionIndex partition;
  Offset first;
};

/// Which leases of a group Broker::expire() ends.
struct ExpireRequest {
  enum class Which : std::uint8_t {
    kAll,      ///< of messages and of dead letters
    kMessage,  ///< the one that holds the message at `partition` and `offset`
    kLease,    ///< the one that `lease` was made for
  };
  Which which = Which::kAll;
  PartitionIndex partition;
  Offset offset;
  Handle lease;
};

/// Which messages Broker::peek() shows. Looking changes nothing.
struct PeekRequest {
  std::optional<GroupId> group;        ///< without one: every retained message, no state
  std::optional<MessageState> state;   ///< needs a group; kDead looks at the group's dead letters
  std::uint32_t limit = 100;
  PartitionIndex after_partition;      ///< where to go on: the last message seen, when `after` is set
  std::optional<Offset> after;
};

/// One message, looked at.
struct PeekedMessage {
  PartitionIndex partition;
  Offset offset;
  Time sent{};  ///< for dead letters: when it was moved there
  BatchRef batch;
  std::uint32_t index = 0;  ///< in the batch
  std::optional<MessageState> state;
  std::uint32_t failures = 0;
  std::optional<Time> lease_deadline;
  std::optional<Handle> handle;  ///< of whoever holds it
};

/// Something that time made happen.
enum class FiredType : std::uint8_t { kLeaseExpired, kDeadLettered, kMessageExpired, kWaitOver };

struct Fired {
  Time at{};
  FiredType type = FiredType::kLeaseExpired;
  std::string queue;                 ///< name
  std::optional<std::string> group;  ///< name; none for kMessageExpired of a queue
  std::uint64_t count = 0;           ///< messages, or calls for kWaitOver
  bool operator==(const Fired&) const = default;
};

/// What time will make happen next, as long as nobody calls.
struct Upcoming {
  Time at{};
  FiredType type = FiredType::kLeaseExpired;
  std::string queue;                 ///< name
  std::optional<std::string> group;  ///< name; none for kMessageExpired of a queue
};

/// What moving the clock did, in order of time.
struct AdvanceReport {
  Time from{};
  Time to{};
  std::vector<Fired> fired;
  std::uint64_t left_out = 0;  ///< entries that there was no memory for
};

}  // namespace wingmq
