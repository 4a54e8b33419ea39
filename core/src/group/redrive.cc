// Dead letters that become messages again.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "group/group_state.h"

namespace wingmq {

const Run* GroupMachine::Marked::holder(PartitionIndex partition, Offset offset) const {
  const auto behind = runs.upper_bound(Key{partition, offset});
  if (behind == runs.begin()) return nullptr;
  const Run& run = std::prev(behind)->second;
  return run.partition == partition && offset.value < run.offset.value + run.count ? &run : nullptr;
}

bool GroupMachine::Marked::take_out(PartitionIndex partition, Offset offset, std::uint32_t count) {
  const Run* const found = holder(partition, offset);
  if (found == nullptr || offset.value + count > found->offset.value + found->count) return false;
  const Run whole = *found;
  const auto before = static_cast<std::uint32_t>(offset.value - whole.offset.value);
  const std::uint32_t behind = whole.count - before - count;
  runs.erase(Key{whole.partition, whole.offset});
  messages -= whole.count;
  if (before > 0) add(whole.part(0, before));
  if (behind > 0) add(whole.part(before + count, behind));
  return true;
}

// --- The machine of the messages --------------------------------------------------------------------------------------

GroupMachine::Revival GroupMachine::begin_revival() const { return {.released = {}, .dead = dead_}; }

bool GroupMachine::revive(const Run& run, Revival& revival) const {
  if (run.count == 0 || !revival.dead.take_out(run.partition, run.offset, run.count)) return false;
  Run waiting = run;
  waiting.origin = {};
  revival.released.add(waiting);
  return true;
}

void GroupMachine::revive(const Run& letter, std::uint64_t messages_max, Revival& revival, std::vector<Run>& runs) const {
  for_each_wanted(letter, tag_rule_, [&](const Run& wanted) {
    for (std::uint32_t i = 0; i < wanted.count && messages_max > 0;) {
      const Offset home{wanted.origin.value + i};
      const Run* const died = revival.dead.holder({wanted.origin_partition}, home);
      if (died == nullptr) {
        ++i;
        continue;
      }
      const std::uint64_t held = died->offset.value + died->count - home.value;
      Run run = wanted.part(i, static_cast<std::uint32_t>(std::min({std::uint64_t{wanted.count} - i, held, messages_max})));
      std::swap(run.offset, run.origin);
      run.partition = {std::exchange(run.origin_partition, std::uint16_t{0})};
      run.failures = 0;
      run.expires = died->expires;
      if (!revive(run, revival)) return;
      runs.push_back(run);
      messages_max -= run.count;
      i += run.count;
    }
  });
}

void GroupMachine::commit(Revival& revival) noexcept {
  tally_.dead -= revival.released.messages;
  released_.merge(revival.released);
  std::swap(dead_, revival.dead);
}

// --- The machine of the dead letters ----------------------------------------------------------------------------------

/// Letters that were not read up to the last one that goes, and stay, wait from now on as if they had been read.
std::expected<GroupMachine::Withdrawal, std::string> GroupMachine::prepare_withdrawal(const MessageSource& letters,
                                                                                      std::span<const Run> runs) const {
  std::expected<Withdrawal, std::string> withdrawal(std::in_place);
  withdrawal->released = released_;
  withdrawal->place = places_.front();
  const Offset read = places_.front().cursor.offset;
  const auto end_of = [](const Run& run) { return Offset{run.origin.value + run.count}; };
  Offset end = read;
  for (const Run& run : runs) end = std::max(end, end_of(run));
  if (end > read) {
    for_each_unread(letters, {0}, [&](const Run& letter) {
      if (letter.offset >= end) return false;
      const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(letter.count, end.value - letter.offset.value));
      withdrawal->released.add(letter.part(0, count));
      return true;
    });
    withdrawal->place.cursor = place_at(letters, end);
    recount(withdrawal->place);
  }
  for (const Run& run : runs) {
    if (!withdrawal->released.take_out({0}, run.origin, run.count)) return std::unexpected("a dead letter that is redriven does not wait");
  }
  return withdrawal;
}

/// Where a log reads on from an offset.
Position GroupMachine::place_at(const MessageSource& source, Offset offset) const {
  std::array<LogEntry, 64> entries;
  std::uint64_t from = places_.front().cursor.entry;
  Position place = places_.front().cursor;
  while (const std::size_t read = source.read({0}, from, UINT64_MAX, entries)) {
    for (const LogEntry& entry : std::span(entries).first(read)) {
      if (offset.value < entry.base.value + entry.count) return {entry.number, static_cast<std::uint32_t>(offset.value - entry.base.value), offset};
      place = {entry.number + 1, 0, {entry.base.value + entry.count}};
    }
    from = entries[read - 1].number + 1;
  }
  return place;
}

void GroupMachine::commit(Withdrawal& withdrawal) noexcept {
  std::swap(released_, withdrawal.released);
  places_.front() = withdrawal.place;
}

// --- Both -------------------------------------------------------------------------------------------------------------

std::uint64_t GroupState::redrive(std::uint64_t messages_max, Time now) {
  auto revival = main.begin_revival();
  std::vector<Run> runs;
  const auto left = [&] { return messages_max - revival.released.messages; };
  dead.for_each_waiting(dead_letters, [&](const Run& letter) {
    main.revive(letter, left(), revival, runs);
    return left() > 0;
  });
  if (runs.empty()) return 0;
  auto withdrawal = dead.prepare_withdrawal(dead_letters, runs);
  if (!withdrawal) return 0;  // cannot be: these were found waiting
  if (changes_ != nullptr) {
    Redriven said;
    said.runs.reserve(runs.size());
    for (const Run& run : runs) said.runs.push_back({{run.partition, run.offset, run.count}, 0, run.expires, {0}, run.origin});
    changes_->note(now, Stream::kQueue, std::move(said));
  }
  return commit(revival, *withdrawal);
}

std::uint64_t GroupState::commit(GroupMachine::Revival& revival, GroupMachine::Withdrawal& withdrawal) noexcept {
  const std::uint64_t messages = revival.released.messages;
  main.commit(revival);
  dead.commit(withdrawal);
  dead_confirmed += messages;
  dead_letters.drop_before(dead.cursor({0}).entry);
  return messages;
}

std::expected<void, std::string> GroupState::apply(const Redriven& change) {
  auto revival = main.begin_revival();
  std::vector<Run> runs;
  runs.reserve(change.runs.size());
  for (const LeasedRun& said : change.runs) {
    Run run;
    run.partition = said.partition;
    run.offset = said.offset;
    run.count = said.count;
    run.expires = said.expires;
    run.origin = said.origin;
    if (!main.revive(run, revival)) return std::unexpected("a message that is redriven is not dead");
    runs.push_back(run);
  }
  auto withdrawal = dead.prepare_withdrawal(dead_letters, runs);
  if (!withdrawal) return std::unexpected(std::move(withdrawal.error()));
  commit(revival, *withdrawal);
  return {};
}

}  // namespace wingmq
