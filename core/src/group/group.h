#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/mutex.h"
#include "group/change_log.h"
#include "group/group_state.h"
#include "group/survivors.h"
#include "group/wait_list.h"
#include "log/shards.h"
#include "wingmq/broker.h"

namespace wingmq {

/// What never changes about a queue; shared by it and its groups.
struct QueueIdentity {
  QueueId id;
  Project project;
  QueueSpec spec;
  Time created{};
};

/// A run as peeking shows it.
struct MarkedRun {
  Run run;
  MessageState state = MessageState::kAvailable;
  std::optional<GroupMachine::Holder> holder;
};

/// What a group knows about its queue's messages, at one moment.
struct GroupView {
  std::vector<MarkedRun> marked;   ///< released, leased and dead ones, by partition and offset
  std::vector<Position> cursors;   ///< what lies behind is unread
  TagRule tags;
};

/// A consumer group: its state and the calls parked at it, behind one lock. Groups of one queue never touch each other. Safe for concurrent use.
///
/// Every call first does what is due by its `now`, instant by instant, so that no answer depends on how punctual timers are.
class Group final : public Timed {
 public:
  Group(Environment& environment, std::shared_ptr<const QueueIdentity> queue, std::shared_ptr<Shards> shards, GroupId id,
        std::string name, std::uint32_t stream);
  ~Group() override;

