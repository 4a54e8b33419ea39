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
    {{"sendSpecifyQueueMessage", Method::kPost, kQueueMessages}, send_messages},
    {{"consumptionMessage", Method::kGet, kConsumerQueueInfo}, consume},
    {{"confirmConsumedSpecifiedMessage", Method::kPost, kConfirm}, confirm},
    {{"createQueue", Method::kPost, kCreateQueueInfo}, create_queue},
    {{"queryQueue", Method::kGet, kRegionDeadLetters}, query_queues},
    {{"querySpecifyQueue", Method::kGet, kQueueDeadLetters}, query_queue},
    {{"removeQueue", Method::kPost, kQueue}, remove_queue},
    {{"createConsumeGroup", Method::kPost, kQueueGroups}, create_groups},
    {{"querySpecifyQueueAllConsumerGroup", Method::kGet, kQueueDeadLetters}, query_groups},
    {{"removeSpecifyConsumerGroup", Method::kPost, kQueueGroups}, remove_groups},
    {{"queryQuota", Method::kGet, kRegion}, query_quota},
    {{"consumeDeadlettersMessage", Method::kGet, kConsumedMessageInfo}, consume_dead_letters},
    {{"confirmConsumeDeadlettersMessage", Method::kPost, kConsumedMessageInfo}, confirm_dead_letters},
    {{"consumeReset", Method::kPost, kConsumedMessageInfo}, reset_group},
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
