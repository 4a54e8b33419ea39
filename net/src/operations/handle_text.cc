#include "operations/handle_text.h"

#include <fmt/format.h>

#include "text/base64.h"
#include "text/json.h"

namespace wingmq::net {
namespace {

/// Dead letters' consumers are marked so in the reference's samples.
constexpr std::string_view kDeadLetterMark = "dl-";
constexpr std::size_t kJsonBytesMax = kHandlerBytesMax / 4 * 3;

/// The rule's tags as a JSON array of at most `bytes` bytes; tags are plain words, so nothing needs an escape.
std::string tag_list(const TagRule& rule, std::size_t bytes) {
  std::string list = "[";
  for (const auto& tag : rule.tags()) {
    const std::size_t needed = list.size() + tag.size() + 4;
    if (needed > bytes) break;
    if (list.size() > 1) list += ',';
    list.append("\"").append(tag).append("\"");
  }
  return list + "]";
}

}  // namespace

std::string json_handler(const Handle& handle, const HandleScene& scene, const HandlePlace& place) {
  const auto compact = handle.text();
  const auto start = fmt::format(
      R"({{"topic":"{}","group":"{}","partition":{},"consumerId":"{}{}","consumerVersion":2,"offset":{},"tagList":)",
      scene.topic, scene.group.text(), place.partition.value, scene.stream == Stream::kDeadLetters ? kDeadLetterMark : "",
      std::string_view(compact.data(), compact.size()), place.offset.value);
  const auto end = fmt::format(R"(,"tagType":"{}","redeliverTimes":{}}})",
                               scene.tags.match() == TagMatch::kAll ? "and" : "or", place.failures);
  return base64_encode(start + tag_list(scene.tags, kJsonBytesMax - start.size() - end.size()) + end);
}

std::string compact_handler(const Handle& handle) {
  const auto text = handle.text();
  return {text.data(), text.size()};
}

std::optional<Handle> parse_handle(std::string_view text) {
  if (text.size() == Handle::kTextBytes) return Handle::parse(text);
  if (text.size() > kHandlerBytesMax) return std::nullopt;
  const auto json = base64_decode(text);
  if (!json) return std::nullopt;
  json::Reader reader(*json);
  std::optional<Handle> handle;
  const bool whole = reader.object([&](const json::Value& name) {
    json::Value value;
    if (!reader.value(value)) return false;
    if (!json::is(name, "consumerId") || value.kind != json::Kind::kString) return true;
    auto id = value.inner();
    if (id.size() > Handle::kTextBytes && id.starts_with(kDeadLetterMark)) id.remove_prefix(kDeadLetterMark.size());
    handle = Handle::parse(id);
    return true;
  });
  return whole && reader.end() ? handle : std::nullopt;
}

}  // namespace wingmq::net
