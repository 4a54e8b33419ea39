#pragma once

#include "wingmq/broker.h"
#include "wingmq/engine.h"

namespace wingmq {

/// A Broker as an Engine: every call is answered at once, but for consumes that wait. Costs a virtual call, and nothing else.
class MemoryEngine final : public Engine {
 public:
  /// `broker` must outlive the engine, and may be called beside it.
  explicit MemoryEngine(Broker& broker) noexcept : broker_(broker) {}

  [[nodiscard]] AtOnce<QueueInfo> create_queue(const Project& project, QueueSpec spec, Ticket& ticket) override;
  [[nodiscard]] AtOnce<std::vector<QueueInfo>> queues(const Project& project, Ticket& ticket) override;
  [[nodiscard]] AtOnce<QueueInfo> queue(const Project& project, QueueId id, Ticket& ticket) override;
  [[nodiscard]] AtOnce<void> remove_queue(const Project& project, QueueId id, Ticket& ticket) override;
  [[nodiscard]] AtOnce<Quota> quota(const Project& project, Ticket& ticket) override;
  [[nodiscard]] AtOnce<std::vector<GroupInfo>> create_groups(const Project& project, QueueId queue, std::span<const std::string> names,
                                                             Ticket& ticket) override;
  [[nodiscard]] AtOnce<QueueGroups> groups(const Project& project, QueueId queue, Ticket& ticket) override;
  [[nodiscard]] AtOnce<void> remove_groups(const Project& project, QueueId queue, std::span<const std::string> names,
                                           Ticket& ticket) override;
  [[nodiscard]] AtOnce<Stored> send(const Project& project, QueueId queue, BatchRef batch, Ticket& ticket) override;
  [[nodiscard]] AtOnce<Delivery> consume(const Project& project, const ConsumeRequest& request, Ticket& ticket) override;
  [[nodiscard]] AtOnce<ConfirmResult> confirm(const Project& project, std::optional<QueueId> queue, GroupId group, Stream stream,
                                              std::span<const ConfirmEntry> entries, Ticket& ticket) override;
  [[nodiscard]] AtOnce<void> reset(const Project& project, std::optional<QueueId> queue, GroupId group, ResetTarget target, bool force,
                                   Ticket& ticket) override;
  [[nodiscard]] bool cancel(Ticket& ticket) override;
  void give_back(const Project& project, GroupId group, const Delivery& delivery) override;

  [[nodiscard]] AtOnce<std::vector<QueueGroups>> inspect(const std::optional<Project>& project, Ticket& ticket) override;
  [[nodiscard]] AtOnce<std::vector<PeekedMessage>> peek(QueueId queue, const PeekRequest& request, Ticket& ticket) override;
  [[nodiscard]] AtOnce<QueueGroups> declare_queue(const QueuePlan& plan, Ticket& ticket) override;
  [[nodiscard]] AtOnce<std::uint64_t> purge(QueueId queue, std::optional<GroupId> group, Ticket& ticket) override;
  [[nodiscard]] AtOnce<std::uint64_t> redrive(QueueId queue, GroupId group, std::uint64_t messages_max, Ticket& ticket) override;
  [[nodiscard]] AtOnce<std::uint64_t> expire(QueueId queue, GroupId group, const ExpireRequest& request, Ticket& ticket) override;
  [[nodiscard]] AtOnce<std::uint64_t> duplicate(QueueId queue, GroupId group, const Handle& lease, Ticket& ticket) override;
  [[nodiscard]] AtOnce<WatchedCounts> watch(const WatchRequest& request, Ticket& ticket) override;
  [[nodiscard]] AtOnce<void> wipe(bool keep_queues, Ticket& ticket) override;
  [[nodiscard]] AtOnce<void> wipe(std::span<const QueuePlan> fresh, Ticket& ticket) override;
  [[nodiscard]] AtOnce<AdvanceReport> advance(Time to, Ticket& ticket) override;

  [[nodiscard]] const Capabilities& capabilities() const noexcept override;
  [[nodiscard]] const Limits& limits() const noexcept override;
  [[nodiscard]] const Clock& clock() const noexcept override;
  [[nodiscard]] BufferPool& buffers() noexcept override;
  [[nodiscard]] Result<void> make_room(std::size_t bytes, std::size_t reserve) override;
  [[nodiscard]] const MemoryBudget& memory() const noexcept override;
  [[nodiscard]] std::vector<QueueGroups> recent_counts() override;
  [[nodiscard]] std::optional<Time> next_deadline() const override;
  void run_due() override;
  [[nodiscard]] std::optional<Upcoming> next_event() override;
  void on_earlier_deadline(std::function<void()> wakeup) override;
  void close(Millis grace) override;

 private:
  Broker& broker_;
};

}  // namespace wingmq
