// A form body (D02). It is taken apart as a second, simpler reader takes it apart; and a call with it is answered as the
// call whose JSON body has the fields as strings (D04, D05). The first byte picks the operation.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check.h"
#include "operations/params.h"
#include "text/escape.h"
#include "text/text.h"
#include "world.h"

namespace {

using namespace wingmq;
using test::require;
using FormFields = std::vector<std::pair<std::string, std::string>>;

std::optional<int> digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto high = i + 1 < text.size() ? digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? digit(text[i + 2]) : std::nullopt;
    if (!high || !low) return std::nullopt;
    result += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return result;
}

/// Whether `body` begins as no text does: with a byte order mark, or as gzip or zstd data do (API.md, Parameters).
bool is_no_text(std::string_view body) {
  for (const std::string_view mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF", "\x1F\x8B", "\x28\xB5\x2F\xFD"}) {
    if (body.starts_with(mark)) return true;
  }
  return false;
}

/// nullopt: the form is refused.
std::optional<FormFields> fields_of(std::string_view form) {
  if (is_no_text(form)) return std::nullopt;
  FormFields fields;
  for (std::size_t at = 0; at < form.size();) {
    const std::size_t end = std::min(form.find('&', at), form.size());
    const auto pair = form.substr(at, end - at);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto name = decoded(pair.substr(0, equals));
    const auto value = decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view());
    if (!name || !value) return std::nullopt;
    fields.emplace_back(*name, *value);
    at = end + 1;
  }
  return fields;
}

void check_fields(BufferPool& pool, std::string_view form, const std::optional<FormFields>& expected) {
  net::Request request;
  request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  request.body = pool.copy(form);
  net::Findings findings;
  const net::Fields fields = net::locate_parameters(request, net::Method::kPost, findings);
  require(findings.refusal().has_value() == !expected.has_value(), "a form is refused for its percent signs and its first bytes alone", std::string(form));
  if (!expected) return;
  FormFields found;
  fields.for_each([&](std::string_view name, const net::Given& given) { found.emplace_back(name, given.text); });
  require(found == *expected, "a form has the fields that it has", std::string(form));
}

/// The fields as a JSON object of strings; nullopt where JSON cannot say the same: no UTF-8, or a name with blanks around it,
/// which members may have and fields may not (D05).
std::optional<std::string> json_of(const FormFields& fields) {
  std::string json = "{";
  for (const auto& [name, value] : fields) {
    if (!net::is_utf8(name) || !net::is_utf8(value) || net::trimmed(name) != name) return std::nullopt;
    if (json.size() > 1) json += ',';
    net::append_quoted(json, name);
    json += ':';
    net::append_quoted(json, value);
  }
  return json + "}";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto& operation = net::operations()[(test::take_byte(input) - 1) % 32 % net::operations().size()];
  test::World by_form({}, test::World::Contents::kMessages);
  const std::string form = by_form.expand(input);
  const auto fields = fields_of(form);
  check_fields(by_form.broker.buffers(), form, fields);
  if (operation.method != net::Method::kPost) return 0;

  const auto reply = by_form.call(operation, "Content-Type: application/x-www-form-urlencoded\n\n" + form);
  test::check_reply(reply, form);
  const auto json = fields ? json_of(*fields) : std::nullopt;
  if (!json) return 0;
  test::World by_json({}, test::World::Contents::kMessages);
  const auto json_reply = by_json.call(operation, "Content-Type: application/json\n\n" + *json);
  require(reply.body == json_reply.body, "a form is answered as the JSON that says the same",
          form + "\n-> " + reply.body + "\n" + *json + "\n-> " + json_reply.body);
  require(by_form.state() == by_json.state(), "a form does what the JSON does that says the same", form);
  return 0;
}
