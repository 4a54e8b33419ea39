#include "load/report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <ctime>
#include <iterator>
#include <utility>
#include <vector>

namespace wingmq::load {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, double>, 5> kShares{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}, {"p99.99", 0.9999}}};
constexpr double kMega = 1e6;
constexpr double kGiga = 1e9;

double per_second(double count, double seconds) { return seconds > 0 ? count / seconds : 0; }
double as_double(std::uint64_t count) { return static_cast<double>(count); }

/// Payload that went through, counted once however many groups read it.
double payload_bytes(const Measured& measured, std::uint32_t message_bytes) {
  const auto& sent = measured.stats.of(Op::kSend);
  const auto& counted = sent.requests > 0 ? sent : measured.stats.of(Op::kConsume);
  return as_double(counted.messages) * message_bytes;
}

std::uint64_t all_requests(const Measured& measured) {
  std::uint64_t all = 0;
  for (const Op op : {Op::kSend, Op::kConsume, Op::kConfirm}) all += measured.stats.of(op).requests;
  return all;
}

json::object latency_json(const Histogram& histogram) {
  json::object object;
  for (const auto& [name, share] : kShares) object[name] = static_cast<double>(histogram.at(share)) / 1e3;
  object["max"] = static_cast<double>(histogram.max()) / 1e3;
  object["mean"] = histogram.mean() / 1e3;
  object["count"] = histogram.count();
  return object;
}

json::object operation_json(const Measured& measured, Op op, std::uint32_t message_bytes) {
  const OpStats& stats = measured.stats.of(op);
  json::object object;
  if (op != Op::kEndToEnd) {
    object["requests"] = stats.requests;
    object["messages"] = stats.messages;
    object["requests_per_second"] = per_second(as_double(stats.requests), measured.seconds);
    object["messages_per_second"] = per_second(as_double(stats.messages), measured.seconds);
    object["mb_per_second"] = per_second(as_double(stats.messages) * message_bytes / kMega, measured.seconds);
  }
  if (op != Op::kEndToEnd && op != Op::kCycle && stats.requests > 0) {
    object["request_bytes"] = stats.request_bytes / stats.requests;
    object["reply_bytes"] = stats.reply_bytes / stats.requests;
  }
  object["latency_us"] = latency_json(stats.latency);
  return object;
}

json::object usage_json(const Usage& usage, const Measured& measured, std::uint32_t message_bytes) {
  const double gigabytes = payload_bytes(measured, message_bytes) / kGiga;
  const auto requests = as_double(all_requests(measured));
  json::object object;
  object["cpu_seconds"] = usage.cpu_seconds;
  object["cores"] = per_second(usage.cpu_seconds, measured.seconds);
  if (requests > 0) object["cpu_us_per_request"] = usage.cpu_seconds * 1e6 / requests;
  if (gigabytes > 0) object["cpu_seconds_per_gb"] = usage.cpu_seconds / gigabytes;
  object["resident_bytes"] = usage.resident_bytes;
  if (usage.resident_bytes_before > 0) object["resident_bytes_before"] = usage.resident_bytes_before;
  return object;
}

json::object run_json(const Run& run, std::uint32_t message_bytes) {
  const Measured& measured = run.measured;
  json::object operations;
  for (std::size_t i = 0; i < kOps; ++i) {
    const auto op = static_cast<Op>(i);
    if (measured.stats.ops[i].latency.count() > 0)
      operations[op_name(op)] = operation_json(measured, op, message_bytes);
  }
  json::object object;
  object["seconds"] = measured.seconds;
  object["operations"] = std::move(operations);
  object["client"] = usage_json(run.client, measured, message_bytes);
  if (run.server) object["server"] = usage_json(*run.server, measured, message_bytes);
  object["totals"] = {{"sent", measured.sent},
                      {"delivered", measured.delivered},
                      {"confirmed", measured.confirmed},
                      {"dry_consumes", measured.stats.dry}};
  json::array kinds;
  for (const auto& [kind, entry] : measured.stats.errors.kinds()) {
    kinds.push_back({{"kind", kind}, {"count", entry.count}, {"first", entry.first}});
  }
  object["errors"] = {{"count", measured.stats.errors.count()}, {"kinds", std::move(kinds)}};
  return object;
}

