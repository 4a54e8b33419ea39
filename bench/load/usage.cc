#include "load/usage.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace wingmq::load {
namespace {

namespace fs = std::filesystem;

/// Nanosecond figures of all threads, where the kernel has them: those of the process are in hundredths of a second.
std::optional<double> cpu_of_threads(pid_t pid) {
  std::error_code error;
  double seconds = 0;
  bool any = false;
  for (fs::directory_iterator task(fmt::format("/proc/{}/task", pid), error);
       !error && task != fs::directory_iterator(); task.increment(error)) {
    std::ifstream file(task->path() / "schedstat");
    double nanoseconds = 0;
    if (!(file >> nanoseconds)) continue;
    seconds += nanoseconds / 1e9;
    any = true;
  }
  return any ? std::optional(seconds) : std::nullopt;
}

std::optional<double> cpu_of_process(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  // Behind the name: state, then ten more fields, then user and system time.
  constexpr int kSkipped = 11;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < kSkipped; ++i) fields >> skipped;
  double user = 0;
  double kernel = 0;
  if (!(fields >> skipped >> user >> kernel)) return std::nullopt;
  return (user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::optional<std::uint64_t> resident_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/statm", pid));
  std::uint64_t pages = 0;
  std::uint64_t resident = 0;
  if (!(file >> pages >> resident)) return std::nullopt;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Inodes of the sockets that listen on a port.
std::set<std::string> listening_inodes(std::uint16_t port) {
  constexpr std::string_view kListening = "0A";
  std::set<std::string> inodes;
  const std::string ending = fmt::format(":{:04X}", port);
  for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::istringstream fields(line);
      std::string number, local, remote, state, queues, timer, retransmits, user, timeout, inode;
      fields >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
      if (state == kListening && local.ends_with(ending)) inodes.insert("socket:[" + inode + "]");
    }
  }
  return inodes;
}

bool holds_any(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "fd", error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::error_code ignored;
    if (sockets.contains(fs::read_symlink(entry->path(), ignored).string())) return true;
  }
  return false;
}

std::optional<double> metric(std::string_view metrics, std::string_view name) {
  const auto at = metrics.find(fmt::format("\n{} ", name));
  if (at == std::string_view::npos) return std::nullopt;
  const auto text = metrics.substr(at + name.size() + 2);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<Usage> usage_of(pid_t pid) {
  const auto threads = cpu_of_threads(pid);
  const auto cpu = threads ? threads : cpu_of_process(pid);
  const auto resident = resident_of(pid);
  if (!cpu || !resident) return std::nullopt;
  return Usage{*cpu, *resident};
}

Usage own_usage() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(used.ru_utime) + seconds(used.ru_stime), resident_of(::getpid()).value_or(0)};
}

std::optional<pid_t> find_listener(std::uint16_t port) {
  const auto sockets = listening_inodes(port);
  if (sockets.empty()) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    pid_t pid = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (read.ec == std::errc() && read.ptr == name.data() + name.size() && holds_any(entry->path(), sockets))
      return pid;
  }
  return std::nullopt;
}

std::optional<Usage> usage_in_metrics(std::string_view metrics) {
  const auto cpu = metric(metrics, "process_cpu_seconds_total");
  if (!cpu) return std::nullopt;
  return Usage{*cpu, static_cast<std::uint64_t>(metric(metrics, "process_resident_memory_bytes").value_or(0))};
}

}  // namespace wingmq::load
