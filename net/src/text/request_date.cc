#include "text/request_date.h"

#include "text/date_scanner.h"

namespace wingmq::net {
namespace {

constexpr int kChinaMinutes = 8 * 60;

int scan_offset(DateScanner& scan, char sign, std::size_t hour_digits) {
  const int hours = scan.number(hour_digits, 2);
  int minutes = 0;
  const bool colon = scan.take_if(":") != '\0';
  if (colon || hour_digits == 2) minutes = scan.number(2, 2);
  return (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
}

void scan_zone(DateScanner& scan, Moment& moment) {
  if (scan.take_word("GMT")) {
    const char sign = scan.take_if("+-");
    if (sign != '\0') moment.zone_minutes = scan_offset(scan, sign, 1);
  } else if (scan.take_word("CST")) {
    moment.zone_minutes = kChinaMinutes;
  } else if (!scan.take_word("UTC") && scan.take_if("Z") == '\0') {
    const char sign = scan.take_if("+-");
    if (sign == '\0') scan.expect("a zone");
    moment.zone_minutes = scan_offset(scan, sign, 2);
  }
}

}  // namespace

std::optional<Time> parse_request_date(std::string_view text) {
  DateScanner scan(text);
  Moment moment;
  const unsigned weekday = scan_rfc1123(scan, moment);
  scan.expect(" ");
  scan_zone(scan, moment);
  return scan.done() ? time_on_weekday(moment, weekday) : std::nullopt;
}

}  // namespace wingmq::net
