#include "operations/confirm_list.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "operations/handle_text.h"

namespace wingmq::net {

bool ConfirmList::read(json::Reader& reader) {
  constexpr std::size_t kShortest = std::string_view(R"({"handler":"","status":"fail"},)").size() + Handle::kTextBytes;
  entries_.reserve(std::min<std::size_t>(entries_max_, reader.rest().size() / kShortest + 1));
  return reader.array([&] { return read_entry(reader); });
}

/// An entry exactly as programs write it, read by its places: most are, and there may be a thousand.
bool ConfirmList::read_exact(json::Reader& reader) {
  constexpr std::string_view kStart = R"({"handler":")";
  constexpr std::string_view kEnd = R"(","status":"success"})";
  constexpr std::size_t kBytes = kStart.size() + Handle::kTextBytes + kEnd.size();
  const auto text = reader.rest();
  if (!text.starts_with(kStart) || !text.substr(std::min(text.size(), kBytes - kEnd.size())).starts_with(kEnd)) return false;
  const auto handle = Handle::parse(text.substr(kStart.size(), Handle::kTextBytes));
  if (!handle) return false;
  entries_.push_back({.handle = handle, .success = true});
  reader.skip(kBytes);
  return true;
}

bool ConfirmList::read_entry(json::Reader& reader) {
  usual_ = usual_ && reader.peek() == '{' && entries_.size() < entries_max_;
  if (!usual_) {
    json::Value other;
    return reader.value(other);
  }
  if (read_exact(reader)) return true;
  std::optional<json::Value> handler;
  std::optional<json::Value> status;
  const bool whole = reader.object([&](const json::Value& name) {
    json::Value value;
    if (!reader.value(value)) return false;
    auto& part = json::is(name, "handler") ? handler : status;
    usual_ = usual_ && !part && (&part == &handler || json::is(name, "status"));
    part = value;
    return true;
  });
  usual_ = usual_ && handler && status;
  if (usual_) add(*handler, *status);
  return whole;
}

void ConfirmList::add(const json::Value& handler, const json::Value& status) {
  const auto plain = [](const json::Value& text) { return text.kind == json::Kind::kString && !text.escapes; };
  usual_ = plain(handler) && plain(status);
  if (!usual_) return;
  const auto handle = parse_handle(handler.inner());
  const bool success = status.inner() == "success";
  usual_ = handle && (success || status.inner() == "fail" || status.inner() == "false");
  if (usual_) entries_.push_back({.handle = handle, .success = success});
}

}  // namespace wingmq::net
