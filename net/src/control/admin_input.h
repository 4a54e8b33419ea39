#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "control/admin_result.h"

namespace wingmq::net {

/// The parameters of a control-plane URL, decoded. Strict, because a misspelt filter that is ignored answers another
/// question than the one that was asked. Not shared between threads.
class QueryParameters {
 public:
  /// Reads `a=1&b=2`. 400 for a name that is not in `allowed`, one given twice that is not `repeatable`, one without a value, and bad
  /// escapes.
  [[nodiscard]] static AdminResult<QueryParameters> parse(std::string_view query, std::span<const std::string_view> allowed,
                                                          std::string_view repeatable = {});

  /// The value of that name, the first one; nullptr when it was not given.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  /// All values of that name.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;

 private:
  AdminResult<void> add(std::string_view pair, std::span<const std::string_view> allowed, std::string_view repeatable);

  std::vector<std::pair<std::string, std::string>> values_;
};

/// A member of a control-plane body. The calls take text, whole numbers, true and false; anything else is kOther.
enum class OtherJson : std::uint8_t { kOther };
struct BodyMember {
  std::string name;
  std::variant<std::string, std::int64_t, bool, OtherJson> value;
};

/// Reads a body that must be one JSON object with members from `allowed`, each at most once, or empty, which is `{}`; 400 otherwise.
/// `example` is a right body, for the hint.
[[nodiscard]] AdminResult<std::vector<BodyMember>> parse_body(std::string_view body,
                                                              std::span<const std::string_view> allowed,
                                                              std::string_view example);

/// Reads an unsigned decimal number that is all of `text`; nullopt for anything else and for more than 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// `a, b, c`.
[[nodiscard]] std::string listed(std::span<const std::string_view> names);

}  // namespace wingmq::net
