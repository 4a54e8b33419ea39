#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "access/signed_operation.h"
#include "http/message_io.h"
#include "wingmq/clock.h"

namespace wingmq::net {

// What went wrong when a signature is wrong (net/API.md, signing): the signature is made once more with each of the mistakes that
// clients make, and the one whose result is the client's is named. For servers outside production; costs up to some milliseconds of
// processor time. Functions return an English clause, or nothing when no known mistake explains the signature.

/// A rejected call, as far as it could be read.
struct RejectedCall {
  const Request& request;
  const SignedOperation& operation;
  SignedHeaders headers;  ///< as sent
};

/// Whether a contentMD5 or Hmac that is no base64 of the right length is a right one in another form.
[[nodiscard]] std::optional<std::string> find_form_mistake(const RejectedCall& call, std::string_view secret);

/// Why `Hmac` does not fit; `secret` is the accessKey's.
[[nodiscard]] std::optional<std::string> find_hmac_mistake(const RejectedCall& call, std::string_view secret);

/// Why contentMD5 is not the digest of the parameters; `values` stand in wire order.
[[nodiscard]] std::optional<std::string> find_digest_mistake(const RejectedCall& call, std::span<const SignedValue> values);

/// What is strange about a requestDate that cannot be read.
[[nodiscard]] std::optional<std::string> find_date_mistake(std::string_view request_date);

/// How far a date is from the present, and what that looks like; `zone` is what the date calls its zone.
[[nodiscard]] std::string describe_skew(Millis behind, std::string_view zone);

}  // namespace wingmq::net
