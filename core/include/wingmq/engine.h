#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "wingmq/buffer.h"
#include "wingmq/clock.h"
#include "wingmq/delivery.h"
#include "wingmq/info.h"
#include "wingmq/message.h"
#include "wingmq/options.h"
#include "wingmq/result.h"
#include "wingmq/types.h"
#include "wingmq/watch.h"

namespace wingmq {

/// What an engine answers to one of its calls, whichever it was.
using Settled = std::variant<Result<void>, Result<Delivery>, Result<ConfirmResult>, Result<QueueInfo>, Result<std::vector<QueueInfo>>,
                             Result<std::vector<GroupInfo>>, Result<QueueGroups>, Result<std::vector<QueueGroups>>, Result<Quota>,
                             Result<std::vector<PeekedMessage>>, Result<AdvanceReport>, Result<Stored>, Result<std::uint64_t>, Result<WatchedCounts>>;

/// An engine's answer when it came at once; nullopt: the call's ticket settles later, or has settled already in another thread.
template <typename T>
using AtOnce = std::optional<Result<T>>;

/// A call that is not answered yet. The caller owns it, uses it for one call at a time, and keeps it alive until the call has returned and
/// on_settled() has been called or Engine::cancel() has returned true; in between it belongs to the engine.
class Ticket : private Waiter, private Watcher {
 public:
  /// The answer, an alternative of the type that the call would have returned at once. Called exactly once after a call returned
  /// nullopt, unless cancel() returned true: in any thread, with no lock held, perhaps before the call has returned. Must be quick and must
  /// not throw; may call the engine, with another ticket.
  virtual void on_settled(Settled outcome) = 0;

  /// Called at most once while a consume waits, before on_settled() and under the same rules: what keeps it waiting is an unfinished
  /// batch of its group (FIFO, D19).
  virtual void on_held_back() {}

 protected:
  Ticket() = default;
  ~Ticket() = default;

 private:
  friend class MemoryEngine;
  void on_done(Result<Delivery> outcome) final { on_settled(std::move(outcome)); }
  void on_met(Result<WatchedCounts> outcome) final { on_settled(outcome); }
};

/// What an engine can do besides the operations; what it cannot, the control plane refuses.
struct Capabilities {
  bool movable_clock = true;  ///< advance()
  bool wipe = true;           ///< wipe()
};

/// What keeps the messages: one face for an engine in memory, whose answers come at once, and for engines whose answers wait for a
/// disk or a database. One virtual call for each request, none for each message.
///
/// Safe for concurrent use. Each operation does what Broker's of that name does, with the same refusals in the same order, and answers
/// at once or by its ticket. It may also be refused with kShuttingDown, kUnavailable, kOutcomeUnknown or (send) kStorageFull. Arguments are
/// good until the call returns: an engine that needs them longer copies them; a batch is shared. A call that throws (std::bad_alloc) has
/// not taken the ticket and done nothing.
///
/// Values are the caller's to check, as with Broker.
class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  // --- Queues and groups (API.md 4.1 to 4.7, 4.11) ------------------------------------------------------------------

