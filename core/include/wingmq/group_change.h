#pragma once

#include <cstdint>
#include <expected>
#include <list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "wingmq/clock.h"
#include "wingmq/tag_rule.h"
#include "wingmq/types.h"

namespace wingmq {

/// A place in one partition's log, as Position.
struct PlaceOf {
  PartitionIndex partition;
  std::uint64_t entry = 0;
  std::uint32_t index = 0;
  Offset offset;
  bool operator==(const PlaceOf&) const = default;
};

/// Neighbouring messages of a partition.
struct Stretch {
  PartitionIndex partition;
  Offset offset;
  std::uint32_t count = 0;
  bool operator==(const Stretch&) const = default;
};

/// Messages under a lease: a stretch of one log entry that failed equally often. Where their payload lies, the offset says.
struct LeasedRun : Stretch {
  std::uint32_t failures = 0;
  Time expires{};
  /// Of a dead letter: where the message stands in its queue's log. Of another message: the same place as above.
  PartitionIndex origin_partition;
  Offset origin;
  bool operator==(const LeasedRun&) const = default;
};

/// What happened to some of a lease's messages when it ended: those from `index` on, counted from the lease's first.
struct Fate {
  enum class Kind : std::uint8_t {
    kReleased,        ///< to be delivered again
    kFailed,          ///< the same, and this counted as a failure
    kDied,            ///< failed once too often: now dead letters
  };
  std::uint32_t index = 0;
  std::uint32_t count = 0;
  Kind kind = Kind::kReleased;
  bool operator==(const Fate&) const = default;
};

/// A lease began. `places`: how far the group has read now, where that changed.
struct LeaseOpened {
  std::uint32_t slot = 0;
  std::uint64_t secret = 0;
  Millis span{};
  std::vector<LeasedRun> runs;
  std::vector<PlaceOf> places;
  bool operator==(const LeaseOpened&) const = default;
};

/// The next `messages` of a lease were confirmed; the lease ends with its last message.
struct Confirmed {
  std::uint32_t slot = 0;
  std::uint32_t messages = 0;
  bool operator==(const Confirmed&) const = default;
};

/// A lease ended before all of it was confirmed. Messages that `fates` does not name are gone: the tag rule does not want them, or their
/// retention is over.
struct LeaseEnded {
  enum class Cause : std::uint8_t { kFailed, kExpired, kGivenBack };
  std::uint32_t slot = 0;
  Cause cause = Cause::kFailed;
  std::vector<Fate> fates;
  bool operator==(const LeaseEnded&) const = default;
};

/// The tag rule became another one. `dropped`: messages waiting to be delivered again that it does not want.
struct TagRuleFixed {
  TagRule rule;
  std::vector<Stretch> dropped;
  bool operator==(const TagRuleFixed&) const = default;
};

/// The group passed over messages that its tag rule does not want.
struct PlacesMoved {
  std::vector<PlaceOf> places;
  bool operator==(const PlacesMoved&) const = default;
};

/// The group starts again at these places, one for each partition: leases, failures and later deaths are forgotten.
struct GroupReset {
  std::vector<PlaceOf> places;
  bool operator==(const GroupReset&) const = default;
};

/// Dead letters became messages again, with no failure counted: runs as they wait now, where they were before they died.
struct Redriven {
  std::vector<LeasedRun> runs;
  bool operator==(const Redriven&) const = default;
};

/// What a lease held waits again as well; the lease goes on, and holds nothing.
struct Duplicated {
  std::uint32_t slot = 0;
  bool operator==(const Duplicated&) const = default;
};

/// One effect on one consumer group: what happened, not what was asked for. Repeating a group's changes in order gives the same group, without
/// looking at any message, so a change means the same whatever the rules of a later version are.
struct GroupChange {
  Time at{};  ///< retention has taken what was due by then
  Stream stream = Stream::kQueue;
  std::variant<LeaseOpened, Confirmed, LeaseEnded, TagRuleFixed, PlacesMoved, GroupReset, Redriven, Duplicated> what;
  bool operator==(const GroupChange&) const = default;

  /// Appends the binary form: little-endian numbers of variable length, one form for each change. Throws std::bad_alloc.
  void encode(std::string& out) const;
  /// Reads one change from the front of `bytes` and takes it off. The error says what is wrong with them.
  [[nodiscard]] static std::expected<GroupChange, std::string> decode(std::string_view& bytes);
};

/// Is told what groups do. Under the lock of the group: order of calls is order of states. Must be quick, and call no broker.
class GroupObserver {
 public:
  /// Changes of one call, not empty. `life` tells groups apart that have the same id one after the other: Broker::wipe() ends one and begins
  /// another.
  virtual void on_changes(GroupId group, std::uint64_t life, std::list<GroupChange> changes) noexcept = 0;

 protected:
  ~GroupObserver() = default;
};

/// A whole group at one moment.
struct GroupSnapshot {
  std::uint64_t life = 0;           ///< as GroupObserver's
  Time at{};
  std::vector<PlaceOf> begins;      ///< where the logs of its queue begin
  std::string bytes;                ///< versioned; ends with `hash`
  std::uint64_t hash = 0;           ///< of the state
};

}  // namespace wingmq
