#include "router.h"

namespace wingmq::net {
namespace {

constexpr std::string_view kPrefix = "/apiproxy/v3/queue/";

constexpr Operation kOperations[] = {
    {"sendSpecifyQueueMessage", Method::kPost, send_messages},
    {"consumptionMessage", Method::kGet, consume},
    {"confirmConsumedSpecifiedMessage", Method::kPost, confirm},
    {"createQueue", Method::kPost, create_queue},
    {"queryQueue", Method::kGet, query_queues},
    {"querySpecifyQueue", Method::kGet, query_queue},
    {"removeQueue", Method::kPost, remove_queue},
    {"createConsumeGroup", Method::kPost, create_groups},
    {"querySpecifyQueueAllConsumerGroup", Method::kGet, query_groups},
    {"removeSpecifyConsumerGroup", Method::kPost, remove_groups},
    {"queryQuota", Method::kGet, query_quota},
    {"consumeDeadlettersMessage", Method::kGet, consume_dead_letters},
    {"confirmConsumeDeadlettersMessage", Method::kPost, confirm_dead_letters},
    {"consumeReset", Method::kPost, reset_group},
};

}  // namespace

const Operation* find_operation(std::string_view path) noexcept {
  if (!path.starts_with(kPrefix)) return nullptr;
  path.remove_prefix(kPrefix.size());
  for (const Operation& operation : kOperations) {
    if (operation.name == path) return &operation;
  }
  return nullptr;
}

}  // namespace wingmq::net
