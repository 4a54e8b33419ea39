#pragma once

#include <atomic>
#include <vector>

#include "base/mutex.h"
#include "wingmq/types.h"

namespace wingmq {

class ReclaimList;

/// A queue's place among those in which memory may have become free to take. Leaves the list when it is destroyed.
class Reclaimable {
 public:
  Reclaimable(ReclaimList& list, QueueId queue) : list_(list), queue_(queue) {}
  Reclaimable(const Reclaimable&) = delete;
  Reclaimable& operator=(const Reclaimable&) = delete;
  ~Reclaimable();

  /// Puts the queue into the list. Costs one load when it is there already; call it under the lock that guards what changed.
  void note() noexcept;

 private:
  friend class ReclaimList;
  ReclaimList& list_;
  const QueueId queue_;
  std::atomic<bool> noted_{false};
  Reclaimable* previous_ = nullptr;
  Reclaimable* next_ = nullptr;
};

/// The queues in which something has changed since they were last found to have no memory to give: whoever looks for memory
/// looks at these alone, so that looking in vain costs nothing the second time. Safe for concurrent use; its lock is a leaf.
class ReclaimList {
 public:
  /// Takes all queues out; a change from now on notes them again. When it throws std::bad_alloc, they stay.
  [[nodiscard]] std::vector<QueueId> take() EXCLUDES(mutex_);

 private:
  friend class Reclaimable;
  void add(Reclaimable& place) noexcept EXCLUDES(mutex_);
  void remove(Reclaimable& place) noexcept EXCLUDES(mutex_);

  Mutex mutex_;
  Reclaimable* first_ GUARDED_BY(mutex_) = nullptr;
  std::size_t size_ GUARDED_BY(mutex_) = 0;
};

inline void Reclaimable::note() noexcept {
  if (!noted_.load(std::memory_order_relaxed)) list_.add(*this);
}

}  // namespace wingmq
