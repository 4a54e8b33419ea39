#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wingmq {

/// How many of a rule's tags a message must carry (API.md 4.9, tagType).
enum class TagMatch : std::uint8_t { kAny, kAll };

/// Which messages a group wants: the set of tags of its first tagged consume. An empty rule wants every message.
/// Two rules are equal when they select alike: order and repetition of tags never matter, the match not with one tag.
class TagRule {
 public:
  TagRule() = default;
  TagRule(std::vector<std::string> tags, TagMatch match);

  [[nodiscard]] bool empty() const noexcept { return tags_.empty(); }
  [[nodiscard]] const std::vector<std::string>& tags() const noexcept { return tags_; }
  [[nodiscard]] TagMatch match() const noexcept { return match_; }

  /// Whether a message with these tags (Batch::tags(): `["a","b"]`, or empty for none) is wanted.
  [[nodiscard]] bool matches(std::string_view tags) const noexcept;

  bool operator==(const TagRule&) const = default;

 private:
  std::vector<std::string> tags_;  // sorted, each once
  TagMatch match_ = TagMatch::kAny;
};

}  // namespace wingmq
