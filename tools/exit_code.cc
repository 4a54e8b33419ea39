#include "exit_code.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "values.h"

namespace wingmq::tools {
namespace {

/// What a line begins with: as much a part of the process as its standard error.
std::string& line_begin() {
  static std::string text = "wingmq: ";
  return text;
}

}  // namespace

void say_command(std::string_view name) { line_begin() = fmt::format("wingmq {}: ", name); }

ExitCode fail(ExitCode code, std::string_view reason) {
  fmt::print(stderr, "{}{}\n", line_begin(), one_line(reason));
  return code;
}

ExitCode write_out(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (written) return kStopped;
  return fail(kFailed, fmt::format("standard output: {}", std::generic_category().message(errno)));
}

}  // namespace wingmq::tools
