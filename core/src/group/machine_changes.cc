// What a group machine did, said so that another can repeat it, and its whole state.
#include <algorithm>
#include <string>
#include <utility>

#include "group/change_coding.h"
#include "group/confirmation.h"
#include "group/group_machine.h"

namespace wingmq {
namespace {

std::unexpected<std::string> misfit(std::string_view what) { return std::unexpected(std::string(what)); }

Position position_of(const PlaceOf& place) { return {place.entry, place.index, place.offset}; }

void add_stretch(std::vector<Stretch>& stretches, PartitionIndex partition, std::uint64_t from, std::uint64_t to) {
  if (to > from) stretches.push_back({partition, {from}, static_cast<std::uint32_t>(to - from)});
}

}  // namespace

// --- Saying -----------------------------------------------------------------------------------------------------------

std::vector<Stretch> GroupMachine::Marked::missing_from(const Marked& all) const {
  std::vector<Stretch> missing;
  for (const auto& [key, run] : all.runs) {
    std::uint64_t reached = run.offset.value;
    const std::uint64_t end = run.offset.value + run.count;
    for (auto part = runs.lower_bound(key); part != runs.end() && part->first < Key{run.partition, {end}}; ++part) {
      add_stretch(missing, run.partition, reached, part->second.offset.value);
      reached = part->second.offset.value + part->second.count;
    }
    add_stretch(missing, run.partition, reached, end);
  }
  return missing;
}

PlaceOf GroupMachine::described(PartitionIndex partition, const Position& position) noexcept {
  return {partition, position.entry, position.index, position.offset};
}

LeasedRun GroupMachine::described(const Run& run) const noexcept {
  LeasedRun said{{run.partition, run.offset, run.count}, run.failures, run.expires, run.partition, run.offset};
  if (is_dead_stream()) {
    said.origin_partition = {run.origin_partition};
    said.origin = run.origin;
  }
  return said;
}

Run GroupMachine::undescribed(const LeasedRun& said) const noexcept {
  Run run;
  run.partition = said.partition;
  run.offset = said.offset;
  run.count = said.count;
  run.failures = said.failures;
  run.expires = said.expires;
  if (is_dead_stream()) {
    run.origin_partition = static_cast<std::uint16_t>(said.origin_partition.value);
    run.origin = said.origin;
  }
  return run;
}

std::vector<PlaceOf> GroupMachine::moved_places(std::uint32_t visits) const {
  std::vector<PlaceOf> moved;
  for (std::uint32_t i = 0; i < visits; ++i) {
    const PartitionIndex partition{(next_partition_ + i) % static_cast<std::uint32_t>(places_.size())};
    const Position& reached = reached_[partition.value].cursor;
    if (reached != places_[partition.value].cursor) moved.push_back(described(partition, reached));
  }
  return moved;
}

/// Without the memory for it there is no lease.
void GroupMachine::note_opened(Lease& opened, std::uint32_t visits, Time now) {
  try {
    LeaseOpened said{.slot = opened.slot(), .secret = opened.secret(), .span = opened.span(), .runs = {}, .places = moved_places(visits)};
    said.runs.reserve(opened.runs().size());
    for (const Run& run : opened.runs()) said.runs.push_back(described(run));
    changes_->note(now, config_.kind, std::move(said));
  } catch (...) {
    leases_.close(opened);
    throw;
  }
}

void GroupMachine::note_passed_over(std::uint32_t visits, Time now) const {
  auto moved = moved_places(visits);
  if (!moved.empty()) changes_->note(now, config_.kind, PlacesMoved{std::move(moved)});
}

void GroupMachine::note_ended(const Ending& ending) const { changes_->note(ending.at, config_.kind, described(ending)); }

LeaseEnded GroupMachine::described(const Ending& ending) {
  static_assert(static_cast<int>(Cause::Kind::kGivenBack) == static_cast<int>(LeaseEnded::Cause::kGivenBack));
  return {.slot = ending.lease->slot(), .cause = static_cast<LeaseEnded::Cause>(ending.cause), .fates = ending.fates};
}

void GroupMachine::note_fate(Ending& ending, std::uint32_t index, std::uint32_t count, Fate::Kind kind) const {
  if (!ending.fates.empty()) {
    Fate& last = ending.fates.back();
    if (last.kind == kind && last.index + last.count == index) {
      last.count += count;
      return;
    }
  }
  ending.fates.push_back({index, count, kind});
}

/// All of it or nothing.
void GroupMachine::note_confirmation(const Confirmation& judged, std::span<const Ending> endings, Time now) const {
  const std::size_t before = noted();
  try {
    judged.for_each_judged([&](const Lease& lease, std::uint32_t messages) {
      if (messages > 0) note(now, [&] { return Confirmed{lease.slot(), messages}; });
    });
    for (const Ending& ending : endings) note(now, [&] { return described(ending); });
  } catch (...) {
    forget_noted(before);
    throw;
  }
}

// --- Repeating --------------------------------------------------------------------------------------------------------

GroupMachine::Applied GroupMachine::check_places(std::span<const PlaceOf> places) const {
  std::vector<bool> named(places_.size());
  for (const PlaceOf& place : places) {
    if (place.partition.value >= places_.size()) return misfit("a place is in a partition that there is not");
    if (named[place.partition.value]) return misfit("two places are in one partition");
    named[place.partition.value] = true;
    if (place.offset < places_[place.partition.value].cursor.offset) return misfit("a place lies before what was read");
  }
  return {};
}

void GroupMachine::move_to(std::span<const PlaceOf> places) noexcept {
  for (const PlaceOf& to : places) {
    Place& place = places_[to.partition.value];
    place.cursor = position_of(to);
    recount(place);
  }
}

/// What was not read before lies before the place that is read up to now.
GroupMachine::Applied GroupMachine::check_unread(const LeasedRun& run, const LeaseOpened& change) const {
  const auto to = std::ranges::find(change.places, run.partition, &PlaceOf::partition);
  if (to == change.places.end() || run.offset.value + run.count > to->offset.value) return misfit("a lease has messages that were not read");
  return {};
}

GroupMachine::Applied GroupMachine::check_opened(const LeaseOpened& change) const {
  if (auto places = check_places(change.places); !places) return places;
  if (change.slot >= config_.slots_max) return misfit("a lease has a slot that there is not");
  if (change.runs.empty()) return misfit("a lease is empty");
  std::vector<Key> keys;
  keys.reserve(change.runs.size());
  std::uint64_t messages = 0;
  for (const LeasedRun& run : change.runs) {
    if (run.partition.value >= places_.size()) return misfit("a lease has messages of a partition that there is not");
    if (run.count == 0) return misfit("a run is empty");
    messages += run.count;
    if (messages > LeaseTable::kMessagesMax) return misfit("a lease has more messages than handles can name");
    keys.push_back({run.partition, run.offset});
    if (run.offset >= places_[run.partition.value].cursor.offset) {
      if (auto unread = check_unread(run, change); !unread) return unread;
      continue;
    }
    const auto released = released_.runs.find(keys.back());
    const bool fits = released != released_.runs.end() && released->second.count >= run.count &&
                      released->second.failures == run.failures && released->second.expires == run.expires;
    if (!fits) return misfit("a lease has messages that were read before and do not wait");
  }
  std::ranges::sort(keys);
  if (std::ranges::adjacent_find(keys) != keys.end()) return misfit("a lease has messages twice");
  return {};
}

GroupMachine::Applied GroupMachine::apply(const LeaseOpened& change, Time at) {
  if (auto fits = check_opened(change); !fits) return fits;
  if (leases_.in_slot(change.slot) != nullptr) return misfit("a lease begins in the slot of another");
  std::vector<Run> runs;
  runs.reserve(change.runs.size());
  std::uint32_t messages = 0;
  for (const LeasedRun& run : change.runs) {
    runs.push_back(undescribed(run));
    messages += run.count;
  }
  leases_.open_in(change.slot, std::move(runs), change.secret, at, change.span);
  // Nothing throws from here on.
  for (const LeasedRun& run : change.runs) {
    const bool unread = run.offset >= places_[run.partition.value].cursor.offset;
    if (!unread) released_.take_front(released_.runs.find(Key{run.partition, run.offset}), run.count);
  }
  leased_count_ += messages;
  move_to(change.places);
  return {};
}

GroupMachine::Applied GroupMachine::apply(const Confirmed& change, Time) {
  Lease* const lease = leases_.in_slot(change.slot);
  if (lease == nullptr) return misfit("there is no such lease to confirm");
  if (change.messages == 0 || change.messages > lease->total() - lease->cursor()) return misfit("more is confirmed than is leased");
  for (std::uint32_t i = 0; i < change.messages; ++i) leased_count_ -= lease->confirm_next() ? 1 : 0;
  if (lease->cursor() == lease->total()) leases_.close(*lease);
  return {};
}

/// In order, and of messages that are there.
GroupMachine::Applied GroupMachine::check_fates(const LeaseEnded& change, const Lease& lease, Time at) const {
  std::uint64_t reached = lease.cursor();
  std::uint64_t named = 0;
  for (const Fate& fate : change.fates) {
    if (fate.count == 0 || fate.index < reached) return misfit("the fates of a lease's messages are not in order");
    reached = std::uint64_t{fate.index} + fate.count;
    if (reached > lease.total()) return misfit("a fate is of a message that was not leased");
    lease.for_each_pending([&](const Run& run, std::uint32_t index) {
      if (run.expires <= at) return;
      const std::uint64_t from = std::max(index, fate.index);
      const std::uint64_t to = std::min(std::uint64_t{index} + run.count, reached);
      if (from < to) named += to - from;
    });
  }
  std::uint64_t all = 0;
  for (const Fate& fate : change.fates) all += fate.count;
  if (named != all) return misfit("a fate is of a message that is gone");
  return {};
}

GroupMachine::Applied GroupMachine::apply(const LeaseEnded& change, Time at, DeathSink& sink) {
  Lease* const lease = leases_.in_slot(change.slot);
  if (lease == nullptr) return misfit("there is no such lease to end");
  if (auto fits = check_fates(change, *lease, at); !fits) return fits;
  Ending ending;
  ending.lease = lease;
  ending.at = at;
  lease->for_each_pending([&](const Run& run, std::uint32_t index) {
    ending.leased += run.count;
    for (const Fate& fate : change.fates) {
      const std::uint32_t from = std::max(index, fate.index);
      const std::uint32_t to = std::min(index + run.count, fate.index + fate.count);
      if (from >= to) continue;
      Run part = run.part(from - index, to - from);
      if (fate.kind != Fate::Kind::kReleased) ++part.failures;
      if (fate.kind == Fate::Kind::kDied) ending.died.push_back(part);
      part.batch = {};
      (fate.kind == Fate::Kind::kDied ? ending.dead : ending.released).add(part);
    }
  });
  if (!ending.died.empty()) sink.make_room(ending.died.size());
  commit(ending, &sink);
  return {};
}

GroupMachine::Applied GroupMachine::apply(const TagRuleFixed& change, Time) {
  Marked kept;
  std::size_t next = 0;
  const std::size_t all = change.dropped.size();
  for (const auto& [key, run] : released_.runs) {
    std::uint32_t reached = 0;
    for (; next < all && change.dropped[next].partition == run.partition; ++next) {
      const Stretch& dropped = change.dropped[next];
      const std::uint64_t from = dropped.offset.value - run.offset.value;
      const bool inside = dropped.offset >= run.offset && from >= reached && from + dropped.count <= run.count && dropped.count > 0;
      if (!inside) break;
      if (from > reached) kept.add(run.part(reached, static_cast<std::uint32_t>(from) - reached));
      reached = static_cast<std::uint32_t>(from) + dropped.count;
    }
    if (reached < run.count) kept.add(run.part(reached, run.count - reached));
  }
  if (next != all) return misfit("a tag rule drops messages that do not wait");
  TagRule rule = change.rule;
  // Nothing throws from here on.
  tally_.skipped += released_.messages - kept.messages;
  tag_rule_ = std::move(rule);
  released_ = std::move(kept);
  for (Place& place : places_) recount(place);
  return {};
}

GroupMachine::Applied GroupMachine::apply(const Duplicated& change, Time at) {
  Lease* const lease = leases_.in_slot(change.slot);
  if (lease == nullptr) return misfit("there is no such lease to duplicate");
  duplicate(*lease, at);
  return {};
}

GroupMachine::Applied GroupMachine::apply(const PlacesMoved& change, Time) {
  if (auto fits = check_places(change.places); !fits) return fits;
  move_to(change.places);
  return {};
}

GroupMachine::Applied GroupMachine::apply(const GroupReset& change, Time) {
  if (change.places.size() != places_.size()) return misfit("a reset has not one place for each partition");
  std::vector<Position> places;
  places.reserve(places_.size());
  for (std::uint32_t i = 0; i < change.places.size(); ++i) {
    if (change.places[i].partition.value != i) return misfit("the places of a reset are not in order");
    places.push_back(position_of(change.places[i]));
  }
  reset(places);
  return {};
}

}  // namespace wingmq
