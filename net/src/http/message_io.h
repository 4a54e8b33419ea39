#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wingmq/buffer.h"

namespace wingmq::net {

/// The methods by which operations are called.
enum class Method : std::uint8_t { kGet, kPost };

[[nodiscard]] constexpr std::string_view to_string(Method method) { return method == Method::kGet ? "GET" : "POST"; }

/// One header line of a request, as received.
struct Header {
  std::string_view name;
  std::string_view value;
};

/// A whole HTTP request, free of any socket. The views point into memory that outlives the request.
struct Request {
  std::string_view method;
  std::string_view target;  ///< path and query as in the request line
  std::vector<Header> headers;
  Buffer body;
  std::string_view local_address = {};  ///< the numeric one at which the connection came in; empty: not known

  /// The path: the target up to `?`.
  [[nodiscard]] std::string_view path() const noexcept { return target.substr(0, target.find('?')); }
  /// The query without `?`; empty when there is none.
  [[nodiscard]] std::string_view query() const noexcept;
  /// The first header of that name (ASCII case ignored), nullptr when there is none.
  [[nodiscard]] const Header* find_header(std::string_view name) const noexcept;
};

/// A whole HTTP reply, free of any socket. Content-Length and Connection are the session's to add.
struct Reply {
  unsigned status = 200;
  std::string content_type = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;  ///< further ones
  std::string body;
  bool dropped = false;  ///< nothing is sent: the connection is closed instead
};

}  // namespace wingmq::net
