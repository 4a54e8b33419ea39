#include "group/group_machine.h"

#include <algorithm>
#include <array>
#include <utility>

#include "group/confirmation.h"

namespace wingmq {

// --- Delivering -------------------------------------------------------------------------------------------------------

Delivery GroupMachine::lease(const MessageSource& source, const LeaseRequest& asked, Time now) {
  if (config_.one_batch_at_a_time && busy()) return {};
  Room room{.messages = asked.messages_max, .payload_bytes = config_.payload_bytes_max};
  std::vector<Run> runs;
  const TakenReleased taken = take_released(room, runs);
  const auto partitions = static_cast<std::uint32_t>(places_.size());
  const auto partition_of = [&](std::uint32_t visit) { return PartitionIndex{(next_partition_ + visit) % partitions}; };
  std::uint32_t visits = 0;
  for (; visits < partitions && !room.full(); ++visits) {
    Place& reached = reached_[partition_of(visits).value];
    reached = places_[partition_of(visits).value];
    take_unread(source, partition_of(visits), reached, room, runs);
  }
  Delivery delivery;
  if (!runs.empty()) {
    delivery.runs.assign(runs.begin(), runs.end());
    delivery.count = asked.messages_max - room.messages;
    Lease& opened = leases_.open(std::move(runs), asked.secret, now, asked.ack_wait);
    delivery.first = leases_.handle(opened, config_.stream);
    delivery.deadline = opened.deadline();
    if (changes_ != nullptr) [[unlikely]] note_opened(opened, visits, now);
  } else if (changes_ != nullptr) [[unlikely]] {
    note_passed_over(visits, now);
  }
  // Nothing throws from here on.
  leased_count_ += delivery.count;
  remove_taken(taken);
  for (std::uint32_t i = 0; i < visits; ++i) places_[partition_of(i).value] = reached_[partition_of(i).value];
  if (++next_partition_ == partitions) next_partition_ = 0;
  return delivery;
}

GroupMachine::TakenReleased GroupMachine::take_released(Room& room, std::vector<Run>& runs) const {
  TakenReleased taken;
  for (auto next = released_.runs.begin(); next != released_.runs.end() && !room.full(); ++next) {
    const Run& run = next->second;
    const std::uint32_t count = room.take(*run.batch, run.first, run.count);
    if (count == 0) break;
    runs.push_back(run.part(0, count));
    if (count < run.count) {
      taken.part = count;
      break;
    }
    ++taken.runs;
  }
  return taken;
}

void GroupMachine::remove_taken(const TakenReleased& taken) noexcept {
  for (std::uint32_t i = 0; i < taken.runs; ++i) released_.take_front(released_.runs.begin(), released_.runs.begin()->second.count);
  if (taken.part != 0) released_.take_front(released_.runs.begin(), taken.part);
}

void GroupMachine::Marked::take_front(Runs::iterator of, std::uint32_t count) noexcept {
  messages -= count;
  auto node = runs.extract(of);
  Run& run = node.mapped();
  if (run.count == count) return;
  run = run.part(count, run.count - count);
  node.key().offset = run.offset;
  runs.insert(std::move(node));
}

void GroupMachine::take_unread(const MessageSource& source, PartitionIndex partition, Place& place, Room& room,
                               std::vector<Run>& runs) const {
  static constexpr std::size_t kEntriesAtOnce = 16;
  std::array<LogEntry, kEntriesAtOnce> entries;
  while (!room.full()) {
    const std::size_t wanted = std::min<std::size_t>(entries.size(), room.messages);
    const std::size_t read =
        source.read(partition, place.cursor.entry, std::uint64_t{room.messages} + place.cursor.index,
                    std::span(entries).first(wanted));
    if (read == 0) return;
    for (std::size_t i = 0; i < read && !room.full(); ++i) {
      enter(place, entries[i]);
      const std::uint32_t before = room.messages;
      const Position to = take_entry(entries[i], unread_part(source, entries[i], partition, place.cursor), room, runs);
      move_cursor(place, to, before - room.messages);
    }
  }
}

Run GroupMachine::unread_part(const MessageSource& source, const LogEntry& entry, PartitionIndex partition, const Position& cursor) const {
  const std::uint32_t from = entry.number == cursor.entry ? cursor.index : 0;
  Run run;
  run.batch = entry.batch;
  run.first = entry.first + from;
  run.count = entry.count - from;
  run.partition = partition;
  run.offset = {entry.base.value + from};
  run.expires = entry.at + config_.retention;
  if (is_dead_stream()) {
    const auto origin = source.origin(entry.number);
    run.origin_partition = static_cast<std::uint16_t>(origin.partition.value);
    run.origin.value = origin.offset.value + from;
  }
  return run;
}

Position GroupMachine::take_entry(const LogEntry& entry, const Run& unread, Room& room, std::vector<Run>& runs) const {
  std::uint32_t reached = entry.count;
  for_each_wanted(unread, tag_rule_, [&](const Run& run) {
    if (reached < entry.count) return;
    const std::uint32_t taken = room.full() ? 0 : room.take(*run.batch, run.first, run.count);
    if (taken > 0) runs.push_back(run.part(0, taken));
    if (taken < run.count) reached = run.first + taken - entry.first;
  });
  if (reached == entry.count) return {entry.number + 1, 0, {entry.base.value + entry.count}};
  return {entry.number, reached, {entry.base.value + reached}};
}

void GroupMachine::enter(Place& place, const LogEntry& entry) noexcept {
  if (entry.number <= place.cursor.entry) return;
  place.expired += entry.base.value - place.cursor.offset.value;
  place.cursor = {entry.number, 0, entry.base};
  recount(place);
}

void GroupMachine::move_cursor(Place& place, const Position& to, std::uint64_t taken) noexcept {
  place.skipped += to.offset.value - place.cursor.offset.value - taken;
  place.cursor = to;
  if (place.counted.offset <= to.offset) {
    recount(place);
  } else {
    place.wanted -= taken;
  }
}

void GroupMachine::recount(Place& place) noexcept {
  place.counted = place.cursor;
  place.wanted = 0;
}

bool GroupMachine::holds_back(const MessageSource& source) {
  if (!config_.one_batch_at_a_time || !busy()) return false;
  const Counts all = counts(source);
  return all.available > all.in_flight;
}

GroupMachine::Replaced GroupMachine::set_tag_rule(TagRule rule, Time now) {
  Marked kept;
  for (const auto& [key, released] : released_.runs) {
    for_each_wanted(released, rule, [&kept](const Run& run) { kept.add(run); });
  }
  std::vector<Place> places = places_;
  const std::size_t noted_before = noted();
  note(now, [&] { return TagRuleFixed{rule, kept.missing_from(released_)}; });
  // Nothing throws from here on.
  for (Place& place : places_) recount(place);
  tally_.skipped += released_.messages - kept.messages;
  return {std::exchange(tag_rule_, std::move(rule)), std::exchange(released_, std::move(kept)), std::move(places), noted_before};
}

void GroupMachine::restore(Replaced replaced) noexcept {
  tally_.skipped -= replaced.released.messages - released_.messages;
  tag_rule_ = std::move(replaced.rule);
  released_ = std::move(replaced.released);
  places_ = std::move(replaced.places);
  forget_noted(replaced.noted);
}

void GroupMachine::Marked::add(const Run& run) {
  runs.emplace(Key{run.partition, run.offset}, run);
  messages += run.count;
  next_expiry = std::min(next_expiry, run.expires);
}

void GroupMachine::Marked::merge(Marked& others) noexcept {
  runs.merge(others.runs);
  messages += others.messages;
  next_expiry = std::min(next_expiry, others.next_expiry);
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

ConfirmResult GroupMachine::confirm(std::span<const ConfirmEntry> entries, Time now, DeathSink& sink) {
  Confirmation judged(leases_);
  for (const ConfirmEntry& entry : entries) judged.judge(entry);
  std::vector<Ending> endings;
  endings.reserve(judged.failing().size());
  std::size_t died = 0;
  for (const auto& [lease, message] : judged.failing()) {
    endings.push_back(prepare_ending(*lease, {Cause::Kind::kFailed, now, message}));
    died += endings.back().died.size();
  }
  if (died != 0) sink.make_room(died);
  if (changes_ != nullptr) [[unlikely]] note_confirmation(judged, endings, now);
  // Nothing throws from here on.
  leased_count_ -= judged.confirmed();
  tally_.confirmed += judged.confirmed();
  for (Ending& ending : endings) commit(ending, &sink);
  return judged.keep();
}

void GroupMachine::give_back(const Handle& handle, Time now) {
  Lease* lease = leases_.find(handle);
  if (lease == nullptr) return;
  Ending ending = prepare_ending(*lease, {Cause::Kind::kGivenBack, now});
  if (changes_ != nullptr) [[unlikely]] note_ended(ending);
  commit(ending, nullptr);
}

GroupMachine::Ending GroupMachine::prepare_ending(Lease& lease, const Cause& cause) const {
  Ending ending;
  ending.lease = &lease;
  ending.cause = cause.kind;
  ending.at = cause.at;
  const bool counted = config_.failure_counting == FailureCounting::kDelivered;
  const bool all_failed = counted && cause.kind != Cause::Kind::kGivenBack;
  const bool one_failed = !counted && cause.failed.has_value();
  lease.for_each_pending([&](const Run& run, std::uint32_t index) {
    ending.leased += run.count;
    if (run.expires <= cause.at) return;
    ending.messages += run.count;
    if (!one_failed || *cause.failed < index || *cause.failed >= index + run.count) {
      add_to(ending, run, index, all_failed);
      return;
    }
    const std::uint32_t failed = *cause.failed - index;
    if (failed > 0) add_to(ending, run.part(0, failed), index, false);
    add_to(ending, run.part(failed, 1), index + failed, true);
    if (failed + 1 < run.count) add_to(ending, run.part(failed + 1, run.count - failed - 1), index + failed + 1, false);
  });
  return ending;
}

void GroupMachine::add_to(Ending& ending, Run run, std::uint32_t index, bool failed) const {
  if (failed) ++run.failures;
  if (failed && config_.consume_count_max && run.failures >= *config_.consume_count_max) {
    if (changes_ != nullptr) [[unlikely]] note_fate(ending, index, run.count, Fate::Kind::kDied);
    ending.died.push_back(run);
    run.batch = {};
    ending.dead.add(run);
    return;
  }
  for_each_wanted(run, tag_rule_, [&](const Run& wanted) {
    if (changes_ != nullptr) [[unlikely]] {
      const auto from = static_cast<std::uint32_t>(wanted.offset.value - run.offset.value);
      note_fate(ending, index + from, wanted.count, failed ? Fate::Kind::kFailed : Fate::Kind::kReleased);
    }
    ending.released.add(wanted);
  });
}

/// The sink has room for those that died; without any, none is needed.
void GroupMachine::commit(Ending& ending, DeathSink* sink) noexcept {
  leased_count_ -= ending.leased;
  tally_.expired += ending.leased - ending.messages;
  tally_.dead += ending.dead.messages;
  tally_.skipped += ending.messages - ending.dead.messages - ending.released.messages;
  released_.merge(ending.released);
  dead_.merge(ending.dead);
  for (const Run& run : ending.died) sink->take(run, ending.at);
  leases_.close(*ending.lease);
}

std::uint64_t GroupMachine::duplicate(const Handle& handle, Time now) {
  Lease* lease = leases_.find(handle);
  return lease != nullptr ? duplicate(*lease, now) : 0;
}

std::uint64_t GroupMachine::duplicate(Lease& lease, Time now) {
  Marked again;
  lease.for_each_pending([&](const Run& run, std::uint32_t) { again.add(run); });
  const std::uint64_t messages = again.messages;
  note(now, [&] { return Duplicated{lease.slot()}; });
  // Nothing throws from here on.
  leases_.disown(lease);
  leased_count_ -= messages;
  released_.merge(again);
  return messages;
}

// --- Time -------------------------------------------------------------------------------------------------------------

std::optional<GroupMachine::ExpiredLease> GroupMachine::expire_lease(Time now, DeathSink& sink) {
  Lease* lease = leases_.due(now);
  if (lease == nullptr) return std::nullopt;
  const Time at = lease->deadline();
  return ExpiredLease{at, end_expired(*lease, at, sink)};
}

std::uint64_t GroupMachine::end_expired(Lease& lease, Time at, DeathSink& sink) {
  Ending ending = prepare_ending(lease, {Cause::Kind::kExpired, at});
  if (!ending.died.empty()) sink.make_room(ending.died.size());
  if (changes_ != nullptr) [[unlikely]] note_ended(ending);
  commit(ending, &sink);
  return ending.messages;
}

std::optional<Handle> GroupMachine::next_lease() {
  const Lease* lease = leases_.due(Time::max());
  return lease != nullptr ? std::optional(leases_.handle(*lease, config_.stream)) : std::nullopt;
}

std::optional<Handle> GroupMachine::lease_of(PartitionIndex partition, Offset offset) const {
  std::optional<Handle> found;
  leases_.for_each([&](const Lease& lease) {
    lease.for_each_pending([&](const Run& run, std::uint32_t) {
      const bool holds = run.partition == partition && run.offset <= offset && offset.value < run.offset.value + run.count;
      if (holds) found = leases_.handle(lease, config_.stream);
    });
  });
  return found;
}

std::uint64_t GroupMachine::expire(const Handle& handle, Time now, DeathSink& sink) {
  Lease* lease = leases_.find(handle);
  return lease != nullptr ? end_expired(*lease, now, sink) : 0;
}

void GroupMachine::Marked::drop_expired(std::uint32_t partitions, Time now) noexcept {
  if (next_expiry > now) return;
  next_expiry = Time::max();
  for (std::uint32_t i = 0; i < partitions; ++i) {
    auto oldest = runs.lower_bound(Key{{i}, {}});
    while (oldest != runs.end() && oldest->first.partition.value == i && oldest->second.expires <= now) {
      messages -= oldest->second.count;
      oldest = runs.erase(oldest);
    }
    if (oldest != runs.end() && oldest->first.partition.value == i) next_expiry = std::min(next_expiry, oldest->second.expires);
  }
}

void GroupMachine::expire_messages(Time now) noexcept {
  const std::uint64_t overtaken = leases_.expire(now);
  leased_count_ -= overtaken;
  tally_.expired += overtaken + released_.messages;
  const auto partitions = static_cast<std::uint32_t>(places_.size());
  released_.drop_expired(partitions, now);
  tally_.expired -= released_.messages;
  dead_.drop_expired(partitions, now);
}

std::optional<Time> GroupMachine::next_expiry() const {
  const auto leased = leases_.next_expiry();
  if (released_.runs.empty() && dead_.runs.empty()) return leased;
  const Time marked = std::min(released_.next_expiry, dead_.next_expiry);
  return leased ? std::min(*leased, marked) : marked;
}

void GroupMachine::follow(const MessageSource& source) noexcept {
  for (std::uint32_t i = 0; i < places_.size(); ++i) follow({i}, source.begin({i}));
}

void GroupMachine::follow(PartitionIndex partition, const Position& begin) noexcept {
  const auto first_dead = dead_.runs.lower_bound(Key{partition, {}});
  auto retained = first_dead;
  for (; retained != dead_.runs.end() && retained->first < Key{partition, begin.offset}; ++retained) {
    dead_.messages -= retained->second.count;
  }
  dead_.runs.erase(first_dead, retained);
  Place& place = places_[partition.value];
  if (place.cursor.offset >= begin.offset) return;
  place.expired += begin.offset.value - place.cursor.offset.value;
  place.cursor = begin;
  recount(place);
}

void GroupMachine::begin_at(std::span<const Position> begin) noexcept {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].cursor = begin[i];
    recount(places_[i]);
  }
  begin_tally();
}

