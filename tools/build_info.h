#pragma once

#include <string>

namespace wingmq::tools {

/// For --version: the version, and a line each for the revision of the sources, the compiler and the kind of build.
[[nodiscard]] std::string version_text();

}  // namespace wingmq::tools
