#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "group/deadline_lists.h"
#include "wingmq/delivery.h"

namespace wingmq {

/// Consume calls parked at one stream of a group, in order of arrival. Adding, serving and cancelling cost the same however
/// many wait. Not safe for concurrent use: the group's lock guards it and what it writes into the waiters.
class WaitList {
 public:
  /// What a waiter asks for while it waits.
  struct Wish {
    Stream stream = Stream::kQueue;
    std::uint32_t messages_max = 0;
    Millis ack_wait{};
  };

  /// Parks a waiter of `group` from `now` for `wait`. When it throws std::bad_alloc, it did not.
  void add(Waiter& waiter, const std::shared_ptr<Group>& group, const Wish& wish, Time now, Millis wait);

  /// The one that came first; nullptr: nobody waits.
  [[nodiscard]] Waiter* first() const noexcept { return first_; }
  [[nodiscard]] static Wish wish(const Waiter& waiter) noexcept {
    return {waiter.stream_, waiter.messages_max_, waiter.ack_wait_};
  }

  /// Whether the waiter stands in a list.
  [[nodiscard]] static bool parked(const Waiter& waiter) noexcept { return waiter.parked_; }

  void remove(Waiter& waiter) noexcept;

  /// One whose wait is over by `now`; nullptr: none.
  [[nodiscard]] Waiter* due(Time now) noexcept { return deadlines_.due(now); }
  /// No wait is over before this; nullopt: nobody waits.
  [[nodiscard]] std::optional<Time> bound() const noexcept { return deadlines_.bound(); }
  /// When the first comes due.
  [[nodiscard]] std::optional<Time> next() const noexcept { return deadlines_.next(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  std::size_t size_ = 0;
  DeadlineLists<Waiter> deadlines_;
};

}  // namespace wingmq
