#include "bench_command.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>
#include <string_view>

#include "load/run.h"
#include "read_settings.h"
#include "values.h"

namespace wingmq::tools {
namespace {

using load::Options;
using Fault = std::optional<std::string>;

constexpr auto kBenchMore = R"(
Without --url a server is started on a free port and stopped afterwards. With it, the bench makes its own queues there and
removes them at the end, unless --queue names existing ones.

Latencies are counted from when a request was to be sent, which at a given --rate may be long before it could be. Message
bodies end with that time, in the last message of each batch: so end to end is from there to the delivery. MB are 10^6 bytes
of payload; s/GB is processor time for each 10^9 bytes that went through, counted once. Exit codes: 0 something was measured,
1 nothing was, 2 bad option.

Examples:
  wingmq bench                                        send, receive and confirm 512 x 1 KB, one connection
  wingmq bench --mode send --connections 16 --ceiling how near to a server that only moves bytes
  wingmq bench --mode send --batch 1 --rate 20000 --connections 16 --threads 2
  wingmq bench --mode mix --rate 500 --consumers 2 --groups 3 --json before.json
  wingmq bench --mode mix --rate 500 --consumers 2 --groups 3 --compare before.json
  WINGMQ_SECRET_KEY=SK wingmq bench --access-key AK --tls   signed, over TLS, against a server that verifies
  wingmq bench --url http://127.0.0.1:9080 --queue orders --mode cycle --batch 10 --duration 30s
)";

struct Rule {
  const char* name;
  const char* placeholder;  ///< empty: a switch
  const char* topic;
  const char* help;
  Fault (*read)(std::string_view text, Options& options);
};

Fault needed(std::string_view text, std::string_view what) {
  return fmt::format("`{}` is given, needed is {}", text, what);
}

template <typename T>
Fault number(std::string_view text, T& place, std::uint64_t minimum, std::uint64_t maximum) {
  const auto read = read_number(text, minimum, maximum);
  if (!read) return needed(text, read.error());
  place = static_cast<T>(*read);
  return std::nullopt;
}

Fault span(std::string_view text, std::chrono::milliseconds& place) {
  if (text == "0" || text == "0s") {
    place = {};
    return std::nullopt;
  }
  const auto read = read_duration(text);
  if (!read) return needed(text, read.error());
  place = *read;
  return std::nullopt;
}

Fault long_span(std::string_view text, std::chrono::milliseconds& place) {
  if (const auto fault = span(text, place)) return fault;
  return place.count() > 0 ? std::nullopt : needed(text, "a span of time such as 250ms or 30s");
}

template <auto Member>
Fault set_text(std::string_view text, Options& options) {
  options.*Member = text;
  return std::nullopt;
}
template <auto Member>
Fault set_true(std::string_view /*text*/, Options& options) {
  options.*Member = true;
  return std::nullopt;
}
template <auto Member>
Fault add_text(std::string_view text, Options& options) {
  (options.*Member).emplace_back(text);
  return std::nullopt;
}
template <auto Member, std::uint64_t Minimum, std::uint64_t Maximum>
Fault set_number(std::string_view text, Options& options) {
  return number(text, options.*Member, Minimum, Maximum);
}

Fault set_mode(std::string_view text, Options& options) {
  const auto mode = load::read_mode(text);
  if (!mode) return needed(text, "send, consume, cycle or mix");
  options.mode = *mode;
  return std::nullopt;
}

Fault set_message_size(std::string_view text, Options& options) {
  const auto size = read_size(text, load::kPayloadMax);
  if (!size) return needed(text, size.error());
  options.message_bytes = static_cast<std::uint32_t>(*size);
  return std::nullopt;
}

Fault set_content(std::string_view text, Options& options) {
  const auto content = load::read_content(text);
  if (!content) return needed(text, "text or json");
  options.content = *content;
  return std::nullopt;
}

Fault set_rate(std::string_view text, Options& options) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), options.rate);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole && options.rate > 0 && options.rate <= 1e7
             ? std::nullopt
             : needed(text, "a number of requests a second, at most 10000000");
}

Fault add_server_option(std::string_view text, Options& options) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos || text.starts_with('-')) {
    return needed(text, "NAME=VALUE of an option of `wingmq serve`, without its dashes");
  }
  return add_text<&Options::server_options>(text, options);
}

constexpr std::uint64_t kMany = std::numeric_limits<std::int64_t>::max();
constexpr auto kLoad = "Load";
constexpr auto kServer = "Server";
constexpr auto kReport = "Report";

