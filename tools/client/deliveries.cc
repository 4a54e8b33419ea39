#include "client/deliveries.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <optional>

#include "client/json.h"
#include "json_text.h"

namespace wingmq::tools {
namespace {

/// What an envelope brings (net/API.md, Outcomes).
std::string text_in_envelope(std::string_view reply) {
  const auto said = read_json(reply);
  return text_of(member_of(said, "returnObj"), "returnObj");
}

std::string content_of(std::string_view message) {
  return fmt::format("{}\n{}\n{}", json_member(message, "body"), json_member(message, "attributes"), json_member(message, "tags"));
}

}  // namespace

std::string delivery_text(std::string_view reply) { return text_in_envelope(reply); }

std::vector<Delivered> read_delivery(std::string_view list) {
  std::vector<Delivered> delivered;
  for (const auto entry : json_parts(list)) {
    const auto message = json_member(entry, "message");
    delivered.push_back({.handler = text_of(read_json(entry), "handler"),
                         .body = std::string(json_member(message, "body")),
                         .attributes = std::string(json_member(message, "attributes")),
                         .tags = std::string(json_member(message, "tags"))});
  }
  return delivered;
}

void add_failures(std::vector<Delivered>& delivered, std::string_view peeked) {
  if (!read_json(peeked).as_object()["next"].is_null()) return;  // others may be of the same content
  const auto messages = json_parts(json_member(peeked, "messages"));
  for (Delivered& each : delivered) {
    const std::string content = fmt::format("{}\n{}\n{}", each.body, each.attributes, each.tags);
    std::optional<std::string> found;
    bool agreed = true;
    for (const auto message : messages) {
      if (content_of(message) != content) continue;
      const std::string failed(json_member(message, "failed_count"));
      agreed = agreed && found.value_or(failed) == failed;
      found = failed;
    }
    if (agreed) each.failed = found.value_or("");
  }
}

std::string confirm_all(Session& session, const Place& place, Letters letters, const std::vector<std::string>& handlers,
                        std::string_view status) {
  boost::json::array entries;
  for (const std::string& handler : handlers) entries.push_back({{"handler", handler}, {"status", status}});
  if (letters == Letters::kDead) {
    const boost::json::object info{{"regionId", place.region}, {"queueId", place.queue_id()}, {"consumerGroupId", place.group_id()}, {"message", entries}};
    return call_at(session, place, "confirmConsumeDeadlettersMessage", {{"consumedMessageInfo", boost::json::serialize(info)}});
  }
  return call_at(session, place, "confirmConsumedSpecifiedMessage",
                 {{"regionId", place.region},
                  {"queueId", place.queue_id()},
                  {"consumerGroupId", place.group_id()},
                  {"message", boost::json::serialize(entries)}});
}

std::string confirmed_text(std::string_view reply) {
  const auto counts = read_json(text_in_envelope(reply));
  return fmt::format("{} confirmed, {} failed", number_of(counts, "success"), number_of(counts, "fail"));
}

std::int64_t count_failed(std::string_view reply) { return number_of(read_json(text_in_envelope(reply)), "fail"); }

}  // namespace wingmq::tools
