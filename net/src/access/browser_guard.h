#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/message_io.h"

namespace wingmq::net {

/// Why a request is not served: the name that it was sent to, or the page that made it.
struct ForeignRequest {
  enum class Kind : std::uint8_t { kHost, kOrigin };
  Kind kind = Kind::kHost;
  std::string given;  ///< the Host or the Origin; empty: there is none
};

/// Keeps foreign web pages away (server.md, browsers). A page that is open in somebody's browser can send requests to this machine;
/// under a name of its own that it makes resolve to this machine, it can read the replies as well. It cannot choose what the browser
/// says about the request, though: Host, Origin, Sec-Fetch-* and, as a last mark, a User-Agent that begins with Mozilla/. Nothing that a proxy adds (X-Forwarded-*) is believed. Immutable, so
/// safe for concurrent use.
class BrowserGuard {
 public:
  /// `allowed_hosts`: names and addresses that this server goes by besides those of its machine; without ports.
  explicit BrowserGuard(std::vector<std::string> allowed_hosts) : allowed_hosts_(std::move(allowed_hosts)) {}

  /// Why `request` is not served; nullopt: it may be. `own_names_only`: what it asks for is for this machine's names alone, whoever
  /// asks. Otherwise that holds for browsers only: programs may call the operations under any name.
  [[nodiscard]] std::optional<ForeignRequest> check(const Request& request, bool own_names_only) const;

 private:
  [[nodiscard]] bool is_own(std::string_view host, std::string_view local_address) const;

  const std::vector<std::string> allowed_hosts_;
};

}  // namespace wingmq::net
