#include "values.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include "wingmq/net/duration.h"

namespace wingmq::tools {
namespace {

/// Takes the digits off the front of `text`; nullopt when there are none or too many.
std::optional<std::uint64_t> take_digits(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

template <typename Unit, std::size_t kCount>
std::optional<std::uint64_t> scaled(std::string_view text, const std::pair<std::string_view, Unit> (&units)[kCount]) {
  const auto number = take_digits(text);
  if (!number) return std::nullopt;
  const auto unit = std::ranges::find(units, text, [](const auto& each) { return each.first; });
  if (unit == std::end(units)) return std::nullopt;
  const auto factor = static_cast<std::uint64_t>(unit->second);
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (*number == 0 || *number > kMax / factor) return std::nullopt;
  return *number * factor;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({changed, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

/// A numeric address in its usual spelling.
std::optional<std::string> usual_address(std::string_view address) {
  const int family = address.find(':') != std::string_view::npos ? AF_INET6 : AF_INET;
  in6_addr parsed{};
  if (::inet_pton(family, std::string(address).c_str(), &parsed) != 1) return std::nullopt;
  char usual[INET6_ADDRSTRLEN];
  return ::inet_ntop(family, &parsed, usual, sizeof(usual));
}

}  // namespace

Read<std::uint64_t> read_number(std::string_view text, std::uint64_t minimum, std::uint64_t maximum) {
  auto rest = text;
  const auto number = take_digits(rest);
  if (number && rest.empty() && *number >= minimum && *number <= maximum) return *number;
  return std::unexpected(fmt::format("a number of {} to {}", minimum, maximum));
}

Read<std::size_t> read_size(std::string_view text, std::size_t maximum) {
  static constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
      {"", 1},          {"B", 1},         {"k", 1 << 10},   {"K", 1 << 10},   {"KiB", 1 << 10}, {"m", 1 << 20},
      {"M", 1 << 20},   {"MiB", 1 << 20}, {"g", 1 << 30},   {"G", 1 << 30},   {"GiB", 1 << 30}};
  const auto bytes = scaled(text, kUnits);
  if (!bytes) return std::unexpected("a number of bytes such as 4194304, 64k, 4MiB or 1G");
  if (*bytes > maximum) return std::unexpected(fmt::format("at most {} bytes", maximum));
  return static_cast<std::size_t>(*bytes);
}

Read<std::chrono::milliseconds> read_duration(std::string_view text) {
  // Added to any date, the longest span is still a date.
  constexpr std::chrono::days kMax(36'500);
  const bool plain = text.find_first_not_of("0123456789") == std::string_view::npos;
  const auto span = net::parse_duration(plain ? std::string(text) + "s" : std::string(text));
  if (!span || span->count() == 0) return std::unexpected("a span of time such as 250ms, 30s, 15m or 1h30m");
  if (*span > kMax) return std::unexpected(fmt::format("at most {}d", kMax.count()));
  return *span;
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t kStep = 1024;
  if (bytes % (kStep * kStep * kStep) == 0) return fmt::format("{}GiB", bytes / (kStep * kStep * kStep));
  if (bytes % (kStep * kStep) == 0) return fmt::format("{}MiB", bytes / (kStep * kStep));
  return bytes % kStep == 0 ? fmt::format("{}KiB", bytes / kStep) : fmt::format("{}", bytes);
}

std::string duration_text(std::chrono::milliseconds span) {
  const auto ms = span.count();
  if (ms % 3'600'000 == 0) return fmt::format("{}h", ms / 3'600'000);
  if (ms % 60'000 == 0) return fmt::format("{}m", ms / 60'000);
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

Read<std::vector<net::Endpoint>> read_endpoints(std::string_view text) {
  constexpr auto kRight = "an address and a port such as 127.0.0.1:9080, [::1]:9080, localhost:9080 or 9080";
  const auto colon = text.rfind(':');
  const auto digits = text.substr(colon == std::string_view::npos ? 0 : colon + 1);
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return std::unexpected(kRight);
  const auto port = read_number(digits, 0, 65'535);
  if (!port) return std::unexpected(fmt::format("ADDR:PORT, and {} is no port, 0 to 65535", digits));
  const auto number = static_cast<std::uint16_t>(*port);
  if (colon == 0) return std::vector<net::Endpoint>{{"0.0.0.0", number}, {"::", number}};
  auto address = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (address.empty() || address == "localhost") return std::vector<net::Endpoint>{{"127.0.0.1", number}, {"::1", number}};
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  if (bracketed) address = address.substr(1, address.size() - 2);
  auto usual = usual_address(address);
  const bool v6 = address.find(':') != std::string_view::npos;
  if (!usual || v6 != bracketed) return std::unexpected(kRight);
  return std::vector<net::Endpoint>{{std::move(*usual), number}};
}

Read<net::Credential> read_credential(std::string_view text) {
  const char separator = text.find(kPartSeparator) != std::string_view::npos ? kPartSeparator : ':';
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  const bool delegate = parts.size() > 2 && parts.back() == "delegate";
  if (delegate) parts.pop_back();
  constexpr auto kForm = "ACCESSKEY:SECRETKEY[:CUSTOMER][:delegate]";
  if (!parts[0].empty() && (parts.size() == 1 || parts[1].empty())) {
    return std::unexpected(fmt::format("{}; the secret is missing", kForm));
  }
  const bool complete = parts.size() == 2 || (parts.size() == 3 && !parts[2].empty());
  if (!complete || parts[0].empty() || parts[1].empty()) return std::unexpected(kForm);
  return net::Credential{parts[0], parts[1], parts.size() == 3 ? parts[2] : parts[0], delegate};
}

bool is_ipv6(const net::Endpoint& endpoint) { return endpoint.address.find(':') != std::string::npos; }

bool is_loopback(const net::Endpoint& endpoint) {
  return endpoint.address.starts_with("127.") || endpoint.address == "::1";
}

bool is_host(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  in6_addr parsed{};
  if (text.find(':') != std::string_view::npos) return ::inet_pton(AF_INET6, std::string(text).c_str(), &parsed) == 1;
  const auto good = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_'; };
  return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, good);
}

std::string nearest(std::string_view text, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, text.size() / 3) + 1;
  for (const std::string& each : known) {
    const std::size_t apart = distance(text, each);
    if (apart >= least) continue;
    least = apart;
    best = each;
  }
  return best;
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool control = byte < 0x20 || byte == 0x7f;
    line += control ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return line;
}

}  // namespace wingmq::tools
