#include "wingmq/tag_rule.h"

#include <algorithm>

namespace wingmq {
namespace {

/// Whether `["a","b"]` holds the tag. Tags have no quotes and no escapes, so a quoted hit is a whole tag.
bool holds(std::string_view tags, std::string_view tag) {
  for (std::size_t at = tags.find(tag); at != std::string_view::npos; at = tags.find(tag, at + 1)) {
    const std::size_t end = at + tag.size();
    if (at > 0 && end < tags.size() && tags[at - 1] == '"' && tags[end] == '"') return true;
  }
  return false;
}

}  // namespace

TagRule::TagRule(std::vector<std::string> tags, TagMatch match) : tags_(std::move(tags)) {
  std::ranges::sort(tags_);
  const auto repeated = std::ranges::unique(tags_);
  tags_.erase(repeated.begin(), repeated.end());
  if (tags_.size() > 1) match_ = match;
}

bool TagRule::matches(std::string_view tags) const noexcept {
  if (tags_.empty()) return true;
  const auto held = [tags](const std::string& tag) { return holds(tags, tag); };
  return match_ == TagMatch::kAll ? std::ranges::all_of(tags_, held) : std::ranges::any_of(tags_, held);
}

}  // namespace wingmq
