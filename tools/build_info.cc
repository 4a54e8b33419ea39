#include "build_info.h"

#include <fmt/format.h>

#include "revision.h"

namespace wingmq::tools {
namespace {

#if defined(__clang__)
constexpr auto kCompiler = "Clang " __clang_version__;
#else
constexpr auto kCompiler = "GCC " __VERSION__;
#endif

}  // namespace

std::string version_text() {
  return fmt::format("wingmq {}\nrevision {}\ncompiler {}\nbuild    {}", WINGMQ_VERSION, kRevision, kCompiler,
                     WINGMQ_BUILD_TYPE);
}

}  // namespace wingmq::tools
