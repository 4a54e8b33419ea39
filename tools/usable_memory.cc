#include "usable_memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace wingmq::tools {
namespace {

namespace fs = std::filesystem;

/// One of the ways in which a kernel keeps control groups.
struct Hierarchy {
  std::string_view controller;  ///< what /proc/self/cgroup calls it: `N:CONTROLLER:PATH`; v2 has no name
  fs::path mounted;
  std::string_view file;  ///< holds a number of bytes, or `max`
};

/// The limit set there, or `otherwise`.
std::size_t limit_in(const fs::path& file, std::size_t otherwise) {
  std::ifstream text(file);
  std::size_t bytes = 0;
  return text >> bytes ? bytes : otherwise;
}

/// The least limit from the group up to the root: each binds everything below it.
std::size_t tightest(const Hierarchy& hierarchy, fs::path group, std::size_t bytes) {
  while (true) {
    bytes = std::min(bytes, limit_in(hierarchy.mounted / group / hierarchy.file, bytes));
    if (group.empty()) return bytes;
    group = group.parent_path();
  }
}

bool names(std::string_view controllers, std::string_view controller) {
  while (true) {
    const auto comma = controllers.find(',');
    if (controllers.substr(0, comma) == controller) return true;
    if (comma == std::string_view::npos) return false;
    controllers.remove_prefix(comma + 1);
  }
}

}  // namespace

std::size_t usable_memory(const fs::path& root) {
  std::size_t bytes =
      static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const Hierarchy hierarchies[] = {{"", root / "sys/fs/cgroup", "memory.max"},
                                   {"memory", root / "sys/fs/cgroup/memory", "memory.limit_in_bytes"}};
  // A container sees its own group at the root, whatever path the kernel names.
  for (const Hierarchy& hierarchy : hierarchies) bytes = tightest(hierarchy, {}, bytes);
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const fs::path group = fs::path(line.substr(second + 1)).relative_path();
    for (const Hierarchy& hierarchy : hierarchies) {
      if (names(controllers, hierarchy.controller)) bytes = tightest(hierarchy, group, bytes);
    }
  }
  return bytes;
}

}  // namespace wingmq::tools