constexpr Rule kRules[] = {
    {"mode", "send|consume|cycle|mix", kLoad,
     "send; consume the same messages again and again; cycle: send, receive and confirm every message in turn; mix: "
     "send here, "
     "receive and confirm there (default cycle)",
     set_mode},
    {"batch", "N", kLoad, "Messages of a request, 1 to 1000 (default 512)",
     set_number<&Options::batch, 1, load::kBatchMax>},
    {"message-size", "SIZE", kLoad, "Of a message's body; a request carries at most 512KiB (default 1KiB)",
     set_message_size},
    {"content", "text|json", kLoad, "Of a message's body: words, or JSON with its quotes escaped (default text)", set_content},
    {"connections", "N", kLoad, "Each with one request at a time; in mix those that send (default 1)",
     set_number<&Options::connections, 1, load::kConnectionsMax>},
    {"consumers", "N", kLoad, "mix: connections that receive, for each group (default 1)",
     set_number<&Options::consumers, 1, load::kConnectionsMax>},
    {"queues", "N", kLoad, "How many to make (default 1)", set_number<&Options::queues, 1, 10'000>},
    {"groups", "N", kLoad, "Of each queue; each of them reads everything (default 1)",
     set_number<&Options::groups, 1, 100>},
    {"rate", "N", kLoad, "Requests a second, in cycle: cycles (default: as many as go through)", set_rate},
    {"duration", "SPAN", kLoad, "How long to measure (default 5s, with --requests 1h)",
     [](std::string_view text, Options& options) { return long_span(text, options.duration); }},
    {"requests", "N", kLoad, "Ends after so many, in cycle: cycles", set_number<&Options::requests, 1, kMany>},
    {"warm-up", "SPAN", kLoad, "Load before the measuring (default 1s)",
     [](std::string_view text, Options& options) { return span(text, options.warm_up); }},
    {"timeout", "SPAN", kLoad, "How long a reply may take (default 10s)",
     [](std::string_view text, Options& options) { return long_span(text, options.timeout); }},
    {"threads", "N", kLoad, "Of the bench (default 1)", set_number<&Options::threads, 1, 256>},
    {"backlog", "N", kLoad,
     "Messages: consume reads so many of each queue, mix lets so many wait (default 64 MiB of them)",
     set_number<&Options::backlog, 1, 100'000'000>},
    {"confirm", "", kLoad, "consume: confirm what was received, too", set_true<&Options::confirm>},
    {"keep", "", kLoad, "send: leave it all unread, so that it fills the server's memory", set_true<&Options::keep>},
    {"url", "URL", kServer, "A running server, http:// or https:// (default: start one)", set_text<&Options::url>},
    {"queue", "NAME ...", kServer, "Existing queues, used with their first --groups groups",
     add_text<&Options::queue_names>},
    {"region", "R", kServer, "regionId (default cn-snxy1)", set_text<&Options::region>},
    {"access-key", "AK", kServer, "Sign as this one; the started server verifies then", set_text<&Options::access_key>},
    {"secret-key", "SK", kServer, "Its secret; better as $WINGMQ_SECRET_KEY: every user of the machine can read a command line", set_text<&Options::secret_key>},
    {"tls", "", kServer, "TLS to the started server", set_true<&Options::tls>},
    {"cacert", "FILE", kServer, "Certificates to check the server's against, PEM", set_text<&Options::ca_file>},
    {"insecure", "", kServer, "Accept any certificate", set_true<&Options::insecure>},
    {"server-pid", "PID", kServer, "Whose processor time and memory to report (default: who listens at the port)",
     set_number<&Options::server_pid, 1, 0x7FFFFFFF>},
    {"server-threads", "N", kServer,
     "Event loops of the started server, and of --ceiling's (default one for each processor)",
     set_number<&Options::server_threads, 1, 256>},
    {"server-option", "NAME=VALUE ...", kServer,
     "Further options of the started server, such as memory-limit=4G (default 1G)", add_server_option},
    {"ceiling", "", kReport,
     "In turn with it the same requests and replies with a server that only moves bytes, and ratios to it",
     set_true<&Options::ceiling>},
    {"json", "FILE", kReport, "All figures as JSON; - for standard output instead of the table",
     set_text<&Options::json_file>},
    {"compare", "FILE", kReport, "Ratios to an earlier run's JSON", set_text<&Options::compare_file>},
};

bool is_switch(const Rule& rule) { return *rule.placeholder == '\0'; }

}  // namespace

BenchCommand::BenchCommand(CLI::App& app) : command_(*app.add_subcommand("bench", "Load a server and measure it")) {
  command_.footer(kBenchMore)->allow_extras();
  for (const Rule& rule : kRules) {
    std::vector<std::string>& values = values_[rule.name];
    const std::string flag = std::string("--").append(rule.name);
    using enum CLI::MultiOptionPolicy;
    if (is_switch(rule)) {
      command_.add_flag(flag, values, rule.help)->group(rule.topic)->multi_option_policy(TakeLast);
      continue;
    }
    const bool repeatable = std::string_view(rule.placeholder).ends_with("...");
    command_.add_option(flag, values, rule.help)
        ->group(rule.topic)
        ->expected(1)
        ->multi_option_policy(repeatable ? TakeAll : TakeLast)
        ->option_text(rule.placeholder);
  }
}

bool BenchCommand::chosen() const { return command_.parsed(); }

std::expected<Options, std::string> BenchCommand::options() const {
  Options options;
  for (const Rule& rule : kRules) {
    for (const std::string& text : values_.at(rule.name)) {
      if (const auto fault = rule.read(text, options))
        return std::unexpected(fmt::format("--{}: {}", rule.name, *fault));
    }
  }
  if (!options.access_key.empty() && options.secret_key.empty()) options.secret_key = process_environment()["WINGMQ_SECRET_KEY"];
  if (options.requests > 0 && values_.at("duration").empty()) options.duration = std::chrono::hours(1);
  if (const auto fault = find_fault(options)) return std::unexpected(*fault);
  return options;
}

ExitCode BenchCommand::run() const {
  const auto chosen = options();
  if (!chosen) return fail(kBadOption, chosen.error());
  return static_cast<ExitCode>(load::run_bench(*chosen, WINGMQ_VERSION));
}

}  // namespace wingmq::tools
