#include "operations/event_log.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>
#include <variant>

#include "wingmq/net/history.h"

namespace wingmq::net {
namespace {

constexpr std::array<std::string_view, 9> kEventNames = {"sent",          "delivered",   "confirmed",     "failed",    "lease_expired",
                                                         "late_confirm", "dead_lettered", "redriven", "reset_over"};
/// Expired leases that a late confirmation is still known from.
constexpr std::size_t kOverMax = 1000;
/// The call that an event belongs to is told right after it; it is looked for among so many of the last events.
constexpr std::size_t kLookBack = 4096;

}  // namespace

std::string_view to_string(EventType type) { return kEventNames[static_cast<std::size_t>(type)]; }

// --- What the broker tells --------------------------------------------------------------------------------------------

void EventLog::changed(GroupId group, const std::list<GroupChange>& changes) noexcept {
  const std::scoped_lock lock(mutex_);
  for (const GroupChange& each : changes) {
    try {
      change(group, each);
    } catch (const std::bad_alloc&) {
      continue;
    }
  }
}

void EventLog::change(GroupId group, const GroupChange& change) {
  if (const auto* begun = std::get_if<LeaseOpened>(&change.what)) return opened(group, change, *begun);
  if (const auto* done = std::get_if<Confirmed>(&change.what)) return confirmed(group, change, *done);
  if (const auto* end = std::get_if<LeaseEnded>(&change.what)) return ended(group, change, *end);
  if (const auto* shared = std::get_if<Duplicated>(&change.what)) {
    const auto slot = slots_.find({group, change.stream, shared->slot});
    if (slot != slots_.end()) leases_[slot->second].shared = true;
  }
  if (const auto* back = std::get_if<Redriven>(&change.what)) {
    for (const LeasedRun& run : back->runs) {
      add({.event = {.at = change.at, .type = EventType::kRedriven, .request = {}, .late_by = {}},
           .queue = {}, .group = group, .partition = run.partition, .first = run.offset, .count = run.count});
    }
  }
  if (const auto* reset = std::get_if<GroupReset>(&change.what)) {
    for (const PlaceOf& place : reset->places) {
      add({.event = {.at = change.at, .type = EventType::kResetOver, .request = {}, .late_by = {}},
           .queue = {}, .group = group, .partition = place.partition, .first = place.offset, .count = 1});
    }
    std::erase_if(slots_, [&](const auto& slot) {
      const bool gone = std::get<GroupId>(slot.first) == group && std::get<Stream>(slot.first) == change.stream;
      if (gone) leases_.erase(slot.second);
      return gone;
    });
  }
}

void EventLog::opened(GroupId group, const GroupChange& change, const LeaseOpened& lease) {
  Lease& kept = leases_[lease.secret];
  kept = {.group = group, .stream = change.stream, .slot = lease.slot, .runs = lease.runs, .deadline = change.at + lease.span, .holder = {}};
  for (const LeasedRun& run : lease.runs) kept.total += run.count;
  slots_[{group, change.stream, lease.slot}] = lease.secret;
  add(kept, lease.secret, 0, kept.total, {.at = change.at, .type = EventType::kDelivered, .request = {}, .late_by = {}});
}

void EventLog::confirmed(GroupId group, const GroupChange& change, const Confirmed& confirmed) {
  const auto slot = slots_.find({group, change.stream, confirmed.slot});
  if (slot == slots_.end()) return;
  const std::uint64_t secret = slot->second;
  Lease& lease = leases_[secret];
  const std::uint32_t from = std::exchange(lease.confirmed, lease.confirmed + confirmed.messages);
  if (!lease.shared) add(lease, secret, from, confirmed.messages, {.at = change.at, .type = EventType::kConfirmed, .request = {}, .late_by = {}});
  if (lease.confirmed < lease.total) return;
  slots_.erase(slot);
  leases_.erase(secret);
}

void EventLog::ended(GroupId group, const GroupChange& change, const LeaseEnded& end) {
  const auto slot = slots_.find({group, change.stream, end.slot});
  if (slot == slots_.end()) return;
  const std::uint64_t secret = slot->second;
  slots_.erase(slot);
  const Lease& lease = leases_[secret];
  const bool expired = end.cause == LeaseEnded::Cause::kExpired;
  for (const Fate& fate : end.fates) {
    if (expired) add(lease, secret, fate.index, fate.count, {.at = change.at, .type = EventType::kLeaseExpired, .request = {}, .late_by = {}});
    if (!expired && fate.kind != Fate::Kind::kReleased) {
      add(lease, secret, fate.index, fate.count, {.at = change.at, .type = EventType::kFailed, .request = {}, .late_by = {}});
    }
    if (fate.kind == Fate::Kind::kDied) {
      add(lease, secret, fate.index, fate.count, {.at = change.at, .type = EventType::kDeadLettered, .request = {}, .late_by = {}});
    }
  }
  if (!expired) {
    leases_.erase(secret);
    return;
  }
  over_.push_back(secret);
  if (over_.size() <= kOverMax) return;
  leases_.erase(over_.front());
  over_.pop_front();
}

void EventLog::add(const Lease& lease, std::uint64_t secret, std::uint32_t from, std::uint32_t count, MessageEvent event) {
  std::uint32_t passed = 0;
  for (const LeasedRun& run : lease.runs) {
    const std::uint32_t begin = std::max(from, passed);
    const std::uint32_t end = std::min(from + count, passed + run.count);
    if (begin < end) {
      const Offset first{(lease.stream == Stream::kQueue ? run.offset.value : run.origin.value) + begin - passed};
      add({.event = event, .queue = {}, .group = lease.group,
           .partition = lease.stream == Stream::kQueue ? run.partition : run.origin_partition, .first = first, .count = end - begin, .lease = secret});
    }
    passed += run.count;
  }
}

void EventLog::add(Record record) {
  const std::uint64_t count = record.count;
  records_.push_back(std::move(record));
  events_ += count;
  while (events_ > events_max_ && !records_.empty()) {
    events_ -= records_.front().count;
    records_.pop_front();
  }
}

// --- What the server adds ---------------------------------------------------------------------------------------------

void EventLog::sent(QueueId queue, const Stored& place, std::uint32_t count, Time at, std::string_view request) noexcept {
  const std::scoped_lock lock(mutex_);
  try {
    add({.event = {.at = at, .type = EventType::kSent, .request = std::string(request), .late_by = {}},
         .queue = queue, .group = {}, .partition = place.partition, .first = place.first, .count = count});
  } catch (const std::bad_alloc&) {
    return;
  }
}

void EventLog::received(const Handle& lease, std::string_view request, std::string_view access_key) noexcept {
  const std::scoped_lock lock(mutex_);
  name(lease.secret, request, true);
  const auto found = leases_.find(lease.secret);
  if (found == leases_.end()) return;
  try {
    found->second.holder = access_key;
  } catch (const std::bad_alloc&) {
    return;
  }
}

void EventLog::settled(const Handle& lease, std::string_view request) noexcept {
  const std::scoped_lock lock(mutex_);
  name(lease.secret, request, false);
}

/// Gives the call's id to the last events of a lease that have none: its delivery, or how it ended.
void EventLog::name(std::uint64_t secret, std::string_view request, bool delivery) noexcept {
  std::size_t looked = 0;
  for (Record& record : records_ | std::views::reverse) {
    if (++looked > kLookBack) return;
    if (record.lease != secret || (record.event.type == EventType::kDelivered) != delivery) continue;
    if (!record.event.request.empty() || record.event.type == EventType::kLeaseExpired) continue;
    try {
      record.event.request = request;
    } catch (const std::bad_alloc&) {
      return;
    }
  }
}

void EventLog::refused(const Handle& handle, Time now, std::string_view request) noexcept {
  const std::scoped_lock lock(mutex_);
  const auto found = leases_.find(handle.secret);
  if (found == leases_.end() || std::ranges::find(over_, handle.secret) == over_.end()) return;
  try {
    add(found->second, 0, handle.index, 1,
        {.at = now, .type = EventType::kLateConfirm, .request = std::string(request), .late_by = now - found->second.deadline});
  } catch (const std::bad_alloc&) {
    return;
  }
}

// --- Who asks ---------------------------------------------------------------------------------------------------------

MessageEvents EventLog::events(QueueId queue, GroupId group, PartitionIndex partition, Offset offset) const {
  MessageEvents found;
  const std::scoped_lock lock(mutex_);
  bool known = false;     // since it was sent
  bool finished = false;  // for the group
  for (const Record& record : records_) {
    if (record.partition != partition) continue;
    const EventType type = record.event.type;
    const bool passed_over = type == EventType::kResetOver;
    if (type == EventType::kSent ? record.queue != queue : record.group != group) continue;
    if (passed_over && record.first <= offset) finished = false;  // it went back
    if (passed_over ? record.first <= offset || finished : record.first > offset || offset.value - record.first.value >= record.count) continue;
    if (type == EventType::kConfirmed || type == EventType::kDeadLettered) finished = true;
    if (type == EventType::kRedriven) finished = false;
    if (type != EventType::kSent) {
      found.events.push_back(record.event);
      continue;
    }
    known = true;
    found.events.insert(found.events.begin(), record.event);  // who waited may have received it before the send was told
  }
  found.left_out = !known;
  return found;
}

std::string EventLog::holder(const Handle& lease) const {
  const std::scoped_lock lock(mutex_);
  const auto found = leases_.find(lease.secret);
  return found != leases_.end() ? found->second.holder : std::string();
}

void EventLog::clear() noexcept {
  const std::scoped_lock lock(mutex_);
  records_.clear();
  events_ = 0;
  slots_.clear();
  leases_.clear();
  over_.clear();
}

// --- The broker's face ------------------------------------------------------------------------------------------------

History::History(std::size_t events_max) : log_(std::make_unique<EventLog>(events_max)) {}
History::~History() = default;

void History::on_changes(GroupId group, std::uint64_t, std::list<GroupChange> changes) noexcept { log_->changed(group, changes); }

}  // namespace wingmq::net
