#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include "wingmq/group_change.h"

namespace wingmq {

/// The changes of one call, gathered until it is over. A machine notes a change when nothing but that can fail any more: when there is no
/// memory for the note, there is no change.
class ChangeLog {
 public:
  template <typename What>
  void note(Time at, Stream stream, What what) {
    noted_.push_back({.at = at, .stream = stream, .what = std::move(what)});
  }
  [[nodiscard]] std::size_t size() const noexcept { return noted_.size(); }
  /// Forgets those behind the first `size`: they did not come about.
  void cut(std::size_t size) noexcept {
    while (noted_.size() > size) noted_.pop_back();
  }
  [[nodiscard]] std::list<GroupChange> take() noexcept { return std::exchange(noted_, {}); }

 private:
  std::list<GroupChange> noted_;
};

}  // namespace wingmq