json::object options_json(const Options& options) {
  return {{"mode", mode_name(options.mode)},
          {"batch", options.batch},
          {"message_size", options.message_bytes},
          {"content", content_name(options.content)},
          {"connections", options.connections},
          {"consumers", options.mode == Mode::kMix ? options.consumers : 0},
          {"queues", options.queues},
          {"groups", options.groups},
          {"threads", options.threads},
          {"rate", options.rate},
          {"requests", options.requests},
          {"signed", !options.access_key.empty()},
          {"tls", options.tls || options.url.starts_with("https:")}};
}

/// Paths of all numbers in an object: `operations.send.latency_us.p99`.
void collect(const json::value& value, const std::string& path, std::vector<std::pair<std::string, double>>& numbers) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      collect(member, path.empty() ? std::string(name) : fmt::format("{}.{}", path, std::string_view(name)), numbers);
    }
  } else if (value.is_number()) {
    numbers.emplace_back(path, value.to_number<double>());
  }
}

/// Figures of a run that mean the same in another one: not what was counted, which depends on how long it ran.
std::vector<std::pair<std::string, double>> figures(const json::object& run) {
  std::vector<std::pair<std::string, double>> numbers;
  for (const char* part : {"operations", "client", "server"}) {
    if (const auto* member = run.if_contains(part)) collect(*member, part, numbers);
  }
  std::erase_if(numbers, [](const auto& number) {
    const std::string_view name = std::string_view(number.first).substr(number.first.rfind('.') + 1);
    return name == "requests" || name == "messages" || name == "count" || name == "cpu_seconds" ||
           name == "request_bytes" || name == "reply_bytes";
  });
  return numbers;
}

json::object ratios_json(const json::object& run, const json::object& ceiling) {
  const auto limits = figures(ceiling);
  json::object ratios;
  for (const auto& [path, number] : figures(run)) {
    const auto limit = std::ranges::find(limits, path, &std::pair<std::string, double>::first);
    if (limit != limits.end() && limit->second > 0) ratios[path] = number / limit->second;
  }
  return ratios;
}

std::string now_text() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

// --- The table
// --------------------------------------------------------------------------------------------------------

/// 12.3, 1234, 0.012: three digits that mean something, or more before the point.
std::string short_number(double number) {
  if (number == 0) return "0";
  if (number >= 100) return fmt::format("{:.0f}", number);
  if (number >= 10) return fmt::format("{:.1f}", number);
  return number >= 1 ? fmt::format("{:.2f}", number) : fmt::format("{:.3f}", number);
}

std::string title(const Outcome& outcome) {
  const Options& options = outcome.options;
  std::string text = fmt::format("{}, {} x {} bytes{}, {} connection{}", mode_name(options.mode), options.batch, options.message_bytes,
                                 options.content == Content::kJson ? " of JSON" : "", options.connections,
                                 options.connections == 1 ? "" : "s");
  if (options.mode == Mode::kMix) text += fmt::format(" sending, {} receiving for each group", options.consumers);
  text += fmt::format(", {} queue{}, {} group{}, {} thread{}", options.queues, options.queues == 1 ? "" : "s",
                      options.groups, options.groups == 1 ? "" : "s", options.threads, options.threads == 1 ? "" : "s");
  text +=
      options.rate > 0 ? fmt::format(", {} requests/s asked for", short_number(options.rate)) : ", as fast as it goes";
  if (!options.access_key.empty()) text += ", signed";
  return text;
}

/// A latency in milliseconds.
std::string milliseconds(std::uint64_t nanoseconds) { return short_number(static_cast<double>(nanoseconds) / 1e6); }

