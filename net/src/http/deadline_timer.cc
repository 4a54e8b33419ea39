#include "http/deadline_timer.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <new>

namespace wingmq::net {
namespace {

/// The clock is read again at least this often, for it may be moved by others.
constexpr std::chrono::hours kLongest{1};
/// When what is due could not be done for lack of memory.
constexpr Millis kAgain{100};

}  // namespace

DeadlineTimer::DeadlineTimer(boost::asio::io_context& context, Engine& engine)
    : context_(context), engine_(engine), timer_(context) {}

void DeadlineTimer::start() {
  if (!engine_.clock().runs()) return;
  engine_.on_earlier_deadline([this] { note_earlier(); });
  note_earlier();
}

void DeadlineTimer::stop() {
  stopped_ = true;
  engine_.on_earlier_deadline({});
  timer_.cancel();
}

// In any thread, with locks of the engine held: only notes the fact.
void DeadlineTimer::note_earlier() noexcept {
  if (noted_.exchange(true)) return;
  try {
    boost::asio::post(context_, [this] {
      noted_.store(false);
      arm();
    });
  } catch (const std::bad_alloc&) {
    noted_.store(false);  // the next note will do: no answer depends on how punctual this is
  }
}

void DeadlineTimer::arm() {
  if (stopped_) return;
  const auto next = engine_.next_deadline();
  if (!next) {
    timer_.cancel();
    return;
  }
  const Millis left = std::max(*next - engine_.clock().now(), Millis(0));
  wait(std::min<Millis>(left, kLongest));
}

/// False: there was no memory for all of it, and the rest is still due.
bool DeadlineTimer::run_due() {
  try {
    engine_.run_due();
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void DeadlineTimer::wait(Millis span) {
  timer_.expires_after(span);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error || stopped_) return;
    if (run_due()) {
      arm();
    } else {
      wait(kAgain);
    }
  });
}

}  // namespace wingmq::net
