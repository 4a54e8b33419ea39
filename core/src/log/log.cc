#include "log/log.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace wingmq {
namespace {

std::uint64_t payload_of(const LogEntry& entry) {
  if (entry.count == entry.batch->count()) return entry.batch->payload_bytes();
  std::uint64_t bytes = 0;
  for (const Message& message : entry.batch->messages().subspan(entry.first, entry.count)) bytes += message.payload_bytes;
  return bytes;
}

}  // namespace

Log::~Log() { free_chunks(); }

std::unique_ptr<Log::Chunk>& Log::chunk_of(std::uint64_t number) noexcept {
  return ring_[(number / kChunkEntries) % ring_.size()];
}

const LogEntry& Log::entry(std::uint64_t number) const noexcept {
  return (*ring_[(number / kChunkEntries) % ring_.size()])[number % kChunkEntries];
}

LogEntry& Log::entry(std::uint64_t number) noexcept { return (*chunk_of(number))[number % kChunkEntries]; }

void Log::make_room(std::uint64_t entries) {
  const std::uint64_t first = first_entry_ / kChunkEntries;
  const std::uint64_t last = (next_entry_ + entries - 1) / kChunkEntries;
  if (last - first >= ring_.size()) {
    std::vector<std::unique_ptr<Chunk>> larger(std::max<std::size_t>({4, ring_.size() * 2, last - first + 1}));
    for (std::uint64_t chunk = first; chunk < first + ring_.size(); ++chunk) {
      larger[chunk % larger.size()] = std::move(ring_[chunk % ring_.size()]);
    }
    ring_ = std::move(larger);
  }
  for (std::uint64_t number = next_entry_ / kChunkEntries; number <= last; ++number) {
    auto& chunk = ring_[number % ring_.size()];
    if (chunk) continue;
    if (!spare_) {
      spare_ = std::make_unique<Chunk>();
      budget_.charge(sizeof(Chunk));
    }
    chunk = std::move(spare_);
  }
}

void Log::append(BatchRef batch, std::uint32_t first, std::uint32_t count, Time at) {
  make_room(1);
  newest_ = std::max(newest_, at);
  LogEntry& added = entry(next_entry_);
  added = {.number = next_entry_, .base = next_offset_, .at = newest_, .batch = std::move(batch), .first = first, .count = count};
  ++next_entry_;
  next_offset_.value += count;
  messages_ += count;
  if (!added.batch) return;
  payload_bytes_ += payload_of(added);
  resident_bytes_ += added.batch->resident_bytes();
}

void Log::forget(LogEntry& dropped) {
  messages_ -= dropped.count;
  if (!dropped.batch) return;
  payload_bytes_ -= payload_of(dropped);
  resident_bytes_ -= dropped.batch->resident_bytes();
  dropped.batch = {};
}

void Log::pop_front() {
  LogEntry& oldest = entry(first_entry_);
  if (oldest.batch || !is_hole(oldest)) {
    forget(oldest);
  } else {
    auto hole = holes_.extract(holes_.begin());
    if (hole.mapped() > oldest.count) {
      hole.key() += oldest.count;
      hole.mapped() -= oldest.count;
      holes_.insert(std::move(hole));
    }
  }
  if (++first_entry_ % kChunkEntries != 0) return;
  auto& emptied = chunk_of(first_entry_ - 1);
  if (spare_) {
    emptied.reset();
    budget_.release(sizeof(Chunk));
  } else {
    spare_ = std::move(emptied);
  }
}

std::uint64_t Log::drop_until(Time newest) {
  const std::uint64_t before = messages_;
  while (first_entry_ != next_entry_ && entry(first_entry_).at <= newest) pop_front();
  if (first_entry_ == next_entry_) free_chunks();
  return before - messages_;
}

void Log::free_chunks() {
  std::size_t chunks = spare_ ? 1 : 0;
  for (const auto& chunk : ring_) chunks += chunk ? 1 : 0;
  budget_.release(chunks * sizeof(Chunk));
  ring_.clear();
  spare_.reset();
}

