#include "log/partition.h"

#include <utility>

namespace wingmq {

Partition::Appended Partition::append(BatchRef batch, Time at) {
  const std::uint32_t count = batch->count();
  const MutexLock lock(mutex_);
  const Appended appended{log_.end().offset, !log_.oldest()};
  log_.append(std::move(batch), 0, count, at);
  if (appended.was_empty) note_oldest();
  return appended;
}

std::uint64_t Partition::drop_before(std::uint64_t entry) {
  const MutexLock lock(mutex_);
  const std::uint64_t before = log_.messages();
  log_.drop_before(entry);
  note_oldest();
  return before - log_.messages();
}

std::uint64_t Partition::drop_until(Time newest) {
  if (oldest_ms_.load(std::memory_order_acquire) > newest.time_since_epoch().count()) return 0;
  const MutexLock lock(mutex_);
  const std::uint64_t dropped = log_.drop_until(newest);
  note_oldest();
  return dropped;
}

std::size_t Partition::reclaim(std::uint64_t entry, std::size_t bytes) {
  const MutexLock lock(mutex_);
  const std::size_t freed = log_.reclaim(entry, bytes);
  note_oldest();
  return freed;
}

void Partition::shared_before(std::uint64_t entry, std::vector<BatchRef>& batches) const {
  const MutexLock lock(mutex_);
  log_.shared_before(entry, batches);
}

Position Partition::begin() const {
  const MutexLock lock(mutex_);
  return log_.begin();
}

Position Partition::end() const {
  const MutexLock lock(mutex_);
  return log_.end();
}

Position Partition::find(Time time) const {
  const MutexLock lock(mutex_);
  return log_.find(time);
}

std::uint64_t Partition::entry_at(Offset offset) const {
  const MutexLock lock(mutex_);
  return log_.entry_at(offset);
}

std::size_t Partition::read(std::uint64_t entry, std::uint64_t messages, std::span<LogEntry> out) const {
  const MutexLock lock(mutex_);
  return log_.read(entry, messages, out);
}

std::uint64_t Partition::messages_from(const Position& position) const {
  const MutexLock lock(mutex_);
  return log_.messages_from(position);
}

std::optional<Time> Partition::oldest() const {
  const Millis::rep oldest = oldest_ms_.load(std::memory_order_acquire);
  if (oldest == kEmpty) return std::nullopt;
  return Time(Millis(oldest));
}

Partition::Sizes Partition::sizes() const {
  const MutexLock lock(mutex_);
  return {log_.messages(), log_.payload_bytes(), log_.resident_bytes()};
}

void Partition::note_oldest() {
  const auto oldest = log_.oldest();
  oldest_ms_.store(oldest ? oldest->time_since_epoch().count() : kEmpty, std::memory_order_release);
}

}  // namespace wingmq
