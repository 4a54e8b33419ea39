#include "operations/message_list.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::size_t kCompactTagsMax = 2 + kTagsMax * (kTagBytesMax + 3);

/// The compact form of a tags array, built beside the text.
class CompactTags {
 public:
  void add(std::string_view tag) {
    put(size_ == 0 ? "[\"" : ",\"");
    put(tag);
    put("\"");
  }
  /// The text; empty when there is no tag.
  std::string_view finish() {
    if (size_ != 0) put("]");
    return {bytes_.data(), size_};
  }

 private:
  void put(std::string_view text) {
    std::memcpy(bytes_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }

  std::array<char, kCompactTagsMax> bytes_{};
  std::size_t size_ = 0;
};

std::uint32_t payload_of_body(const json::Value& body) {
  return body.kind == json::Kind::kString ? body.decoded_bytes : static_cast<std::uint32_t>(body.raw.size());
}

}  // namespace

struct MessageList::Parts {
  std::optional<json::Value> body;
  std::optional<json::Value> attributes;
  std::optional<json::Value> tags;

  /// The part of that name, nullptr for a member that means nothing.
  std::optional<json::Value>* find(const json::Value& name) {
    if (json::is(name, "body")) return &body;
    if (json::is(name, "attributes")) return &attributes;
    return json::is(name, "tags") ? &tags : nullptr;
  }
};

bool is_tag(std::string_view tag) noexcept { return tag.size() <= kTagBytesMax && is_word(tag, "_-"); }

bool MessageList::read(json::Reader& reader) {
  constexpr std::string_view kShortest = R"({"body":1},)";
  messages_.reserve(std::min<std::size_t>(count_max_, reader.rest().size() / kShortest.size() + 1));
  if (!reader.array([&] { return read_message(reader); })) return false;
  if (messages_.empty() && !refusal_) {
    refusal_ = {.fault = Fault::kEmptyList, .name = "messages", .minimum = 1, .maximum = count_max_};
  }
  return true;
}

void MessageList::refuse(Fault fault, std::string_view member, std::string_view given) {
  if (refusal_) return;
  refusal_ = {.fault = fault, .name = "messages[" + std::to_string(messages_.size()) + "]", .given = shown(given)};
  if (!member.empty()) refusal_->name.append(".").append(member);
  if (fault == Fault::kBadTag || fault == Fault::kTooManyTags) {
    refusal_->minimum = 1;
    refusal_->maximum = fault == Fault::kBadTag ? kTagBytesMax : kTagsMax;
  }
}

bool MessageList::read_message(json::Reader& reader) {
  if (refusal_ || reader.peek() != '{') {
    json::Value other;
    if (!reader.value(other)) return false;
    refuse(Fault::kNotObject, {}, other.raw);
    return true;
  }
  Parts parts;
  const bool whole = reader.object([&](const json::Value& name) {
    json::Value value;
    if (!reader.value(value)) return false;
    auto* part = parts.find(name);
    if (part == nullptr) return true;
    if (part->has_value()) refuse(Fault::kTwice, json::decode(name), {});
    *part = value;
    return true;
  });
  for (auto* part : {&parts.attributes, &parts.tags}) {
    if (!*part || (*part)->kind != json::Kind::kNull) continue;
    part->reset();
    has_nulls_ = true;
  }
  if (whole) add(parts);
  return whole;
}

void MessageList::add(const Parts& parts) {
  if (messages_.size() == count_max_ && !refusal_) {
    refusal_ = {.fault = Fault::kTooManyEntries, .name = "messages", .minimum = 1, .maximum = count_max_};
  }
  if (!parts.body) refuse(Fault::kNoBody, "body", {});
  if (parts.attributes && parts.attributes->kind != json::Kind::kObject) {
    refuse(Fault::kBadAttributes, "attributes", parts.attributes->raw);
  }
  if (refusal_) return;
  Message message;
  message.body_at = place(parts.body->raw);
  message.body_bytes = static_cast<std::uint32_t>(parts.body->raw.size());
  message.payload_bytes = payload_of_body(*parts.body);
  if (parts.attributes) {
    message.attributes_at = place(parts.attributes->raw);
    message.attributes_bytes = static_cast<std::uint32_t>(parts.attributes->raw.size());
    message.payload_bytes += message.attributes_bytes;
  }
  if (parts.tags) set_tags(message, *parts.tags);
  if (!refusal_) messages_.push_back(message);
}

void MessageList::set_tags(Message& message, const json::Value& tags) {
  if (tags.kind != json::Kind::kArray) return refuse(Fault::kBadTag, "tags", tags.raw);
  CompactTags compact;
  std::size_t count = 0;
  auto reader = json::Reader::of_checked(tags.raw);
  const bool whole = reader.array([&] {
    json::Value tag;
    if (!reader.value(tag)) return false;
    const auto text = tag.kind == json::Kind::kString ? json::decode(tag) : std::string();
    if (!is_tag(text)) refuse(Fault::kBadTag, "tags", tag.raw);
    if (++count > kTagsMax) refuse(Fault::kTooManyTags, "tags", {});
    if (!refusal_) compact.add(text);
    return !refusal_;
  });
  if (!whole) return;
  const auto text = compact.finish();
  message.payload_bytes += static_cast<std::uint32_t>(tags.raw.size());
  message.tags_at = place(tags.raw);
  message.tags_bytes = static_cast<std::uint16_t>(text.size());
  if (text != tags.raw) std::memcpy(text_ + message.tags_at, text.data(), text.size());
}

}  // namespace wingmq::net
