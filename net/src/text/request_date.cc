#include "text/request_date.h"

#include "text/date_scanner.h"

namespace wingmq::net {
namespace {

struct Zone {
  std::string_view name;
  int minutes;
};
constexpr Zone kZones[] = {{"GMT", 0},          {"UTC", 0},          {"Z", 0},           {"CST", 8 * 60},
                           {"HKT", 8 * 60}, {"SGT", 8 * 60}, {"XJT", 6 * 60}};

/// Minutes east of Greenwich; nullopt: nobody knows that zone.
std::optional<int> minutes_of_zone(std::string_view text) {
  for (const auto& [name, minutes] : kZones) {
    if (text == name) return minutes;
  }
  DateScanner scan(text);
  const bool named = scan.take_word("GMT") || scan.take_word("UTC");
  const char sign = scan.take_if("+-");
  if (sign == '\0') return std::nullopt;
  const int minutes = scan.offset(sign, named ? 1 : 2, false);
  return scan.done() ? std::optional(minutes) : std::nullopt;
}

/// Reads all but the zone, and returns the zone's text; empty when there is none, or nothing can be read.
std::string_view scan_until_zone(std::string_view text, Moment& moment, unsigned& weekday) {
  DateScanner scan(text);
  weekday = scan_rfc1123(scan, moment);
  scan.expect(" ");
  return scan.good() ? scan.rest() : std::string_view();
}

}  // namespace

std::optional<Time> parse_request_date(std::string_view text) {
  Moment moment;
  unsigned weekday = 0;
  const auto minutes = minutes_of_zone(scan_until_zone(text, moment, weekday));
  if (!minutes) return std::nullopt;
  moment.zone_minutes = *minutes;
  return time_on_weekday(moment, weekday);
}

std::string_view zone_of_request_date(std::string_view text) {
  Moment moment;
  unsigned weekday = 0;
  return scan_until_zone(text, moment, weekday);
}

bool is_known_zone(std::string_view zone) { return minutes_of_zone(zone).has_value(); }

}  // namespace wingmq::net
