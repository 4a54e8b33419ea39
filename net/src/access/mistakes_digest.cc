#include <fmt/format.h>
#include <iconv.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <vector>

#include "access/mistakes.h"
#include "text/escape.h"
#include "text/json.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

/// Bytes that one explanation may digest: a body of 512 KB can be tried some dozen ways.
constexpr std::size_t kBytesMax = std::size_t{16} << 20;
constexpr std::size_t kPermutedMax = 5;
constexpr std::size_t kJsonDepthMax = 64;

/// Values with their names, as they might have been signed.
struct Signed {
  std::string name;
  std::string text;
};
using Values = std::vector<Signed>;

class Search {
 public:
  explicit Search(std::string_view content_md5) : wanted_(content_md5) {}

  /// Whether the text's digest is the client's.
  bool is(std::string_view text) {
    if (text.size() > left_) return false;
    left_ -= text.size();
    const std::string_view parts[] = {text};
    return md5_base64(parts) == wanted_;
  }

 private:
  std::string_view wanted_;
  std::size_t left_ = kBytesMax;
};

std::string join(const Values& values, std::string_view separator) {
  std::string text;
  for (const Signed& value : values) text.append(&value == values.data() ? "" : separator).append(value.text);
  return text;
}

std::string names(const Values& values) {
  std::string text;
  for (const Signed& value : values) text.append(text.empty() ? "" : ", ").append(value.name);
  return text;
}

/// JSON as other programs write it.
struct Style {
  std::string_view mistake;
  std::string_view comma;
  std::string_view colon;
  bool sorted = false;
};

void write_json(const boost::json::value& value, const Style& style, std::string& out) {
  if (const auto* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i != 0) out += style.comma;
      write_json((*array)[i], style, out);
    }
    out += ']';
  } else if (const auto* object = value.if_object()) {
    std::vector<const boost::json::key_value_pair*> members;
    for (const auto& member : *object) members.push_back(&member);
    if (style.sorted) std::ranges::sort(members, {}, [](const auto* member) { return std::string_view(member->key()); });
    out += '{';
    for (const auto* member : members) {
      if (member != members.front()) out += style.comma;
      append_quoted(out, {member->key().data(), member->key().size()});
      out += style.colon;
      write_json(member->value(), style, out);
    }
    out += '}';
  } else if (const auto* text = value.if_string()) {
    append_quoted(out, {text->data(), text->size()});
  } else {
    out += boost::json::serialize(value);
  }
}

/// The values with the JSON among them written anew; nullopt when there is none, or it stays the same.
std::optional<Values> rewritten(const Values& values, const Style& style) {
  Values result = values;
  bool changed = false;
  for (Signed& value : result) {
    if (!value.text.starts_with('{') && !value.text.starts_with('[')) continue;
    boost::system::error_code error;
    boost::json::parse_options limits;
    limits.max_depth = kJsonDepthMax;
    const auto parsed = boost::json::parse(value.text, error, {}, limits);
    if (error) continue;
    std::string text;
    write_json(parsed, style, text);
    changed = changed || text != value.text;
    value.text = std::move(text);
  }
  return changed ? std::optional(std::move(result)) : std::nullopt;
}

std::optional<std::string> in_gbk(std::string_view text) {
  const iconv_t converter = ::iconv_open("GBK", "UTF-8");
  if (reinterpret_cast<std::intptr_t>(converter) == -1) return std::nullopt;
  std::string out(2 * text.size() + 16, '\0');
  char* from = const_cast<char*>(text.data());
  char* to = out.data();
  std::size_t from_left = text.size();
  std::size_t to_left = out.size();
  const bool done = ::iconv(converter, &from, &from_left, &to, &to_left) != static_cast<std::size_t>(-1);
  ::iconv_close(converter);
  out.resize(out.size() - to_left);
  return done && out != text ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<std::string> find_separator(Search& search, const Values& values) {
  const std::string right = join(values, "\n");
  if (search.is(right + "\n")) return "a newline follows the last value";
  if (search.is(right + "\\n")) return R"(the two characters \n follow the last value)";
  if (search.is("\n" + right)) return "a newline precedes the first value";
  if (values.size() > 1) {
    if (search.is(join(values, ""))) return "the newlines between the values are missing";
    if (search.is(join(values, "\r\n"))) return "the values are joined by CR LF instead of newlines";
    if (search.is(join(values, "&"))) return "the values are joined by & instead of newlines";
    if (search.is(join(values, ","))) return "the values are joined by commas instead of newlines";
  }
  return std::nullopt;
}

/// Any order that the request does not justify.
std::optional<std::string> find_order(Search& search, Values values) {
  if (values.size() < 2 || values.size() > kPermutedMax) return std::nullopt;
  const auto by_name = [](const Signed& a, const Signed& b) { return a.name < b.name; };
  std::ranges::sort(values, by_name);
  do {
    for (const std::string_view separator : {"\n", "\\n", ""}) {
      if (search.is(join(values, separator))) return fmt::format("the values were taken in the order {}", names(values));
    }
  } while (std::next_permutation(values.begin(), values.end(), by_name));
  return std::nullopt;
}

std::optional<std::string> find_missing_or_named(Search& search, const Values& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    Values rest = values;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (search.is(join(rest, "\n"))) return fmt::format("the value of {} was left out", values[i].name);
  }
  for (const std::string_view separator : {"&", "\n"}) {
    Values named = values;
    for (Signed& value : named) value.text = value.name + "=" + value.text;
    if (search.is(join(named, separator))) return "the names were digested with the values";
  }
  return std::nullopt;
}

