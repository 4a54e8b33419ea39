#pragma once

#include <cstddef>
#include <filesystem>

namespace wingmq::tools {

/// How many bytes this process may use: the machine's memory, or what the tightest of its control groups allows (v1 and v2).
/// `root` is where /proc and /sys are looked for.
[[nodiscard]] std::size_t usable_memory(const std::filesystem::path& root = "/");

}  // namespace wingmq::tools