void Log::drop_before(std::uint64_t number) {
  while (first_entry_ < std::min(number, next_entry_)) pop_front();
}

void Log::begin_at(const Position& place) noexcept {
  first_entry_ = next_entry_ = place.entry;
  next_offset_ = place.offset;
}

bool Log::is_hole(const LogEntry& each) const noexcept {
  if (each.batch) return false;
  const auto behind = holes_.upper_bound(each.base.value);
  return behind != holes_.begin() && std::prev(behind)->first + std::prev(behind)->second > each.base.value;
}

void Log::note_hole(const LogEntry& hole) {
  const auto after = holes_.upper_bound(hole.base.value);
  if (after != holes_.begin()) {
    const auto before = std::prev(after);
    if (before->first + before->second == hole.base.value) {
      before->second += hole.count;
      return;
    }
  }
  holes_.emplace_hint(after, hole.base.value, hole.count);
}

std::size_t Log::reclaim(std::uint64_t number, std::size_t bytes) {
  std::size_t freed = 0;
  for (std::uint64_t at = first_entry_; at < std::min(number, next_entry_) && freed < bytes; ++at) {
    LogEntry& old = entry(at);
    if (!old.batch.unique()) continue;
    freed += old.batch->resident_bytes();
    forget(old);
    note_hole(old);
  }
  while (first_entry_ != next_entry_ && is_hole(entry(first_entry_))) pop_front();
  return freed;
}

void Log::shared_before(std::uint64_t number, std::vector<BatchRef>& batches) const {
  for (std::uint64_t at = first_entry_; at < std::min(number, next_entry_); ++at) {
    const LogEntry& old = entry(at);
    if (old.batch && !old.batch.unique()) batches.push_back(old.batch);
  }
}

void Log::recount() noexcept {
  resident_bytes_ = 0;
  for_each_batch([this](const BatchRef& batch, std::uint32_t, std::uint32_t) { resident_bytes_ += batch->resident_bytes(); });
}

Position Log::begin() const noexcept {
  if (first_entry_ == next_entry_) return end();
  return {first_entry_, 0, entry(first_entry_).base};
}

template <typename Before>
std::uint64_t Log::search(Before before) const noexcept {
  std::uint64_t low = first_entry_;
  std::uint64_t high = next_entry_;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (before(entry(middle))) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Position Log::find(Time time) const noexcept {
  const std::uint64_t found = search([time](const LogEntry& each) { return each.at < time; });
  return found == next_entry_ ? end() : Position{found, 0, entry(found).base};
}

std::uint64_t Log::entry_at(Offset offset) const noexcept {
  return search([offset](const LogEntry& each) { return each.base.value + each.count <= offset.value; });
}

std::size_t Log::read(std::uint64_t number, std::uint64_t messages, std::span<LogEntry> out) const {
  std::size_t copied = 0;
  std::uint64_t reached = 0;
  for (std::uint64_t at = std::max(number, first_entry_); at < next_entry_ && copied < out.size() && reached < messages; ++at) {
    const LogEntry& stored = entry(at);
    if (!stored.batch && is_hole(stored)) continue;
    out[copied++] = stored;
    reached += stored.count;
  }
  return copied;
}

std::uint64_t Log::messages_from(const Position& position) const {
  const std::uint64_t from = std::max(position.offset, begin().offset).value;
  std::uint64_t reclaimed = 0;
  // Holes lie before every group's place, except after a reset: normally the first look ends this.
  for (auto hole = holes_.rbegin(); hole != holes_.rend() && hole->first + hole->second > from; ++hole) {
    reclaimed += hole->first + hole->second - std::max(hole->first, from);
  }
  return next_offset_.value - from - reclaimed;
}

std::optional<Time> Log::oldest() const noexcept {
  if (first_entry_ == next_entry_) return std::nullopt;
  return entry(first_entry_).at;
}

}  // namespace wingmq
