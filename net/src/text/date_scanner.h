#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "wingmq/clock.h"

namespace wingmq::net {

/// Reads a time from front to back; the first thing out of place makes it unreadable.
class DateScanner {
 public:
  explicit DateScanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return good_ && rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }
  /// What has not been read yet.
  [[nodiscard]] std::string_view rest() const { return rest_; }

  /// Takes one of these characters, if it comes next.
  char take_if(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return '\0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  /// Takes the word, if it comes next.
  bool take_word(std::string_view word) {
    const bool next = good_ && rest_.starts_with(word);
    if (next) rest_.remove_prefix(word.size());
    return next;
  }
  void expect(std::string_view word) {
    good_ = good_ && rest_.starts_with(word);
    if (good_) rest_.remove_prefix(word.size());
  }
  /// A number of `least` to `most` digits.
  int number(std::size_t least, std::size_t most) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < most && digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') {
      value = value * 10 + (rest_[digits++] - '0');
    }
    good_ = good_ && digits >= least;
    rest_.remove_prefix(digits);
    return value;
  }
  /// Thousandths behind the point; further digits are cut off.
  int milliseconds() {
    const auto before = rest_;
    int value = number(1, 3);
    for (auto digits = before.size() - rest_.size(); digits < 3; ++digits) value *= 10;
    while (take_if("0123456789") != '\0') {
    }
    return value;
  }
  /// The index of the word that comes next.
  template <std::size_t N>
  unsigned one_of(const std::array<std::string_view, N>& words) {
    const auto found = std::find_if(words.begin(), words.end(), [&](auto word) { return rest_.starts_with(word); });
    good_ = good_ && found != words.end();
    if (good_) rest_.remove_prefix(found->size());
    return static_cast<unsigned>(found - words.begin());
  }
  /// Minutes east of Greenwich behind a sign that was taken: hours of so many digits at least, and minutes behind a colon, or
  /// without one where hours have two digits.
  int offset(char sign, std::size_t hour_digits, bool may_lack_minutes) {
    const int hours = number(hour_digits, 2);
    int minutes = 0;
    const bool colon = take_if(":") != '\0';
    const bool ends = !colon && (hour_digits == 1 || (may_lack_minutes && !next_is_digit()));
    if (!ends) minutes = number(2, 2);
    good_ = good_ && hours < 24 && minutes < 60;
    return (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
  }
  [[nodiscard]] bool next_is_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

/// A date and a time of day somewhere.
struct Moment {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int milliseconds = 0;
  int zone_minutes = 0;
};

/// The instant; nullopt when the date or the time of day does not exist.
[[nodiscard]] inline std::optional<Time> time_of(const Moment& moment) {
  const std::chrono::year_month_day date(std::chrono::year(moment.year), std::chrono::month(moment.month),
                                         std::chrono::day(moment.day));
  if (!date.ok() || moment.hour > 23 || moment.minute > 59 || moment.second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(moment.hour) +
         std::chrono::minutes(moment.minute - moment.zone_minutes) + std::chrono::seconds(moment.second) +
         Millis(moment.milliseconds);
}

/// The month's index. Java and .NET print the names of English locales: `Sept` in most of them, `June` and `July` in Australia's.
inline unsigned scan_month(DateScanner& scan) {
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  static constexpr std::array<std::string_view, 12> kEndings = {"", "", "", "", "", "e", "y", "", "t", "", "", ""};
  const auto month = scan.one_of(kMonths);
  if (scan.good()) scan.take_word(kEndings[month]);
  return month;
}

/// `08:00:10`
inline void scan_clock(DateScanner& scan, Moment& moment) {
  moment.hour = scan.number(2, 2);
  scan.expect(":");
  moment.minute = scan.number(2, 2);
  scan.expect(":");
  moment.second = scan.number(2, 2);
}

/// `Mon, 23 Nov 2026 08:00:10` (RFC 1123, names in English) without the zone. Returns the weekday, Sunday being 0.
inline unsigned scan_rfc1123(DateScanner& scan, Moment& moment) {
  static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  const auto weekday = scan.one_of(kDays);
  scan.expect(", ");
  moment.day = static_cast<unsigned>(scan.number(1, 2));
  scan.expect(" ");
  moment.month = scan_month(scan) + 1;
  scan.expect(" ");
  moment.year = scan.number(4, 4);
  scan.expect(" ");
  scan_clock(scan, moment);
  return weekday;
}

/// The same as an instant; nullopt also when the weekday is not the date's, in the moment's own zone.
[[nodiscard]] inline std::optional<Time> time_on_weekday(const Moment& moment, unsigned weekday) {
  const auto time = time_of(moment);
  if (!time) return std::nullopt;
  const auto local = *time + std::chrono::minutes(moment.zone_minutes);
  const bool right = std::chrono::weekday(std::chrono::floor<std::chrono::days>(local)).c_encoding() == weekday;
  return right ? time : std::nullopt;
}

}  // namespace wingmq::net