  [[nodiscard]] GroupId id() const noexcept { return id_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const QueueIdentity& queue() const noexcept { return *queue_; }
  /// The number of its queue's stream; the next one is that of its dead letters.
  [[nodiscard]] std::uint32_t stream() const noexcept { return stream_; }

  [[nodiscard]] TagRule tag_rule() EXCLUDES(mutex_);
  /// For a group that nobody has used yet.
  void set_tag_rule(TagRule rule) EXCLUDES(mutex_);

  /// As Broker's calls of these names, the group being found.
  [[nodiscard]] std::optional<Result<Delivery>> consume(const ConsumeRequest& asked, Waiter& waiter, Time now,
                                                        Effects& effects) EXCLUDES(mutex_);
  [[nodiscard]] Result<ConfirmResult> confirm(Stream stream, std::span<const ConfirmEntry> entries, Time now,
                                              Effects& effects) EXCLUDES(mutex_);
  void give_back(const Delivery& delivery, Time now, Effects& effects) EXCLUDES(mutex_);
  [[nodiscard]] Result<void> reset(const Broker::ResetTarget& target, bool force, Time now, Effects& effects)
      EXCLUDES(mutex_);

  /// As Broker's calls of these names, the group being found. purge() of a queue also takes the dead letters.
  [[nodiscard]] std::uint64_t purge(bool dead_letters_too, Time now, Effects& effects) EXCLUDES(mutex_);
  [[nodiscard]] std::uint64_t redrive(std::uint64_t messages_max, Time now, Effects& effects) EXCLUDES(mutex_);
  [[nodiscard]] std::uint64_t expire(const ExpireRequest& request, Time now, Effects& effects) EXCLUDES(mutex_);

  [[nodiscard]] std::uint64_t duplicate(const Handle& lease, Time now, Effects& effects) EXCLUDES(mutex_);

  /// The group in which the waiter was parked last; nullptr: none, or it is gone.
  [[nodiscard]] static std::shared_ptr<Group> of(const Waiter& waiter) { return waiter.group_.lock(); }
  [[nodiscard]] bool cancel(Waiter& waiter, Effects& effects) EXCLUDES(mutex_);
  /// As Broker::watch(), the group being found.
  [[nodiscard]] std::optional<Result<WatchedCounts>> watch(const WatchRequest& request, Watcher& watcher, Time now, Effects& effects)
      EXCLUDES(mutex_);

  /// Gives what was just stored to those who wait for it, and tells who watches.
  void serve_parked(Time now, Effects& effects) EXCLUDES(mutex_);
  void fire(Time now, Effects& effects) override EXCLUDES(mutex_);

  /// Answers those who wait with an empty delivery.
  void answer_parked(Effects& effects) noexcept EXCLUDES(mutex_);
  /// Takes the group out of service: those who wait, and who come too late to notice, get `outcome`.
  void close(const Result<Delivery>& outcome, Effects& effects) noexcept EXCLUDES(mutex_);

  /// As Broker::next_event(), of this group alone.
  [[nodiscard]] std::optional<Upcoming> next_event(Time now, Effects& effects) EXCLUDES(mutex_);
  [[nodiscard]] GroupInfo info(Time now, Effects& effects) EXCLUDES(mutex_);
  [[nodiscard]] GroupView view(Time now, Effects& effects) EXCLUDES(mutex_);
  /// Unconfirmed dead letters behind `after`, in order; all leased and released ones, and at least `limit` messages of
  /// the others.
  [[nodiscard]] std::vector<MarkedRun> dead_letters(std::optional<Offset> after, std::uint32_t limit, Time now,
                                                    Effects& effects) EXCLUDES(mutex_);
  /// As Broker::snapshot(), the group being found.
  [[nodiscard]] GroupSnapshot snapshot(Time now, Effects& effects) EXCLUDES(mutex_);
  /// For each partition the number of the first log entry with messages that the group has not read.
  [[nodiscard]] std::vector<std::uint64_t> read_until(Time now, Effects& effects) EXCLUDES(mutex_);
  /// Puts copies in the place of large batches of which the group holds little. Throws std::bad_alloc, with nothing changed.
  void copy_out(Survivors& survivors) EXCLUDES(mutex_);

 private:
  class Handover;
  /// Does what is due. Returns the time to go on with: `now`, or the latest that the group has seen, for whoever read the clock
  /// first may get the lock last.
  Time settle(Time now, Effects& effects) REQUIRES(mutex_);
  void settle_at(Time at, Effects& effects) REQUIRES(mutex_);
  void end_leases(Time at, Effects& effects) REQUIRES(mutex_);
  void end_waits(Time at, Effects& effects) REQUIRES(mutex_);
  void expire_dead_letters(Time at, Effects& effects) REQUIRES(mutex_);
  /// Nothing is due before this; nullopt: ever. It may be too early.
  [[nodiscard]] std::optional<Time> next_bound() const REQUIRES(mutex_);
  void arm() REQUIRES(mutex_);
  /// After whatever may have finished with messages.
  void arm_and_note() REQUIRES(mutex_);
  void charge() REQUIRES(mutex_);

  [[nodiscard]] Result<void> check_tag_rule(const TagRule& rule) const REQUIRES(mutex_);
  [[nodiscard]] std::optional<Result<Delivery>> take_or_park(const ConsumeRequest& asked, Waiter& waiter, Time now)
      REQUIRES(mutex_);
  [[nodiscard]] Delivery lease(const WaitList::Wish& wish, Time now) REQUIRES(mutex_);
  /// Returns whether there is room for one more that waits.
  [[nodiscard]] bool park(Waiter& waiter, const WaitList::Wish& wish, Time now, Millis wait) REQUIRES(mutex_);
  void unpark(Waiter& waiter) REQUIRES(mutex_);
  void serve(Time now, Effects& effects) REQUIRES(mutex_);
  void serve(WaitList& waits, Time now, Effects& effects) REQUIRES(mutex_);
  [[nodiscard]] WatchedCounts counted(const GroupMachine::Counts& counts) REQUIRES(mutex_);
  [[nodiscard]] std::optional<Handle> lease_for(const ExpireRequest& request, Stream stream) REQUIRES(mutex_);
  void answer_all(const Result<Delivery>& outcome, Effects& effects) REQUIRES(mutex_);

  [[nodiscard]] GroupMachine& machine(Stream stream) REQUIRES(mutex_) {
    return stream == Stream::kQueue ? state_.main : state_.dead;
  }
  [[nodiscard]] const MessageSource& source(Stream stream) const REQUIRES(mutex_) {
    return stream == Stream::kQueue ? static_cast<const MessageSource&>(*shards_) : state_.dead_letters;
  }
  [[nodiscard]] WaitList& waits(Stream stream) REQUIRES(mutex_) { return waits_[static_cast<std::size_t>(stream)]; }

  Environment& environment_;
  const std::shared_ptr<const QueueIdentity> queue_;
  const std::shared_ptr<Shards> shards_;
  const GroupId id_;
  const std::string name_;
  const std::uint32_t stream_;
  const std::uint64_t life_;

  Mutex mutex_;
  ChangeLog changes_ GUARDED_BY(mutex_);  // of the call under way, when somebody listens
  GroupState state_ GUARDED_BY(mutex_);
  std::array<WaitList, 2> waits_ GUARDED_BY(mutex_);
  bool unserved_ GUARDED_BY(mutex_) = false;  // somebody waits for what is there: there was no memory to deliver it
  std::size_t charged_ GUARDED_BY(mutex_) = 0;  // bytes of the budget
  std::optional<Result<Delivery>> closed_ GUARDED_BY(mutex_);
};

}  // namespace wingmq
