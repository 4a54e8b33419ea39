#pragma once

#include <functional>
#include <string>

namespace wingmq::tools {

/// The signals that mean something to a server: blocked in every thread and read from a descriptor instead, so that the
/// main thread can wait for them and for standard input at once, without a timer. Make it before the first thread.
class Signals {
 public:
  /// Throws std::system_error when the machine has no descriptor to spare.
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  /// Waits until the server has to stop, and returns why: a signal or, with `watch_input`, the end of standard input.
  /// SIGHUP calls `on_hangup`, and the wait goes on.
  [[nodiscard]] std::string wait_for_end(bool watch_input, const std::function<void()>& on_hangup) const;

  /// Runs `stop`, in a thread of its own, and returns when it has. Whoever asks again meanwhile does not want to wait: a
  /// further SIGTERM or SIGINT ends the process at once, with exit code 1. Not in the first quarter of a second: `timeout`
  /// signals the program and then its process group, so one request to stop arrives twice.
  void stop_unless_hurried(const std::function<void()>& stop) const;

 private:
  [[nodiscard]] int take() const;

  int descriptor_ = -1;
};

/// Opens /dev/null in the place of a missing standard stream, so that no socket becomes standard output.
void open_standard_streams();

}  // namespace wingmq::tools
