#include "client/refusal.h"

#include <fmt/format.h>

#include <boost/json/parse.hpp>

#include "client/json.h"
#include "load/reply.h"

namespace wingmq::tools {
namespace {

boost::json::object members_of(const std::string& body) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(body, error);
  return error || !parsed.is_object() ? boost::json::object() : parsed.get_object();
}

}  // namespace

Refusal refusal_of_operation(const Reply& reply, const std::string& url) {
  // Reads the text without parsing, up to the first quote: good enough for a reply that is no JSON.
  const auto found = load::describe_refusal(reply.status, reply.head, reply.body);
  const std::string text = text_of(members_of(reply.body), "message");
  Refusal refusal{.status = reply.status, .kind = found.kind, .text = text.empty() ? found.text : text};
  const auto hint = load::header_of(reply.head, "X-WingMQ-Hint");
  if (!hint.empty()) refusal.more.push_back(fmt::format("hint: {}", hint));
  const auto place = load::header_of(reply.head, "X-WingMQ-Explain");
  if (!place.empty()) refusal.more.push_back(fmt::format("what should have been signed: {}{}", url, place));
  return refusal;
}

Refusal refusal_of_control_plane(const Reply& reply) {
  const auto body = members_of(reply.body);
  Refusal refusal{.status = reply.status, .kind = "", .text = text_of(body, "error")};
  if (refusal.text.empty()) refusal.text = fmt::format("HTTP {} {}", reply.status, reply.body.substr(0, 200));
  const auto* candidates = body.if_contains("candidates");
  if (candidates != nullptr && candidates->is_array()) {
    refusal.more.emplace_back("hint: name the queue by its id, or add");
    for (const auto& each : candidates->get_array()) {
      refusal.more.push_back(fmt::format("  --project {} --region {}   (id {})", text_of(each, "customer"), text_of(each, "region"), text_of(each, "id")));
    }
  } else if (const auto hint = text_of(body, "hint"); !hint.empty()) {
    refusal.more.push_back("hint: " + hint);
  }
  return refusal;
}

ExitCode say(const Refusal& refusal, Words words) {
  std::string line = refusal.kind.empty() ? std::string() : "refused: " + refusal.kind;
  if (words == Words::kAll) line += (line.empty() ? "" : ": ") + refusal.text;
  fail(kRefused, line);
  for (const std::string& each : refusal.more) fail(kRefused, each);
  return kRefused;
}

}  // namespace wingmq::tools
