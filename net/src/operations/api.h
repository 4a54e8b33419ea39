#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wingmq/delivery.h"
#include "wingmq/info.h"

namespace wingmq::net {

// The 14 operations' parameters, typed and within their ranges (API.md 4). An id that is not of the right form names
// nothing: it is read as the nil id, which no queue and no group has.

struct CreateQueue {
  std::string region;
  QueueSpec spec;
};

/// queryQueue, queryQuota; with `queue` also querySpecifyQueue, querySpecifyQueueAllConsumerGroup, removeQueue.
struct QueueCall {
  std::string region;
  QueueId queue;
  std::string_view queue_text;  ///< as sent
  bool include_dead_letters = false;
};

/// createConsumeGroup, removeSpecifyConsumerGroup.
struct GroupsCall : QueueCall {
  std::vector<std::string> names;
};

/// consumptionMessage, consumeDeadlettersMessage.
struct ConsumeCall {
  std::string region;
  ConsumeRequest request;
  std::string_view queue_text;
  std::string_view group_text;
};

/// confirmConsumedSpecifiedMessage, confirmConsumeDeadlettersMessage.
struct ConfirmCall {
  std::string region;
  std::optional<QueueId> queue;
  GroupId group;
  std::string_view queue_text;
  std::string_view group_text;
  std::vector<ConfirmEntry> entries;
};

struct ResetCall {
  std::string region;
  std::optional<QueueId> queue;
  GroupId group;
  std::string_view queue_text;
  std::string_view group_text;
  ResetTarget target;
  bool force = false;
};

/// The queue that a call names, if it does.
[[nodiscard]] inline std::optional<QueueId> named_queue(const CreateQueue&) { return std::nullopt; }
[[nodiscard]] inline std::optional<QueueId> named_queue(const QueueCall& call) { return call.queue; }
[[nodiscard]] inline std::optional<QueueId> named_queue(const ConsumeCall& call) { return call.request.queue; }
[[nodiscard]] inline std::optional<QueueId> named_queue(const ConfirmCall& call) { return call.queue; }
[[nodiscard]] inline std::optional<QueueId> named_queue(const ResetCall& call) { return call.queue; }

/// The group that a call names by its id, if it does.
template <typename Call>
[[nodiscard]] std::optional<GroupId> named_group(const Call&) {
  return std::nullopt;
}
[[nodiscard]] inline std::optional<GroupId> named_group(const ConsumeCall& call) { return call.request.group; }
[[nodiscard]] inline std::optional<GroupId> named_group(const ConfirmCall& call) { return call.group; }
[[nodiscard]] inline std::optional<GroupId> named_group(const ResetCall& call) { return call.group; }

}  // namespace wingmq::net
