#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "wingmq/clock.h"
#include "wingmq/delivery.h"

namespace wingmq {

/// Elements ordered by when they come due, at constant cost: those that run for the same span come due in the order in which
/// they were added, so each span has a plain list, and there are few spans (ackWait and timeWait are whole seconds).
/// Needs from T: `deadline_`, `span_` and `deadline_links_`. Not safe for concurrent use.
template <typename T>
class DeadlineLists {
 public:
  /// Adds an element that runs from `now` for `span`. When it throws std::bad_alloc, nothing has changed; after prepare(span) it
  /// does not.
  void add(T& element, Time now, Millis span) {
    List& list = prepare(span);
    element.span_ = span;
    element.deadline_ = now + span;
    // Two callers may have read the clock in the other order than they got the lock: step back over the later ones.
    T* before = list.last;
    while (before != nullptr && before->deadline_ > element.deadline_) before = before->deadline_links_.previous;
    insert_after(list, before, element);
    if (element.deadline_ < list.queued) enqueue(list, element.deadline_);
  }

  void remove(T& element) noexcept {
    List& list = lists_.find(element.span_)->second;
    auto& links = element.deadline_links_;
    (links.previous != nullptr ? links.previous->deadline_links_.next : list.first) = links.next;
    (links.next != nullptr ? links.next->deadline_links_.previous : list.last) = links.previous;
    links = {};
  }

  /// An element whose deadline is at or before `now`, the earliest first; nullptr: none. Costs the logarithm of the number of
  /// spans.
  [[nodiscard]] T* due(Time now) noexcept {
    while (!queue_.empty() && queue_.front().at <= now) {
      List& list = *queue_.front().list;
      const bool current = list.queued == queue_.front().at;
      if (current && list.first != nullptr && list.first->deadline_ == list.queued) return list.first;
      std::ranges::pop_heap(queue_, Later{});
      queue_.pop_back();
      if (!current) continue;
      list.queued = Time::max();
      if (list.first != nullptr) enqueue(list, list.first->deadline_);
    }
    return nullptr;
  }

  /// No element comes due before this; nullopt: there is none. It may be too early, since removing does not search.
  [[nodiscard]] std::optional<Time> bound() const noexcept {
    return queue_.empty() ? std::nullopt : std::optional(queue_.front().at);
  }

  /// When the first element comes due; nullopt: there is none. Looks at every span.
  [[nodiscard]] std::optional<Time> next() const noexcept {
    std::optional<Time> first;
    for (const auto& [span, list] : lists_) {
      if (list.first != nullptr && (!first || list.first->deadline_ < *first)) first = list.first->deadline_;
    }
    return first;
  }

  /// Calls action(element) for each, span after span, by deadline. Adding them in this order elsewhere gives the same order there.
  template <typename Action>
  void for_each(Action action) const {
    for (const auto& [span, list] : lists_) {
      for (const T* each = list.first; each != nullptr; each = each->deadline_links_.next) action(*each);
    }
  }

 private:
  struct List {
    Millis span{};
    T* first = nullptr;
    T* last = nullptr;
    Time queued = Time::max();  // where it stands in the queue: not behind its first deadline; max: it does not
  };
  struct Entry {
    Time at{};
    List* list = nullptr;
  };
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const noexcept {
      // Of two that come due together, the one with the longer span was added first.
      return a.at != b.at ? a.at > b.at : a.list->span < b.list->span;
    }
  };

  /// The list of a span, with room in the queue for it.
  List& prepare(Millis span) {
    if (const auto known = lists_.find(span); known != lists_.end()) return known->second;
    const std::size_t lists = lists_.size() + 1;
    if (queue_.capacity() < 2 * lists) queue_.reserve(4 * lists);
    List& list = lists_[span];
    list.span = span;
    return list;
  }

  void insert_after(List& list, T* before, T& element) noexcept {
    T* after = before != nullptr ? before->deadline_links_.next : list.first;
    element.deadline_links_ = {before, after};
    (before != nullptr ? before->deadline_links_.next : list.first) = &element;
    (after != nullptr ? after->deadline_links_.previous : list.last) = &element;
  }

  void enqueue(List& list, Time at) noexcept {
    if (queue_.size() >= 2 * lists_.size()) forget_stale();
    list.queued = at;
    queue_.push_back({at, &list});
    std::ranges::push_heap(queue_, Later{});
  }

  /// Leaves each list in the queue once: an entry is stale when its list stands at another place too.
  void forget_stale() noexcept {
    queue_.clear();
    for (auto& [span, list] : lists_) {
      if (list.queued != Time::max()) queue_.push_back({list.queued, &list});
    }
    std::ranges::make_heap(queue_, Later{});
  }

  std::map<Millis, List> lists_;  // emptied lists stay: the spans repeat
  std::vector<Entry> queue_;      // a heap
};

}  // namespace wingmq
