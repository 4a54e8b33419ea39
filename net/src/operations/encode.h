#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "operations/handle_text.h"
#include "wingmq/delivery.h"
#include "wingmq/info.h"
#include "wingmq/options.h"

namespace wingmq::net {

// Bodies of replies that say "done", member by member as API.md 4 and the reference's samples have them.

/// What a delivery's body depends on beside the delivery. Without a scene, handlers have the compact look.
struct DeliveryLook {
  std::optional<HandleScene> scene;
  std::optional<std::uint64_t> shuffled;  ///< a test wants the messages in an order that this number chooses
};

[[nodiscard]] std::string encode_created_queue(const QueueInfo& queue);
[[nodiscard]] std::string encode_queues(std::span<const QueueInfo> queues, const Limits& limits, bool dead_letters);
[[nodiscard]] std::string encode_queue(const QueueInfo& queue, const Limits& limits, bool dead_letters);
[[nodiscard]] std::string encode_created_groups(std::string_view region, QueueId queue, std::span<const GroupInfo> groups);
[[nodiscard]] std::string encode_groups(const QueueGroups& groups, bool dead_letters);
/// removeQueue, removeSpecifyConsumerGroup.
[[nodiscard]] std::string encode_removed();
[[nodiscard]] std::string encode_sent(std::size_t count);
/// Writes every message once, into a string of the size that it may need at most.
[[nodiscard]] std::string encode_delivery(const Delivery& delivery, const DeliveryLook& look);
[[nodiscard]] std::string encode_confirmed(const ConfirmResult& result);
[[nodiscard]] std::string encode_quota(const Quota& quota);
[[nodiscard]] std::string encode_reset();

}  // namespace wingmq::net
