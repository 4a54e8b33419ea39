#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wingmq/buffer.h"
#include "wingmq/message.h"

namespace wingmq::test {

/// One message to send, in the clear.
struct Text {
  std::string body;
  std::vector<std::string> tags{};
  std::string attributes{};
};

/// The stored form of a tag list: `["a","b"]`; empty for none.
[[nodiscard]] inline std::string tags_json(std::span<const std::string> tags) {
  if (tags.empty()) return {};
  std::string json = "[";
  for (const std::string& tag : tags) json += (json.size() == 1 ? "\"" : ",\"") + tag + "\"";
  return json + "]";
}

/// Lays the parts of some messages one behind the other, as a request's body would, and makes a batch of them. A
/// message's payload is the sum of its parts.
[[nodiscard]] inline BatchRef make_batch(BufferPool& pool, std::span<const Text> texts) {
  std::string bytes;
  const auto append = [&bytes](std::string_view part) {
    const auto at = static_cast<std::uint32_t>(bytes.size());
    bytes += part;
    return at;
  };
  std::vector<Message> messages;
  for (const Text& text : texts) {
    const std::string tags = tags_json(text.tags);
    Message message;
    message.body_at = append(text.body);
    message.body_bytes = static_cast<std::uint32_t>(text.body.size());
    message.attributes_at = append(text.attributes);
    message.attributes_bytes = static_cast<std::uint32_t>(text.attributes.size());
    message.tags_at = append(tags);
    message.tags_bytes = static_cast<std::uint16_t>(tags.size());
    message.payload_bytes = static_cast<std::uint32_t>(text.body.size() + text.attributes.size() + tags.size());
    messages.push_back(message);
  }
  return Batch::make(pool, pool.copy(bytes), messages);
}

[[nodiscard]] inline BatchRef make_batch(BufferPool& pool, std::initializer_list<Text> texts) {
  return make_batch(pool, std::span<const Text>(texts.begin(), texts.size()));
}

}  // namespace wingmq::test
