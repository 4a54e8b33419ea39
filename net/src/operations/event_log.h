#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "wingmq/clock.h"
#include "wingmq/group_change.h"
#include "wingmq/handle.h"
#include "wingmq/info.h"
#include "wingmq/types.h"

namespace wingmq::net {

/// Something that happened to a message.
enum class EventType : std::uint8_t {
  kSent,
  kDelivered,
  kConfirmed,
  kFailed,
  kLeaseExpired,
  kLateConfirm,  ///< refused, for the lease was over
  kDeadLettered,
  kRedriven,
  kResetOver,    ///< the group was put behind it
};
[[nodiscard]] std::string_view to_string(EventType type);

struct MessageEvent {
  Time at{};
  EventType type = EventType::kSent;
  std::string request;             ///< id of the call in the journal; empty: none, or not known
  std::optional<Millis> late_by;   ///< kLateConfirm
};

/// The events of a message for one group, in order.
struct MessageEvents {
  std::vector<MessageEvent> events;
  bool left_out = false;  ///< the first ones are forgotten
};

/// What happened to messages: what the broker tells of its groups, with the calls that were the reason. Where there is no memory for an
/// event, there is none. Safe for concurrent use; its lock is a leaf.
class EventLog {
 public:
  explicit EventLog(std::size_t events_max) noexcept : events_max_(events_max) {}

  void changed(GroupId group, const std::list<GroupChange>& changes) noexcept;
  /// A call sent `count` messages.
  void sent(QueueId queue, const Stored& place, std::uint32_t count, Time at, std::string_view request) noexcept;
  /// Who received a lease, by which call.
  void received(const Handle& lease, std::string_view request, std::string_view access_key) noexcept;
  /// Which call confirmed messages of a lease, or failed them.
  void settled(const Handle& lease, std::string_view request) noexcept;
  /// A confirmation was refused; notes it where the reason is that the lease had ended by itself.
  void refused(const Handle& handle, Time now, std::string_view request) noexcept;

  [[nodiscard]] MessageEvents events(QueueId queue, GroupId group, PartitionIndex partition, Offset offset) const;
  /// The access key of who holds a lease; empty: not known.
  [[nodiscard]] std::string holder(const Handle& lease) const;
  /// Forgets everything.
  void clear() noexcept;

 private:
  /// An event of neighbouring messages.
  struct Record {
    MessageEvent event;
    QueueId queue;   // kSent
    GroupId group;   // of all others
    PartitionIndex partition;
    Offset first;    // kResetOver: where the group goes on
    std::uint64_t count = 0;
    std::uint64_t lease = 0;  // its secret
  };
  struct Lease {
    GroupId group;
    Stream stream = Stream::kQueue;
    std::uint32_t slot = 0;
    std::vector<LeasedRun> runs;
    std::uint32_t confirmed = 0;
    std::uint32_t total = 0;
    Time deadline{};
    bool shared = false;  // what it held was made available to others as well
    std::string holder;
  };
  using Slot = std::tuple<GroupId, Stream, std::uint32_t>;

  void change(GroupId group, const GroupChange& change);
  void opened(GroupId group, const GroupChange& change, const LeaseOpened& lease);
  void confirmed(GroupId group, const GroupChange& change, const Confirmed& confirmed);
  void ended(GroupId group, const GroupChange& change, const LeaseEnded& end);
  /// Messages `from` to `from + count` of a lease, as they stand in their queue.
  void add(const Lease& lease, std::uint64_t secret, std::uint32_t from, std::uint32_t count, MessageEvent event);
  void add(Record record);
  void name(std::uint64_t secret, std::string_view request, bool delivery) noexcept;
  void forget(std::uint64_t secret) noexcept;

  const std::size_t events_max_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::deque<Record> records_;  // oldest first
  std::uint64_t events_ = 0;    // of all records
  std::map<Slot, std::uint64_t> slots_;               // secrets of the leases that are open
  std::unordered_map<std::uint64_t, Lease> leases_;   // by secret: open ones, and those of over_
  std::deque<std::uint64_t> over_;                    // those that ended by themselves, oldest first
};

}  // namespace wingmq::net
