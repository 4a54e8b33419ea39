#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "load/plan.h"
#include "load/stats.h"

namespace wingmq::load {

// Nanoseconds.
inline constexpr std::int64_t kMilli = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000 * kMilli;

class Worker;

struct Measured {
  Stats stats;
  double seconds = 0;
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t confirmed = 0;

  void merge(const Measured& later) {
    stats.merge(later.stats);
    seconds += later.seconds;
    sent += later.sent;
    delivered += later.delivered;
    confirmed += later.confirmed;
  }
};

/// The load: workers, each a thread with its connections and an epoll loop. Made, watched and ended by one thread.
class Engine {
 public:
  /// Connects everything. Throws std::runtime_error when that fails.
  explicit Engine(const Plan& plan);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  /// Ends the load and waits for the threads.
  ~Engine();

  void start();
  /// Nothing new is begun from now on; what is measured ends here.
  void end_now();
  [[nodiscard]] bool is_running() const { return shared_.workers_running.load() > 0; }
  [[nodiscard]] const Shared& shared() const { return shared_; }
  /// After is_running() has become false.
  [[nodiscard]] Measured result();

 private:
  const Plan& plan_;
  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace wingmq::load
