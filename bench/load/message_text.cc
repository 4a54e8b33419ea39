#include "load/message_text.h"

#include <algorithm>

#include "load/reply.h"

namespace wingmq::load {

std::string_view content_name(Content content) { return content == Content::kJson ? "json" : "text"; }

std::optional<Content> read_content(std::string_view name) {
  for (const Content content : {Content::kText, Content::kJson}) {
    if (name == content_name(content)) return content;
  }
  return std::nullopt;
}

std::string message_text(Content content, std::uint32_t bytes) {
  constexpr std::string_view kWords = "the quick brown fox jumps over the lazy dog 0123456789 and runs away ";
  constexpr std::string_view kJson = R"({"order":20261124,"customer":"the quick brown fox","items":[{"sku":"A-17","count":3}]},)";
  const std::size_t json = content == Content::kJson ? bytes - std::min<std::size_t>(bytes, kStampBytes) : 0;
  std::string text(bytes, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = i < json ? kJson[i % kJson.size()] : kWords[i % kWords.size()];
  return text;
}

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::size_t delivered_bytes(Content content, std::uint32_t bytes) {
  return content == Content::kText ? bytes : escaped(escaped(message_text(content, bytes))).size();
}

}  // namespace wingmq::load
