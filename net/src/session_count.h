#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace wingmq::net {

/// Connections that a server has open, over all its threads. Safe for concurrent use.
class SessionCount {
 public:
  /// Counts one more, and returns how many there were before.
  std::uint32_t add() {
    const std::scoped_lock lock(mutex_);
    return count_++;
  }
  void remove() {
    const std::scoped_lock lock(mutex_);
    if (--count_ == 0) none_.notify_all();
  }
  /// Waits until there is none, `limit` at most.
  void wait_for_none(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    none_.wait_for(lock, limit, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::uint32_t count_ = 0;
};

}  // namespace wingmq::net
