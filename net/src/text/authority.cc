#include "text/authority.h"

#include <algorithm>
#include <boost/asio/ip/address_v6.hpp>
#include <charconv>

#include "text/text.h"

namespace wingmq::net {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

bool is_name(std::string_view host) {
  for (std::size_t at = 0; at < host.size(); ++at) {
    if (host[at] != '%') continue;
    if (at + 2 >= host.size() || !is_hex(host[at + 1]) || !is_hex(host[at + 2])) return false;
  }
  return host.empty() || is_word(host, "-._~%");
}

bool is_ipv6(std::string_view bracketed) {
  const auto address = bracketed.substr(1, bracketed.size() - 2);
  if (address.find('%') != std::string_view::npos) return false;
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(address, error);
  return !error;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority made;
  const bool bracketed = text.starts_with('[');
  const auto close = bracketed ? text.find(']') : 0;
  if (close == std::string_view::npos) return std::nullopt;
  made.host = text.substr(0, bracketed ? close + 1 : text.find(':'));
  if (bracketed ? !is_ipv6(made.host) : !is_name(made.host)) return std::nullopt;
  auto port = text.substr(made.host.size());
  if (port.empty()) return made;
  if (made.host.empty() || !port.starts_with(':')) return std::nullopt;
  port.remove_prefix(1);
  if (port.empty()) return made;  // RFC 3986 allows it
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size()) return std::nullopt;
  made.port = number;
  return made;
}

}  // namespace wingmq::net
