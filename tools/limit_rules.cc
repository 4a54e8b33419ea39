#include "limit_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "values.h"

namespace wingmq::tools {
namespace {

struct LimitRule {
  std::string name;
  Applied (*set)(ServeSettings&, const std::string& value);
  std::string (*show)(const ServeSettings&);
};

// kPlace finds the limit within the settings.

template <auto kPlace, std::uint64_t kMaximum = 1'000'000>
LimitRule count_limit(std::string name) {
  return {std::move(name),
          [](ServeSettings& s, const std::string& text) { return store(read_number(text, 1, kMaximum), kPlace(s)); },
          [](const ServeSettings& s) { return fmt::format("{}", kPlace(s)); }};
}

template <auto kPlace, std::size_t kMaximum>
LimitRule size_limit(std::string name) {
  return {std::move(name),
          [](ServeSettings& s, const std::string& text) { return store(read_size(text, kMaximum), kPlace(s)); },
          [](const ServeSettings& s) { return size_text(kPlace(s)); }};
}

template <auto kPlace>
LimitRule span_limit(std::string name) {
  return {std::move(name),
          [](ServeSettings& s, const std::string& text) { return store(read_duration(text), kPlace(s)); },
          [](const ServeSettings& s) { return duration_text(kPlace(s)); }};
}

std::vector<LimitRule> make_rules() {
  // Places within a message are 32-bit numbers, and a header is read into one piece of memory.
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  return {
      count_limit<[](auto& s) -> auto& { return s.broker.limits.queues_per_project; }>("queue_quota"),
      count_limit<[](auto& s) -> auto& { return s.broker.limits.groups_per_queue; }>("groups_per_queue"),
      count_limit<[](auto& s) -> auto& { return s.server.limits.batch_messages_max; }, 65'535>("batch_messages"),
      size_limit<[](auto& s) -> auto& { return s.broker.limits.payload_bytes_max; }, 1024 * kMiB>("payload_bytes"),
      span_limit<[](auto& s) -> auto& { return s.broker.limits.retention; }>("retention"),
      span_limit<[](auto& s) -> auto& { return s.broker.limits.dead_letter_lease_max; }>("dead_letter_lease"),
      count_limit<[](auto& s) -> auto& { return s.server.limits.connections_max; }>("max_connections"),
      count_limit<[](auto& s) -> auto& { return s.broker.limits.parked_calls_max; }>("parked_calls"),
      {"max_connections_per_address",
       [](ServeSettings& s, const std::string& text) {
         s.per_address_given = true;
         return store(read_number(text, 0, 1'000'000), s.server.limits.connections_per_address_max);
       },
       [](const ServeSettings& s) { return fmt::format("{}", s.server.limits.connections_per_address_max); }},
      size_limit<[](auto& s) -> auto& { return s.server.limits.body_bytes_max; }, 2048 * kMiB>("body_bytes"),
      size_limit<[](auto& s) -> auto& { return s.server.limits.header_bytes_max; }, 16 * kMiB>("header_bytes"),
      span_limit<[](auto& s) -> auto& { return s.server.limits.header_timeout; }>("header_timeout"),
      span_limit<[](auto& s) -> auto& { return s.server.limits.body_timeout; }>("body_timeout"),
      span_limit<[](auto& s) -> auto& { return s.server.limits.write_timeout; }>("write_timeout"),
      span_limit<[](auto& s) -> auto& { return s.server.limits.idle_timeout; }>("idle_timeout"),
  };
}

}  // namespace

std::expected<void, std::string> set_limit(ServeSettings& settings, const std::string& text) {
  const auto rules = make_rules();
  const auto equals = text.find('=');
  const auto name = text.substr(0, equals);
  const auto rule = std::ranges::find(rules, name, &LimitRule::name);
  if (equals == std::string::npos || rule == rules.end()) {
    std::vector<std::string> names(rules.size());
    std::ranges::transform(rules, names.begin(), &LimitRule::name);
    const auto similar = rule == rules.end() ? nearest(name, names) : std::string();
    const auto hint = similar.empty() ? "" : fmt::format("; did you mean `{}`?", similar);
    return std::unexpected(fmt::format("NAME=VALUE with a name of {}{}", fmt::join(names, ", "), hint));
  }
  const auto applied = rule->set(settings, text.substr(equals + 1));
  if (!applied) return std::unexpected(fmt::format("{}=… with {}", name, applied.error()));
  return {};
}

std::vector<std::string> list_limits(const ServeSettings& settings) {
  const auto rules = make_rules();
  std::vector<std::string> lines(rules.size());
  std::ranges::transform(rules, lines.begin(),
                         [&settings](const LimitRule& rule) { return rule.name + "=" + rule.show(settings); });
  return lines;
}

}  // namespace wingmq::tools
