#include "group/group_machine.h"

#include <array>
#include <utility>

namespace wingmq {

// --- Delivering -------------------------------------------------------------------------------------------------------

Delivery GroupMachine::lease(const MessageSource& source, const LeaseRequest& asked, Time now) {
  if (config_.one_batch_at_a_time && busy()) return {};
  Room room{.messages = asked.messages_max, .payload_bytes = config_.payload_bytes_max};
  std::vector<Run> runs;
  take_released(room, runs);
  const auto partitions = std::max(1U, static_cast<std::uint32_t>(places_.size()));
  for (std::uint32_t i = 0; i < partitions && !room.full(); ++i) {
    take_unread(source, {(next_partition_ + i) % partitions}, room, runs);
  }
  next_partition_ = (next_partition_ + 1) % partitions;
  if (runs.empty()) return {};
  Delivery delivery;
  delivery.runs.assign(runs.begin(), runs.end());
  delivery.count = asked.messages_max - room.messages;
  const Lease& opened = leases_.open(std::move(runs), asked.secret, now, asked.ack_wait);
  leased_count_ += delivery.count;
  delivery.first = leases_.handle(opened, config_.stream);
  delivery.deadline = opened.deadline();
  return delivery;
}

bool GroupMachine::holds_back(const MessageSource& source) {
  if (!config_.one_batch_at_a_time || !busy()) return false;
  const Counts all = counts(source);
  return all.available > all.in_flight;
}

void GroupMachine::take_released(Room& room, std::vector<Run>& runs) {
  while (!released_.empty() && !room.full()) {
    const auto first = released_.begin();
    const Run& run = first->second;
    const std::uint32_t taken = room.take(*run.batch, run.first, run.count);
    if (taken == 0) return;
    Run whole = std::move(released_.extract(first).mapped());
    released_count_ -= whole.count;
    if (taken < whole.count) put_released(whole.part(taken, whole.count - taken));
    whole.count = taken;
    runs.push_back(std::move(whole));
  }
}

void GroupMachine::take_unread(const MessageSource& source, PartitionIndex partition, Room& room,
                               std::vector<Run>& runs) {
  static constexpr std::size_t kEntriesAtOnce = 16;
  std::array<LogEntry, kEntriesAtOnce> entries;
  Place& place = places_[partition.value];
  while (!room.full()) {
    const std::size_t wanted = std::min<std::size_t>(entries.size(), room.messages);
    const std::size_t read =
        source.read(partition, place.cursor.entry, std::uint64_t{room.messages} + place.cursor.index,
                    std::span(entries).first(wanted));
    if (read == 0) return;
    for (std::size_t i = 0; i < read && !room.full(); ++i) {
      if (entries[i].number > place.cursor.entry) recount(place);  // something in between expired: the count is stale
      const std::uint32_t before = room.messages;
      const Position to = take_entry(entries[i], partition, room, runs);
      move_cursor(place, to, before - room.messages);
    }
  }
}

Run GroupMachine::unread_part(const LogEntry& entry, PartitionIndex partition) const {
  const Position& cursor = places_[partition.value].cursor;
  const std::uint32_t from = entry.number == cursor.entry ? cursor.index : 0;
  Run run;
  run.batch = entry.batch;
  run.first = entry.first + from;
  run.count = entry.count - from;
  run.partition = partition;
  run.offset = {entry.base.value + from};
  run.expires = entry.at + config_.retention;
  return run;
}

Position GroupMachine::take_entry(const LogEntry& entry, PartitionIndex partition, Room& room,
                                  std::vector<Run>& runs) const {
  std::uint32_t reached = entry.count;
  for_each_wanted(unread_part(entry, partition), tag_rule_, [&](const Run& run) {
    if (reached < entry.count) return;
    const std::uint32_t taken = room.full() ? 0 : room.take(*run.batch, run.first, run.count);
    if (taken > 0) runs.push_back(run.part(0, taken));
    if (taken < run.count) reached = run.first + taken - entry.first;
  });
  if (reached == entry.count) return {entry.number + 1, 0, {entry.base.value + entry.count}};
  return {entry.number, reached, {entry.base.value + reached}};
}

void GroupMachine::move_cursor(Place& place, const Position& to, std::uint64_t taken) {
  place.cursor = to;
  if (place.counted.offset <= to.offset) {
    recount(place);
  } else {
    place.wanted -= taken;
  }
}

void GroupMachine::recount(Place& place) {
  place.counted = place.cursor;
  place.wanted = 0;
}

void GroupMachine::set_tag_rule(TagRule rule) {
  tag_rule_ = std::move(rule);
  for (Place& place : places_) recount(place);
  const Runs before = std::exchange(released_, {});
  released_count_ = 0;
  for (const auto& [key, released] : before) {
    for_each_wanted(released, tag_rule_, [this](const Run& run) { put_released(run); });
  }
}

// --- Confirming -------------------------------------------------------------------------------------------------------

Result<void> GroupMachine::check(std::span<const ConfirmEntry> entries) const {
  for (const ConfirmEntry& entry : entries) {
    if (!entry.handle) return std::unexpected(Error{ErrorCode::kHandleInvalid});
    if (entry.handle->stream != config_.stream) return std::unexpected(Error{ErrorCode::kHandleForeign});
    const Lease* lease = leases_.find(*entry.handle);
    if (lease == nullptr || entry.handle->index >= lease->total() || entry.handle->index < lease->cursor()) {
      return std::unexpected(Error{ErrorCode::kHandleInvalid});
    }
  }
  return {};
}

ConfirmResult GroupMachine::confirm(std::span<const ConfirmEntry> entries, Time now, std::vector<Run>& died) {
  ConfirmResult result;
  for (const ConfirmEntry& entry : entries) {
    Lease* lease = leases_.find(*entry.handle);
    if (lease == nullptr) {  // stopped, or complete, by an earlier entry
      ++result.fail;
      continue;
    }
    const std::uint32_t index = entry.handle->index;
    if (!entry.success || index != lease->cursor()) {
      ++result.fail;
      const bool said_fail = !entry.success && index >= lease->cursor();
      release(*lease, {Cause::kFailed, now, said_fail ? std::optional(index) : std::nullopt}, died);
      continue;
    }
    ++result.success;
    if (lease->confirm_next()) --leased_count_;
    if (lease->cursor() == lease->total()) leases_.close(*lease);
  }
  result.rest_leased = leaves_rest(entries);
  return result;
}

/// A batch that is still leased after it was judged had only successes, and not enough of them.
bool GroupMachine::leaves_rest(std::span<const ConfirmEntry> entries) const {
  std::optional<std::uint64_t> looked_up;  // entries of one batch stand side by side
  for (const ConfirmEntry& entry : entries) {
    if (looked_up == entry.handle->secret) continue;
    looked_up = entry.handle->secret;
    if (leases_.find(*entry.handle) != nullptr) return true;
  }
  return false;
}

void GroupMachine::give_back(const Handle& handle, Time now) {
  Lease* lease = leases_.find(handle);
  std::vector<Run> nobody;
  if (lease != nullptr) release(*lease, {Cause::kGivenBack, now, std::nullopt}, nobody);
}

std::uint64_t GroupMachine::release(Lease& lease, const Released& how, std::vector<Run>& died) {
  std::uint64_t messages = 0;
  const bool all_failed = config_.failure_counting == FailureCounting::kDelivered && how.cause != Cause::kGivenBack;
  const bool one_failed = config_.failure_counting == FailureCounting::kExplicit && how.failed.has_value();
  lease.for_each_pending([&](const Run& run, std::uint32_t index) {
    leased_count_ -= run.count;
    if (run.expires <= how.at) return;
    messages += run.count;
    if (!one_failed || *how.failed < index || *how.failed >= index + run.count) {
      release_run(run, all_failed, died);
      return;
    }
    const std::uint32_t failed = *how.failed - index;
    if (failed > 0) release_run(run.part(0, failed), false, died);
    release_run(run.part(failed, 1), true, died);
    if (failed + 1 < run.count) release_run(run.part(failed + 1, run.count - failed - 1), false, died);
  });
  leases_.close(lease);
  return messages;
}

void GroupMachine::release_run(Run run, bool failed, std::vector<Run>& died) {
  if (failed) ++run.failures;
  if (failed && config_.consume_count_max && run.failures >= *config_.consume_count_max) {
    died.push_back(run);
    run.batch = {};
    dead_count_ += run.count;
    expiry_bound_ = std::min(expiry_bound_, run.expires);
    dead_.emplace(Key{run.partition, run.offset}, run);
    return;
  }
  for_each_wanted(run, tag_rule_, [this](const Run& wanted) { put_released(wanted); });
}

void GroupMachine::put_released(const Run& run) {
  released_count_ += run.count;
  expiry_bound_ = std::min(expiry_bound_, run.expires);
  released_.emplace(Key{run.partition, run.offset}, run);
}

// --- Time -------------------------------------------------------------------------------------------------------------

std::optional<GroupMachine::ExpiredLease> GroupMachine::expire_lease(Time now, std::vector<Run>& died) {
  Lease* lease = leases_.due(now);
  if (lease == nullptr) return std::nullopt;
  const Time at = lease->deadline();
  return ExpiredLease{at, release(*lease, {Cause::kExpired, at, std::nullopt}, died)};
}

void GroupMachine::drop(Runs& runs, Time now, std::uint64_t& count) {
  std::erase_if(runs, [now, &count](const auto& each) {
    const bool gone = each.second.expires <= now;
    if (gone) count -= each.second.count;
    return gone;
  });
}

void GroupMachine::expire_messages(Time now) {
  leased_count_ -= leases_.expire(now);
  if (expiry_bound_ > now) return;
  drop(released_, now, released_count_);
  drop(dead_, now, dead_count_);
  expiry_bound_ = Time::max();
  for (const Runs* runs : {&released_, &dead_}) {
    for (const auto& [key, run] : *runs) expiry_bound_ = std::min(expiry_bound_, run.expires);
  }
}

std::optional<Time> GroupMachine::next_expiry() const {
  const auto leased = leases_.next_expiry();
  if (released_.empty() && dead_.empty()) return leased;
  return leased ? std::min(*leased, expiry_bound_) : expiry_bound_;
}

void GroupMachine::follow(const MessageSource& source) {
  for (std::uint32_t i = 0; i < places_.size(); ++i) {
    const Position begin = source.begin({i});
    const auto first_dead = dead_.lower_bound(Key{{i}, {}});
    auto retained = first_dead;
    for (; retained != dead_.end() && retained->first < Key{{i}, begin.offset}; ++retained) {
      dead_count_ -= retained->second.count;
    }
    dead_.erase(first_dead, retained);
    if (places_[i].cursor.offset >= begin.offset) continue;
    places_[i].cursor = begin;
    recount(places_[i]);
  }
}

// --- Resetting --------------------------------------------------------------------------------------------------------

void GroupMachine::reset(std::span<const Position> place) {
  leases_.close_all();
  leased_count_ = 0;
  released_.clear();
  released_count_ = 0;
  std::erase_if(dead_, [&](const auto& each) {
    const bool forgotten = each.first.offset >= place[each.first.partition.value].offset;
    if (forgotten) dead_count_ -= each.second.count;
    return forgotten;
  });
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].cursor = place[i];
    recount(places_[i]);
  }
}

