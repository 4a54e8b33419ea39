#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operations/error_map.h"
#include "operations/params.h"
#include "text/json.h"
#include "wingmq/message.h"

namespace wingmq::net {

/// Reads the parameter `messages` of a send (API.md 4.8) in one pass and finds where each message's parts lie in the text;
/// nothing is copied. Every message is checked; the first bad one spoils the whole list (D17). Belongs to one call.
class MessageList final : public ListReader {
 public:
  /// `text` is what the reader will read and may be written to: tags are rewritten there in the form that Batch wants, which
  /// is never longer. At most `count_max` messages are taken.
  MessageList(char* text, std::uint32_t count_max) : text_(text), count_max_(count_max) {}

  [[nodiscard]] bool read(json::Reader& reader) override;

  [[nodiscard]] const std::vector<Message>& messages() const noexcept { return messages_; }
  /// Takes the messages out; the list is empty afterwards.
  [[nodiscard]] std::vector<Message> take() noexcept { return std::move(messages_); }
  /// What is wrong with the list, when all of it is JSON.
  [[nodiscard]] const std::optional<Refusal>& refusal() const noexcept { return refusal_; }
  /// Whether attributes or tags were null, which is to say absent (D29).
  [[nodiscard]] bool has_nulls() const noexcept { return has_nulls_; }

 private:
  struct Parts;
  bool read_message(json::Reader& reader);
  void add(const Parts& parts);
  void set_tags(Message& message, const json::Value& tags);
  [[nodiscard]] std::uint32_t place(std::string_view part) const {
    return static_cast<std::uint32_t>(part.data() - text_);
  }
  void refuse(Fault fault, std::string_view member, std::string_view given);

  char* text_;
  const std::uint32_t count_max_;
  std::vector<Message> messages_;
  std::optional<Refusal> refusal_;
  bool has_nulls_ = false;
};

/// The longest text of a tag, and how many a message or a consume call may have (API.md 4.8).
inline constexpr std::size_t kTagBytesMax = 64;
inline constexpr std::size_t kTagsMax = 3;

/// Whether `tag` is 1-64 of [A-Za-z0-9_-].
[[nodiscard]] bool is_tag(std::string_view tag) noexcept;

}  // namespace wingmq::net
