#include "exit_code.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "values.h"

namespace wingmq::tools {

ExitCode fail(ExitCode code, std::string_view reason) {
  fmt::print(stderr, "wingmq: {}\n", one_line(reason));
  return code;
}

ExitCode write_out(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (written) return kStopped;
  return fail(kFailed, fmt::format("standard output: {}", std::generic_category().message(errno)));
}

}  // namespace wingmq::tools
