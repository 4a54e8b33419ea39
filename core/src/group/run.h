#pragma once

#include <algorithm>
#include <cstdint>

#include "wingmq/clock.h"
#include "wingmq/delivery.h"
#include "wingmq/tag_rule.h"

namespace wingmq {

/// Neighbouring messages of one log entry that a group treats alike, and the end of their retention. Retained is one thing and loaded, which
/// is to have the batch, another: a group that was rebuilt from its changes has no payload yet, and what is confirmed needs none.
struct Run : DeliveredRun {
  bool retained = true;
  std::uint16_t origin_partition = 0;  ///< of a dead letter: where it stands in its queue's log
  Time expires{};
  Offset origin;

  /// Messages from .. from+count-1 of this run.
  [[nodiscard]] Run part(std::uint32_t from, std::uint32_t part_count) const {
    Run run = *this;
    run.first += from;
    run.offset.value += from;
    run.origin.value += from;
    run.count = part_count;
    return run;
  }
};

static_assert(sizeof(Run) <= 56, "a lease has one for each stretch that it delivers");

/// Calls `action` with each longest stretch of `run` whose messages `rule` wants.
template <typename Action>
void for_each_wanted(const Run& run, const TagRule& rule, Action action) {
  if (rule.empty()) {
    action(run);
    return;
  }
  std::uint32_t begin = 0;
  for (std::uint32_t i = 0; i <= run.count; ++i) {
    if (i < run.count && rule.matches(run.batch->tags(run.first + i))) continue;
    if (i > begin) action(run.part(begin, i - begin));
    begin = i + 1;
  }
}

/// What one delivery may still take.
struct Room {
  std::uint32_t messages = 0;
  std::uint64_t payload_bytes = 0;
  bool anything = false;  ///< something was taken: a first message is taken however large it is
  bool closed = false;    ///< a message did not fit, and none behind it may overtake it

  [[nodiscard]] bool full() const { return closed || messages == 0; }

  /// Takes the first messages of batch[first … first+count-1] that fit, and returns how many.
  std::uint32_t take(const Batch& batch, std::uint32_t first, std::uint32_t count) {
    if (count == batch.count() && count <= messages && batch.payload_bytes() <= payload_bytes) {
      note(count, batch.payload_bytes());
      return count;
    }
    std::uint32_t taken = 0;
    while (taken < count && messages > 0) {
      const std::uint64_t bytes = batch.message(first + taken).payload_bytes;
      if (bytes > payload_bytes && anything) {
        closed = true;
        break;
      }
      note(1, std::min(bytes, payload_bytes));
      ++taken;
    }
    return taken;
  }

 private:
  void note(std::uint32_t count, std::uint64_t bytes) {
    messages -= count;
    payload_bytes -= bytes;
    anything = true;
  }
};

}  // namespace wingmq
