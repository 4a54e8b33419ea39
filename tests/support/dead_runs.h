#pragma once

#include <vector>

#include "group/death_sink.h"

namespace wingmq::test {

/// Keeps those that died, for a test to look at.
class DeadRuns final : public DeathSink {
 public:
  void make_room(std::size_t count) override { runs.reserve(runs.size() + count); }
  void take(const Run& run, Time) noexcept override { runs.push_back(run); }

  std::vector<Run> runs;
};

}  // namespace wingmq::test
