#include "log/watches.h"

#include <utility>

namespace wingmq {

bool Condition::holds(const WatchedCounts& counts) const noexcept {
  const std::uint64_t value = counts.*count;
  switch (is) {
    case Is::kAtLeast: return value >= number;
    case Is::kAtMost: return value <= number;
    case Is::kEqual: return value == number;
    case Is::kMore: return value > number;
    case Is::kLess: return value < number;
  }
  return false;
}

bool WatchRequest::holds(const WatchedCounts& counts) const noexcept {
  return std::ranges::all_of(conditions, [&counts](const Condition& each) { return each.holds(counts); });
}

std::optional<Error> Watches::add(const std::shared_ptr<Watches>& self, Watcher& watcher, const WatchRequest& request) {
  const MutexLock lock(mutex_);
  if (closed_) return Error{*closed_};
  watcher.request_ = request;
  listed_.push_back(&watcher);
  watcher.watches_ = self;
  watcher.listed_ = true;
  active_.store(listed_.size());
  return std::nullopt;
}

bool Watches::remove(Watcher& watcher) noexcept {
  const MutexLock lock(mutex_);
  if (!watcher.listed_) return false;
  watcher.listed_ = false;
  std::erase(listed_, &watcher);
  active_.store(listed_.size());
  return true;
}

bool Watches::cancel(Watcher& watcher) {
  const auto watches = watcher.watches_.lock();
  return watches && watches->remove(watcher);
}

template <typename Outcome>
void Watches::tell(Outcome outcome, Effects& effects) noexcept {
  std::erase_if(listed_, [&](Watcher* each) {
    std::optional<Result<WatchedCounts>> told = outcome(each->request_);
    if (!told) return false;
    each->listed_ = false;
    effects.answer(*each, std::move(*told));
    return true;
  });
  active_.store(listed_.size());
}

void Watches::judge(const std::optional<GroupId>& group, const WatchedCounts& counts, Effects& effects) noexcept {
  const MutexLock lock(mutex_);
  tell(
      [&](const WatchRequest& request) -> std::optional<Result<WatchedCounts>> {
        if (request.group != group || !request.holds(counts)) return std::nullopt;
        return counts;
      },
      effects);
}

void Watches::end(GroupId group, Effects& effects) noexcept {
  const MutexLock lock(mutex_);
  tell(
      [&](const WatchRequest& request) -> std::optional<Result<WatchedCounts>> {
        if (request.group != group) return std::nullopt;
        return std::unexpected(Error{ErrorCode::kGroupNotFound});
      },
      effects);
}

void Watches::close(ErrorCode why, Effects& effects) noexcept {
  const MutexLock lock(mutex_);
  closed_ = why;
  tell([why](const WatchRequest&) -> std::optional<Result<WatchedCounts>> { return std::unexpected(Error{why}); }, effects);
}

}  // namespace wingmq
