#include "client/shown.h"

#include <fmt/format.h>

#include <array>
#include <ctime>
#include <utility>

#include "client/json.h"
#include "json_text.h"
#include "values.h"

namespace wingmq::tools {

std::string time_text(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return fmt::format("{}.{:03}", std::string_view(text.data(), length), ms % 1000);
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits{"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double scaled = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; scaled >= 1024 && unit + 1 < kUnits.size(); ++unit) scaled /= 1024;
  return fmt::format("{:.1f} {}", scaled, kUnits[unit]);
}

std::string count_text(std::int64_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string value_text(std::string_view json) {
  return json.starts_with('"') ? one_line(std::string(read_json(json).as_string())) : flatten_json(json);
}

std::string value_text(std::string_view json, std::string_view empty) { return json == empty ? std::string() : value_text(json); }

std::string tags_text(std::string_view json) {
  std::string text;
  for (const auto part : json_parts(json)) text += (text.empty() ? "" : ",") + value_text(part);
  return text;
}

Cell count_cell(std::string text, Colour colour) {
  const bool nothing = text.empty() || text == "0";
  return {std::move(text), nothing ? Colour::kNone : colour};
}

Cell state_cell(std::string state) {
  Colour colour = Colour::kNone;
  if (state == "in_flight") colour = Colour::kYellow;
  if (state == "dead") colour = Colour::kRed;
  if (state == "confirmed") colour = Colour::kFaint;
  if (state == "available") colour = Colour::kGreen;
  return {std::move(state), colour};
}

}  // namespace wingmq::tools
