#include "wingmq/net/declared_queue.h"

#include <fmt/format.h>

#include <utility>

#include "operations/decode.h"
#include "text/escape.h"
#include "text/language.h"
#include "text/text.h"
#include "wingmq/wait_for.h"

namespace wingmq::net {
namespace {

using Text = std::expected<std::string, std::string>;

struct Parts {
  std::string name;
  std::string region = "cn-snxy1";
  std::string mode = "NORMAL";
  std::string description;
  std::string dead_after;
  std::string customer = "test";
  std::string groups;

  [[nodiscard]] std::string* find(std::string_view key) {
    if (key == "region") return &region;
    if (key == "mode") return &mode;
    if (key == "groups") return &groups;
    if (key == "dlq") return &dead_after;
    if (key == "description") return &description;
    if (key == "project") return &customer;
    return nullptr;
  }
};

/// Takes the text up to `separator` off the front of `rest`.
std::string_view take(std::string_view& rest, char separator) {
  const auto end = rest.find(separator);
  const auto taken = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return taken;
}

Text decoded(std::string_view text) {
  auto result = percent_decoded(text, Plus::kStays);
  if (!result || !is_utf8(*result)) return std::unexpected(fmt::format("`{}` is not percent-encoded UTF-8", shown(text)));
  return std::move(*result);
}

std::expected<Parts, std::string> split(std::string_view text) {
  Parts parts;
  auto name = decoded(take(text, '?'));
  if (!name) return std::unexpected(name.error());
  parts.name = std::move(*name);
  while (!text.empty()) {
    std::string_view value = take(text, '&');
    const auto key = take(value, '=');
    std::string* part = parts.find(key);
    if (part == nullptr) {
      return std::unexpected(
          fmt::format("`{}` is unknown; there are region, mode, groups, dlq, description, project", shown(key)));
    }
    auto plain = decoded(value);
    if (!plain) return std::unexpected(plain.error());
    *part = std::move(*plain);
  }
  return parts;
}

void append_member(std::string& json, std::string_view name, std::string_view value) {
  json += json.empty() ? "{" : ",";
  append_quoted(json, name);
  json += ':';
  append_quoted(json, value);
}

/// A command line is typed: `fifo` and `kafka_ha` are what they look like (D05 says which spellings there are).
std::string upper_case(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string create_queue_json(const Parts& parts) {
  std::string json;
  append_member(json, "regionId", parts.region);
  append_member(json, "name", parts.name);
  append_member(json, "queueMode", upper_case(parts.mode));
  append_member(json, "description", parts.description);
  if (!parts.dead_after.empty()) {
    append_member(json, "redrivePolicy", "enable");
    append_member(json, "maxConsumeCount", parts.dead_after);
  }
  return json + "}";
}

std::string groups_json(std::string_view groups) {
  std::string json;
  while (!groups.empty()) {
    json += json.empty() ? "[" : ",";
    std::string group;
    append_member(group, "name", trimmed(take(groups, ',')));
    json += group + "}";
  }
  return json + "]";
}

Given field(std::string_view text) { return {.form = Given::Form::kField, .text = text, .value = {}}; }

/// The reason in English, or nothing.
std::expected<void, std::string> outcome(const Findings& findings) {
  if (!findings.refusal()) return {};
  return std::unexpected(text_of(*findings.refusal(), Language::kEnglish));
}

std::string reason(const Error& error) {
  switch (error.code) {
    case ErrorCode::kQueueNameTaken: return "a queue of this name exists already";
    case ErrorCode::kGroupNameTaken: return "a group of this name exists already";
    case ErrorCode::kQueueQuotaExceeded:
      return fmt::format("that would be queue {} of {} in its project; --limit queue_quota={} allows it", error.actual,
                         error.limit, error.actual);
    case ErrorCode::kGroupLimitExceeded:
      return fmt::format("that would be {} groups of {} in this queue; --limit groups_per_queue={} allows it",
                         error.actual, error.limit, error.actual);
    default: return "the engine refuses it";
  }
}

}  // namespace

std::expected<DeclaredQueue, std::string> parse_declared_queue(std::string_view text) {
  auto parts = split(text);
  if (!parts) return std::unexpected(parts.error());
  Findings findings;
  const std::string queue_json = create_queue_json(*parts);
  Fields queue_call(findings);
  queue_call.add("createQueueInfo", field(queue_json));
  CreateQueue created = decode_create_queue(queue_call);
  DeclaredQueue declared{{parts->customer, created.region}, std::move(created.spec), {}};
  if (!parts->groups.empty()) {
    const std::string list = groups_json(parts->groups);
    const std::string nil_id = QueueId{}.text();
    Fields groups_call(findings);
    groups_call.add("regionId", field(parts->region));
    groups_call.add("queueId", field(nil_id));
    groups_call.add("groups", field(list));
    declared.groups = decode_groups(groups_call, UINT32_MAX).names;
  }
  if (auto refused = outcome(findings); !refused) return std::unexpected(refused.error());
  if (parts->customer.empty()) return std::unexpected("project must not be empty");
  return declared;
}

std::expected<void, std::string> declare_queue(Engine& engine, const DeclaredQueue& declared) {
  const auto created = wait_for([&](Ticket& ticket) { return engine.declare_queue(declared, ticket); });
  if (!created) return std::unexpected(reason(created.error()));
  return {};
}

}  // namespace wingmq::net
