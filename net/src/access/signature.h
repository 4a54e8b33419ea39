#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/digest.h"

namespace wingmq::net {

/// A call's parameter as its signature sees it (API.md 2).
struct SignedValue {
  std::string_view name;
  std::string_view text;     ///< as sent
  std::string_view decoded;  ///< a header's text, percent-decoded; the same as `text` otherwise
};

/// Headers that a signed call carries.
struct SignedHeaders {
  std::string_view content_md5;
  std::string_view request_date;
  std::string_view hmac;
};

/// Every digest that the call justifies, the most likely first: documented, wire and alphabetical order, with and without
/// customInfo, joined by a newline or by the two characters `\n`, headers as sent or percent-decoded (D06). `values` stand
/// in wire order, `documented` are the operation's parameters. Calls `digest(parts)` until it returns true;
/// returns whether it did.
bool for_each_digest(std::span<const SignedValue> values, std::span<const std::string_view> documented,
                     const std::function<bool(std::span<const std::string_view> parts)>& digest);

/// The Hmac over a digest, a date and a path.
[[nodiscard]] std::string hmac_of(const SigningKey& key, std::string_view content_md5, std::string_view request_date,
                                  std::string_view service_path);

}  // namespace wingmq::net