// --- Looking ----------------------------------------------------------------------------------------------------------

GroupMachine::Counts GroupMachine::counts(const MessageSource& source) {
  follow(source);
  Counts counts{.available = leased_count_ + released_count_, .in_flight = leased_count_, .dead = dead_count_};
  for (std::uint32_t i = 0; i < places_.size(); ++i) {
    counts.available += tag_rule_.empty() ? source.messages_from({i}, places_[i].cursor) : count_wanted(source, {i});
  }
  return counts;
}

std::uint64_t GroupMachine::count_wanted(const MessageSource& source, PartitionIndex partition) {
  Place& place = places_[partition.value];
  std::array<LogEntry, 64> entries;
  while (const std::size_t read = source.read(partition, place.counted.entry, UINT64_MAX, entries)) {
    for (const LogEntry& entry : std::span(entries).first(read)) {
      const std::uint32_t from = entry.number == place.counted.entry ? place.counted.index : 0;
      for (std::uint32_t i = from; i < entry.count; ++i) {
        place.wanted += tag_rule_.matches(entry.batch->tags(entry.first + i)) ? 1 : 0;
      }
      place.counted = {entry.number + 1, 0, {entry.base.value + entry.count}};
    }
  }
  return place.wanted;
}

void GroupMachine::skip_unwanted(const MessageSource& source, PartitionIndex partition) {
  Place& place = places_[partition.value];
  if (tag_rule_.empty()) return;
  std::array<LogEntry, 64> entries;
  while (const std::size_t read = source.read(partition, place.cursor.entry, UINT64_MAX, entries)) {
    for (const LogEntry& entry : std::span(entries).first(read)) {
      const std::uint32_t from = entry.number == place.cursor.entry ? place.cursor.index : 0;
      for (std::uint32_t i = from; i < entry.count; ++i) {
        if (!tag_rule_.matches(entry.batch->tags(entry.first + i))) continue;
        move_cursor(place, {entry.number, i, {entry.base.value + i}}, 0);
        return;
      }
      move_cursor(place, {entry.number + 1, 0, {entry.base.value + entry.count}}, 0);
    }
  }
}

}  // namespace wingmq
