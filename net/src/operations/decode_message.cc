#include <algorithm>
#include <chrono>

#include "operations/decode.h"
#include "operations/handle_text.h"
#include "operations/message_list.h"
#include "text/text.h"
#include "text/timestamp.h"

namespace wingmq::net {
namespace {

constexpr std::uint64_t kTimeWaitMax = 60;
constexpr std::uint64_t kAckWaitMin = 15;
constexpr std::uint64_t kAckWaitMax = 300;

/// `queueId`; in the dead letter operations and consumeReset it may be left out, because a group's id is unique.
enum class QueueIdNeed : bool { kOptional, kRequired };

template <typename Call>
void decode_place(const Fields& fields, QueueIdNeed need, Call& call, std::optional<QueueId>& queue, GroupId& group) {
  call.region = decode_region(fields);
  call.queue_text = need == QueueIdNeed::kRequired ? fields.required_id("queueId") : fields.text("queueId");
  if (!call.queue_text.empty()) queue = QueueId::parse(call.queue_text).value_or(QueueId{});
  call.group_text = fields.required_id("consumerGroupId");
  group = GroupId::parse(call.group_text).value_or(GroupId{});
}

void decode_waits(const Fields& info, std::uint32_t messages_max, ConsumeRequest& request) {
  if (const auto count = info.number({.name = "maxMsgs", .fault = Fault::kMaxMessages, .maximum = messages_max})) {
    request.messages_max = static_cast<std::uint32_t>(*count);
  } else {
    request.messages_max = std::min(request.messages_max, messages_max);
  }
  if (const auto wait =
          info.number({.name = "timeWait", .fault = Fault::kTimeWait, .maximum = kTimeWaitMax, .seconds = true})) {
    request.wait = std::chrono::seconds(*wait);
  }
  if (const auto wait = info.number({.name = "ackWait",
                                     .fault = Fault::kAckWait,
                                     .minimum = kAckWaitMin,
                                     .maximum = kAckWaitMax,
                                     .seconds = true})) {
    request.ack_wait = std::chrono::seconds(*wait);
  }
}

void add_tag(const Fields& info, std::string_view name, std::string_view tag, std::vector<std::string>& tags) {
  if (!is_tag(tag)) {
    info.findings().refuse({.fault = Fault::kBadTag,
                            .name = info.path(name),
                            .given = shown(tag),
                            .minimum = 1,
                            .maximum = kTagBytesMax});
  }
  tags.emplace_back(tag);
}

void add_tags_of_array(const Fields& info, std::string_view name, const json::Value& list,
                       std::vector<std::string>& tags) {
  auto reader = json::Reader::of_checked(list.raw);
  static_cast<void>(reader.array([&] {
    json::Value tag;
    if (!reader.value(tag)) return false;
    const bool text = tag.kind == json::Kind::kString;
    if (!text) info.refuse(Fault::kBadTag, name, tag.raw);
    add_tag(info, name, text ? trimmed(json::decode(tag)) : std::string_view("-"), tags);
    return tags.size() <= kTagsMax;
  }));
}

void add_tags_of_text(const Fields& info, std::string_view name, std::string_view list, std::vector<std::string>& tags) {
  while (!list.empty() && tags.size() <= kTagsMax) {
    const auto comma = std::min(list.find(','), list.size());
    add_tag(info, name, trimmed(list.substr(0, comma)), tags);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

/// `tag`, `tags` or `tagList`: a string, a comma-separated string or an array of at most three tags (D18).
std::vector<std::string> decode_tags(const Fields& info) {
  std::string_view name;
  std::vector<std::string> tags;
  const auto* given = info.find_any({"tag", "tags", "tagList"}, name);
  if (given == nullptr) return tags;
  const bool array = given->value.kind == json::Kind::kArray;
  const auto text = array ? std::string_view() : info.text_of(name, *given);
  const auto list = array || text.starts_with('[') ? info.json_of(name, *given) : std::nullopt;
  if (list) add_tags_of_array(info, name, *list, tags);
  if (!list) add_tags_of_text(info, name, text, tags);
  if (!tags.empty()) info.findings().note(18);
  if (tags.size() > kTagsMax) {
    info.findings().refuse({.fault = Fault::kTooManyTags, .name = info.path(name), .minimum = 1, .maximum = kTagsMax});
  }
  return tags;
}

TagMatch decode_tag_type(const Fields& info) {
  const auto type = info.text("tagType");
  if (type.empty() || type == "or") return TagMatch::kAny;
  if (type != "and") info.refuse(Fault::kTagType, "tagType", type);
  return TagMatch::kAll;
}

/// `success`; `fail` or, as the reference says once, `false`.
bool decode_status(const Fields& entry) {
  const auto* given = entry.find("status");
  const auto status = entry.required_text("status");
  if (given != nullptr && status != "success" && status != "fail" && status != "false") {
    entry.refuse(Fault::kBadStatus, "status", status);
  }
  return status == "success";
}

/// The array of confirmations; it may stand in an object of its own, as in the reference's sample: `{"message":[…]}`.
void decode_entries(const Fields& fields, std::uint32_t entries_max, std::vector<ConfirmEntry>& entries) {
  const auto message = fields.required_json("message");
  if (!message) return;
  auto list = message;
  if (message->kind == json::Kind::kObject) list = open_element(fields, *message, fields.path("message")).required_json("message");
  if (!list) return;
  read_list(fields, "message", *list, entries_max, [&](const json::Value& element, const std::string& path) {
    const Fields entry = open_element(fields, element, path);
    const auto handler = entry.required_id("handler");
    entries.push_back({.handle = parse_handle(handler), .success = decode_status(entry)});
  });
}

}  // namespace

ConsumeCall decode_consume(const Fields& call, std::uint32_t messages_max) {
  const Fields info = call.required_object("consumerQueueInfo");
  ConsumeCall decoded;
  decode_place(info, QueueIdNeed::kRequired, decoded, decoded.request.queue, decoded.request.group);
  decode_waits(info, messages_max, decoded.request);
  auto tags = decode_tags(info);
  const auto match = decode_tag_type(info);
  decoded.request.tags = TagRule(std::move(tags), match);
  return decoded;
}

ConsumeCall decode_consume_dead_letters(const Fields& call, std::uint32_t messages_max) {
  const Fields info = call.required_object("consumedMessageInfo");
  ConsumeCall decoded;
  decoded.request.stream = Stream::kDeadLetters;
  decode_place(info, QueueIdNeed::kOptional, decoded, decoded.request.queue, decoded.request.group);
  if (info.find("maxMsgs") == nullptr) info.refuse_missing("maxMsgs");
  decode_waits(info, messages_max, decoded.request);
  return decoded;
}

ConfirmCall decode_confirm(const Fields& call, std::uint32_t entries_max, ConfirmList* in_passing) {
  ConfirmCall decoded;
  decode_place(call, QueueIdNeed::kRequired, decoded, decoded.queue, decoded.group);
  if (in_passing != nullptr && in_passing->usual() && call.find("message") != nullptr) {
    decoded.entries = in_passing->take();
  } else {
    decode_entries(call, entries_max, decoded.entries);
  }
  return decoded;
}

ConfirmCall decode_confirm_dead_letters(const Fields& call, std::uint32_t entries_max) {
  const Fields info = call.required_object("consumedMessageInfo");
  ConfirmCall decoded;
  decode_place(info, QueueIdNeed::kOptional, decoded, decoded.queue, decoded.group);
  decode_entries(info, entries_max, decoded.entries);
  return decoded;
}

ResetCall decode_reset(const Fields& call) {
  const Fields info = call.required_object("consumedMessageInfo");
  ResetCall decoded;
  decode_place(info, QueueIdNeed::kOptional, decoded, decoded.queue, decoded.group);
  const Fields config = info.required_object("config");
  const auto* given = config.find("timestamp");
  if (given == nullptr) {
    config.refuse_missing("timestamp");
    return decoded;
  }
  const bool number = given->value.kind == json::Kind::kNumber;
  const auto text = number ? given->value.raw : config.text_of("timestamp", *given);
  const auto target = parse_reset_target(text);
  if (!target) config.refuse(Fault::kBadTimestamp, "timestamp", text);
  decoded.target = target.value_or(ResetTarget{});
  if (decoded.target.kind == ResetTarget::Kind::kTime) info.findings().note(27);
  decoded.force = config.flag("force");
  return decoded;
}

}  // namespace wingmq::net
