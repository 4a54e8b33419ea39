#include "operations/fields.h"

#include <algorithm>
#include <charconv>

#include "text/text.h"

namespace wingmq::net {
namespace {

/// Text of a JSON object's member as a call shows it in a text.
std::string shown_value(const json::Value& value) { return shown(value.raw); }

/// Whether a client wrote an unset value (D29). A header or a field has no other way to say it than the bare word.
bool is_null(const Given& given) {
  return given.form == Given::Form::kJson ? given.value.kind == json::Kind::kNull : trimmed(given.text) == "null";
}

/// A decimal integer without sign, saturated; nullopt for anything else. A negative one is 0, below every range.
std::optional<std::uint64_t> integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  if (negative) return 0;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc::result_out_of_range ? UINT64_MAX : number;
}

}  // namespace

Refusal refusal_of(const json::Reader& reader, std::string_view name) {
  switch (reader.fault()) {
    case json::Fault::kTooDeep: return {.fault = Fault::kTooDeep, .name = std::string(name), .maximum = json::kDepthMax};
    case json::Fault::kNotUtf8: return {.fault = Fault::kNotUtf8, .name = std::string(name)};
    default: return {.fault = Fault::kNotJson, .name = std::string(name), .actual = reader.at()};
  }
}

bool Fields::add_members(json::Reader& reader) {
  return reader.object([&](const json::Value& name) {
    Given given;
    if (!reader.value(given.value)) return false;
    add(member_name(name, *findings_), given);
    return true;
  });
}

std::string_view member_name(const json::Value& name, Findings& findings) {
  const auto whole = name.escapes ? findings.keep(json::decode(name)) : name.inner();
  const auto result = trimmed(whole);
  if (result.size() != whole.size()) findings.note(5);
  return result;
}

void Fields::refuse(Fault fault, std::string_view name, std::string_view given) const {
  findings_->refuse({.fault = fault, .name = path(name), .given = shown(given)});
}

void Fields::refuse_missing(std::string_view name) const {
  findings_->refuse(missing_ ? missing_(name) : Refusal{.fault = Fault::kMissing, .name = path(name)});
}

const Given* Fields::find(std::string_view name) const {
  const Given* found = nullptr;
  for (const Member& member : members_) {
    const bool header = member.given.form == Given::Form::kHeader;
    if (header ? !equal_ignoring_case(member.name, name) : member.name != name) continue;
    if (found != nullptr) findings_->refuse({.fault = Fault::kTwice, .name = path(name)});
    found = &member.given;
  }
  if (found == nullptr || !is_null(*found)) return found;
  findings_->note(29);
  return nullptr;
}

const Given* Fields::find_any(std::initializer_list<std::string_view> names, std::string_view& found) const {
  const Given* given = nullptr;
  for (const auto name : names) {
    const Given* candidate = find(name);
    if (candidate == nullptr) continue;
    if (given != nullptr) findings_->refuse({.fault = Fault::kTwice, .name = path(name)});
    given = candidate;
    found = name;
  }
  return given;
}

std::string_view Fields::text_of(std::string_view name, const Given& given) const {
  std::string_view whole = given.text;
  if (given.form == Given::Form::kJson) {
    if (given.value.kind != json::Kind::kString) {
      refuse(Fault::kNotText, name, given.value.raw);
      return {};
    }
    whole = given.value.escapes ? findings_->keep(json::decode(given.value)) : given.value.inner();
  } else if (given.form == Given::Form::kHeader && whole.find('%') != std::string_view::npos) {
    // No documented text holds a percent sign, so one can only be an encoding (D01).
    auto decoded = percent_decoded(whole, Plus::kStays);
    if (decoded && is_utf8(*decoded)) {
      findings_->note(1);
      whole = findings_->keep(std::move(*decoded));
    }
  }
  const auto result = trimmed(whole);
  if (result.size() != whole.size() && given.form != Given::Form::kHeader) findings_->note(5);
  if (!is_utf8(result)) findings_->refuse({.fault = Fault::kNotUtf8, .name = path(name)});
  return result;
}

std::string_view Fields::text(std::string_view name) const {
  const Given* given = find(name);
  return given == nullptr ? std::string_view() : text_of(name, *given);
}

std::string_view Fields::required_text(std::string_view name) const {
  const Given* given = find(name);
  if (given != nullptr) return text_of(name, *given);
  refuse_missing(name);
  return {};
}

std::string_view Fields::required_id(std::string_view name) const {
  const auto id = required_text(name);
  if (id.empty()) refuse_missing(name);
  return id;
}

bool Fields::flag(std::string_view name) const {
  const Given* given = find(name);
  if (given == nullptr) return false;
  const bool in_json = given->form == Given::Form::kJson;
  if (in_json && given->value.kind == json::Kind::kTrue) return true;
  if (in_json && given->value.kind == json::Kind::kFalse) return false;
  if (in_json && given->value.kind != json::Kind::kString) {
    refuse(Fault::kNotBoolean, name, given->value.raw);
    return false;
  }
  const auto word = text_of(name, *given);
  const bool yes = equal_ignoring_case(word, "true");
  if (word.empty()) return false;
  if (!yes && !equal_ignoring_case(word, "false")) refuse(Fault::kNotBoolean, name, word);
  if (in_json || (word != "true" && word != "false")) findings_->note(5);
  return yes;
}

