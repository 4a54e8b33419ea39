#include "log/shards.h"

#include <algorithm>
#include <utility>

namespace wingmq {

Shards::Shards(Environment& environment, QueueId queue, std::uint32_t partitions)
    : retention_(environment.options.limits.retention), reclaimable_(environment.reclaim_list, queue) {
  for (std::uint32_t i = 0; i < partitions; ++i) partitions_.emplace_back(environment.budget);
}

Shards::Appended Shards::append(BatchRef batch, Time now) {
  const std::uint32_t next = partitions_.size() == 1 ? 0 : next_partition_.fetch_add(1, std::memory_order_relaxed);
  const PartitionIndex partition{next % partitions()};
  const auto appended = partitions_[partition.value].append(std::move(batch), now);
  return {{partition, appended.first}, appended.was_empty};
}

std::uint64_t Shards::drop_before(std::span<const Position> places) {
  std::uint64_t messages = 0;
  for (std::size_t i = 0; i < places.size(); ++i) messages += partitions_[i].drop_before(places[i].entry);
  return messages;
}

std::uint64_t Shards::expire(Time now) {
  std::uint64_t messages = 0;
  for (Partition& partition : partitions_) messages += partition.drop_until(now - retention_);
  return messages;
}

std::optional<Time> Shards::next_expiry() const {
  std::optional<Time> next;
  for (const Partition& partition : partitions_) {
    const auto oldest = partition.oldest();
    if (oldest && (!next || *oldest + retention_ < *next)) next = *oldest + retention_;
  }
  return next;
}

template <typename Place>
std::vector<Position> Shards::each(Place place) const {
  std::vector<Position> places;
  places.reserve(partitions_.size());
  for (const Partition& partition : partitions_) places.push_back(place(partition));
  return places;
}

std::vector<Position> Shards::places(Time time) const {
  return each([time](const Partition& partition) { return partition.find(time); });
}

std::vector<Position> Shards::begins() const {
  return each([](const Partition& partition) { return partition.begin(); });
}

std::vector<Position> Shards::ends() const {
  return each([](const Partition& partition) { return partition.end(); });
}

Partition::Sizes Shards::sizes() const {
  Partition::Sizes all;
  for (const Partition& partition : partitions_) {
    const Partition::Sizes sizes = partition.sizes();
    all.messages += sizes.messages;
    all.payload_bytes += sizes.payload_bytes;
    all.resident_bytes += sizes.resident_bytes;
  }
  return all;
}

}  // namespace wingmq
