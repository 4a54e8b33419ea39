#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>

#include "access/md5_lanes.h"
#include "http/handler_memory.h"

namespace wingmq::net {

/// The digests that one worker's calls wait for, made side by side. Between slices the event loop goes on, so that calls which come
/// meanwhile join in and short ones do not wait; a lone call waits for nobody. Belongs to the loop's thread.
class DigestQueue {
 public:
  explicit DigestQueue(boost::asio::io_context& context) : context_(context) {}
  DigestQueue(const DigestQueue&) = delete;
  DigestQueue& operator=(const DigestQueue&) = delete;

  /// Digests `text`, which must stay until `done` is called on the loop, or remove(). Throws std::bad_alloc, having done nothing.
  void add(Md5Text& text, std::function<void()> done);
  /// Forgets a text whose `done` was not called yet.
  void remove(const Md5Text& text) noexcept;

 private:
  struct Job {
    Md5Text* text;
    std::function<void()> done;
  };

  void run_slice();
  void run_soon();

  boost::asio::io_context& context_;
  std::deque<Job> jobs_;  // the first ones are at work
  HandlerMemory memory_;
  bool running_ = false;  // run_slice() is on its way
};

}  // namespace wingmq::net
