#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "support/rng.h"
#include "wingmq/engine.h"

namespace wingmq::test {

/// Another engine, whose answers take their time: every call settles later, in another thread, in any order; or, when told so, not before
/// close(). Needs no clock: quiesce() waits until everything that was asked is done.
class SlowEngine final : public Engine {
 public:
  enum class Manner : std::uint8_t {
    kAnyOrder,  ///< calls are made, and their answers told, in a random order
    kNever,     ///< what is asked stays undone until close(), and is refused then; consumes too
    kByHand,    ///< step() does it, in the order in which it was asked
  };
  /// `inner` must outlive this.
  SlowEngine(Engine& inner, std::uint64_t seed, Manner manner = Manner::kAnyOrder);
  /// Closes first.
  ~SlowEngine() override;

  /// kByHand: makes a call, or tells an answer, in this thread. False: there is nothing to do.
  bool step();
  /// Waits until every call that was asked has been told its answer, but for consumes that wait in the inner engine.
  void quiesce();
  /// Calls that have not been told their answer.
  [[nodiscard]] std::size_t pending();

  AtOnce<QueueInfo> create_queue(const Project& project, QueueSpec spec, Ticket& ticket) override;
  AtOnce<std::vector<QueueInfo>> queues(const Project& project, Ticket& ticket) override;
  AtOnce<QueueInfo> queue(const Project& project, QueueId id, Ticket& ticket) override;
  AtOnce<void> remove_queue(const Project& project, QueueId id, Ticket& ticket) override;
  AtOnce<Quota> quota(const Project& project, Ticket& ticket) override;
  AtOnce<std::vector<GroupInfo>> create_groups(const Project& project, QueueId queue, std::span<const std::string> names,
                                               Ticket& ticket) override;
  AtOnce<QueueGroups> groups(const Project& project, QueueId queue, Ticket& ticket) override;
  AtOnce<void> remove_groups(const Project& project, QueueId queue, std::span<const std::string> names, Ticket& ticket) override;
  AtOnce<Stored> send(const Project& project, QueueId queue, BatchRef batch, Ticket& ticket) override;
  AtOnce<Delivery> consume(const Project& project, const ConsumeRequest& request, Ticket& ticket) override;
  AtOnce<ConfirmResult> confirm(const Project& project, std::optional<QueueId> queue, GroupId group, Stream stream,
                                std::span<const ConfirmEntry> entries, Ticket& ticket) override;
  AtOnce<void> reset(const Project& project, std::optional<QueueId> queue, GroupId group, ResetTarget target, bool force,
                     Ticket& ticket) override;
  bool cancel(Ticket& ticket) override;
  void give_back(const Project& project, GroupId group, const Delivery& delivery) override;
  AtOnce<std::vector<QueueGroups>> inspect(const std::optional<Project>& project, Ticket& ticket) override;
  AtOnce<std::vector<PeekedMessage>> peek(QueueId queue, const PeekRequest& request, Ticket& ticket) override;
  AtOnce<QueueGroups> declare_queue(const QueuePlan& plan, Ticket& ticket) override;
  AtOnce<std::uint64_t> purge(QueueId queue, std::optional<GroupId> group, Ticket& ticket) override;
  AtOnce<std::uint64_t> redrive(QueueId queue, GroupId group, std::uint64_t messages_max, Ticket& ticket) override;
  AtOnce<std::uint64_t> expire(QueueId queue, GroupId group, const ExpireRequest& request, Ticket& ticket) override;
  AtOnce<std::uint64_t> duplicate(QueueId queue, GroupId group, const Handle& lease, Ticket& ticket) override;
  AtOnce<WatchedCounts> watch(const WatchRequest& request, Ticket& ticket) override;
  AtOnce<void> wipe(bool keep_queues, Ticket& ticket) override;
  AtOnce<void> wipe(std::span<const QueuePlan> fresh, Ticket& ticket) override;
  AtOnce<AdvanceReport> advance(Time to, Ticket& ticket) override;

  const Capabilities& capabilities() const noexcept override { return inner_.capabilities(); }
  const Limits& limits() const noexcept override { return inner_.limits(); }
  const Clock& clock() const noexcept override { return inner_.clock(); }
  BufferPool& buffers() noexcept override { return inner_.buffers(); }
  Result<void> make_room(std::size_t bytes, std::size_t reserve) override { return inner_.make_room(bytes, reserve); }
  const MemoryBudget& memory() const noexcept override { return inner_.memory(); }
  std::vector<QueueGroups> recent_counts() override { return inner_.recent_counts(); }
  std::optional<Time> next_deadline() const override { return inner_.next_deadline(); }
  std::optional<Upcoming> next_event() override { return inner_.next_event(); }
  void run_due() override { inner_.run_due(); }
  void on_earlier_deadline(std::function<void()> wakeup) override { inner_.on_earlier_deadline(std::move(wakeup)); }
  void close(Millis grace) override;

 private:
  /// The inner engine's answer, if it comes at once.
  using Work = std::function<std::optional<Settled>(Engine& inner, Ticket& relay)>;
  struct Held;

  template <typename T, typename Ask>
  AtOnce<T> later(Ticket& ticket, Ask ask);
  void hold(Ticket* ticket, Work work, Settled refusal);
  void run();
  void make_call(Held& held, std::unique_lock<std::mutex>& lock);
  void tell(std::list<Held>::iterator held, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] std::vector<std::list<Held>::iterator> ready();
  [[nodiscard]] std::list<Held>::iterator pick();
  void move(std::list<Held>::iterator held, std::unique_lock<std::mutex>& lock);

  Engine& inner_;
  const Manner manner_;
  std::mutex mutex_;  // guards all below; the inner engine may be called with it held where it calls nobody back
  std::condition_variable work_;
  std::condition_variable idle_;
  Rng rng_;
  std::list<Held> held_;
  bool busy_ = false;
  bool closing_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace wingmq::test
