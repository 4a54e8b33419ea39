#include "peek.h"

#include <algorithm>
#include <array>
#include <utility>

namespace wingmq {
namespace {

/// Whether a page goes on behind this message.
bool seen(const PeekRequest& request, PartitionIndex partition, Offset offset) {
  if (!request.after) return false;
  return std::pair(partition, offset) <= std::pair(request.after_partition, *request.after);
}

const MarkedRun* find_mark(const GroupView& view, PartitionIndex partition, Offset offset) {
  const auto behind = std::ranges::upper_bound(view.marked, std::pair(partition, offset), {}, [](const MarkedRun& each) {
    return std::pair(each.run.partition, each.run.offset);
  });
  if (behind == view.marked.begin()) return nullptr;
  const MarkedRun& mark = *std::prev(behind);
  const bool inside = mark.run.partition == partition && offset.value < mark.run.offset.value + mark.run.count;
  return inside ? &mark : nullptr;
}

/// Who holds message `index` of the run.
void add_holder(const MarkedRun& mark, std::uint64_t index, PeekedMessage& message) {
  if (!mark.holder) return;
  message.lease_deadline = mark.holder->deadline;
  message.handle = mark.holder->handle;
  message.handle->index = static_cast<std::uint16_t>(message.handle->index + index);
}

void add_state(const GroupView& view, PeekedMessage& message) {
  if (const MarkedRun* mark = find_mark(view, message.partition, message.offset)) {
    message.state = mark->state;
    message.failures = mark->run.failures;
    add_holder(*mark, message.offset.value - mark->run.offset.value, message);
    return;
  }
  const bool unread = message.offset >= view.cursors[message.partition.value].offset;
  const bool wanted = unread && view.tags.matches(message.batch->tags(message.index));
  message.state = wanted ? MessageState::kAvailable : MessageState::kConfirmed;
}

void add_entry(const LogEntry& entry, PartitionIndex partition, const GroupView* view, const PeekRequest& request,
               std::vector<PeekedMessage>& page) {
  for (std::uint32_t i = 0; i < entry.count && page.size() < request.limit; ++i) {
    PeekedMessage message{.partition = partition,
                          .offset = {entry.base.value + i},
                          .sent = entry.at,
                          .batch = entry.batch,
                          .index = entry.first + i,
                          .state = std::nullopt,
                          .failures = 0,
                          .lease_deadline = std::nullopt,
                          .handle = std::nullopt};
    if (seen(request, partition, message.offset)) continue;
    if (view != nullptr) add_state(*view, message);
    if (request.state && message.state != request.state) continue;
    page.push_back(std::move(message));
  }
}

}  // namespace

std::vector<PeekedMessage> peek_messages(const Shards& shards, const GroupView* view, const PeekRequest& request) {
  std::vector<PeekedMessage> page;
  const std::uint32_t first = request.after ? request.after_partition.value : 0;
  for (std::uint32_t i = first; i < shards.partitions() && page.size() < request.limit; ++i) {
    const PartitionIndex partition{i};
    const bool goes_on = request.after && partition == request.after_partition;
    std::uint64_t next = goes_on ? shards.entry_at(partition, *request.after) : 0;
    std::array<LogEntry, 64> entries;
    while (page.size() < request.limit) {
      const std::size_t read = shards.read(partition, next, UINT64_MAX, entries);
      if (read == 0) break;
      for (const LogEntry& entry : std::span(entries).first(read)) add_entry(entry, partition, view, request, page);
      next = entries[read - 1].number + 1;
    }
  }
  return page;
}

std::vector<PeekedMessage> peek_dead_letters(std::span<const MarkedRun> letters, Millis retention,
                                             const PeekRequest& request) {
  std::vector<PeekedMessage> page;
  for (const MarkedRun& letter : letters) {
    for (std::uint32_t i = 0; i < letter.run.count && page.size() < request.limit; ++i) {
      const Offset offset{letter.run.offset.value + i};
      if (seen(request, letter.run.partition, offset)) continue;
      page.push_back({.partition = letter.run.partition,
                      .offset = offset,
                      .sent = letter.run.expires - retention,
                      .batch = letter.run.batch,
                      .index = letter.run.first + i,
                      .state = MessageState::kDead,
                      .failures = letter.run.failures,
                      .lease_deadline = std::nullopt,
                      .handle = std::nullopt});
      add_holder(letter, i, page.back());
    }
  }
  return page;
}

}  // namespace wingmq
