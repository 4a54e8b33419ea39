#include "text/timestamp.h"

#include <charconv>
#include <chrono>

#include "text/date_scanner.h"

namespace wingmq::net {
namespace {

using Kind = ResetTarget::Kind;

/// `Mon, 23 Nov 2026 08:00:10 GMT`
std::optional<Time> parse_rfc1123(std::string_view text) {
  DateScanner scan(text);
  Moment moment;
  const unsigned weekday = scan_rfc1123(scan, moment);
  scan.expect(" GMT");
  return scan.done() ? time_on_weekday(moment, weekday) : std::nullopt;
}

/// `Z`, `+08:00`, `+0800`, `+08` or nothing; and a name in brackets behind it, as java.time adds it (RFC 9557), which says no more.
void scan_zone(DateScanner& scan, Moment& moment) {
  const char sign = scan.take_if("Zz+-");
  if (sign == '\0') return;
  if (sign == '+' || sign == '-') moment.zone_minutes = scan.offset(sign, 2, true);
  if (scan.take_if("[") == '\0') return;
  while (scan.take_if("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-:") != '\0') {
  }
  scan.expect("]");
}

/// `2026-11-23T08:00:10.001+08:00`; seconds, their fraction and the zone may be left out, a space may stand for the T.
std::optional<Time> parse_iso8601(std::string_view text) {
  DateScanner scan(text);
  Moment moment;
  moment.year = scan.number(4, 4);
  scan.expect("-");
  moment.month = static_cast<unsigned>(scan.number(2, 2));
  scan.expect("-");
  moment.day = static_cast<unsigned>(scan.number(2, 2));
  if (scan.take_if("Tt ") == '\0') return std::nullopt;
  moment.hour = scan.number(2, 2);
  scan.expect(":");
  moment.minute = scan.number(2, 2);
  if (scan.take_if(":") != '\0') {
    moment.second = scan.number(2, 2);
    if (scan.take_if(".,") != '\0') moment.milliseconds = scan.milliseconds();
  }
  scan_zone(scan, moment);
  return scan.done() ? time_of(moment) : std::nullopt;
}

std::optional<Time> parse_epoch(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  if (text.size() == 13) return Time(Millis(value));
  if (text.size() == 10) return Time(std::chrono::seconds(value));
  return std::nullopt;
}

}  // namespace

std::optional<ResetTarget> parse_reset_target(std::string_view text) {
  if (text == "earliest" || text == "0") return ResetTarget{.kind = Kind::kEarliest, .time = {}};
  if (text == "latest" || text == "1") return ResetTarget{.kind = Kind::kLatest, .time = {}};
  auto time = parse_epoch(text);
  if (!time) time = parse_rfc1123(text);
  if (!time) time = parse_iso8601(text);
  if (!time) return std::nullopt;
  return ResetTarget{.kind = Kind::kTime, .time = *time};
}

}  // namespace wingmq::net
