#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "wingmq/broker.h"

namespace wingmq::test {

/// A number that the test gave a message; the model knows messages by nothing else.
using MessageNumber = std::uint64_t;

/// A message as the model stores it.
struct ModelMessage {
  MessageNumber number = 0;
  std::vector<std::string> tags;
  std::uint64_t payload_bytes = 0;
};

/// One message of a delivery.
struct ModelDelivered {
  MessageNumber number = 0;
  std::uint32_t failures = 0;
  auto operator<=>(const ModelDelivered&) const = default;
};

/// What a consume call received. `lease` names it in confirmations; 0: nothing was delivered.
struct ModelDelivery {
  std::uint64_t lease = 0;
  std::vector<ModelDelivered> messages;
  Time deadline{};
  bool operator==(const ModelDelivery&) const = default;
};

/// The receipt of one message. A lease of 0 stands for an unreadable handle.
struct ModelHandle {
  std::uint64_t lease = 0;
  std::uint32_t index = 0;
  auto operator<=>(const ModelHandle&) const = default;
};

struct ModelConfirmEntry {
  ModelHandle handle;
  bool success = false;
};

/// How a parked call ended. Calls are named by the number the test gave them.
struct ModelOutcome {
  std::uint64_t waiter = 0;
  Result<ModelDelivery> result;
};

/// What a group thinks of one message of one of its streams.
struct ModelEntry {
  ModelMessage message;
  Time born{};  ///< sent, or moved to the dead letters
  MessageState state = MessageState::kAvailable;
  std::uint32_t failures = 0;
  std::optional<Time> lease_deadline;  ///< filled in by ModelBroker::entries() only
};

struct ModelConsume {
  std::optional<QueueId> queue;
  GroupId group;
  Stream stream = Stream::kQueue;
  std::uint32_t messages_max = 10;
  Millis wait{};
  Millis ack_wait{};
  std::vector<std::string> tags;
  TagMatch match = TagMatch::kAny;
};

/// The rules of API.md as somebody would play them with cards on a table: every group keeps its own list of all
/// messages of its queue and looks through the whole of it for every question. No index, no shortcut, no shared code
/// with core, except its plain types. One thread. Queues have one partition; the memory limit is out of its scope.
///
/// Ids are made by the real broker and told to the model (`create_queue`, `create_groups`), because chance is no rule.
class ModelBroker {
 public:
  ModelBroker(const Options& options, Time now) : options_(options), now_(now) {}

  /// Whether the queue may be made; adopt_queue() then makes it.
  [[nodiscard]] Result<void> may_create_queue(const Project& project, const std::string& name) const;
  void adopt_queue(const Project& project, QueueId id, const QueueSpec& spec);
  [[nodiscard]] Result<void> remove_queue(const Project& project, QueueId id);

  [[nodiscard]] Result<void> may_create_groups(const Project& project, QueueId queue,
                                               std::span<const std::string> names) const;
  void adopt_group(QueueId queue, GroupId id, const std::string& name);
  [[nodiscard]] Result<void> remove_groups(const Project& project, QueueId queue, std::span<const std::string> names);

  [[nodiscard]] Result<void> send(const Project& project, QueueId queue, std::span<const ModelMessage> messages);
  /// nullopt: the call is parked under the number `waiter`.
  [[nodiscard]] std::optional<Result<ModelDelivery>> consume(const Project& project, const ModelConsume& request,
                                                             std::uint64_t waiter);
  [[nodiscard]] bool cancel(std::uint64_t waiter);
  void give_back(std::uint64_t lease);
  [[nodiscard]] Result<ConfirmResult> confirm(const Project& project, std::optional<QueueId> queue, GroupId group,
                                              Stream stream, std::span<const ModelConfirmEntry> entries);
  [[nodiscard]] Result<void> reset(const Project& project, std::optional<QueueId> queue, GroupId group,
                                   Broker::ResetTarget target, bool force);

  /// The group's messages are passed over; without a group, the queue's are gone, dead letters included.
  [[nodiscard]] Result<std::uint64_t> purge(QueueId queue, std::optional<GroupId> group);
  [[nodiscard]] Result<std::uint64_t> redrive(QueueId queue, GroupId group, std::uint64_t messages_max);
  /// All leases end now.
  [[nodiscard]] Result<std::uint64_t> expire(QueueId queue, GroupId group);

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] std::optional<Time> next_deadline() const;
  [[nodiscard]] std::vector<Fired> advance(Time to);
  void wipe(bool keep_queues);
  void close();

  // --- For comparing ---

