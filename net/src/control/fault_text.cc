// Fault rules as testers write them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <span>

#include "control/admin_input.h"
#include "control/fault_rules.h"
#include "operations/error_map.h"
#include "operations/router.h"
#include "text/text.h"
#include "wingmq/net/duration.h"
#include "wingmq/net/server.h"

namespace wingmq::net {
namespace {

using boost::json::object;
using boost::json::value;
using Type = InjectedFault::Type;

constexpr std::string_view kRuleExample =
    R"({"match":{"operation":"consumptionMessage","queue":"orders"},"when":{"times":2},"do":{"type":"delay","for":"200ms"}})";
constexpr std::chrono::milliseconds kDelayMax = std::chrono::minutes(10);

struct TypeName {
  std::string_view name;
  Type type;
  std::string_view member;  ///< that it needs; empty: none
};
constexpr TypeName kTypes[] = {{"delay", Type::kDelay, "for"},   {"refuse", Type::kRefuse, "code"}, {"close", Type::kClose, ""},
                               {"lose_reply", Type::kLoseReply, ""}, {"expire", Type::kExpire, ""},     {"duplicate", Type::kDuplicate, ""},
                               {"short", Type::kShort, "max"},   {"shuffle", Type::kShuffle, ""}};

std::unexpected<AdminError> wrong(std::string error) { return refused(400, std::move(error), fmt::format("A rule is such as {}.", kRuleExample)); }

AdminResult<void> check_members(const object& given, std::span<const std::string_view> known, std::string_view where) {
  for (const auto& member : given) {
    const std::string_view name = member.key();
    if (std::ranges::find(known, name) == known.end()) {
      return refused(400, fmt::format("unknown member \"{}\" in {}", shown(name), where), fmt::format("There is {}.", listed(known)));
    }
  }
  return {};
}

/// A member that must be an object, or is missing.
AdminResult<object> part(const object& rule, std::string_view name, std::span<const std::string_view> members) {
  const value* given = rule.if_contains(name);
  if (given == nullptr) return object{};
  if (!given->is_object()) return wrong(fmt::format("\"{}\" is not an object", name));
  if (auto known = check_members(given->as_object(), members, fmt::format("\"{}\"", name)); !known) return std::unexpected(known.error());
  return given->as_object();
}

AdminResult<std::optional<std::string>> text_in(const object& given, std::string_view name) {
  const value* found = given.if_contains(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string() || found->as_string().empty()) return wrong(fmt::format("\"{}\" is no text", name));
  return std::string(found->as_string());
}

AdminResult<std::optional<std::uint64_t>> number_in(const object& given, std::string_view name, std::int64_t least) {
  const value* found = given.if_contains(name);
  if (found == nullptr) return std::nullopt;
  if (!found->is_int64() || found->as_int64() < least) return wrong(fmt::format("\"{}\" is no whole number from {} on", name, least));
  return static_cast<std::uint64_t>(found->as_int64());
}

AdminResult<void> read_match(const object& text, FaultRule& rule) {
  static constexpr std::string_view kMembers[] = {"operation", "queue", "group", "access_key"};
  const auto match = part(text, "match", kMembers);
  if (!match) return std::unexpected(match.error());
  const std::array<std::optional<std::string>*, 4> places = {&rule.operation, &rule.queue, &rule.group, &rule.access_key};
  for (std::size_t i = 0; i < places.size(); ++i) {
    auto given = text_in(*match, kMembers[i]);
    if (!given) return std::unexpected(given.error());
    *places[i] = std::move(*given);
  }
  if (!rule.operation || find_operation(fmt::format("{}{}", kOperationPrefix, *rule.operation)) != nullptr) return {};
  std::vector<std::string_view> names;
  for (const Operation& each : operations()) names.push_back(each.name);
  return refused(400, fmt::format("there is no operation \"{}\"", shown(*rule.operation)), fmt::format("There is {}.", listed(names)));
}

AdminResult<void> read_when(const object& text, FaultRule& rule) {
  static constexpr std::string_view kMembers[] = {"skip", "times", "every", "probability"};
  const auto when = part(text, "when", kMembers);
  if (!when) return std::unexpected(when.error());
  const auto skip = number_in(*when, "skip", 0);
  if (!skip) return std::unexpected(skip.error());
  const auto times = number_in(*when, "times", 1);
  if (!times) return std::unexpected(times.error());
  const auto every = number_in(*when, "every", 1);
  if (!every) return std::unexpected(every.error());
  rule.skip = skip->value_or(0);
  rule.times = *times;
  rule.every = every->value_or(1);
  const value* probability = when->if_contains("probability");
  if (probability == nullptr) return {};
  boost::system::error_code no_number;
  rule.probability = probability->to_number<double>(no_number);
  if (no_number || !(rule.probability >= 0 && rule.probability <= 1)) return wrong("\"probability\" is no number from 0 to 1");
  return {};
}

std::unexpected<AdminError> bad_value(std::string_view type, std::string_view member, std::string_view right) {
  return refused(400, fmt::format("a fault \"{}\" needs \"{}\"", type, member), fmt::format("\"{}\" is {}.", member, right));
}

/// The one value that some types need.
bool take_value(InjectedFault& fault, std::string_view text) {
  switch (fault.type) {
    case Type::kDelay: {
      const auto span = parse_duration(text);
      fault.delay = span.value_or(kDelayMax);
      return span && *span <= kDelayMax;
    }
    case Type::kRefuse: fault.code = text; return status_of_code(text).has_value();
    case Type::kShort: {
      const auto most = parse_number(text);
      fault.messages_max = static_cast<std::uint32_t>(std::min<std::uint64_t>(most.value_or(0), UINT32_MAX));
      return fault.messages_max > 0;
    }
    default: return text.empty();
  }
}

std::string_view right_value(Type type) {
  if (type == Type::kDelay) return "a span of time up to 10m: \"200ms\"";
  return type == Type::kShort ? "a whole number from 1 on" : "an error code of net/API.md: \"WMQ.FAULT\"";
}

AdminResult<void> read_do(const object& text, FaultRule& rule) {
  static constexpr std::string_view kMembers[] = {"type", "for", "code", "max"};
  const auto what = part(text, "do", kMembers);
  if (!what) return std::unexpected(what.error());
  const auto name = text_in(*what, "type");
  if (!name) return std::unexpected(name.error());
  const auto* known = std::ranges::find(kTypes, name->value_or(""), &TypeName::name);
  if (known == std::end(kTypes)) {
    std::vector<std::string_view> names;
    for (const TypeName& each : kTypes) names.push_back(each.name);
    return refused(400, *name ? fmt::format("there is no fault \"{}\"", shown(**name)) : "\"do\" has no \"type\"", fmt::format("There is {}.", listed(names)));
  }
  for (const auto& member : *what) {
    if (member.key() != "type" && member.key() != known->member) return wrong(fmt::format("\"{}\" does not go with \"{}\"", std::string_view(member.key()), known->name));
  }
  rule.fault.type = known->type;
  if (known->member.empty()) return {};
  const value* given = what->if_contains(known->member);
  const bool number = known->type == Type::kShort;
  std::string plain;
  if (given != nullptr && number && given->is_int64()) plain = fmt::to_string(given->as_int64());
  if (given != nullptr && !number && given->is_string()) plain = std::string(given->as_string());
  if (!take_value(rule.fault, plain)) return bad_value(known->name, known->member, right_value(known->type));
  return {};
}

}  // namespace

AdminResult<FaultRule> read_fault_rule(const value& text) {
  static constexpr std::string_view kMembers[] = {"id", "match", "when", "do"};
  if (!text.is_object()) return wrong("a fault rule is not an object");
  FaultRule rule;
  rule.text = text.as_object();
  if (auto known = check_members(rule.text, kMembers, "the rule"); !known) return std::unexpected(known.error());
  auto id = text_in(rule.text, "id");
  if (!id) return std::unexpected(id.error());
  rule.fault.id = id->value_or("");
  for (auto* read : {read_match, read_when, read_do}) {
    if (auto done = read(rule.text, rule); !done) return std::unexpected(done.error());
  }
  const bool consumes = rule.operation == "consumptionMessage" || rule.operation == "consumeDeadlettersMessage";
  if (rule.operation && !consumes && rule.fault.type >= Type::kExpire) {
    return refused(400, fmt::format("{} delivers nothing that this fault could change", *rule.operation), "expire, duplicate, short and shuffle are for consumes.");
  }
  return rule;
}

std::expected<std::vector<FaultRule>, std::string> read_fault_rules(std::string_view text) {
  std::vector<FaultRule> rules;
  if (text.empty()) return rules;
  boost::system::error_code not_json;
  const value list = boost::json::parse(text, not_json);
  if (not_json) return std::unexpected("fault rules are not valid JSON: " + not_json.message());
  if (!list.is_array()) return std::unexpected("fault rules are not a JSON list");
  for (const value& each : list.as_array()) {
    auto rule = read_fault_rule(each);
    if (!rule) return std::unexpected(fmt::format("fault rule {}: {}. {}", rules.size() + 1, rule.error().error, rule.error().hint));
    const auto same = [&](const FaultRule& other) { return !rule->fault.id.empty() && other.fault.id == rule->fault.id; };
    if (std::ranges::any_of(rules, same)) return std::unexpected(fmt::format("fault rule {}: the id \"{}\" is taken", rules.size() + 1, rule->fault.id));
    rules.push_back(std::move(*rule));
  }
  return rules;
}

std::expected<void, std::string> check_fault_rules(std::string_view text) {
  const auto rules = read_fault_rules(text);
  if (!rules) return std::unexpected(rules.error());
  return {};
}

std::optional<InjectedFault> read_fault_header(std::string_view text) {
  const auto equals = std::min(text.find('='), text.size());
  const auto* known = std::ranges::find(kTypes, trimmed(text.substr(0, equals)), &TypeName::name);
  if (known == std::end(kTypes) || (known->type >= Type::kExpire && known->type != Type::kShort)) return std::nullopt;
  InjectedFault fault{.type = known->type, .id = "request", .code = {}};
  const auto given = equals == text.size() ? std::string_view() : trimmed(text.substr(equals + 1));
  if (!take_value(fault, given)) return std::nullopt;
  return fault;
}

}  // namespace wingmq::net