void GroupMachine::begin_tally() noexcept {
  tally_ = {.before = 0, .dead = dead_.messages};
  for (Place& place : places_) {
    tally_.before += place.cursor.offset.value;
    place.skipped = place.expired = 0;
  }
  tally_.before -= leased_count_ + released_.messages + dead_.messages;
}

// --- Resetting --------------------------------------------------------------------------------------------------------

void GroupMachine::reset(std::span<const Position> place, Time now) {
  note(now, [&] {
    GroupReset reset;
    reset.places.reserve(place.size());
    for (std::uint32_t i = 0; i < place.size(); ++i) reset.places.push_back(described({i}, place[i]));
    return reset;
  });
  // Nothing throws from here on.
  const bool forward = std::ranges::equal(place, places_, [](const Position& to, const Place& from) { return to.offset >= from.cursor.offset; });
  if (forward) pass_over(place);
  leases_.close_all();
  leased_count_ = 0;
  released_.clear();
  std::erase_if(dead_.runs, [&](const auto& each) {
    const bool forgotten = each.first.offset >= place[each.first.partition.value].offset;
    if (forgotten) dead_.messages -= each.second.count;
    return forgotten;
  });
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].cursor = place[i];
    recount(places_[i]);
  }
  if (!forward) begin_tally();
}

