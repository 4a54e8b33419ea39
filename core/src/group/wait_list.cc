#include "group/wait_list.h"

namespace wingmq {

void WaitList::add(Waiter& waiter, const std::shared_ptr<Group>& group, const Wish& wish, Time now, Millis wait) {
  deadlines_.add(waiter, now, wait);  // throws, if anything does
  waiter.group_ = group;
  waiter.stream_ = wish.stream;
  waiter.messages_max_ = wish.messages_max;
  waiter.ack_wait_ = wish.ack_wait;
  waiter.parked_ = true;
  waiter.arrival_ = {last_, nullptr};
  (last_ != nullptr ? last_->arrival_.next : first_) = &waiter;
  last_ = &waiter;
  ++size_;
}

void WaitList::remove(Waiter& waiter) noexcept {
  waiter.parked_ = false;
  auto& links = waiter.arrival_;
  (links.previous != nullptr ? links.previous->arrival_.next : first_) = links.next;
  (links.next != nullptr ? links.next->arrival_.previous : last_) = links.previous;
  links = {};
  deadlines_.remove(waiter);
  --size_;
}

}  // namespace wingmq
