#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace wingmq::test {

/// Ends a fuzzer whose input broke a rule, with the rule and what was seen instead.
inline void require(bool holds, std::string_view rule, const std::string& seen = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(rule.size()), rule.data());
  std::fwrite(seen.data(), 1, seen.size(), stderr);  // it may hold zeros
  std::fputc('\n', stderr);
  std::abort();
}

/// Takes the first byte off an input; 0 when there is none.
inline unsigned take_byte(std::string_view& input) {
  if (input.empty()) return 0;
  const auto byte = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return byte;
}

/// Takes a line off an input, without its line feed.
inline std::string_view take_line(std::string_view& input) {
  const auto line = input.substr(0, input.find('\n'));
  input.remove_prefix(line.size() == input.size() ? line.size() : line.size() + 1);
  return line;
}

}  // namespace wingmq::test
