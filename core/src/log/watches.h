#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "base/effects.h"
#include "base/mutex.h"
#include "wingmq/watch.h"

namespace wingmq {

/// Who waits for counts of one queue and its groups. Whoever changes a count asks active(), which is one load, and judges. A leaf: its lock is
/// taken under a group's. Safe for concurrent use.
class Watches {
 public:
  /// Whether anybody waits, or is about to: a watcher comes in before its first look at the counts and who changes them asks afterwards, so
  /// one of the two sees the other.
  [[nodiscard]] bool active() const noexcept { return active_.load() != 0; }

  /// Lists a watcher, then looks: the answer when the conditions hold already; `counts()` are read when it is listed. Throws std::bad_alloc:
  /// then it is not.
  template <typename Counts>
  [[nodiscard]] static std::optional<Result<WatchedCounts>> watch(const std::shared_ptr<Watches>& watches, Watcher& watcher,
                                                                  const WatchRequest& request, Counts counts);

  /// Takes a watcher back. False: it has been told, or is about to be.
  [[nodiscard]] static bool cancel(Watcher& watcher);

  /// Tells those of a group (nullopt: of the queue) whose conditions hold now.
  void judge(const std::optional<GroupId>& group, const WatchedCounts& counts, Effects& effects) noexcept EXCLUDES(mutex_);
  /// Tells those of a group that it is gone.
  void end(GroupId group, Effects& effects) noexcept EXCLUDES(mutex_);
  /// Tells all of them, and who comes from now on.
  void close(ErrorCode why, Effects& effects) noexcept EXCLUDES(mutex_);

 private:
  [[nodiscard]] std::optional<Error> add(const std::shared_ptr<Watches>& self, Watcher& watcher, const WatchRequest& request)
      EXCLUDES(mutex_);
  [[nodiscard]] bool remove(Watcher& watcher) noexcept EXCLUDES(mutex_);
  /// Takes out and tells those that `outcome(watcher)` has something for.
  template <typename Outcome>
  void tell(Outcome outcome, Effects& effects) noexcept REQUIRES(mutex_);

  Mutex mutex_;
  std::atomic<std::size_t> active_{0};
  std::vector<Watcher*> listed_ GUARDED_BY(mutex_);
  std::optional<ErrorCode> closed_ GUARDED_BY(mutex_);
};

template <typename Counts>
std::optional<Result<WatchedCounts>> Watches::watch(const std::shared_ptr<Watches>& watches, Watcher& watcher, const WatchRequest& request,
                                                    Counts counts) {
  if (const auto refused = watches->add(watches, watcher, request)) return std::unexpected(*refused);
  const WatchedCounts now = counts();
  if (!request.holds(now) || !watches->remove(watcher)) return std::nullopt;
  return now;
}

}  // namespace wingmq