void add_throughput(std::string& text, const Outcome& outcome) {
  const Measured& measured = outcome.run.measured;
  fmt::format_to(std::back_inserter(text), "{:<12}{:>12}{:>14}{:>10}{:>12}{:>12}{}\n", "a second", "requests",
                 "messages", "MB", "B request", "B reply", outcome.ceiling ? "    of raw" : "");
  for (const Op op : {Op::kSend, Op::kConsume, Op::kConfirm, Op::kCycle}) {
    const OpStats& stats = measured.stats.of(op);
    if (stats.requests == 0) continue;
    const double rate = per_second(as_double(stats.requests), measured.seconds);
    const double messages = per_second(as_double(stats.messages), measured.seconds);
    // A cycle has no bytes of its own.
    const bool exchange = op != Op::kCycle;
    fmt::format_to(std::back_inserter(text), "{:<12}{:>12}{:>14}{:>10}{:>12}{:>12}", op_name(op), short_number(rate),
                   short_number(messages), short_number(messages * outcome.options.message_bytes / kMega),
                   exchange ? std::to_string(stats.request_bytes / stats.requests) : "",
                   exchange ? std::to_string(stats.reply_bytes / stats.requests) : "");
    if (outcome.ceiling) {
      const Measured& raw = outcome.ceiling->measured;
      const double limit = per_second(as_double(raw.stats.of(op).requests), raw.seconds);
      text += limit > 0 ? fmt::format("{:>10.2f}", rate / limit) : "";
    }
    text += '\n';
  }
}

void add_latencies(std::string& text, const Outcome& outcome) {
  fmt::format_to(std::back_inserter(text), "\n{:<12}", "ms");
  for (const auto& [name, share] : kShares) fmt::format_to(std::back_inserter(text), "{:>10}", name);
  fmt::format_to(std::back_inserter(text), "{:>10}{}\n", "max", outcome.ceiling ? "   p50 of raw" : "");
  for (std::size_t i = 0; i < kOps; ++i) {
    const Histogram& histogram = outcome.run.measured.stats.ops[i].latency;
    if (histogram.count() == 0) continue;
    fmt::format_to(std::back_inserter(text), "{:<12}", op_name(static_cast<Op>(i)));
    for (const auto& [name, share] : kShares)
      fmt::format_to(std::back_inserter(text), "{:>10}", milliseconds(histogram.at(share)));
    fmt::format_to(std::back_inserter(text), "{:>10}", milliseconds(histogram.max()));
    const auto limit = outcome.ceiling ? outcome.ceiling->measured.stats.ops[i].latency.at(0.5) : 0;
    if (limit > 0)
      fmt::format_to(std::back_inserter(text), "{:>13.2f}", as_double(histogram.at(0.5)) / as_double(limit));
    text += '\n';
  }
}

void add_usage(std::string& text, std::string_view who, const Usage& usage, const Run& run,
               std::uint32_t message_bytes) {
  const double gigabytes = payload_bytes(run.measured, message_bytes) / kGiga;
  const auto requests = as_double(all_requests(run.measured));
  fmt::format_to(std::back_inserter(text), "{:<12}{:.2f} of a core, {} us a request, {} s/GB, {} MiB resident", who,
                 per_second(usage.cpu_seconds, run.measured.seconds),
                 short_number(requests > 0 ? usage.cpu_seconds * 1e6 / requests : 0),
                 short_number(gigabytes > 0 ? usage.cpu_seconds / gigabytes : 0),
                 short_number(as_double(usage.resident_bytes) / (1 << 20)));
  if (usage.resident_bytes_before > 0) {
    fmt::format_to(std::back_inserter(text), ", {} of them reserved before the load",
                   short_number(as_double(usage.resident_bytes_before) / (1 << 20)));
  }
  text += '\n';
}

void add_errors(std::string& text, const Outcome& outcome) {
  const Errors& errors = outcome.run.measured.stats.errors;
  if (errors.count() == 0) {
    text += "errors      none\n";
    return;
  }
  fmt::format_to(std::back_inserter(text), "errors      {}\n", errors.count());
  for (const auto& [kind, entry] : errors.kinds()) {
    fmt::format_to(std::back_inserter(text), "  {:>9} {}; the first: {}\n", entry.count, kind, entry.first);
  }
}

