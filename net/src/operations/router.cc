#include "operations/router.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kCreateQueueInfo[] = {"createQueueInfo"};
constexpr std::string_view kRegion[] = {"regionId"};
constexpr std::string_view kRegionDeadLetters[] = {"regionId", "includeDeadletter"};
constexpr std::string_view kQueue[] = {"regionId", "queueId"};
constexpr std::string_view kQueueDeadLetters[] = {"regionId", "queueId", "includeDeadletter"};
constexpr std::string_view kQueueGroups[] = {"regionId", "queueId", "groups"};
constexpr std::string_view kQueueMessages[] = {"regionId", "queueId", "messages"};
constexpr std::string_view kConsumerQueueInfo[] = {"consumerQueueInfo"};
constexpr std::string_view kConfirm[] = {"regionId", "queueId", "consumerGroupId", "message"};
constexpr std::string_view kConsumedMessageInfo[] = {"consumedMessageInfo"};

constexpr Operation kOperations[] = {
    {"sendSpecifyQueueMessage", Method::kPost, send_messages, kQueueMessages},
    {"consumptionMessage", Method::kGet, consume, kConsumerQueueInfo},
    {"confirmConsumedSpecifiedMessage", Method::kPost, confirm, kConfirm},
    {"createQueue", Method::kPost, create_queue, kCreateQueueInfo},
    {"queryQueue", Method::kGet, query_queues, kRegionDeadLetters},
    {"querySpecifyQueue", Method::kGet, query_queue, kQueueDeadLetters},
    {"removeQueue", Method::kPost, remove_queue, kQueue},
    {"createConsumeGroup", Method::kPost, create_groups, kQueueGroups},
    {"querySpecifyQueueAllConsumerGroup", Method::kGet, query_groups, kQueueDeadLetters},
    {"removeSpecifyConsumerGroup", Method::kPost, remove_groups, kQueueGroups},
    {"queryQuota", Method::kGet, query_quota, kRegion},
    {"consumeDeadlettersMessage", Method::kGet, consume_dead_letters, kConsumedMessageInfo},
    {"confirmConsumeDeadlettersMessage", Method::kPost, confirm_dead_letters, kConsumedMessageInfo},
    {"consumeReset", Method::kPost, reset_group, kConsumedMessageInfo},
};

}  // namespace

std::span<const Operation> operations() noexcept { return kOperations; }

const Operation* find_operation(std::string_view path) noexcept {
  if (!path.starts_with(kOperationPrefix)) return nullptr;
  path.remove_prefix(kOperationPrefix.size());
  for (const Operation& operation : kOperations) {
    if (operation.name == path) return &operation;
  }
  return nullptr;
}

}  // namespace wingmq::net
