#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wingmq::tools {

enum class Colour : std::uint8_t { kNone, kGreen, kYellow, kRed, kFaint };

/// How text is shown to people.
struct Look {
  bool colours = false;
  std::size_t columns = 0;  ///< of the terminal; 0: a line may have any length
};
/// For standard output: colours on a terminal alone, and not with NO_COLOR or TERM=dumb.
[[nodiscard]] Look look_of_output();

[[nodiscard]] std::string painted(std::string_view text, Colour colour, Look look);

struct Cell {
  std::string text;
  Colour colour = Colour::kNone;
};

/// Rows under headings, aligned. Columns in which no row has anything are left out. One thread.
class Table {
 public:
  /// A heading that begins with `>` stands on the right, as numbers do.
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  /// As many cells as there are headings.
  void add(std::vector<Cell> row);
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  /// Each line ends with a line end. Where it is wider than the terminal, the last column is cut.
  [[nodiscard]] std::string text(Look look) const;

 private:
  struct Column {
    std::size_t index = 0;
    std::size_t width = 0;
  };
  [[nodiscard]] std::vector<Column> used_columns() const;
  [[nodiscard]] std::string line(const std::vector<Cell>& row, const std::vector<Column>& columns, Look look) const;

  std::vector<std::string> headings_;
  std::vector<std::vector<Cell>> rows_;
};

/// How many columns of a terminal a text takes: Chinese characters take two.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// The beginning of a text that fits, with a `…` where something is missing; any length fits into 0 columns.
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);

}  // namespace wingmq::tools
