#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operations/error_map.h"
#include "operations/findings.h"
#include "text/json.h"

namespace wingmq::net {

/// A parameter as it was sent.
struct Given {
  enum class Form : std::uint8_t {
    kHeader,  ///< a header's text
    kField,   ///< a form field's text, decoded
    kJson,    ///< a member of a JSON object
  };
  Form form = Form::kJson;
  std::string_view text;  ///< kHeader, kField
  json::Value value;      ///< kJson
};

/// What bounds an integer parameter, and which fault it is not to keep to that.
struct NumberRule {
  std::string_view name;
  Fault fault;
  std::uint64_t minimum = 1;
  std::uint64_t maximum = 1;
  bool seconds = false;  ///< `30s` will do for `30` (D05)
};

/// Named parameters that stand side by side: those of a call, or the members of one of its JSON objects. Knows the
/// leniencies of API.md 1 (D01, D04, D05, D29) and nothing about operations. What is missing, given twice or of the wrong type
/// goes to the call's Findings, and a harmless value comes back. An optional scalar that is empty counts as not given, and so
/// does everything that is null.
class Fields {
 public:
  /// Tells why a required parameter is not there.
  using Missing = std::function<Refusal(std::string_view name)>;

  /// `path` stands in front of names in texts: `createQueueInfo.`
  explicit Fields(Findings& findings, std::string path = {}) : findings_(&findings), path_(std::move(path)) {
    members_.reserve(8);
  }
  void explain_missing(Missing missing) { missing_ = std::move(missing); }

  /// Calls action(name, given) for each parameter, in the order of the wire.
  template <typename Action>
  void for_each(Action action) const {
    for (const Member& member : members_) action(member.name, member.given);
  }

  /// Adds a parameter. Names of headers are compared without case.
  void add(std::string_view name, Given given) { members_.push_back({name, given}); }
  /// Adds the members of a JSON object's text. False: it is not a JSON object, and the reader says why.
  [[nodiscard]] bool add_members(json::Reader& reader);

  [[nodiscard]] Findings& findings() const noexcept { return *findings_; }
  /// The name as texts show it.
  [[nodiscard]] std::string path(std::string_view name) const { return path_ + std::string(name); }

  /// The parameter, nullptr when it is not given or null; twice is a fault.
  [[nodiscard]] const Given* find(std::string_view name) const;
  /// The same for a parameter that goes by several names.
  [[nodiscard]] const Given* find_any(std::initializer_list<std::string_view> names, std::string_view& found) const;

  /// A string, trimmed; empty when it is not there.
  [[nodiscard]] std::string_view text(std::string_view name) const;
  [[nodiscard]] std::string_view required_text(std::string_view name) const;
  /// A string that must not be empty: an id.
  [[nodiscard]] std::string_view required_id(std::string_view name) const;
  /// true or false, in any case when it is text; false when it is not there.
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> number(const NumberRule& rule) const;

  /// A JSON object.
  [[nodiscard]] Fields required_object(std::string_view name) const;
  [[nodiscard]] std::optional<Fields> object(std::string_view name) const;
  /// A JSON value, also one that stands in a string (D04); nullopt when it is missing or not valid.
  [[nodiscard]] std::optional<json::Value> required_json(std::string_view name) const;
  /// The same for a parameter that was found.
  [[nodiscard]] std::optional<json::Value> json_of(std::string_view name, const Given& given) const;
  /// The text of a parameter that was found, trimmed.
  [[nodiscard]] std::string_view text_of(std::string_view name, const Given& given) const;

  /// Notes that a required parameter is missing.
  void refuse_missing(std::string_view name) const;
  void refuse(Fault fault, std::string_view name, std::string_view given) const;

 private:
  struct Member {
    std::string_view name;
    Given given;
  };
  [[nodiscard]] std::optional<Fields> open(std::string_view name, const Given& given) const;
  [[nodiscard]] std::optional<json::Value> parse(std::string_view name, std::string_view text) const;
  [[nodiscard]] std::optional<json::Value> parse_header(std::string_view name, std::string_view text) const;

  Findings* findings_;
  std::string path_;
  Missing missing_;
  std::vector<Member> members_;
};

/// The name of a JSON object's member. Trimmed: the reference's own samples say `" message "` (D05).
[[nodiscard]] std::string_view member_name(const json::Value& name, Findings& findings);

/// What a reader came upon, as a refusal that names `name`.
[[nodiscard]] Refusal refusal_of(const json::Reader& reader, std::string_view name);

/// Reads the array `list` (of the parameter `name`): `each(element, path)` is called for every element, with `messages[3]`
/// as its path. An empty list, or one of more than `maximum` elements, is a fault.
void read_list(const Fields& fields, std::string_view name, const json::Value& list, std::size_t maximum,
               const std::function<void(const json::Value& element, const std::string& path)>& each);

/// The members of an object in a list.
[[nodiscard]] Fields open_element(const Fields& fields, const json::Value& element, const std::string& path);

}  // namespace wingmq::net
