#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "wingmq/buffer.h"
#include "wingmq/clock.h"
#include "wingmq/delivery.h"
#include "wingmq/group_change.h"
#include "wingmq/info.h"
#include "wingmq/message.h"
#include "wingmq/options.h"
#include "wingmq/random.h"
#include "wingmq/result.h"
#include "wingmq/types.h"
#include "wingmq/watch.h"

namespace wingmq {

/// An in-memory message broker: queues, consumer groups, leases, dead letters, retention.
///
/// Safe for concurrent use; a call never waits for another one longer than a short lock. Ids of another project are
/// "not found". A refused call changes nothing. Owns no thread: somebody calls run_due() when next_deadline() comes
/// (net's Server does; with a ManualClock, advance() does). Calls that find something overdue settle it first, so
/// an answer never depends on how punctual that somebody is.
///
/// Rules of value (name syntax, ranges) belong to the caller; rules of state are the broker's, and are named in
/// each Result. `clock` and `random` must outlive the broker; deliveries, batches and buffers must not.
class Broker {
 public:
  Broker(Options options, Clock& clock, RandomSource& random);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  /// Every parked waiter must be gone: call close() first.
  ~Broker();

  [[nodiscard]] const Options& options() const noexcept;
  [[nodiscard]] Clock& clock() noexcept;
  /// Where buffers for send() come from.
  [[nodiscard]] BufferPool& buffers() noexcept;
  [[nodiscard]] const MemoryBudget& memory() const noexcept;
  /// Whether buffers of `bytes` more may be taken without passing the memory limit by more than `reserve`. Like a send, it
  /// first reclaims what every group has finished with. For whoever receives a message before it sends it: without asking,
  /// many that arrive at once pass the limit together. kMemoryFull.
  [[nodiscard]] Result<void> make_room(std::size_t bytes, std::size_t reserve = 0);

  // --- Queues -------------------------------------------------------------------------------------------------------

  /// API.md 4.1. kQueueNameTaken, kQueueQuotaExceeded (in this order).
  [[nodiscard]] Result<QueueInfo> create_queue(const Project& project, QueueSpec spec);
  /// API.md 4.2: in order of creation.
  [[nodiscard]] std::vector<QueueInfo> queues(const Project& project);
  /// API.md 4.3. kQueueNotFound.
  [[nodiscard]] Result<QueueInfo> queue(const Project& project, QueueId id);
  /// API.md 4.4. Parked consumers of the queue get kQueueNotFound. kQueueNotFound.
  [[nodiscard]] Result<void> remove_queue(const Project& project, QueueId id);
  /// API.md 4.11.
  [[nodiscard]] Quota quota(const Project& project);

  // --- Consumer groups ----------------------------------------------------------------------------------------------

  /// API.md 4.5: all or none; a group starts at the earliest retained message (D12). Returns them in order.
  /// kQueueNotFound, kGroupNameTaken, kGroupLimitExceeded (in this order).
  [[nodiscard]] Result<std::vector<GroupInfo>> create_groups(const Project& project, QueueId queue,
                                                             std::span<const std::string> names);
  /// API.md 4.6. kQueueNotFound.
  [[nodiscard]] Result<QueueGroups> groups(const Project& project, QueueId queue);
  /// API.md 4.7: all or none; a name given twice counts once. Parked consumers get kGroupNotFound.
  /// kQueueNotFound, kGroupNotFound.
  [[nodiscard]] Result<void> remove_groups(const Project& project, QueueId queue, std::span<const std::string> names);

  // --- Messages -----------------------------------------------------------------------------------------------------

  /// API.md 4.8: stores the batch whole and serves parked consumers, whose on_done() runs before this returns. Where it was stored.
  /// kQueueNotFound, kTagsNotSupported, kPayloadTooLarge, kMemoryFull (in this order).
  [[nodiscard]] Result<Stored> send(const Project& project, QueueId queue, BatchRef batch);

  /// API.md 4.9, 4.12. Returns what is available at once; when nothing is and `request.wait` is not zero, parks
  /// `waiter` and returns nullopt: waiter.on_done() follows. After close() never parks.
  /// kQueueNotFound, kGroupNotFound, kTagsNotSupported, kTagRuleMismatch (in this order).
  [[nodiscard]] std::optional<Result<Delivery>> consume(const Project& project, const ConsumeRequest& request,
                                                        Waiter& waiter);

  /// Takes a parked waiter back. True: on_done() will not be called. False: it has been or is being called.
  [[nodiscard]] bool cancel(Waiter& waiter);

  /// Gives back a delivery that never reached its consumer: its lease ends now, without counting as a failure; what is
  /// confirmed or gone already stays so.
  void give_back(const Project& project, GroupId group, const Delivery& delivery);

  /// API.md 4.10, 4.13 (D22-D25). `queue` may be left out: the group's id is unique.
  /// kQueueNotFound, kGroupNotFound, kHandleForeign, kHandleInvalid.
  [[nodiscard]] Result<ConfirmResult> confirm(const Project& project, std::optional<QueueId> queue, GroupId group,
                                              Stream stream, std::span<const ConfirmEntry> entries);

