#include "http/wake_list.h"

#include <utility>

#include "http/session.h"

namespace wingmq::net {

void WakeList::add(Session& session) noexcept {
  Session* before = last_.load(std::memory_order_relaxed);
  do {
    session.next_woken_ = before;
  } while (!last_.compare_exchange_weak(before, &session, std::memory_order_release, std::memory_order_relaxed));
  if (before == nullptr) memory_.post(context_, [this] { wake_all(); });
}

void WakeList::wake_all() {
  Session* first = nullptr;
  for (Session* rest = last_.exchange(nullptr, std::memory_order_acquire); rest != nullptr;) {
    Session* const next = std::exchange(rest->next_woken_, first);
    first = std::exchange(rest, next);
  }
  while (first != nullptr) {
    Session& session = *std::exchange(first, first->next_woken_);
    session.wake();  // from here on it may be gone
  }
}

}  // namespace wingmq::net
