// TagRule against a second opinion made of sets. The input says everything: its first byte picks the match, the rest is
// two lists of tags, the rule's and the message's, with one byte for each tag and a NUL between the lists.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "wingmq/tag_rule.h"

namespace {

using Tags = std::vector<std::string>;

/// Short names with common beginnings and ends, so that one tag is often a part of another one.
std::string tag_of(char byte) {
  static constexpr std::string_view kPieces[] = {"a", "b", "ab", "-", "_", "a-b", "A", "0"};
  const auto bits = static_cast<unsigned char>(byte);
  return std::string(kPieces[bits & 7U]).append(kPieces[bits >> 3U & 7U], 0, bits >> 6U);
}

Tags tags_of(std::string_view bytes) {
  Tags tags;
  for (const char byte : bytes) tags.push_back(tag_of(byte));
  return tags;
}

/// The form in which a stored message keeps its tags.
std::string stored(const Tags& tags) {
  if (tags.empty()) return {};
  std::string text;
  for (const std::string& tag : tags) text.append(text.empty() ? "[\"" : ",\"").append(tag).append("\"");
  return text.append("]");
}

bool expected(const Tags& rule, bool all, const Tags& message) {
  const std::set<std::string> held(message.begin(), message.end());
  const auto hit = [&held](const std::string& tag) { return held.contains(tag); };
  if (rule.empty()) return true;
  return all ? std::ranges::all_of(rule, hit) : std::ranges::any_of(rule, hit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool all = (data[0] & 1U) != 0;
  const std::size_t split = std::min(input.find('\0', 1), size);
  Tags wanted = tags_of(input.substr(1, split - 1));
  const Tags held = tags_of(input.substr(std::min(split + 1, size)));
  const wingmq::TagMatch match = all ? wingmq::TagMatch::kAll : wingmq::TagMatch::kAny;

  const wingmq::TagRule rule(wanted, match);
  if (rule.matches(stored(held)) != expected(wanted, all, held)) std::abort();

  std::ranges::reverse(wanted);
  wanted.insert(wanted.end(), rule.tags().begin(), rule.tags().end());
  if (wingmq::TagRule(wanted, match) != rule) std::abort();  // order and repetition never matter
  return 0;
}