std::optional<std::string> find_rewriting(Search& search, const Values& values) {
  static constexpr Style kStyles[] = {{"without white space", ",", ":"},
                                      {"with a space behind each comma and colon", ", ", ": "},
                                      {"with its members sorted", ",", ":", true},
                                      {"with its members sorted and spaces", ", ", ": ", true}};
  for (const Style& style : kStyles) {
    const auto other = rewritten(values, style);
    if (other && search.is(join(*other, "\n"))) {
      return fmt::format("JSON was written anew, {}, for the digest: digest it as it is sent", style.mistake);
    }
  }
  Values quoted = values;
  for (Signed& value : quoted) {
    std::string text;
    append_quoted(text, value.text);
    if (!value.text.starts_with('{') && !value.text.starts_with('[')) value.text = std::move(text);
  }
  if (search.is(join(quoted, "\n"))) return "strings were digested with their quotes";
  if (const auto gbk = in_gbk(join(values, "\n")); gbk && search.is(*gbk)) return "the text was digested in GBK: UTF-8 is wanted";
  return std::nullopt;
}

std::string field_text(std::string_view encoded) {
  return percent_decoded(encoded, Plus::kIsSpace).value_or(std::string(encoded));
}

/// The values of the operation's parameters in a query or form.
Values values_of_form(std::string_view form, const SignedOperation& operation) {
  Values values;
  while (!form.empty()) {
    const auto pair = form.substr(0, form.find('&'));
    form.remove_prefix(std::min(pair.size() + 1, form.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = field_text(pair.substr(0, equals));
    if (std::ranges::find(operation.parameters, name) == operation.parameters.end()) continue;
    values.push_back({name, field_text(pair.substr(std::min(equals + 1, pair.size())))});
  }
  return values;
}

Values values_of_headers(const Request& request, const SignedOperation& operation) {
  Values values;
  for (const std::string_view name : operation.parameters) {
    if (const Header* header = request.find_header(name)) values.push_back({std::string(name), std::string(header->value)});
  }
  return values;
}

Values values_of_json(std::string_view body, const SignedOperation& operation) {
  Values values;
  json::Reader reader(body);
  std::ignore = reader.object([&](const json::Value& name) {
    json::Value value;
    if (!reader.value(value)) return false;
    std::string known = json::decode(name);
    if (std::ranges::find(operation.parameters, known) != operation.parameters.end()) {
      values.push_back({std::move(known), value.kind == json::Kind::kString ? json::decode(value) : std::string(value.raw)});
    }
    return true;
  });
  return values;
}

std::optional<std::string> find_place(Search& search, const RejectedCall& call) {
  const bool get = call.operation.method == Method::kGet;
  const auto wanted = get ? "the headers" : "the body";
  const auto fits = [&](const Values& values) { return !values.empty() && search.is(join(values, "\n")); };
  if (fits(values_of_form(call.request.query(), call.operation))) return fmt::format("the parameters of the query were digested: they belong into {}", wanted);
  if (!get && fits(values_of_headers(call.request, call.operation))) return "the parameters of the headers were digested: they belong into the body";
  if (get && (fits(values_of_json(call.request.body.view(), call.operation)) || fits(values_of_form(call.request.body.view(), call.operation)))) {
    return "the parameters of the body were digested: they belong into the headers";
  }
  return std::nullopt;
}

std::optional<std::string> find_whole(Search& search, const RejectedCall& call) {
  if (!call.request.body.view().empty() && search.is(call.request.body.view())) return "the whole body was digested: the values of the parameters are wanted, joined by newlines";
  if (search.is("")) return "it is the digest of an empty text";
  if (!call.request.query().empty() && search.is(call.request.query())) return "the query was digested: the values of the parameters are wanted";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_digest_mistake(const RejectedCall& call, std::span<const SignedValue> values) {
  Search search(call.headers.content_md5);
  if (auto found = find_whole(search, call)) return found;
  Values wire;
  for (const SignedValue& value : values) wire.push_back({std::string(value.name), std::string(value.text)});
  Values documented = wire;
  const auto rank = [&](const Signed& value) { return std::ranges::find(call.operation.parameters, value.name) - call.operation.parameters.begin(); };
  std::ranges::sort(documented, {}, rank);
  for (const Values& order : {documented, wire}) {
    if (auto found = find_separator(search, order)) return found;
    if (auto found = find_missing_or_named(search, order)) return found;
    if (auto found = find_rewriting(search, order)) return found;
  }
  if (auto found = find_place(search, call)) return found;
  return find_order(search, wire);
}

}  // namespace wingmq::net
