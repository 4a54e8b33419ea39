#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "wingmq/net/server.h"

namespace wingmq::tools {

/// A value read from text, or what would have been right: `a number of 1 to 64`.
template <typename T>
using Read = std::expected<T, std::string>;

/// Whether a value was taken, or what would have been right.
using Applied = std::expected<void, std::string>;

/// Stores what was read, or passes on what would have been right.
template <typename T, typename Target>
Applied store(const Read<T>& read, Target& target) {
  if (!read) return std::unexpected(read.error());
  target = static_cast<Target>(*read);
  return {};
}

/// A decimal number within bounds.
[[nodiscard]] Read<std::uint64_t> read_number(std::string_view text, std::uint64_t minimum, std::uint64_t maximum);

/// A number of bytes: `4194304`, `64k`, `4MiB`, `1G` (steps of 1024); at least 1, at most `maximum`.
[[nodiscard]] Read<std::size_t> read_size(std::string_view text, std::size_t maximum = std::size_t{1} << 50);

/// A span of time as net::parse_duration() reads it, `30` as 30 s; at least 1 ms, at most a hundred years.
[[nodiscard]] Read<std::chrono::milliseconds> read_duration(std::string_view text);

/// As read_size() and read_duration() read it, in the largest unit that divides it.
[[nodiscard]] std::string size_text(std::size_t bytes);
[[nodiscard]] std::string duration_text(std::chrono::milliseconds span);

/// Where to listen: `127.0.0.1:9080`, `[::1]:9080`, with the address in its usual spelling; `localhost:9080` or `9080`: both
/// loopback addresses; `:9080`: every address of both families. Port 0 is any free one.
[[nodiscard]] Read<std::vector<net::Endpoint>> read_endpoints(std::string_view text);

/// `AK:SK`, `AK:SK:CUSTOMER`, `AK:SK:CUSTOMER:delegate` or `AK:SK:delegate`. Without a customer it is AK's own. Parts that hold a
/// colon may be separated by kPartSeparator instead.
[[nodiscard]] Read<net::Credential> read_credential(std::string_view text);
inline constexpr char kPartSeparator = '\x1f';

[[nodiscard]] bool is_ipv6(const net::Endpoint& endpoint);

/// Whether only this machine can reach the address.
[[nodiscard]] bool is_loopback(const net::Endpoint& endpoint);

/// Whether this can be the host of a URL: a name, or an address with or without brackets; no port.
[[nodiscard]] bool is_host(std::string_view text);

/// The one of `known` that looks most like `text`, for `did you mean`; empty when none does.
[[nodiscard]] std::string nearest(std::string_view text, const std::vector<std::string>& known);

/// `text` as one line: control characters become `\xNN`.
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace wingmq::tools
