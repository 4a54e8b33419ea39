#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "wingmq/result.h"
#include "wingmq/types.h"

namespace wingmq {

class Effects;
class Watches;

/// The counts of a group, as GroupInfo has them; or of a queue: then only `messages`.
struct WatchedCounts {
  std::uint64_t messages = 0;
  std::uint64_t produced = 0;
  std::uint64_t consumed = 0;
  std::uint64_t available = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t dead_produced = 0;
  std::uint64_t dead_available = 0;
  std::uint64_t dead_in_flight = 0;
  std::uint64_t parked = 0;
};

/// One count compared with a number.
struct Condition {
  enum class Is : std::uint8_t { kAtLeast, kAtMost, kEqual, kMore, kLess };
  std::uint64_t WatchedCounts::* count = &WatchedCounts::available;
  Is is = Is::kEqual;
  std::uint64_t number = 0;

  [[nodiscard]] bool holds(const WatchedCounts& counts) const noexcept;
};

/// What a watch waits for: that all conditions hold at once. With a group they are about its counts, without one about the queue's
/// `messages`.
struct WatchRequest {
  QueueId queue;
  std::optional<GroupId> group;
  std::vector<Condition> conditions;

  [[nodiscard]] bool holds(const WatchedCounts& counts) const noexcept;
};

/// A watch that waits. The caller owns it and keeps it alive until on_met() has run or Broker::cancel() has returned true.
class Watcher {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Called exactly once after Broker::watch() returned nullopt, unless cancel() returned true first: with the counts that met the
  /// conditions, or with the reason why they will not be met here: kQueueNotFound or kGroupNotFound (also when a wipe put another in its
  /// place), kShuttingDown. In the thread whose call did it, with no lock held; must be quick, must not throw, and may call the broker.
  virtual void on_met(Result<WatchedCounts> outcome) = 0;

 protected:
  ~Watcher() = default;

 private:
  friend class Effects;
  friend class Watches;

  // Written and read under the lock of the watches that it stands in.
  std::weak_ptr<Watches> watches_;
  WatchRequest request_;
  bool listed_ = false;
  std::optional<Result<WatchedCounts>> outcome_;  // met, and not told yet
  Watcher* next_ = nullptr;                       // in a line of those to be told
};

}  // namespace wingmq
