#include "timestamp.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace wingmq::net {
namespace {

using Kind = Broker::ResetTarget::Kind;

/// Reads a time from front to back; the first thing out of place makes it unreadable.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return good_ && rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }

  /// Takes one of these characters, if it comes next.
  char take_if(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return '\0';
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
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

 private:
  std::string_view rest_;
  bool good_ = true;
};

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

std::optional<Time> time_of(const Moment& moment) {
  const std::chrono::year_month_day date(std::chrono::year(moment.year), std::chrono::month(moment.month),
                                         std::chrono::day(moment.day));
  if (!date.ok() || moment.hour > 23 || moment.minute > 59 || moment.second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(moment.hour) +
         std::chrono::minutes(moment.minute - moment.zone_minutes) + std::chrono::seconds(moment.second) +
         Millis(moment.milliseconds);
}

void scan_clock(Scanner& scan, Moment& moment) {
  moment.hour = scan.number(2, 2);
  scan.expect(":");
  moment.minute = scan.number(2, 2);
  scan.expect(":");
  moment.second = scan.number(2, 2);
}

/// `Mon, 23 Nov 2026 08:00:10 GMT`; the weekday must be the date's.
std::optional<Time> parse_rfc1123(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Scanner scan(text);
  Moment moment;
  const auto weekday = scan.one_of(kDays);
  scan.expect(", ");
  moment.day = static_cast<unsigned>(scan.number(1, 2));
  scan.expect(" ");
  moment.month = scan.one_of(kMonths) + 1;
  scan.expect(" ");
  moment.year = scan.number(4, 4);
  scan.expect(" ");
  scan_clock(scan, moment);
  scan.expect(" GMT");
  if (!scan.done()) return std::nullopt;
  const auto time = time_of(moment);
  if (!time || std::chrono::weekday(std::chrono::floor<std::chrono::days>(*time)).c_encoding() != weekday) {
    return std::nullopt;
  }
  return time;
}

void scan_zone(Scanner& scan, Moment& moment) {
  const char sign = scan.take_if("Z+-");
  if (sign != '+' && sign != '-') return;
  const int hours = scan.number(2, 2);
  scan.take_if(":");
  const int minutes = scan.number(2, 2);
  moment.zone_minutes = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
}

/// `2026-11-23T08:00:10.001+08:00`; fraction and zone may be left out, a space may stand for the T.
std::optional<Time> parse_iso8601(std::string_view text) {
  Scanner scan(text);
  Moment moment;
  moment.year = scan.number(4, 4);
  scan.expect("-");
  moment.month = static_cast<unsigned>(scan.number(2, 2));
  scan.expect("-");
  moment.day = static_cast<unsigned>(scan.number(2, 2));
  if (scan.take_if("T ") == '\0') return std::nullopt;
  scan_clock(scan, moment);
  if (scan.take_if(".") != '\0') moment.milliseconds = scan.milliseconds();
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

std::optional<Broker::ResetTarget> parse_reset_target(std::string_view text) {
  if (text == "earliest" || text == "0") return Broker::ResetTarget{.kind = Kind::kEarliest, .time = {}};
  if (text == "latest" || text == "1") return Broker::ResetTarget{.kind = Kind::kLatest, .time = {}};
  auto time = parse_epoch(text);
  if (!time) time = parse_rfc1123(text);
  if (!time) time = parse_iso8601(text);
  if (!time) return std::nullopt;
  return Broker::ResetTarget{.kind = Kind::kTime, .time = *time};
}

}  // namespace wingmq::net
