#pragma once

#include <cstddef>

#include "group/run.h"

namespace wingmq {

/// Where a machine's messages go that failed too often.
class DeathSink {
 public:
  /// Makes room for `runs` more, so that taking them cannot fail. Throws std::bad_alloc. Not 0.
  virtual void make_room(std::size_t runs) = 0;
  /// Takes messages that died at `at`.
  virtual void take(const Run& run, Time at) noexcept = 0;

 protected:
  ~DeathSink() = default;
};

}  // namespace wingmq
