#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "wingmq/engine.h"

namespace wingmq::net {

/// Calls Engine::run_due() when something is due. Lives on one event loop; with a clock that stands still it has nothing
/// to do, for whoever moves that clock settles everything.
class DeadlineTimer {
 public:
  /// The references must outlive this object.
  DeadlineTimer(boost::asio::io_context& context, Engine& engine);

  /// Begins. Once, before or while the loop runs.
  void start();
  /// Ends. On the loop's thread, or when it does not run; after it, the engine calls nothing here.
  void stop();

 private:
  void note_earlier() noexcept;
  void arm();
  [[nodiscard]] bool run_due();
  void wait(Millis span);

  boost::asio::io_context& context_;
  Engine& engine_;
  boost::asio::steady_timer timer_;
  std::atomic<bool> noted_{false};  // the loop will look at the broker again
  bool stopped_ = false;
};

}  // namespace wingmq::net
