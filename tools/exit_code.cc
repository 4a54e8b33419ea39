#include "exit_code.h"

#include <fmt/format.h>

#include <cstdio>

#include "values.h"

namespace wingmq::tools {

ExitCode fail(ExitCode code, std::string_view reason) {
  fmt::print(stderr, "wingmq: {}\n", one_line(reason));
  return code;
}

}  // namespace wingmq::tools
