#include "operations/params.h"

#include <algorithm>
#include <optional>
#include <string>

#include "operations/custom_info.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kBodyName = "body";

enum class BodyType : std::uint8_t { kJson, kForm, kOther };

BodyType body_type(const Request& request) {
  const Header* header = request.find_header("Content-Type");
  if (header == nullptr) return BodyType::kJson;
  const auto type = trimmed(header->value.substr(0, header->value.find(';')));
  if (type.empty() || equal_ignoring_case(type, "application/json")) return BodyType::kJson;
  return equal_ignoring_case(type, "application/x-www-form-urlencoded") ? BodyType::kForm : BodyType::kOther;
}

/// Calls `field(name, value)` for each field of a form or query, both still encoded, until it returns false.
template <typename Field>
void for_each_field(std::string_view form, Field&& field) {
  while (!form.empty()) {
    const auto pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (!field(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())))) return;
  }
}

bool form_has(std::string_view form, std::string_view name) {
  bool found = false;
  for_each_field(form, [&](std::string_view key, std::string_view) { return !(found = found || key == name); });
  return found;
}

bool json_has(std::string_view text, std::string_view name) {
  json::Reader reader(text);
  bool found = false;
  if (reader.peek() != '{') return false;
  static_cast<void>(reader.object([&](const json::Value& key) {
    json::Value value;
    found = found || json::is(key, name);
    return reader.value(value);
  }));
  return found;
}

/// Why a required parameter is not where it belongs: nowhere at all, or in another place (API.md 1).
Refusal missing(const Request& request, Method method, std::string_view name) {
  Refusal refusal{.fault = Fault::kMissing, .name = std::string(name)};
  if (form_has(request.query(), name)) {
    refusal.fault = Fault::kInQuery;
  } else if (method == Method::kPost && request.find_header(name) != nullptr) {
    refusal.fault = Fault::kInHeader;
  } else if (method == Method::kGet && (json_has(request.body.view(), name) || form_has(request.body.view(), name))) {
    refusal.fault = Fault::kInBody;
  }
  refusal.given = method == Method::kGet ? "HTTP header" : "HTTP body";
  return refusal;
}

void add_headers(const Request& request, Fields& fields) {
  for (const Header& header : request.headers) {
    fields.add(header.name, {.form = Given::Form::kHeader, .text = header.value, .value = {}});
  }
}

void add_json(const Request& request, Fields& fields, StreamedList streamed) {
  Findings& findings = fields.findings();
  json::Reader reader(request.body.view());
  if (reader.fault() == json::Fault::kNone && reader.peek() != '{') {
    json::Value other;
    if (reader.value(other) && reader.end()) {
      findings.refuse({.fault = Fault::kNotObject, .name = std::string(kBodyName), .given = shown(other.raw)});
      return;
    }
  }
  const bool whole = reader.object([&](const json::Value& quoted_name) {
    Given given;
    const auto name = member_name(quoted_name, findings);
    const bool in_passing = streamed.reader != nullptr && name == streamed.name && reader.peek() == '[';
    const std::size_t start = reader.at();
    if (in_passing ? !streamed.reader->read(reader) : !reader.value(given.value)) return false;
    if (in_passing) {
      given.value.kind = json::Kind::kArray;
      given.value.raw = request.body.view().substr(start, reader.at() - start);
    }
    fields.add(name, given);
    return true;
  });
  if (!whole || !reader.end()) findings.refuse(refusal_of(reader, kBodyName));
}

/// A field's text, decoded; one without percent or plus signs stays where it is.
std::optional<std::string_view> field_text(std::string_view encoded, Findings& findings) {
  if (encoded.find_first_of("%+") == std::string_view::npos) return encoded;
  auto decoded = percent_decoded(encoded, Plus::kIsSpace);
  if (!decoded) return std::nullopt;
  return findings.keep(std::move(*decoded));
}

void add_form(const Request& request, Fields& fields) {
  Findings& findings = fields.findings();
  findings.note(2);
  for_each_field(request.body.view(), [&](std::string_view key, std::string_view value) {
    const auto name = field_text(key, findings);
    const auto text = field_text(value, findings);
    if (!name || !text) {
      findings.refuse({.fault = Fault::kBadPercent, .name = shown(key)});
    } else {
      fields.add(*name, {.form = Given::Form::kField, .text = *text, .value = {}});
    }
    return true;
  });
}

void add_custom_info_header(const Request& request, Fields& fields) {
  for (const Header& header : request.headers) {
    if (!equal_ignoring_case(header.name, kCustomInfo)) continue;
    fields.findings().note(3);
    fields.add(kCustomInfo, {.form = Given::Form::kHeader, .text = header.value, .value = {}});
  }
}

/// The first coding that the body was given, nullopt: none that would have to be taken off.
std::optional<std::string_view> content_coding(const Request& request) {
  for (const Header& header : request.headers) {
    if (!equal_ignoring_case(header.name, "Content-Encoding")) continue;
    for (auto list = header.value; !list.empty();) {
      const auto coding = trimmed(list.substr(0, list.find(',')));
      list.remove_prefix(std::min(list.find(','), list.size() - 1) + 1);
      if (!coding.empty() && !equal_ignoring_case(coding, "identity")) return coding;
    }
  }
  return std::nullopt;
}

/// What a body that is no text begins with: clients put these in front, or compress, without saying so.
std::optional<Refusal> find_signature(std::string_view body) {
  struct Known {
    std::string_view bytes;
    Fault fault;
    std::string_view shown;
  };
  using namespace std::string_view_literals;
  static constexpr Known kKnown[] = {{"\xEF\xBB\xBF"sv, Fault::kByteOrderMark, "EF BB BF"},
                                     {"\xFF\xFE"sv, Fault::kByteOrderMark, "FF FE"},
                                     {"\xFE\xFF"sv, Fault::kByteOrderMark, "FE FF"},
                                     {"\x1F\x8B"sv, Fault::kCompressed, "gzip"},
                                     {"\x28\xB5\x2F\xFD"sv, Fault::kCompressed, "zstd"}};
  for (const auto& [bytes, fault, name] : kKnown) {
    if (body.starts_with(bytes)) return Refusal{.fault = fault, .name = std::string(kBodyName), .given = std::string(name)};
  }
  return std::nullopt;
}

}  // namespace

Fields locate_parameters(const Request& request, Method method, Findings& findings, StreamedList streamed) {
  Fields fields(findings);
  fields.explain_missing([&request, method](std::string_view name) { return missing(request, method, name); });
  if (method == Method::kGet) {
    add_headers(request, fields);
    return fields;
  }
  if (const auto coding = content_coding(request)) {
    findings.refuse({.fault = Fault::kContentCoding, .given = shown(*coding)});
    return fields;
  }
  if (auto signature = find_signature(request.body.view())) {
    findings.refuse(std::move(*signature));
    return fields;
  }
  switch (body_type(request)) {
    case BodyType::kJson: add_json(request, fields, streamed); break;
    case BodyType::kForm: add_form(request, fields); break;
    case BodyType::kOther:
      findings.refuse({.fault = Fault::kContentType, .given = shown(request.find_header("Content-Type")->value)});
  }
  add_custom_info_header(request, fields);
  return fields;
}

}  // namespace wingmq::net