/// Counts what a reset goes past.
void GroupMachine::pass_over(std::span<const Position> place) noexcept {
  tally_.skipped += leased_count_ + released_.messages;
  for (std::size_t i = 0; i < places_.size(); ++i) tally_.skipped += place[i].offset.value - places_[i].cursor.offset.value;
}

// --- Looking ----------------------------------------------------------------------------------------------------------

GroupMachine::Counts GroupMachine::counts(const MessageSource& source) {
  follow(source);
  GroupBalance balance{.confirmed = tally_.confirmed,
                       .available = leased_count_ + released_.messages,
                       .in_flight = leased_count_,
                       .dead = tally_.dead,
                       .skipped = tally_.skipped,
                       .expired = tally_.expired};
  for (std::uint32_t i = 0; i < places_.size(); ++i) {
    const Place& place = places_[i];
    const bool all = tag_rule_.empty();
    const std::uint64_t wanted = all ? source.messages_from({i}, place.cursor) : count_wanted(source, {i});
    const std::uint64_t unread = all ? wanted : place.counted.offset.value - place.cursor.offset.value;
    balance.available += wanted;
    balance.skipped += place.skipped + unread - wanted;
    balance.expired += place.expired;
    balance.produced += place.cursor.offset.value + unread;
  }
  balance.produced -= tally_.before;
  return {balance.available, balance.in_flight, dead_.messages, balance};
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

void GroupMachine::skip_unwanted(const MessageSource& source, PartitionIndex partition, Time now) {
  if (tag_rule_.empty()) return;
  Place reached = places_[partition.value];
  skip_unwanted(source, partition, reached);
  if (reached.cursor == places_[partition.value].cursor) return;
  note(now, [&] { return PlacesMoved{{described(partition, reached.cursor)}}; });
  places_[partition.value] = reached;
}

void GroupMachine::skip_unwanted(const MessageSource& source, PartitionIndex partition, Place& place) const {
  std::array<LogEntry, 64> entries;
  while (const std::size_t read = source.read(partition, place.cursor.entry, UINT64_MAX, entries)) {
    for (const LogEntry& entry : std::span(entries).first(read)) {
      enter(place, entry);
      for (std::uint32_t i = place.cursor.index; i < entry.count; ++i) {
        if (!tag_rule_.matches(entry.batch->tags(entry.first + i))) continue;
        move_cursor(place, {entry.number, i, {entry.base.value + i}}, 0);
        return;
      }
      move_cursor(place, {entry.number + 1, 0, {entry.base.value + entry.count}}, 0);
    }
  }
}

}  // namespace wingmq
