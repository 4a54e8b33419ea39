#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "load/histogram.h"

namespace wingmq::load {

/// What is timed. A cycle is a send with all that follows from it; end to end is from a send to the delivery.
enum class Op : std::uint8_t { kSend, kConsume, kConfirm, kCycle, kEndToEnd };
inline constexpr std::size_t kOps = 5;
[[nodiscard]] constexpr std::string_view op_name(Op op) {
  constexpr std::array<std::string_view, kOps> kNames{"send", "consume", "confirm", "cycle", "end_to_end"};
  return kNames[static_cast<std::size_t>(op)];
}

/// Figures of one operation within the measured time.
struct OpStats {
  Histogram latency;  ///< nanoseconds
  std::uint64_t requests = 0;
  std::uint64_t messages = 0;
  std::uint64_t request_bytes = 0;
  std::uint64_t reply_bytes = 0;

  void merge(const OpStats& other) {
    latency.merge(other.latency);
    requests += other.requests;
    messages += other.messages;
    request_bytes += other.request_bytes;
    reply_bytes += other.reply_bytes;
  }
};

/// Errors by kind, each with the first one's text.
class Errors {
 public:
  struct Kind {
    std::uint64_t count = 0;
    std::string first;
  };

  void note(const std::string& kind, std::string_view text) {
    Kind& entry = kinds_[kind];
    if (entry.count++ == 0) entry.first = text;
  }
  void merge(const Errors& other) {
    for (const auto& [kind, entry] : other.kinds_) {
      Kind& own = kinds_[kind];
      if (own.count == 0) own.first = entry.first;
      own.count += entry.count;
    }
  }
  [[nodiscard]] std::uint64_t count() const {
    std::uint64_t all = 0;
    for (const auto& [kind, entry] : kinds_) all += entry.count;
    return all;
  }
  [[nodiscard]] const std::map<std::string, Kind>& kinds() const { return kinds_; }

 private:
  std::map<std::string, Kind> kinds_;
};

/// What one worker measured. One thread; merged when the workers have ended.
struct Stats {
  std::array<OpStats, kOps> ops;
  Errors errors;
  std::uint64_t dry = 0;  ///< consumes that returned nothing

  [[nodiscard]] OpStats& of(Op op) { return ops[static_cast<std::size_t>(op)]; }
  [[nodiscard]] const OpStats& of(Op op) const { return ops[static_cast<std::size_t>(op)]; }
  void merge(const Stats& other) {
    for (std::size_t i = 0; i < kOps; ++i) ops[i].merge(other.ops[i]);
    errors.merge(other.errors);
    dry += other.dry;
  }
};

}  // namespace wingmq::load