std::optional<std::uint64_t> Fields::number(const NumberRule& rule) const {
  const Given* given = find(rule.name);
  if (given == nullptr) return std::nullopt;
  const bool in_json = given->form == Given::Form::kJson;
  const bool is_number = in_json && given->value.kind == json::Kind::kNumber;
  if (in_json && !is_number && given->value.kind != json::Kind::kString) {
    refuse(Fault::kNotNumber, rule.name, given->value.raw);
    return std::nullopt;
  }
  const auto whole = is_number ? given->value.raw : text_of(rule.name, *given);
  if (whole.empty()) return std::nullopt;
  if (in_json && !is_number) findings_->note(5);
  const bool unit = rule.seconds && !is_number && whole.ends_with('s');
  const auto value = integer(whole.substr(0, whole.size() - (unit ? 1 : 0)));
  if (value && *value >= rule.minimum && *value <= rule.maximum) return value;
  findings_->refuse({.fault = rule.fault,
                     .name = path(rule.name),
                     .given = shown(whole),
                     .minimum = rule.minimum,
                     .maximum = rule.maximum});
  return std::nullopt;
}

std::optional<json::Value> Fields::parse(std::string_view name, std::string_view text) const {
  json::Reader reader(text);
  json::Value value;
  if (reader.fault() == json::Fault::kNone && reader.value(value) && reader.end()) return value;
  findings_->refuse(net::refusal_of(reader, path(name)));
  return std::nullopt;
}

/// A header is taken as it is when that is JSON; otherwise percent-decoding may make it JSON (D01).
std::optional<json::Value> Fields::parse_header(std::string_view name, std::string_view text) const {
  json::Reader reader(text);
  json::Value value;
  if (reader.fault() == json::Fault::kNone && reader.value(value) && reader.end()) return value;
  auto decoded = percent_decoded(text, Plus::kStays);
  if (!decoded || *decoded == text) {
    findings_->refuse(net::refusal_of(reader, path(name)));
    return std::nullopt;
  }
  findings_->note(1);
  return parse(name, findings_->keep(std::move(*decoded)));
}

std::optional<json::Value> Fields::json_of(std::string_view name, const Given& given) const {
  if (given.form == Given::Form::kField) return parse(name, given.text);  // is such a string already
  const auto value = given.form == Given::Form::kHeader ? parse_header(name, given.text) : given.value;
  if (!value || value->kind != json::Kind::kString) return value;
  findings_->note(4);
  return parse(name, value->escapes ? findings_->keep(json::decode(*value)) : value->inner());
}

std::optional<json::Value> Fields::required_json(std::string_view name) const {
  const Given* given = find(name);
  const auto value = given != nullptr ? json_of(name, *given) : std::nullopt;
  if (value && value->kind != json::Kind::kNull) return value;
  refuse_missing(name);  // counts only when no other fault was found
  return std::nullopt;
}

std::optional<Fields> Fields::open(std::string_view name, const Given& given) const {
  const auto value = json_of(name, given);
  if (!value) return std::nullopt;
  if (value->kind == json::Kind::kNull) {  // in a string
    findings_->note(29);
    return std::nullopt;
  }
  return open_element(*this, *value, path(name));
}

std::optional<Fields> Fields::object(std::string_view name) const {
  const Given* given = find(name);
  if (given == nullptr) return std::nullopt;
  return open(name, *given);
}

Fields Fields::required_object(std::string_view name) const {
  auto fields = object(name);
  if (fields) return std::move(*fields);
  refuse_missing(name);  // counts only when no other fault was found
  return Fields(*findings_, path(name) + ".");
}

Fields open_element(const Fields& fields, const json::Value& element, const std::string& path) {
  Fields members(fields.findings(), path + ".");
  if (element.kind != json::Kind::kObject) {
    fields.findings().refuse({.fault = Fault::kNotObject, .name = path, .given = shown_value(element)});
    return members;
  }
  auto reader = json::Reader::of_checked(element.raw);
  if (!members.add_members(reader)) fields.findings().refuse(refusal_of(reader, path));
  return members;
}

void read_list(const Fields& fields, std::string_view name, const json::Value& list, std::size_t maximum,
               const std::function<void(const json::Value& element, const std::string& path)>& each) {
  Findings& findings = fields.findings();
  const auto path = fields.path(name);
  if (list.kind != json::Kind::kArray) {
    findings.refuse({.fault = Fault::kNotList, .name = path, .given = shown_value(list)});
    return;
  }
  std::size_t count = 0;
  auto reader = json::Reader::of_checked(list.raw);
  const bool whole = reader.array([&] {
    json::Value element;
    if (count == maximum || !reader.value(element)) return false;
    each(element, path + "[" + std::to_string(count) + "]");
    ++count;
    return true;
  });
  if (count == 0) findings.refuse({.fault = Fault::kEmptyList, .name = path, .minimum = 1, .maximum = maximum});
  if (!whole) findings.refuse({.fault = Fault::kTooManyEntries, .name = path, .minimum = 1, .maximum = maximum});
}

}  // namespace wingmq::net
