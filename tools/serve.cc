#include "serve.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "log.h"
#include "wingmq/broker.h"
#include "wingmq/net/server.h"

namespace wingmq::tools {
namespace {

/// The signals that mean something here, blocked in every thread and read from a descriptor instead.
class Signals {
 public:
  Signals() {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    descriptor_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() { ::close(descriptor_); }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// The signal that arrived.
  [[nodiscard]] int take() const {
    signalfd_siginfo info{};
    const auto bytes = ::read(descriptor_, &info, sizeof(info));
    return bytes == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  int descriptor_ = -1;
};

/// Whether standard input has come to its end. What is written to it is read and thrown away.
bool input_closed() {
  char discarded[512];
  return ::read(STDIN_FILENO, discarded, sizeof(discarded)) <= 0;
}

/// Returns why the server has to stop.
std::string wait_for_end(const Signals& signals, bool watch_input) {
  pollfd watched[] = {{signals.descriptor(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
  while (true) {
    if (::poll(watched, watch_input ? 2 : 1, -1) < 0) continue;
    if (watched[1].revents != 0 && input_closed()) return "standard input closed";
    if (watched[0].revents == 0) continue;
    const int number = signals.take();
    if (number == SIGTERM) return "SIGTERM";
    if (number == SIGINT) return "SIGINT";
    if (number == SIGHUP) write_log(net::LogLevel::kInfo, "SIGHUP: there is nothing to reload");
  }
}

/// Ten thousand connections need as many descriptors; the soft limit is often 1,024.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

bool has_ipv6_loopback() {
  const int descriptor = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool bound = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(descriptor);
  return bound;
}

void drop_missing_defaults(ServeSettings& settings) {
  if (settings.listen_given || has_ipv6_loopback()) return;
  std::erase_if(settings.server.listen, [](const net::Endpoint& each) { return each.address == "::1"; });
}

std::unique_ptr<Clock> make_clock(ClockMode mode) {
  if (mode == ClockMode::kReal) return std::make_unique<SystemClock>();
  return std::make_unique<ManualClock>(std::chrono::floor<Millis>(std::chrono::system_clock::now()));
}

ExitCode fail(ExitCode code, const std::string& reason) {
  fmt::print(stderr, "wingmq: {}\n", reason);
  return code;
}

std::string url_of(const net::Endpoint& endpoint) {
  const bool v6 = endpoint.address.find(':') != std::string::npos;
  return v6 ? fmt::format("http://[{}]:{}", endpoint.address, endpoint.port)
            : fmt::format("http://{}:{}", endpoint.address, endpoint.port);
}

void print_ready(const std::vector<net::Endpoint>& endpoints) {
  std::string urls;
  for (const net::Endpoint& endpoint : endpoints) urls += fmt::format("{}\"{}\"", urls.empty() ? "" : ",", url_of(endpoint));
  fmt::print("{{\"event\":\"ready\",\"urls\":[{}],\"port\":{},\"pid\":{}}}\nReady.\n", urls, endpoints.front().port,
             ::getpid());
  std::fflush(stdout);
}

std::expected<void, std::string> declare_queues(Broker& broker, const std::vector<net::DeclaredQueue>& queues) {
  for (const net::DeclaredQueue& queue : queues) {
    const auto declared = net::declare_queue(broker, queue);
    if (!declared) return std::unexpected(fmt::format("--queue {}: {}", queue.spec.name, declared.error()));
  }
  return {};
}

}  // namespace

ExitCode serve(ServeSettings settings) {
  const Signals signals;
  raise_descriptor_limit();
  start_log(settings.log_level, settings.log_format);
  drop_missing_defaults(settings);

  const auto clock = make_clock(settings.clock);
  SystemRandom random;
  Broker broker(settings.broker, *clock, random);
  if (const auto declared = declare_queues(broker, settings.queues); !declared) {
    return fail(kBadOption, declared.error());
  }
  settings.server.log = write_log;
  settings.server.restore_declared_queues = [&broker, &settings] {
    const auto declared = declare_queues(broker, settings.queues);
    if (!declared) write_log(net::LogLevel::kError, declared.error());
  };
  net::Server server(broker, settings.server);
  if (const auto started = server.start(); !started) {
    return fail(kCannotBind, started.error() + "; --listen 127.0.0.1:0 takes any free port");
  }
  print_ready(server.endpoints());
  const std::string reason = wait_for_end(signals, settings.exit_with_parent);
  write_log(net::LogLevel::kInfo, reason + ": stopping");
  server.stop();
  return kStopped;
}

}  // namespace wingmq::tools
