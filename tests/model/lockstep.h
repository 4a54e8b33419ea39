#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/replicas.h"
#include "support/make_batch.h"
#include "support/model_broker.h"
#include "support/rng.h"
#include "wingmq/broker.h"

namespace wingmq::test {

/// A delivery as both sides know it.
struct Receipt {
  Project project;
  QueueId queue;
  GroupId group;
  Stream stream = Stream::kQueue;
  Delivery delivery;
  std::uint64_t lease = 0;  ///< the model's name for it
};

/// A queue or group that was made at some time; it may have been removed since.
struct KnownQueue {
  Project project;
  QueueId id;
  bool removed = false;
};
struct KnownGroup {
  Project project;
  QueueId queue;
  GroupId id;
  std::string name;
};

/// One line of a confirmation for both sides.
struct LockstepEntry {
  std::optional<Handle> real;
  ModelHandle model;
  bool success = false;
};

/// The real broker and the model, given the same calls. Every call compares the answers; check() compares everything
/// that can be looked at. Differences are gtest failures that carry the steps taken so far. One thread.
class Lockstep {
 public:
  Lockstep(const Options& options, std::uint64_t seed);
  ~Lockstep();
  Lockstep(const Lockstep&) = delete;
  Lockstep& operator=(const Lockstep&) = delete;

  void create_queue(const Project& project, const QueueSpec& spec);
  void remove_queue(const Project& project, QueueId id);
  void create_groups(const Project& project, QueueId queue, const std::vector<std::string>& names);
  void remove_groups(const Project& project, QueueId queue, const std::vector<std::string>& names);
  /// Sends messages with these tag lists; `filler` bytes are added to each body.
  void send(const Project& project, QueueId queue, const std::vector<std::vector<std::string>>& tags,
            std::size_t filler);
  void consume(const Project& project, const ModelConsume& request);
  /// Takes back the n-th of the calls that are parked.
  void cancel_parked(std::size_t n);
  void confirm(const Project& project, std::optional<QueueId> queue, GroupId group, Stream stream,
               const std::vector<LockstepEntry>& entries);
  void give_back(const Receipt& receipt);
  void reset(const Project& project, std::optional<QueueId> queue, GroupId group, Broker::ResetTarget target,
             bool force);
  void purge(QueueId queue, std::optional<GroupId> group);
  void redrive(QueueId queue, GroupId group, std::uint64_t messages_max);
  void expire(QueueId queue, GroupId group);
  void advance(Millis by);
  /// Moves the clock behind the broker's back. Only while nothing is parked: when exactly an overdue wait is answered
  /// is nobody's promise.
  void move_clock_unseen(Millis by);
  void wipe(bool keep_queues);
  void close();

  /// Compares everything that shows.
  void check();
  /// Ends the world: parked calls are answered, and no byte of message memory is left.
  void finish();

  [[nodiscard]] static LockstepEntry entry(const Receipt& receipt, std::uint32_t index, bool success);
  [[nodiscard]] static LockstepEntry unreadable(bool success) { return {std::nullopt, {}, success}; }

  [[nodiscard]] Time now() const { return model_.now(); }
  [[nodiscard]] const std::vector<KnownQueue>& known_queues() const { return queues_; }
  [[nodiscard]] const std::vector<KnownGroup>& known_groups() const { return groups_; }
  [[nodiscard]] const std::vector<Receipt>& receipts() const { return receipts_; }
  [[nodiscard]] std::size_t parked() const { return parked_.size(); }
  [[nodiscard]] std::string steps() const;

 private:
  class Call;

  void note(std::string step) { steps_.push_back(std::move(step)); }
  void compare_outcomes();
  template <typename T>
  void compare(const Result<T>& real, const Result<T>& model);
  void compare_delivery(const Call& call, const Delivery& real, const ModelDelivery& model);
  void check_queue(const KnownQueue& queue);
  void check_group(const KnownQueue& queue, const GroupInfo& real, const GroupInfo& model);
  void check_messages(QueueId queue, GroupId group, Stream stream);
  void check_handles();
  void check_next_deadline();
  [[nodiscard]] Call* find_call(std::uint64_t number);

  ManualClock clock_;
  SeededRandom random_;
  Broker broker_;
  Replicas replicas_;
  ModelBroker model_;
  std::size_t memory_at_start_;
  std::vector<KnownQueue> queues_;
  std::vector<KnownGroup> groups_;
  std::vector<Receipt> receipts_;
  std::vector<std::unique_ptr<Call>> calls_;  // every parked call there ever was
  std::vector<Call*> parked_;                 // those not yet answered
  std::vector<Call*> answered_;               // by the real broker, since the last comparison
  MessageNumber last_message_ = 0;
  bool unseen_ = false;
  std::vector<std::string> steps_;
};

}  // namespace wingmq::test
