#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/mutex.h"
#include "group/group.h"
#include "log/shards.h"
#include "wingmq/broker.h"

namespace wingmq {

/// A queue: its messages and its consumer groups. Safe for concurrent use; a send locks one partition, and groups only when
/// somebody is parked.
class Queue final : public Timed {
 public:
  using Groups = std::vector<std::shared_ptr<Group>>;

  Queue(Environment& environment, std::shared_ptr<const QueueIdentity> identity);

  [[nodiscard]] const QueueIdentity& identity() const noexcept { return *identity_; }
  /// A queue of the same identity and groups with nothing in it; the groups keep ids and tag rules, old handles are dead.
  [[nodiscard]] std::shared_ptr<Queue> emptied() EXCLUDES(groups_mutex_);

  Stored send(BatchRef batch, Time now, Effects& effects) EXCLUDES(groups_mutex_);
  /// As Broker::purge().
  [[nodiscard]] Result<std::uint64_t> purge(std::optional<GroupId> group, Time now, Effects& effects) EXCLUDES(groups_mutex_);

  /// Groups of these names that are not the queue's yet, with ids from `ids`, one for each, and room for add_groups(). Errors as
  /// Broker::create_groups().
  [[nodiscard]] Result<Groups> make_groups(std::span<const std::string> names, std::span<const GroupId> ids)
      EXCLUDES(groups_mutex_);
  /// Adds what make_groups() returned last; take_back() undoes that.
  void add_groups(const Groups& groups) noexcept EXCLUDES(groups_mutex_);
  void take_back(const Groups& groups) noexcept EXCLUDES(groups_mutex_);
  /// Takes the groups out and returns them, for the caller to close.
  [[nodiscard]] Result<Groups> remove_groups(std::span<const std::string> names) EXCLUDES(groups_mutex_);
  [[nodiscard]] Groups groups() const EXCLUDES(groups_mutex_);
  /// kGroupNotFound.
  [[nodiscard]] Result<std::shared_ptr<Group>> group(GroupId id) const EXCLUDES(groups_mutex_);

  [[nodiscard]] QueueInfo info(Time now, Effects& effects) EXCLUDES(groups_mutex_);
  [[nodiscard]] QueueGroups inspect(Time now, Effects& effects) EXCLUDES(groups_mutex_);
  [[nodiscard]] Result<std::vector<PeekedMessage>> peek(const PeekRequest& request, Time now, Effects& effects)
      EXCLUDES(groups_mutex_);

  /// As Broker::next_event(), of this queue alone.
  [[nodiscard]] std::optional<Upcoming> next_event(Time now, Effects& effects) EXCLUDES(groups_mutex_);
  /// When the oldest message was sent; nullopt: there is none.
  [[nodiscard]] std::optional<Time> oldest() const;
  /// Lets go of messages that every group has finished with, oldest first, until `bytes` are free; returns how many bytes
  /// became free. A queue without groups keeps everything (D28).
  std::size_t reclaim(std::size_t bytes, Time now, Effects& effects) EXCLUDES(groups_mutex_);
  /// Has the groups copy the few messages that keep a large batch from being reclaimed; returns as Survivors::cost().
  std::ptrdiff_t copy_survivors(Time now, Effects& effects) EXCLUDES(groups_mutex_);
  /// Says that reclaim() or copy_survivors() may find something.
  void note_reclaimable() noexcept { shards_->note_reclaimable(); }

  void fire(Time now, Effects& effects) override;
  /// Takes the queue out of service; see Group::close().
  void close(const Result<Delivery>& outcome, Effects& effects) noexcept EXCLUDES(groups_mutex_);
  /// As Broker::watch(), the queue being found.
  [[nodiscard]] std::optional<Result<WatchedCounts>> watch(const WatchRequest& request, Watcher& watcher, Time now, Effects& effects)
      EXCLUDES(groups_mutex_);
  /// The broker closes: answers those who wait with an empty delivery, and those who watch.
  void answer_parked(Effects& effects) noexcept EXCLUDES(groups_mutex_);

 private:
  void expire(Time now, Effects& effects);
  /// Gives what came to those who wait, and tells who watches.
  void tell_groups(Time now, Effects& effects) EXCLUDES(groups_mutex_);
  [[nodiscard]] WatchedCounts counted() const;
  [[nodiscard]] std::vector<std::uint64_t> finished_until(Time now, Effects& effects) const EXCLUDES(groups_mutex_);

  Environment& environment_;
  const std::shared_ptr<const QueueIdentity> identity_;
  const std::shared_ptr<Shards> shards_;
  mutable SharedMutex groups_mutex_;
  Groups groups_ GUARDED_BY(groups_mutex_);  // in order of creation
};

}  // namespace wingmq
