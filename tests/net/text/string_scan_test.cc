#include "text/string_scan.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/rng.h"

namespace wingmq::net {
namespace {

/// A string read byte by byte: where it ends and how long what it stands for is; nullopt when it is wrong.
struct Read {
  std::size_t end = 0;
  std::size_t decoded = 0;
};

std::optional<unsigned> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size() || text.substr(at, 4).find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) return {};
  return static_cast<unsigned>(std::stoul(std::string(text.substr(at, 4)), nullptr, 16));
}

std::optional<Read> read_slowly(std::string_view text) {
  Read read;
  for (std::size_t at = 0; at < text.size(); ++at, ++read.decoded) {
    if (text[at] == '"') {
      read.end = at;
      return read;
    }
    if (static_cast<unsigned char>(text[at]) < 0x20) return {};
    if (text[at] != '\\') continue;
    if (++at == text.size()) return {};
    if (text[at] != 'u') {
      if (std::string_view("\"\\/bfnrt").find(text[at]) == std::string_view::npos) return {};
      continue;
    }
    const auto unit = hex4(text, at + 1);
    if (!unit || (*unit >= 0xDC00 && *unit < 0xE000)) return {};
    at += 4;
    if (*unit >= 0x80) ++read.decoded;
    if (*unit >= 0x800) ++read.decoded;
    if (*unit < 0xD800 || *unit >= 0xDC00) continue;
    const auto low = text.substr(at + 1, 2) == "\\u" ? hex4(text, at + 3) : std::nullopt;
    if (!low || *low < 0xDC00 || *low >= 0xE000) return {};
    at += 6;
    ++read.decoded;
  }
  return {};
}

void expect_read_alike(std::string_view text) {
  const std::vector<char> exact(text.begin(), text.end());  // AddressSanitizer watches both ends
  const char* const begin = exact.data();
  const StringScan scan = scan_string(begin, begin + exact.size());
  const auto expected = read_slowly(text);
  ASSERT_EQ(scan.good, expected.has_value()) << text;
  ASSERT_GE(scan.at, begin) << text;
  ASSERT_LE(scan.at, begin + exact.size()) << text;
  if (!expected) return;
  ASSERT_EQ(static_cast<std::size_t>(scan.at - begin), expected->end) << text;
  ASSERT_EQ(expected->end - scan.saved, expected->decoded) << text;
}

TEST(StringScan, RandomTextsAreReadAsByteByByte) {
  constexpr unsigned kSeed = 20261124;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  const std::vector<std::string> pieces = {"x", "\xE4\xB8\xAD", "a long stretch of letters that stand for themselves", "\\\"", "\\\\", "\\n", "\\/",
                                           "\\u0041", "\\u00e9", "\\u4E2d", "\\uD83D\\uDE00", "u", "0", "\\t\\b\\f\\r"};
  const std::vector<std::string> wrong = {"\"", "\\", "\\x", "\\u12", "\\uD83D", "\\uDE00", "\\ud83d\\u0041", "\n", std::string(1, '\0')};
  test::Rng random(kSeed);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto i = random.below(60); i > 0; --i) text += random.pick(pieces);
    if (random.below(3) == 0) text.insert(random.below(text.size() + 1), random.pick(wrong));
    if (random.below(8) != 0) text += '"';
    text += std::string(random.below(3), 'y');
    expect_read_alike(text);
    if (HasFatalFailure()) return;
  }
}

TEST(StringScan, AnEscapeMayLieAcrossBlocks) {
  for (const std::string escape : {R"(\")", R"(\\)", R"(\u00e9)", R"(\uD83D\uDE00)", R"(\\\")", R"(\\\\)", R"(\x)", "\\\n"}) {
    for (std::size_t place = 0; place < 200; ++place) {
      expect_read_alike(std::string(place, 'x') + escape + std::string(70, 'y') + "\"");
      expect_read_alike("\\n" + std::string(place, 'x') + escape + "\"");
      for (std::size_t length = 1; length <= escape.size(); ++length) {
        expect_read_alike("\\n" + std::string(place, 'x') + escape.substr(0, length));
      }
    }
  }
}

TEST(StringScan, RowsOfBackslashesAreToldApart) {
  for (std::size_t before = 0; before < 130; ++before) {
    for (std::size_t row = 1; row < 70; ++row) {
      expect_read_alike(std::string(before, 'x') + std::string(row, '\\') + "\"and on\"");
    }
  }
}

}  // namespace
}  // namespace wingmq::net
