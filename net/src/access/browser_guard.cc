#include "access/browser_guard.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <utility>

#include "text/authority.h"
#include "text/text.h"

namespace wingmq::net {
namespace {

namespace ip = boost::asio::ip;

/// What a browser says about a request.
struct Claims {
  std::optional<std::string_view> host;
  std::optional<std::string_view> origin;
  bool by_browser = false;
};

bool is_mark_of_browser(const Header& header) {
  constexpr std::string_view kFetch = "Sec-Fetch-";
  if (equal_ignoring_case(header.name, "Origin") || equal_ignoring_case(header.name.substr(0, kFetch.size()), kFetch)) return true;
  // Over plain HTTP, under a name that is not localhost, browsers tell no more than this of what a page gets from its own origin.
  return equal_ignoring_case(header.name, "User-Agent") && header.value.starts_with("Mozilla/");
}

Claims claims_of(const Request& request) {
  Claims claims;
  for (const Header& header : request.headers) {
    claims.by_browser = claims.by_browser || is_mark_of_browser(header);
    if (equal_ignoring_case(header.name, "Host")) claims.host = header.value;
    if (!equal_ignoring_case(header.name, "Origin")) continue;
    // Two of them are none that could be compared.
    claims.origin = claims.origin ? std::string_view() : header.value;
  }
  return claims;
}

/// An address without brackets; one of IPv4 in the clothes of IPv6 as what it is, and without the name of the interface.
std::optional<ip::address> address_of(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  auto address = ip::make_address(host.substr(0, host.find('%')), error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

/// A name with a dot at its end is the same name.
std::string_view without_last_dot(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

bool same_host(std::string_view a, std::string_view b) {
  const auto address = address_of(without_last_dot(a));
  if (address) return address == address_of(without_last_dot(b));
  return equal_ignoring_case(without_last_dot(a), without_last_dot(b));
}

/// Whether an Origin is the host and port of Host. Where Host has no port it is the one of the Origin's scheme: behind a proxy that
/// ends TLS nobody else knows which that is.
bool same_place(std::string_view origin, const Authority& host) {
  constexpr std::pair<std::string_view, std::uint16_t> kSchemes[] = {{"http://", 80}, {"https://", 443}};
  for (const auto& [scheme, port] : kSchemes) {
    if (!equal_ignoring_case(origin.substr(0, scheme.size()), scheme)) continue;
    const auto page = parse_authority(origin.substr(scheme.size()));
    return page && !page->host.empty() && same_host(page->host, host.host) && page->port.value_or(port) == host.port.value_or(port);
  }
  return false;  // null, or a scheme of some application
}

}  // namespace

bool BrowserGuard::is_own(std::string_view host, std::string_view local_address) const {
  if (same_host(host, "localhost")) return true;
  if (const auto address = address_of(without_last_dot(host))) {
    if (address->is_loopback() || (!local_address.empty() && address == address_of(local_address))) return true;
  }
  return std::ranges::any_of(allowed_hosts_, [host](const std::string& allowed) { return same_host(host, allowed); });
}

std::optional<ForeignRequest> BrowserGuard::check(const Request& request, bool own_names_only) const {
  using enum ForeignRequest::Kind;
  const Claims claims = claims_of(request);
  if (!claims.by_browser && !own_names_only) return std::nullopt;
  const auto host = claims.host ? parse_authority(trimmed(*claims.host)) : std::nullopt;
  if (!host || host->host.empty() || !is_own(host->host, request.local_address)) {
    return ForeignRequest{kHost, std::string(claims.host.value_or(""))};
  }
  if (claims.origin && !same_place(trimmed(*claims.origin), *host)) return ForeignRequest{kOrigin, std::string(*claims.origin)};
  return std::nullopt;
}

}  // namespace wingmq::net