void add_remarks(std::string& text, const Outcome& outcome) {
  const Measured& measured = outcome.run.measured;
  const Op primary = outcome.options.mode == Mode::kConsume ? Op::kConsume
                     : outcome.options.mode == Mode::kCycle ? Op::kCycle
                                                            : Op::kSend;
  const double reached = per_second(as_double(measured.stats.of(primary).requests), measured.seconds);
  constexpr double kAsAsked = 0.98;
  constexpr double kBusy = 0.9;
  if (outcome.options.rate > 0 && reached < kAsAsked * outcome.options.rate) {
    fmt::format_to(std::back_inserter(text),
                   "note: {} requests/s were reached of {} asked for, and latencies hold the wait\n",
                   short_number(reached), short_number(outcome.options.rate));
  }
  if (per_second(outcome.run.client.cpu_seconds, measured.seconds) > kBusy * outcome.options.threads) {
    text += "note: the bench itself had no time to spare; --threads gives it more\n";
  }
  if (!outcome.options.access_key.empty()) text += "note: signing is part of the client's processor time\n";
  if (measured.seconds <= 0) text += "note: it ended before anything was measured\n";
  if (outcome.interrupted) text += "note: interrupted; these are the figures until then\n";
}

}  // namespace

json::object to_json(const Outcome& outcome) {
  json::object object;
  object["program"] = "wingmq bench";
  object["version"] = outcome.version;
  object["when"] = now_text();
  object["url"] = outcome.url;
  if (outcome.server_pid) object["server_pid"] = *outcome.server_pid;
  object["interrupted"] = outcome.interrupted;
  object["options"] = options_json(outcome.options);
  json::object run = run_json(outcome.run, outcome.options.message_bytes);
  for (auto& [name, value] : run) object[name] = value;
  if (outcome.ceiling) {
    json::object ceiling = run_json(*outcome.ceiling, outcome.options.message_bytes);
    object["of_ceiling"] = ratios_json(run, ceiling);
    object["ceiling"] = std::move(ceiling);
  }
  return object;
}

std::string to_table(const Outcome& outcome) {
  std::string text = fmt::format("{}\n{:.2f} s at {}\n\n", title(outcome), outcome.run.measured.seconds, outcome.url);
  add_throughput(text, outcome);
  add_latencies(text, outcome);
  text += '\n';
  add_usage(text, "bench", outcome.run.client, outcome.run, outcome.options.message_bytes);
  if (outcome.run.server) add_usage(text, "server", *outcome.run.server, outcome.run, outcome.options.message_bytes);
  if (outcome.ceiling && outcome.ceiling->server) {
    add_usage(text, "raw server", *outcome.ceiling->server, *outcome.ceiling, outcome.options.message_bytes);
  }
  add_errors(text, outcome);
  add_remarks(text, outcome);
  return text;
}

std::string compare(const json::object& before, const json::object& now) {
  const auto old = figures(before);
  std::string text;
  const auto& options = now.at("options").as_object();
  for (const auto& [name, value] : options) {
    const auto* other = before.contains("options") ? before.at("options").as_object().if_contains(name) : nullptr;
    if (other == nullptr || value.is_structured() || json::serialize(*other) == json::serialize(value)) continue;
    fmt::format_to(std::back_inserter(text), "note: {} was {} and is {}\n", std::string_view(name),
                   json::serialize(*other), json::serialize(value));
  }
  fmt::format_to(std::back_inserter(text), "\n{:<44}{:>12}{:>12}{:>8}\n", "compared", "before", "now", "ratio");
  for (const auto& [path, number] : figures(now)) {
    const auto found = std::ranges::find(old, path, &std::pair<std::string, double>::first);
    if (found == old.end()) continue;
    const std::string ratio = found->second > 0 ? fmt::format("{:.2f}", number / found->second) : "-";
    fmt::format_to(std::back_inserter(text), "{:<44}{:>12}{:>12}{:>8}\n", path, short_number(found->second),
                   short_number(number), ratio);
  }
  return text;
}

std::string pretty(const json::value& value) {
  std::string text = "{";
  for (const auto& [name, member] : value.as_object()) {
    text += text.size() == 1 ? "\n  " : ",\n  ";
    text += json::serialize(json::value(name)) + ": " + json::serialize(member);
  }
  return text + "\n}\n";
}

}  // namespace wingmq::load
