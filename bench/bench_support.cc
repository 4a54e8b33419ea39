#include "bench_support.h"

#include <malloc.h>

#include <algorithm>
#include <cstring>

namespace wingmq::bench {
namespace {

Options make_options(std::uint32_t queues, std::uint32_t groups, std::uint32_t partitions, std::size_t memory_limit_bytes) {
  Options options;
  options.limits.queues_per_project = std::max(queues, 1U);
  options.limits.groups_per_queue = std::max(groups, 1U);
  options.partitions = partitions;
  options.memory_limit_bytes = memory_limit_bytes;
  return options;
}

}  // namespace

BatchRef make_batch(BufferPool& buffers, std::uint32_t count, std::uint32_t bytes) {
  Buffer buffer = buffers.take(std::size_t{count} * bytes);
  std::memset(buffer.data(), 'x', buffer.size());
  std::vector<Message> messages(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    messages[i].body_at = i * bytes;
    messages[i].body_bytes = bytes;
    messages[i].payload_bytes = bytes;
  }
  return Batch::make(buffers, std::move(buffer), messages);
}

World::World(std::uint32_t queues, std::uint32_t groups, std::uint32_t partitions, std::size_t memory_limit_bytes)
    : broker(make_options(queues, groups, partitions, memory_limit_bytes), clock, random) {
  for (std::uint32_t i = 0; i < queues; ++i) {
    QueueSpec spec;
    spec.name = "q" + std::to_string(i);
    queue_ids.push_back(broker.create_queue(project, spec)->id);
    std::vector<std::string> names;
    names.reserve(groups);
    for (std::uint32_t g = 0; g < groups; ++g) names.push_back("g" + std::to_string(g));
    group_ids.emplace_back();
    if (names.empty()) continue;
    const auto created = broker.create_groups(project, queue_ids.back(), names);
    for (const GroupInfo& info : *created) group_ids.back().push_back(info.id);
  }
}

void World::fill(QueueId queue, std::uint64_t count) {
  for (std::uint64_t left = count; left > 0;) {
    const auto now = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, 1000));
    require(broker.send(project, queue, make_batch(broker.buffers(), now, 1)).has_value(), "a send was refused");
    left -= now;
  }
}

Delivery consume(World& world, GroupId group, std::uint32_t messages, Millis ack_wait) {
  ConsumeRequest request;
  request.group = group;
  request.messages_max = messages;
  request.wait = Millis(0);
  request.ack_wait = ack_wait;
  NoWaiter waiter;
  auto result = world.broker.consume(world.project, request, waiter);
  require(result && *result && (*result)->count == messages, "a consume got other messages than wanted");
  return std::move(**result);
}

void confirm(World& world, GroupId group, const Delivery& delivery) {
  std::vector<ConfirmEntry> entries;
  entries.reserve(delivery.count);
  for (std::uint32_t i = 0; i < delivery.count; ++i) entries.push_back({delivery.handle(i), true});
  const auto result = world.broker.confirm(world.project, std::nullopt, group, Stream::kQueue, entries);
  require(result && result->success == delivery.count, "not all of a delivery was confirmed");
}

std::size_t heap_bytes() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace wingmq::bench