  [[nodiscard]] virtual AtOnce<QueueInfo> create_queue(const Project& project, QueueSpec spec, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<std::vector<QueueInfo>> queues(const Project& project, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<QueueInfo> queue(const Project& project, QueueId id, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<void> remove_queue(const Project& project, QueueId id, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<Quota> quota(const Project& project, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<std::vector<GroupInfo>> create_groups(const Project& project, QueueId queue,
                                                                     std::span<const std::string> names, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<QueueGroups> groups(const Project& project, QueueId queue, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<void> remove_groups(const Project& project, QueueId queue, std::span<const std::string> names,
                                                   Ticket& ticket) = 0;

  // --- Messages (API.md 4.8 to 4.10, 4.12 to 4.14) ------------------------------------------------------------------

  [[nodiscard]] virtual AtOnce<Stored> send(const Project& project, QueueId queue, BatchRef batch, Ticket& ticket) = 0;
  /// A call that finds nothing stays with the engine for `request.wait`, or until there is something: its ticket settles then.
  [[nodiscard]] virtual AtOnce<Delivery> consume(const Project& project, const ConsumeRequest& request, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<ConfirmResult> confirm(const Project& project, std::optional<QueueId> queue, GroupId group, Stream stream,
                                                      std::span<const ConfirmEntry> entries, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<void> reset(const Project& project, std::optional<QueueId> queue, GroupId group, ResetTarget target,
                                           bool force, Ticket& ticket) = 0;

  /// Takes a call back. True: nothing was done and the ticket will not settle. False: it has settled, or will within bounded time.
  [[nodiscard]] virtual bool cancel(Ticket& ticket) = 0;
  /// As Broker::give_back(); told and forgotten. An engine that cannot do it leaves the messages to the end of their lease.
  virtual void give_back(const Project& project, GroupId group, const Delivery& delivery) = 0;

  // --- Control plane ------------------------------------------------------------------------------------------------

  /// All queues of all projects, or those of one, with their groups: by project, then in order of creation.
  [[nodiscard]] virtual AtOnce<std::vector<QueueGroups>> inspect(const std::optional<Project>& project, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<std::vector<PeekedMessage>> peek(QueueId queue, const PeekRequest& request, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<QueueGroups> declare_queue(const QueuePlan& plan, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<std::uint64_t> purge(QueueId queue, std::optional<GroupId> group, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<std::uint64_t> redrive(QueueId queue, GroupId group, std::uint64_t messages_max, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<std::uint64_t> expire(QueueId queue, GroupId group, const ExpireRequest& request, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<std::uint64_t> duplicate(QueueId queue, GroupId group, const Handle& lease, Ticket& ticket) = 0;
  /// As Broker::watch(): a watch whose conditions do not hold stays with the engine until they do.
  [[nodiscard]] virtual AtOnce<WatchedCounts> watch(const WatchRequest& request, Ticket& ticket) = 0;
  /// Needs the capability.
  [[nodiscard]] virtual AtOnce<void> wipe(bool keep_queues, Ticket& ticket) = 0;
  [[nodiscard]] virtual AtOnce<void> wipe(std::span<const QueuePlan> fresh, Ticket& ticket) = 0;
  /// Needs the capability `movable_clock`.
  [[nodiscard]] virtual AtOnce<AdvanceReport> advance(Time to, Ticket& ticket) = 0;

  // --- This process: these never wait -------------------------------------------------------------------------------

  [[nodiscard]] virtual const Capabilities& capabilities() const noexcept = 0;
  [[nodiscard]] virtual const Limits& limits() const noexcept = 0;
  /// The engine's time. Moved by advance() alone.
  [[nodiscard]] virtual const Clock& clock() const noexcept = 0;
  /// Where buffers for send() come from.
  [[nodiscard]] virtual BufferPool& buffers() noexcept = 0;
  /// As Broker::make_room(): whether so much more may be received. kMemoryFull.
  [[nodiscard]] virtual Result<void> make_room(std::size_t bytes, std::size_t reserve) = 0;
  /// Message memory in use and its limit.
  [[nodiscard]] virtual const MemoryBudget& memory() const noexcept = 0;
  /// What inspect() shows of all projects, perhaps a little old.
  [[nodiscard]] virtual std::vector<QueueGroups> recent_counts() = 0;

  /// As Broker's of these names, for engines that leave their deadlines to whoever has an event loop. One that keeps its own time has
  /// none: next_deadline() is always nullopt.
  [[nodiscard]] virtual std::optional<Time> next_deadline() const = 0;
  virtual void run_due() = 0;
  /// As Broker::next_event(); always nullopt where next_deadline() is.
  [[nodiscard]] virtual std::optional<Upcoming> next_event() = 0;
  virtual void on_earlier_deadline(std::function<void()> wakeup) = 0;

  /// The end begins: consumes that wait settle empty before this returns, and none waits from now on. Other calls finish, or settle with
  /// kShuttingDown, before `grace` is over. Does not wait itself; twice is harmless.
  virtual void close(Millis grace) = 0;
};

}  // namespace wingmq
