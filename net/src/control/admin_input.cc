#include "control/admin_input.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "text/text.h"

namespace wingmq::net {
namespace {

/// One part of a query, decoded; nullopt when it is not text.
std::optional<std::string> decoded(std::string_view part) {
  auto text = percent_decoded(part, Plus::kIsSpace);
  if (text && !is_utf8(*text)) text.reset();
  return text;
}

std::string allowed_hint(std::span<const std::string_view> allowed) {
  return allowed.empty() ? "This call takes no query parameters." : "This call takes " + listed(allowed) + ".";
}

BodyMember member_of(const simdjson::dom::key_value_pair& pair) {
  BodyMember member{std::string(pair.key), OtherJson::kOther};
  std::string_view text;
  std::int64_t number = 0;
  bool flag = false;
  if (pair.value.get(text) == simdjson::SUCCESS) {
    member.value = std::string(text);
  } else if (pair.value.get(number) == simdjson::SUCCESS) {
    member.value = number;
  } else if (pair.value.get(flag) == simdjson::SUCCESS) {
    member.value = flag;
  }
  return member;
}

}  // namespace

AdminResult<QueryParameters> QueryParameters::parse(std::string_view query, std::span<const std::string_view> allowed,
                                                    std::string_view repeatable) {
  QueryParameters parameters;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    if (auto added = parameters.add(query.substr(0, end), allowed, repeatable); !added) return std::unexpected(added.error());
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return parameters;
}

AdminResult<void> QueryParameters::add(std::string_view pair, std::span<const std::string_view> allowed, std::string_view repeatable) {
  const auto equals = pair.find('=');
  const auto name = decoded(pair.substr(0, equals));
  if (!name) return refused(400, "the query string is not percent-encoded UTF-8", allowed_hint(allowed));
  if (std::find(allowed.begin(), allowed.end(), *name) == allowed.end()) {
    return refused(400, fmt::format("unknown query parameter \"{}\"", shown(*name)), allowed_hint(allowed));
  }
  if (*name != repeatable && find(*name) != nullptr) {
    return refused(400, fmt::format("query parameter \"{}\" is given twice", *name), "Give it once.");
  }
  auto value = equals == std::string_view::npos ? std::optional<std::string>() : decoded(pair.substr(equals + 1));
  if (!value || value->empty()) {
    return refused(400, fmt::format("query parameter \"{}\" has no readable value", *name),
                   fmt::format("Write {}=VALUE, percent-encoded UTF-8, or leave it out.", *name));
  }
  values_.emplace_back(*name, std::move(*value));
  return {};
}

const std::string* QueryParameters::find(std::string_view name) const noexcept {
  for (const auto& [known, value] : values_) {
    if (known == name) return &value;
  }
  return nullptr;
}

std::vector<std::string> QueryParameters::all(std::string_view name) const {
  std::vector<std::string> found;
  for (const auto& [known, value] : values_) {
    if (known == name) found.push_back(value);
  }
  return found;
}

AdminResult<std::vector<BodyMember>> parse_body(std::string_view body, std::span<const std::string_view> allowed,
                                                std::string_view example) {
  if (body.empty()) return {};  // as {}
  const std::string hint = fmt::format("Send a JSON object such as {}.", example);
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const std::string text(body);  // an empty view may have no address, which the parser does not take
  if (const auto error = parser.parse(text).get(root); error != simdjson::SUCCESS) {
    return refused(400, fmt::format("the body is not valid JSON: {}", simdjson::error_message(error)), hint);
  }
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS) return refused(400, "the body is not a JSON object", hint);

  std::vector<BodyMember> members;
  for (const auto pair : object) {
    if (std::find(allowed.begin(), allowed.end(), pair.key) == allowed.end()) {
      return refused(400, fmt::format("unknown member \"{}\" in the body", shown(pair.key)), hint);
    }
    if (std::any_of(members.begin(), members.end(), [&](const BodyMember& m) { return m.name == pair.key; })) {
      return refused(400, fmt::format("member \"{}\" is given twice in the body", pair.key), hint);
    }
    members.push_back(member_of(pair));
  }
  return members;
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string listed(std::span<const std::string_view> names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace wingmq::net
