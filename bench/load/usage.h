#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wingmq::load {

/// What a process has used.
struct Usage {
  double cpu_seconds = 0;            ///< processor time since its start
  std::uint64_t resident_bytes = 0;  ///< at this moment
  std::uint64_t resident_bytes_before = 0;  ///< of a server: when the bench had only found it, or started it

  void merge(const Usage& later) {
    cpu_seconds += later.cpu_seconds;
    resident_bytes = later.resident_bytes;
    resident_bytes_before = later.resident_bytes_before;
  }
};

/// Usage of a process of this machine; nullopt when there is none, or it is not ours to look at.
[[nodiscard]] std::optional<Usage> usage_of(pid_t pid);
/// Usage of this one.
[[nodiscard]] Usage own_usage();
/// The process that listens on a TCP port of this machine, as far as its descriptors may be read.
[[nodiscard]] std::optional<pid_t> find_listener(std::uint16_t port);
/// What Prometheus' usual metrics process_cpu_seconds_total and process_resident_memory_bytes say, where a server has
/// them.
[[nodiscard]] std::optional<Usage> usage_in_metrics(std::string_view metrics);

}  // namespace wingmq::load
