#include "signals.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>

#include "exit_code.h"
#include "log.h"

namespace wingmq::tools {
namespace {

/// Whether standard input has come to its end. What is written to it is read and thrown away.
bool input_closed() {
  char discarded[512];
  const auto bytes = ::read(STDIN_FILENO, discarded, sizeof(discarded));
  return bytes == 0 || (bytes < 0 && errno != EINTR && errno != EAGAIN);
}

/// Becomes readable when somebody says that something is done.
class Done {
 public:
  Done() : descriptor_(::eventfd(0, EFD_CLOEXEC)) {}
  Done(const Done&) = delete;
  Done& operator=(const Done&) = delete;
  ~Done() { ::close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  void say() const { ::eventfd_write(descriptor_, 1); }

 private:
  int descriptor_;
};

}  // namespace

Signals::Signals() {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "no descriptor for signals");
}

Signals::~Signals() { ::close(descriptor_); }

int Signals::take() const {
  signalfd_siginfo info{};
  const auto bytes = ::read(descriptor_, &info, sizeof(info));
  return bytes == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
}

std::string Signals::wait_for_end(bool watch_input, const std::function<void()>& on_hangup) const {
  pollfd watched[] = {{descriptor_, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  while (true) {
    if (::poll(watched, watch_input ? 2 : 1, -1) < 0) continue;
    if (watched[1].revents != 0 && input_closed()) return "standard input closed";
    if (watched[0].revents == 0) continue;
    const int number = take();
    if (number == SIGTERM) return "SIGTERM";
    if (number == SIGINT) return "SIGINT";
    if (number == SIGHUP) on_hangup();
  }
}

void Signals::stop_unless_hurried(const std::function<void()>& stop) const {
  using Clock = std::chrono::steady_clock;
  constexpr auto kSameRequest = std::chrono::milliseconds(250);
  const auto asked = Clock::now();
  const Done done;
  const std::jthread stopper([&] {
    stop();
    done.say();
  });
  pollfd watched[] = {{descriptor_, POLLIN, 0}, {done.descriptor(), POLLIN, 0}};
  while (watched[1].revents == 0) {
    if (::poll(watched, 2, -1) < 0 || watched[0].revents == 0) continue;
    const int number = take();
    if (number == SIGHUP || Clock::now() - asked < kSameRequest) continue;
    fail(kFailed, "a second signal ended the program before it had stopped");
    ::_exit(kFailed);
  }
}

void open_standard_streams() {
  // The lowest free number is taken, so what opens is the stream that was missing. Nothing can be written to a missing standard
  // output, and whoever tries is to learn of it.
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    [[maybe_unused]] const int opened = ::open("/dev/null", stream == STDOUT_FILENO ? O_RDONLY : O_RDWR);
  }
}

}  // namespace wingmq::tools
