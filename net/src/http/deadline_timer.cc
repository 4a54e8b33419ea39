#include "http/deadline_timer.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>

namespace wingmq::net {
namespace {

/// The clock is read again at least this often, for it may be moved by others.
constexpr std::chrono::hours kLongest{1};

}  // namespace

DeadlineTimer::DeadlineTimer(boost::asio::io_context& context, Broker& broker)
    : context_(context), broker_(broker), timer_(context) {}

void DeadlineTimer::start() {
  if (!broker_.clock().runs()) return;
  broker_.on_earlier_deadline([this] { note_earlier(); });
  note_earlier();
}

void DeadlineTimer::stop() {
  stopped_ = true;
  broker_.on_earlier_deadline({});
  timer_.cancel();
}

// In any thread, with locks of the broker held: only notes the fact.
void DeadlineTimer::note_earlier() {
  if (noted_.exchange(true)) return;
  boost::asio::post(context_, [this] {
    noted_.store(false);
    arm();
  });
}

void DeadlineTimer::arm() {
  if (stopped_) return;
  const auto next = broker_.next_deadline();
  if (!next) {
    timer_.cancel();
    return;
  }
  const Millis left = std::max(*next - broker_.clock().now(), Millis(0));
  timer_.expires_after(std::min<Millis>(left, kLongest));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error || stopped_) return;
    broker_.run_due();
    arm();
  });
}

}  // namespace wingmq::net
