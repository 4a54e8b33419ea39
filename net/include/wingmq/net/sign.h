#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wingmq::net {

/// A call that is to be signed (net/API.md, Signing).
struct CallToSign {
  std::string operation;  ///< one of operation_names()
  /// Names and texts, in the order in which they are signed. JSON objects and lists stand as JSON text.
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string access_key;
  std::string secret_key;
  std::string date;  ///< `Mon, 23 Nov 2026 08:00:00 GMT`
};

/// What goes over the wire.
struct SignedCall {
  std::vector<std::pair<std::string, std::string>> headers;  ///< of a GET also the parameters
  std::string body;                                          ///< of a POST: a JSON object
};

/// Signs a call as a client has to. Any thread. Throws std::runtime_error when OpenSSL has no MD5 or no HMAC-SHA1.
[[nodiscard]] SignedCall sign(const CallToSign& call);

/// Names of the 14 operations.
[[nodiscard]] std::vector<std::string> operation_names();

/// The path of an operation, which is signed too.
[[nodiscard]] std::string service_path(std::string_view operation);

}  // namespace wingmq::net
