#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wingmq::net {

/// A host and perhaps a port, as Host and Origin name them.
struct Authority {
  std::string_view host;  ///< a name or an address; one of IPv6 in its brackets; empty when the text is
  std::optional<std::uint16_t> port;
};

/// Reads `host` or `host:port` (RFC 3986, 3.2.2 and 3.2.3), nothing around it. Stricter than the RFC where that serves nobody: a name
/// has letters, digits, `-`, `.`, `_`, `~` and percent-encoded bytes, but no other punctuation; an address of IPv6 has no zone.
/// nullopt: it is neither.
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text);

}  // namespace wingmq::net
