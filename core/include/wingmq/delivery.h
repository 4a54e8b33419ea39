#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "wingmq/clock.h"
#include "wingmq/handle.h"
#include "wingmq/message.h"
#include "wingmq/result.h"
#include "wingmq/tag_rule.h"
#include "wingmq/types.h"

namespace wingmq {

/// Neighbouring messages of one stored batch that were delivered together and have failed equally often.
struct DeliveredRun {
  BatchRef batch;
  std::uint32_t first = 0;  ///< index of the first message in the batch
  std::uint32_t count = 0;
  PartitionIndex partition;
  Offset offset;               ///< of the first message; the others follow without a gap
  std::uint32_t failures = 0;  ///< how often each of them failed before (API.md D25)
};

/// What one consume call received: messages in order, under one lease. Empty when nothing was available.
struct Delivery {
  std::vector<DeliveredRun> runs;
  std::uint32_t count = 0;  ///< messages in all runs
  bool held_back = false;   ///< empty only because the group has an unfinished batch (FIFO, D19)
  Handle first;             ///< handle of message 0; message i has the same with index i
  Time deadline{};          ///< when the lease ends
  QueueId queue;            ///< whose messages they are

  [[nodiscard]] bool empty() const noexcept { return count == 0; }

  /// The handle of message `index`, 0 to count-1.
  [[nodiscard]] Handle handle(std::uint32_t index) const noexcept {
    Handle handle = first;
    handle.index = static_cast<std::uint16_t>(index);
    return handle;
  }
};

class Effects;
class Group;
class WaitList;
template <typename T>
class DeadlineLists;

/// An element's neighbours in a list that it stands in.
template <typename T>
struct ListLinks {
  T* previous = nullptr;
  T* next = nullptr;
};

/// What a consume call asks for (API.md 4.9, 4.12). Ranges are the caller's to check.
struct ConsumeRequest {
  std::optional<QueueId> queue;        ///< may be left out: the group's id is unique
  GroupId group;
  Stream stream = Stream::kQueue;
  std::uint32_t messages_max = 10;     ///< 1 to 65,535
  Millis wait = std::chrono::seconds(3);       ///< how long to park when nothing is available; 0 = not at all
  Millis ack_wait = std::chrono::seconds(30);  ///< length of the lease
  TagRule tags;                        ///< ignored for dead letters
};

/// One line of a confirmation.
struct ConfirmEntry {
  std::optional<Handle> handle;  ///< nullopt: the text could not be read as a handle
  bool success = false;          ///< false: the consumer failed on this message
};

/// Where a reset puts a group (API.md 4.14).
struct ResetTarget {
  enum class Kind : std::uint8_t { kEarliest, kLatest, kTime };
  Kind kind = Kind::kEarliest;
  Time time{};  ///< kTime: the first message sent at or after it
};

/// How many entries of a confirmation counted as what; the sum is the number of entries (API.md 4.10).
struct ConfirmResult {
  std::uint32_t success = 0;
  std::uint32_t fail = 0;
  bool rest_leased = false;  ///< only a batch's beginning was confirmed, and its rest stays leased (D24)
  bool operator==(const ConfirmResult&) const = default;
};

/// A consume call that waits. The caller owns it and keeps it alive until on_done() has run or
/// Broker::cancel() has returned true.
class Waiter {
 public:
  Waiter() = default;
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// Called exactly once after Broker::consume() parked this waiter, unless cancel() returned true first: with messages,
  /// with an empty delivery when the wait is over, or with the reason why nothing will come. Runs in the thread whose
  /// call ended the wait, with no lock held; it must be quick, must not throw, and may call the broker.
  virtual void on_done(Result<Delivery> outcome) = 0;

  /// Whether the last consume() with this waiter parked it only because its group has an unfinished batch (FIFO, D19). For
  /// whoever called it, as soon as it has returned.
  [[nodiscard]] bool held_back() const noexcept { return held_back_; }

 protected:
  ~Waiter() = default;

 private:
  friend class Effects;
  friend class Group;
  friend class WaitList;
  friend class DeadlineLists<Waiter>;

  // Written and read under the lock of the group that the waiter is parked in.
  std::weak_ptr<Group> group_;
  ListLinks<Waiter> arrival_;
  ListLinks<Waiter> deadline_links_;
  Time deadline_{};
  Millis span_{};
  Stream stream_ = Stream::kQueue;
  bool parked_ = false;
  bool held_back_ = false;
  std::uint32_t messages_max_ = 0;
  Millis ack_wait_{};
  std::optional<Result<Delivery>> outcome_;  // answered, and not told yet
};

}  // namespace wingmq
