#include "load/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace wingmq::load {
namespace {

constexpr std::array<std::pair<std::string_view, Mode>, 4> kModes{
    {{"send", Mode::kSend}, {"consume", Mode::kConsume}, {"cycle", Mode::kCycle}, {"mix", Mode::kMix}}};
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

struct Bound {
  std::string_view name;
  std::uint64_t value;
  std::uint64_t minimum;
  std::uint64_t maximum;
};

std::optional<std::string> out_of_bounds(const Options& options) {
  const Bound bounds[] = {{"--batch", options.batch, 1, kBatchMax},
                          {"--message-size", options.message_bytes, 1, kPayloadMax},
                          {"--connections", options.connections, 1, kConnectionsMax},
                          {"--consumers", options.consumers, 1, kConnectionsMax},
                          {"--queues", options.queues, 1, 10'000},
                          {"--groups", options.groups, 1, 100},
                          {"--threads", options.threads, 1, 256},
                          {"--backlog", options.backlog, 0, 100'000'000}};
  for (const Bound& bound : bounds) {
    if (bound.value >= bound.minimum && bound.value <= bound.maximum) continue;
    return fmt::format("{}: {} is given, needed is a number of {} to {}", bound.name, bound.value, bound.minimum,
                       bound.maximum);
  }
  return std::nullopt;
}

bool is_header_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<std::string> server_fault(const Options& options) {
  if (!options.url.empty()) {
    if (const auto url = read_url(options.url); !url) return "--url: " + url.error();
    if (options.tls) return "--tls is for a server that the bench starts; with --url say https://";
    if (options.server_threads != 0 || !options.server_options.empty()) {
      return "--server-threads and --server-option are for a server that the bench starts; leave out --url";
    }
  }
  if (options.access_key.empty() != options.secret_key.empty())
    return "--access-key and --secret-key are needed together";
  if (!is_header_text(options.access_key)) return "--access-key: needed are visible ASCII characters without blanks";
  if (options.url.empty() && !options.queue_names.empty()) {
    return "--queue names a queue of a running server; give its --url, or leave out --queue";
  }
  if (options.region.empty() || !is_header_text(options.region))
    return "--region: needed are 1 to 64 of A-Z a-z 0-9 _ . -";
  return std::nullopt;
}

}  // namespace

std::optional<Mode> read_mode(std::string_view text) {
  const auto found = std::ranges::find(kModes, text, &std::pair<std::string_view, Mode>::first);
  return found == kModes.end() ? std::nullopt : std::optional(found->second);
}

std::string_view mode_name(Mode mode) {
  return std::ranges::find(kModes, mode, &std::pair<std::string_view, Mode>::second)->first;
}

std::string Url::host_header() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

std::string Url::text() const { return fmt::format("{}://{}", tls ? "https" : "http", host_header()); }

std::expected<Url, std::string> read_url(std::string_view text) {
  const auto wrong = [text](std::string_view needed) {
    return std::unexpected(fmt::format("`{}` is given, needed is {}", text, needed));
  };
  constexpr auto kRight = "HOST:PORT, http://HOST:PORT or https://HOST:PORT";
  Url url;
  std::string_view rest = text;
  url.tls = rest.starts_with("https://");
  const bool has_scheme = url.tls || rest.starts_with("http://");
  if (has_scheme) rest.remove_prefix(url.tls ? 8 : 7);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos;
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (has_port) {
    const auto port = rest.substr(colon + 1);
    if (port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos) return wrong(kRight);
    const auto read = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (read.ec != std::errc() || url.port == 0) {
      return wrong(fmt::format("HOST:PORT, and {} is no port to connect to, 1 to 65535", port));
    }
    rest = rest.substr(0, colon);
  } else if (!has_scheme) {
    return wrong(kRight);
  }
  const bool bracketed = rest.starts_with('[') && rest.ends_with(']') && rest.size() > 2;
  if (bracketed) rest = rest.substr(1, rest.size() - 2);
  const auto strange = rest.find_first_of(bracketed ? "/?#@[] " : "/?#@[]: ");
  if (rest.empty() || strange != std::string_view::npos) return wrong(kRight);
  url.host = rest;
  return url;
}

std::optional<std::string> find_fault(const Options& options) {
  if (auto fault = out_of_bounds(options)) return fault;
  const std::uint64_t payload = std::uint64_t{options.batch} * options.message_bytes;
  if (payload > kPayloadMax) {
    return fmt::format(
        "--batch: {} messages of {} bytes are {} bytes, a request carries {}; needed is a batch of at most {}",
        options.batch, options.message_bytes, payload, kPayloadMax, kPayloadMax / options.message_bytes);
  }
  if (options.rate < 0 || options.rate > 1e7)
    return "--rate: needed is a number of requests a second, at most 10000000";
  if (options.duration > std::chrono::hours(24)) return "--duration: needed is at most 24h";
  if (options.ceiling && options.mode == Mode::kMix)
    return "--ceiling: a mix has none; needed is --mode send, consume or cycle";
  if (options.confirm && options.mode != Mode::kConsume)
    return "--confirm is for --mode consume; cycle and mix always confirm";
  if (options.keep && options.mode != Mode::kSend) return "--keep is for --mode send";
  if (options.connections < options.threads) {
    return fmt::format("--threads: {} threads have {} connections to serve; needed is at most one thread a connection",
                       options.threads, options.connections);
  }
  return server_fault(options);
}

}  // namespace wingmq::load
