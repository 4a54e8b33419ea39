#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "load/engine.h"
#include "load/options.h"
#include "load/usage.h"

namespace wingmq::load {

/// A run, or its repetition against the raw server: what was measured, and what it cost both sides.
struct Run {
  Measured measured;
  Usage client;                 ///< processor time within the measured time; memory at its end
  std::optional<Usage> server;  ///< the same, where it can be known

  /// Adds a later part of the same run.
  void merge(const Run& later) {
    measured.merge(later.measured);
    client.merge(later.client);
    if (!server) {
      server = later.server;
    } else if (later.server) {
      server->merge(*later.server);
    }
  }
};

struct Outcome {
  Options options;
  std::string url;
  std::optional<std::int64_t> server_pid;
  std::string version;
  bool interrupted = false;
  Run run;
  std::optional<Run> ceiling;
};

/// Everything, for machines: bench/README.md lists the members.
[[nodiscard]] boost::json::object to_json(const Outcome& outcome);
/// The same for people, several lines.
[[nodiscard]] std::string to_table(const Outcome& outcome);
/// Each figure of two of to_json()'s objects and their ratio, several lines; figures that only one of them has are left
/// out.
[[nodiscard]] std::string compare(const boost::json::object& before, const boost::json::object& now);
/// JSON with a line for each member of the outer levels.
[[nodiscard]] std::string pretty(const boost::json::value& value);

}  // namespace wingmq::load
