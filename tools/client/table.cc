#include "client/table.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "read_settings.h"

namespace wingmq::tools {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kLastColumnMin = 16;

/// Characters that take two columns: those of East Asia, and pictures.
constexpr std::array<std::pair<char32_t, char32_t>, 12> kWide{{{0x1100, 0x115f},
                                                               {0x2e80, 0x303e},
                                                               {0x3041, 0x33ff},
                                                               {0x3400, 0x4dbf},
                                                               {0x4e00, 0x9fff},
                                                               {0xa000, 0xa4cf},
                                                               {0xac00, 0xd7a3},
                                                               {0xf900, 0xfaff},
                                                               {0xfe30, 0xfe6f},
                                                               {0xff00, 0xff60},
                                                               {0x1f300, 0x1faff},
                                                               {0x20000, 0x3fffd}}};

/// Takes one character off the front of UTF-8; a byte that is none counts as one.
std::string_view take_character(std::string_view& text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && bytes < 4 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80) ++bytes;
  const auto character = text.substr(0, bytes);
  text.remove_prefix(bytes);
  return character;
}

std::size_t width_of_character(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (first < 0x80) return 1;
  char32_t code = first & (0xffU >> (character.size() + 1));
  for (const char c : character.substr(1)) code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  if (code >= 0x300 && code <= 0x36f) return 0;  // stands on the character before it
  const auto holds = [code](const auto& range) { return code >= range.first && code <= range.second; };
  return std::ranges::any_of(kWide, holds) ? 2 : 1;
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::kGreen: return "32";
    case Colour::kYellow: return "33";
    case Colour::kRed: return "31";
    case Colour::kFaint: return "2";
    case Colour::kNone: break;
  }
  return {};
}

std::string_view name_of(std::string_view heading) { return heading.starts_with('>') ? heading.substr(1) : heading; }

}  // namespace

Look look_of_output() {
  if (::isatty(STDOUT_FILENO) == 0) return {};
  Environment variables = process_environment();
  winsize size{};
  const bool sized = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return {.colours = variables["NO_COLOR"].empty() && variables["TERM"] != "dumb", .columns = sized ? size.ws_col : std::size_t{0}};
}

std::string painted(std::string_view text, Colour colour, Look look) {
  const auto code = code_of(colour);
  return !look.colours || code.empty() || text.empty() ? std::string(text) : fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += width_of_character(take_character(text));
  return width;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (columns == 0 || width_of(text) <= columns) return std::string(text);
  std::string kept;
  for (std::size_t width = 1; !text.empty();) {
    const auto character = take_character(text);
    width += width_of_character(character);
    if (width > columns) break;
    kept += character;
  }
  return kept + "…";
}

void Table::add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

std::vector<Table::Column> Table::used_columns() const {
  std::vector<Column> used;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    std::size_t width = 0;
    for (const auto& row : rows_) width = std::max(width, width_of(row[i].text));
    if (width > 0) used.push_back({i, std::max(width, width_of(name_of(headings_[i])))});
  }
  return used;
}

std::string Table::text(Look look) const {
  const auto columns = used_columns();
  std::vector<Cell> head;
  head.reserve(headings_.size());
  for (const auto& heading : headings_) head.push_back({std::string(name_of(heading)), Colour::kFaint});
  std::string text = line(head, columns, look);
  for (const auto& row : rows_) text += line(row, columns, look);
  return text;
}

std::string Table::line(const std::vector<Cell>& row, const std::vector<Column>& columns, Look look) const {
  std::string text;
  std::size_t taken = 0;
  for (const auto& [index, width] : columns) {
    const auto& [cell, colour] = row[index];
    const bool last = index == columns.back().index;
    const std::string padding(width - width_of(cell), ' ');
    if (headings_[index].starts_with('>')) {
      text += padding + painted(cell, colour, look);
    } else if (!last) {
      text += painted(cell, colour, look) + padding;
    } else {
      const std::size_t left = look.columns == 0 ? 0 : std::max(kLastColumnMin, look.columns - std::min(look.columns, taken));
      text += painted(cut(cell, left), colour, look);
    }
    if (!last) text += kGap;
    taken += width + kGap.size();
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

}  // namespace wingmq::tools