  using ResetTarget = wingmq::ResetTarget;
  /// API.md 4.14. kQueueNotFound, kGroupNotFound, kResetTimeOutOfRange, kResetBusy (in this order). Dead letters in flight
  /// do not make a group busy and stay leased.
  [[nodiscard]] Result<void> reset(const Project& project, std::optional<QueueId> queue, GroupId group,
                                   ResetTarget target, bool force);

  // --- Time ---------------------------------------------------------------------------------------------------------

  /// The earliest instant at which run_due() may have something to do; nullopt: none.
  [[nodiscard]] std::optional<Time> next_deadline() const;
  /// What will be first to happen by time alone, behind what is due now; nullopt: nothing. Looks at every group.
  [[nodiscard]] std::optional<Upcoming> next_event();
  /// Does everything that is due by clock().now(): ends leases, waits and messages.
  void run_due();
  /// `wakeup` is called, from any thread and with locks held, whenever next_deadline() becomes earlier, or comes nearer
  /// because advance() moved the clock; it must only note the fact, and not throw. Set it before the first call from another thread; an
  /// empty function takes it away.
  void on_earlier_deadline(std::function<void()> wakeup);
  /// Moves the clock to `to`, doing what is due at each instant on the way. An instant in the past does what is due now.
  [[nodiscard]] AdvanceReport advance(Time to);

  // --- Control plane ------------------------------------------------------------------------------------------------

  /// All queues of all projects with their groups, by project, then in order of creation.
  [[nodiscard]] std::vector<QueueGroups> inspect();
  /// Those of one project, in order of creation.
  [[nodiscard]] std::vector<QueueGroups> inspect(const Project& project);
  /// Makes a queue with its groups: both or neither. The errors of create_queue() and create_groups().
  [[nodiscard]] Result<QueueGroups> declare_queue(const QueuePlan& plan);
  /// Forgets a queue's messages, in flight and dead ones included, and returns how many there were; or puts one group behind them all,
  /// which leaves its dead letters, and returns how many it had not finished with. Handles of what was in flight are dead. kQueueNotFound,
  /// kGroupNotFound.
  [[nodiscard]] Result<std::uint64_t> purge(QueueId queue, std::optional<GroupId> group);
  /// Makes up to `messages_max` of a group's dead letters available messages again, where they stood, with no failure counted; returns how
  /// many. Those in flight stay, and so do those whose messages a reset has made available again or whose own retention is over. A queue
  /// without dead letters has none. kQueueNotFound, kGroupNotFound.
  [[nodiscard]] Result<std::uint64_t> redrive(QueueId queue, GroupId group, std::uint64_t messages_max);
  /// Ends leases as if their time had come, the failure counted; returns how many messages that concerned. kQueueNotFound, kGroupNotFound.
  [[nodiscard]] Result<std::uint64_t> expire(QueueId queue, GroupId group, const ExpireRequest& request);

  /// Makes what a lease holds available to others as well, with no failure counted; the lease goes on, and confirming it finishes nothing.
  /// Returns how many messages that concerned; 0: the lease is over. kQueueNotFound, kGroupNotFound.
  [[nodiscard]] Result<std::uint64_t> duplicate(QueueId queue, GroupId group, const Handle& lease);
  /// Whether the conditions hold; when they do not, keeps `watcher` and returns nullopt: watcher.on_met() follows when they do, in the call
  /// that made it so. kQueueNotFound, kGroupNotFound, kShuttingDown (after close()).
  [[nodiscard]] std::optional<Result<WatchedCounts>> watch(const WatchRequest& request, Watcher& watcher);
  /// Takes a watcher back. True: on_met() will not be called. False: it has been or is being called.
  [[nodiscard]] bool cancel(Watcher& watcher);

  /// Looks at messages in offset order, partition after partition. kQueueNotFound, kGroupNotFound.
  [[nodiscard]] Result<std::vector<PeekedMessage>> peek(QueueId queue, const PeekRequest& request);
  /// Forgets every queue, or (keep_queues) only messages, leases and counters: queues and groups keep their ids and old
  /// handles are dead. Atomic. Parked consumers return empty.
  void wipe(bool keep_queues);
  /// Forgets every queue and makes these in the same step: nobody finds the broker without them. What a plan breaks is what
  /// create_queue() and create_groups() refuse; then nothing has changed.
  [[nodiscard]] Result<void> wipe(std::span<const QueuePlan> fresh);

  // --- State elsewhere ----------------------------------------------------------------------------------------------

  /// Has `observer` told of what each group does that is made from now on. Before the first call; it must outlive the broker.
  void observe(GroupObserver& observer);
  /// The whole state of a group, after what is due: in order with what an observer is told. kGroupNotFound.
  [[nodiscard]] Result<GroupSnapshot> snapshot(const Project& project, GroupId group);

  /// Answers every parked consumer with an empty delivery and parks none from now on.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wingmq
