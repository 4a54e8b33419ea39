#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>

#include "http/handler_memory.h"

namespace wingmq::net {

class Session;

/// Sessions whose calls have been answered, on their way to the thread on which they live. However many are answered together, their event
/// loop is told once.
class WakeList {
 public:
  /// `context` must outlive every call of add(), and this must outlive `context`.
  explicit WakeList(boost::asio::io_context& context) noexcept : context_(context) {}
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;

  /// Has a session woken on its thread, in the order of these calls. It must live until then, and not be in the list. In any thread; needs no
  /// memory.
  void add(Session& session) noexcept;

 private:
  void wake_all();

  boost::asio::io_context& context_;
  HandlerMemory memory_;  // the loop is told again only after it has begun with what it was told before
  std::atomic<Session*> last_{nullptr};
};

}  // namespace wingmq::net
