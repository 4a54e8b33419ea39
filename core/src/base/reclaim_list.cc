#include "base/reclaim_list.h"

#include <utility>

namespace wingmq {

Reclaimable::~Reclaimable() { list_.remove(*this); }

void ReclaimList::add(Reclaimable& place) noexcept {
  const MutexLock lock(mutex_);
  if (place.noted_.load(std::memory_order_relaxed)) return;
  place.noted_.store(true, std::memory_order_relaxed);
  place.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &place;
  first_ = &place;
  ++size_;
}

void ReclaimList::remove(Reclaimable& place) noexcept {
  const MutexLock lock(mutex_);
  if (!place.noted_.load(std::memory_order_relaxed)) return;
  (place.previous_ != nullptr ? place.previous_->next_ : first_) = place.next_;
  if (place.next_ != nullptr) place.next_->previous_ = place.previous_;
  --size_;
}

std::vector<QueueId> ReclaimList::take() {
  std::vector<QueueId> queues;
  const MutexLock lock(mutex_);
  queues.reserve(size_);
  while (first_ != nullptr) {
    Reclaimable& place = *first_;
    first_ = std::exchange(place.next_, nullptr);
    place.previous_ = nullptr;
    // Before anybody looks at the queue: what changes after the look finds this and notes it again.
    place.noted_.store(false, std::memory_order_relaxed);
    queues.push_back(place.queue_);
  }
  size_ = 0;
  return queues;
}

}  // namespace wingmq