  [[nodiscard]] QueueInfo queue_info(QueueId id) const;
  [[nodiscard]] std::vector<GroupInfo> group_infos(QueueId id) const;
  [[nodiscard]] std::uint32_t queues_of(const Project& project) const;
  /// The queue's retained messages, in order.
  [[nodiscard]] std::vector<MessageNumber> retained(QueueId id) const;
  /// A stream's messages that are not gone, in order.
  [[nodiscard]] std::vector<ModelEntry> entries(GroupId group, Stream stream) const;
  [[nodiscard]] bool alive(GroupId group, Stream stream, ModelHandle handle) const;
  /// The parked calls that ended since the last time of asking, in the order in which they ended within each stream.
  [[nodiscard]] std::vector<ModelOutcome> take_outcomes() { return std::exchange(outcomes_, {}); }

 private:
  using Position = std::uint64_t;

  struct Lease {
    std::uint64_t number = 0;
    std::vector<Position> positions;
    std::vector<bool> confirmed;
    Time deadline{};
    [[nodiscard]] std::size_t cursor() const;
    [[nodiscard]] bool complete() const { return cursor() == positions.size(); }
  };
  struct Parked {
    std::uint64_t waiter = 0;
    std::uint32_t messages_max = 0;
    Millis ack_wait{};
    Time deadline{};
  };
  struct StreamState {
    std::map<Position, ModelEntry> entries;
    Position next_position = 0;
    std::vector<Lease> leases;
    std::vector<Parked> parked;
  };
  struct GroupState {
    GroupId id;
    std::string name;
    std::vector<std::string> tags;
    TagMatch match = TagMatch::kAny;
    StreamState queue;
    StreamState dead;
    std::uint64_t dead_produced = 0;
    std::uint64_t dead_confirmed = 0;
  };
  struct QueueState {
    QueueId id;
    Project project;
    QueueSpec spec;
    Time created{};
    std::vector<std::pair<ModelMessage, Time>> messages;
    std::vector<GroupState> groups;
  };
  [[nodiscard]] static std::optional<Time> lease_deadline(const StreamState& stream, Position position);
  enum class ReleaseCause : std::uint8_t { kFailed, kExpired, kGivenBack };
  using FiredCounts = std::map<std::pair<FiredType, std::pair<std::string, std::optional<std::string>>>, std::uint64_t>;

  [[nodiscard]] QueueState* find_queue(const Project& project, QueueId id);
  [[nodiscard]] const QueueState* find_queue(const Project& project, QueueId id) const;
  [[nodiscard]] const QueueState& queue_at(QueueId id) const;
  [[nodiscard]] std::pair<const QueueState*, const GroupState*> group_at(GroupId id) const;
  /// Which queue and group a call means, or what is missing.
  [[nodiscard]] Result<std::pair<QueueState*, GroupState*>> locate(const Project& project, std::optional<QueueId> queue,
                                                                   GroupId group);
  [[nodiscard]] static StreamState& stream_of(GroupState& group, Stream stream);
  [[nodiscard]] static const StreamState& stream_of(const GroupState& group, Stream stream);
  [[nodiscard]] static bool wanted(const GroupState& group, const ModelMessage& message);
  static void append(StreamState& stream, const ModelMessage& message, Time born, MessageState state);

  [[nodiscard]] ModelDelivery deliver(const QueueState& queue, StreamState& stream, std::uint32_t messages_max,
                                      Millis ack_wait);
  void serve(QueueState& queue, GroupState& group);
  void serve(QueueState& queue, StreamState& stream);
  void answer_all(StreamState& stream, const Result<ModelDelivery>& result);
  void answer_all(GroupState& group, const Result<ModelDelivery>& result);

  [[nodiscard]] Result<void> check_form(const StreamState& stream, std::span<const ModelConfirmEntry> entries) const;
  [[nodiscard]] ConfirmResult judge(QueueState& queue, GroupState& group, Stream stream,
                                    std::span<const ModelConfirmEntry> entries);
  /// Ends a lease: what is neither confirmed nor gone becomes available again, or dead. `failed` is the place of the
  /// entry that said `fail`. Returns {released, died}.
  std::pair<std::uint64_t, std::uint64_t> release(QueueState& queue, GroupState& group, Stream stream,
                                                  std::uint64_t lease, ReleaseCause cause, Time at,
                                                  std::optional<Position> failed);
  void settle(Time at, std::vector<Fired>& fired);
  static void drop_gone(StreamState& stream, Time before_or_at, std::uint64_t& count);
  void end_leases(QueueState& queue, GroupState& group, Time at, FiredCounts& counts);
  void end_waits(QueueState& queue, GroupState& group, Time at, FiredCounts& counts);

  const Options options_;
  Time now_;
  bool closed_ = false;
  std::vector<QueueState> queues_;
  std::uint64_t last_lease_ = 0;
  std::map<std::uint64_t, std::pair<GroupId, Stream>> lease_owner_;  // of every lease there ever was
  std::vector<ModelOutcome> outcomes_;
};

}  // namespace wingmq::test
