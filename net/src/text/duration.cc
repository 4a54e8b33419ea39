#include "wingmq/net/duration.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>

namespace wingmq::net {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr Unit kUnits[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  const Unit* next = std::begin(kUnits);  // a unit that is out of order, or there twice, is a slip of the hand
  while (!text.empty()) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto name = text.substr(0, text.find_first_of("0123456789"));
    const Unit* unit = std::find_if(next, std::end(kUnits), [name](const Unit& each) { return each.name == name; });
    if (unit == std::end(kUnits)) return std::nullopt;
    const auto room = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - total);
    if (number > room / static_cast<std::uint64_t>(unit->milliseconds)) return std::nullopt;
    total += static_cast<std::int64_t>(number) * unit->milliseconds;
    text.remove_prefix(name.size());
    next = unit + 1;
  }
  return std::chrono::milliseconds(total);
}

}  // namespace wingmq::net
