#pragma once

#include <map>
#include <optional>

#include "wingmq/clock.h"
#include "wingmq/delivery.h"

namespace wingmq {

/// Elements ordered by when they come due, at constant cost: those that run for the same span come due in the order in which
/// they were added, so each span has a plain list, and there are few spans (ackWait and timeWait are whole seconds).
/// Needs from T: `deadline_`, `span_` and `deadline_links_`. Not safe for concurrent use.
template <typename T>
class DeadlineLists {
 public:
  /// Adds an element that runs from `now` for `span`.
  void add(T& element, Time now, Millis span) {
    element.span_ = span;
    element.deadline_ = now + span;
    List& list = lists_[span];
    // Two callers may have read the clock in the other order than they got the lock: step back over the later ones.
    T* before = list.last;
    while (before != nullptr && before->deadline_ > element.deadline_) before = before->deadline_links_.previous;
    insert_after(list, before, element);
    if (!bound_ || element.deadline_ < *bound_) bound_ = element.deadline_;
  }

  void remove(T& element) {
    List& list = lists_[element.span_];
    auto& links = element.deadline_links_;
    (links.previous != nullptr ? links.previous->deadline_links_.next : list.first) = links.next;
    (links.next != nullptr ? links.next->deadline_links_.previous : list.last) = links.previous;
    links = {};
  }

  /// An element whose deadline is at or before `now`, the earliest first; nullptr: none.
  [[nodiscard]] T* due(Time now) {
    if (!bound_ || *bound_ > now) return nullptr;
    T* earliest = find_earliest();
    bound_ = earliest != nullptr ? std::optional(earliest->deadline_) : std::nullopt;
    return earliest != nullptr && earliest->deadline_ <= now ? earliest : nullptr;
  }

  /// No element comes due before this; nullopt: there is none. It may be too early, since removing does not search.
  [[nodiscard]] std::optional<Time> bound() const noexcept { return bound_; }

 private:
  struct List {
    T* first = nullptr;
    T* last = nullptr;
  };

  void insert_after(List& list, T* before, T& element) {
    T* after = before != nullptr ? before->deadline_links_.next : list.first;
    element.deadline_links_ = {before, after};
    (before != nullptr ? before->deadline_links_.next : list.first) = &element;
    (after != nullptr ? after->deadline_links_.previous : list.last) = &element;
  }

  T* find_earliest() const {
    T* earliest = nullptr;
    for (const auto& [span, list] : lists_) {
      // Of two that come due together, the one with the longer span was added first.
      if (list.first != nullptr && (earliest == nullptr || list.first->deadline_ <= earliest->deadline_)) {
        earliest = list.first;
      }
    }
    return earliest;
  }

  std::map<Millis, List> lists_;  // emptied lists stay: the spans repeat
  std::optional<Time> bound_;
};

}  // namespace wingmq
