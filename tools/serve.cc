#include "serve.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "log.h"
#include "signals.h"
#include "start_line.h"
#include "values.h"
#include "wingmq/broker.h"
#include "wingmq/memory_engine.h"
#include "wingmq/net/history.h"
#include "wingmq/net/self_signed.h"
#include "wingmq/net/server.h"

namespace wingmq::tools {
namespace {

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

void drop_missing_family(ServeSettings& settings) {
  if (settings.ipv6_needed || has_ipv6_loopback()) return;
  std::erase_if(settings.server.listen, is_ipv6);
  write_log(net::LogLevel::kDebug, "this machine has no IPv6: its addresses are left out");
}

std::unique_ptr<Clock> make_clock(ClockMode mode) {
  if (mode == ClockMode::kReal) return std::make_unique<SystemClock>();
  return std::make_unique<ManualClock>(std::chrono::floor<Millis>(std::chrono::system_clock::now()));
}

/// What to do about an address that could not be bound.
std::string hint_for(const std::string& error) {
  const auto is = [&error](int number) {
    return error.find(std::generic_category().message(number)) != std::string::npos;
  };
  if (is(EADDRINUSE)) return "; --listen 127.0.0.1:0 takes any free port";
  if (is(EADDRNOTAVAIL)) return "; the address must be one of this machine's, or 0.0.0.0 or [::] for all of them";
  if (is(EACCES)) return "; ports below 1024 need a privilege";
  return "";
}

/// Whoever started the server reads this. That nobody can is no reason to end: it serves all the same.
void print_ready(const std::vector<net::Endpoint>& endpoints, net::TlsMode tls) {
  std::string urls;
  for (const std::string& url : urls_of(endpoints, tls)) urls += fmt::format("{}\"{}\"", urls.empty() ? "" : ",", url);
  const auto text = fmt::format("{{\"event\":\"ready\",\"urls\":[{}],\"port\":{},\"pid\":{}}}\nReady.\n", urls,
                                endpoints.front().port, ::getpid());
  [[maybe_unused]] const ExitCode said_why = write_out(text);
}

void say_how_to_trust(const std::string& certificate, std::uint16_t port) {
  write_log(net::LogLevel::kInfo, "self-signed certificate, its own CA: " + certificate);
  write_log(net::LogLevel::kInfo, fmt::format("try: curl --cacert {} https://localhost:{}/livez", certificate, port));
  write_log(net::LogLevel::kInfo, fmt::format("Node: NODE_EXTRA_CA_CERTS={} node your-client.js", certificate));
}

/// A certificate that lives as long as the server.
class SelfSigned {
 public:
  SelfSigned() = default;
  SelfSigned(const SelfSigned&) = delete;
  SelfSigned& operator=(const SelfSigned&) = delete;
  ~SelfSigned() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  std::expected<void, std::string> make(net::TlsOptions& tls) {
    std::error_code error;
    const auto temporary = std::filesystem::temp_directory_path(error);
    const auto files = net::make_self_signed(error ? "/tmp" : temporary.string());
    if (!files) return std::unexpected("--tls auto: " + files.error());
    folder_ = std::filesystem::path(files->certificate).parent_path();
    tls.certificate_file = files->certificate;
    tls.key_file = files->key;
    return {};
  }

 private:
  std::filesystem::path folder_;
};

std::expected<void, std::string> declare_queues(Engine& engine, const ServeSettings& settings) {
  for (const net::DeclaredQueue& queue : settings.queues) {
    const auto declared = net::declare_queue(engine, queue);
    if (declared) continue;
    return std::unexpected(
        fmt::format("{}: `{}` cannot be made: {}", settings.origin_of("queue"), queue.spec.name, declared.error()));
  }
  return {};
}

/// SIGHUP: what cannot be read leaves in force what there was.
void reload(net::Server& server, const ServeSettings& present, const ReadSettings& read_again) {
  const auto settings = read_again();
  if (!settings) {
    write_log(net::LogLevel::kError, "SIGHUP: nothing changed: " + settings.error());
    return;
  }
  server.set_credentials(settings->server.credentials);
  write_log(net::LogLevel::kInfo, fmt::format("SIGHUP: {} credentials in force", settings->server.credentials.size()));
  if (present.server.tls.mode == net::TlsMode::kOff) return;
  const auto loaded = server.reload_tls();
  write_log(loaded ? net::LogLevel::kInfo : net::LogLevel::kError,
            loaded ? "SIGHUP: certificate read again" : "SIGHUP: the old certificate stays: " + loaded.error());
}

}  // namespace

ExitCode serve(ServeSettings settings, const ReadSettings& read_again) {
  const Signals signals;
  raise_descriptor_limit();
  start_log(settings.log_level, settings.log_format);
  for (const std::string& remark : settings.remarks) write_log(net::LogLevel::kWarning, remark);
  drop_missing_family(settings);

  const auto clock = make_clock(settings.clock);
  SystemRandom random;
  net::History history(settings.history.value_or(0));
  Broker broker(settings.broker, *clock, random);
  if (settings.history.value_or(0) > 0) {
    broker.observe(history);
    settings.server.history = &history;
  }
  MemoryEngine engine(broker);
  if (const auto declared = declare_queues(engine, settings); !declared) {
    return fail(kBadOption, declared.error());
  }
  settings.server.log = write_log;
  if (settings.log_level == net::LogLevel::kDebug) settings.server.on_request = write_request_log;
  settings.server.declared_queues = settings.queues;
  SelfSigned self_signed;
  if (settings.tls_auto) {
    if (const auto made = self_signed.make(settings.server.tls); !made) return fail(kFailed, made.error());
  }
  net::Server server(engine, settings.server);
  if (settings.server.tls.mode != net::TlsMode::kOff) {
    if (const auto loaded = server.reload_tls(); !loaded) return fail(kBadOption, loaded.error());
  }
  if (const auto started = server.start(); !started) {
    return fail(kCannotBind, started.error() + hint_for(started.error()));
  }
  write_log(net::LogLevel::kInfo, start_line(settings, server.endpoints()));
  if (!settings.server.fault_rules.empty()) {
    write_log(net::LogLevel::kInfo, fmt::format("faults from the start; --seed {} repeats their chance", settings.server.seed));
  } else if (settings.server.faults) {
    write_log(net::LogLevel::kDebug, fmt::format("--seed {} repeats the chance of faults", settings.server.seed));
  }
  print_ready(server.endpoints(), settings.server.tls.mode);
  if (settings.tls_auto) say_how_to_trust(settings.server.tls.certificate_file, server.endpoints().front().port);
  const std::string reason =
      signals.wait_for_end(settings.exit_with_parent, [&] { reload(server, settings, read_again); });
  write_log(net::LogLevel::kInfo, reason + ": stopping");
  signals.stop_unless_hurried([&server] { server.stop(); });
  return kStopped;
}

}  // namespace wingmq::tools
