#include "group/lease_table.h"

#include <algorithm>
#include <utility>

namespace wingmq {
namespace {

/// When the first of the messages that are still retained reaches the end of its retention.
std::optional<Time> earliest_expiry(const std::vector<Run>& runs) noexcept {
  std::optional<Time> earliest;
  for (const Run& run : runs) {
    if (run.retained && (!earliest || run.expires < *earliest)) earliest = run.expires;
  }
  return earliest;
}

}  // namespace

bool Lease::confirm_next() {
  const bool retained = runs_[run_].retained;
  ++cursor_;
  if (++in_run_ == runs_[run_].count) {
    ++run_;
    in_run_ = 0;
  }
  return retained;
}

std::uint64_t Lease::pending() const {
  std::uint64_t messages = 0;
  for_each_pending([&messages](const Run& run, std::uint32_t) { messages += run.count; });
  return messages;
}

/// A slot that is free, and room to note it as free again.
Lease& LeaseTable::free_slot() {
  if (free_.empty()) {
    if (free_.capacity() <= slots_.size()) free_.reserve(2 * slots_.size() + 1);
    const auto slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back().slot_ = slot;
    free_.push_back(slot);
  }
  return slots_[free_.back()];
}

void LeaseTable::make_node() {
  if (!node_.empty()) return;
  Expiring one;
  one.emplace(Time{}, nullptr);
  node_ = one.extract(one.begin());
}

Lease& LeaseTable::open_in(std::uint32_t slot, std::vector<Run> runs, std::uint64_t secret, Time now, Millis span) {
  while (slots_.size() <= slot) {
    if (free_.capacity() <= slots_.size()) free_.reserve(2 * slots_.size() + 1);
    const auto added = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back().slot_ = added;
    free_.push_back(added);
  }
  // Who repeats what another table did finds the slot at the end, as that one did.
  std::iter_swap(std::find(free_.rbegin(), free_.rend(), slot), free_.rbegin());
  return open(std::move(runs), secret, now, span);
}

Lease& LeaseTable::open(std::vector<Run> runs, std::uint64_t secret, Time now, Millis span) {
  const auto earliest = earliest_expiry(runs);
  if (earliest && *earliest <= now + span) make_node();
  Lease& lease = free_slot();
  deadlines_.add(lease, now, span);
  // Nothing throws from here on.
  free_.pop_back();
  lease.runs_ = std::move(runs);
  lease.secret_ = secret;
  lease.cursor_ = 0;
  lease.run_ = 0;
  lease.in_run_ = 0;
  for (const Run& run : lease.runs_) lease.total_ += run.count;
  watch_expiry(lease, earliest);
  ++open_;
  runs_ += lease.runs_.size();
  return lease;
}

Lease* LeaseTable::find(const Handle& handle) {
  if (handle.lease >= slots_.size()) return nullptr;
  Lease& lease = slots_[handle.lease];
  return lease.total_ != 0 && lease.secret_ == handle.secret ? &lease : nullptr;
}

const Lease* LeaseTable::find(const Handle& handle) const { return const_cast<LeaseTable*>(this)->find(handle); }

Handle LeaseTable::handle(const Lease& lease, std::uint32_t stream) const {
  return {.stream = stream, .lease = lease.slot_, .index = 0, .secret = lease.secret_};
}

void LeaseTable::close(Lease& lease) noexcept {
  deadlines_.remove(lease);
  if (lease.expiring_) node_ = expiring_.extract(*std::exchange(lease.expiring_, std::nullopt));
  runs_ -= lease.runs_.size();
  lease.runs_.clear();
  lease.total_ = 0;
  free_.push_back(lease.slot_);
  --open_;
}

void LeaseTable::disown(Lease& lease) noexcept {
  if (lease.expiring_) node_ = expiring_.extract(*std::exchange(lease.expiring_, std::nullopt));
  for (Run& run : lease.runs_) {
    run.retained = false;
    run.batch = {};
  }
}

/// Lets go of the batches of which everything was confirmed, and makes the confirmed part of a run a run of its own.
void LeaseTable::forget_confirmed(Lease& lease) {
  if (lease.in_run_ != 0) {
    const Run& partly = lease.runs_[lease.run_];
    const Run rest = partly.part(lease.in_run_, partly.count - lease.in_run_);
    lease.runs_.insert(lease.runs_.begin() + static_cast<std::ptrdiff_t>(lease.run_) + 1, rest);
    lease.runs_[lease.run_].count = lease.in_run_;
    ++runs_;
    ++lease.run_;
    lease.in_run_ = 0;
  }
  for (std::size_t i = 0; i < lease.run_; ++i) lease.runs_[i].batch = {};
}

void LeaseTable::close_all() noexcept {
  for (Lease& lease : slots_) {
    if (lease.total_ != 0) close(lease);
  }
}

/// Needs a node when `earliest` is not behind the lease's deadline.
void LeaseTable::watch_expiry(Lease& lease, std::optional<Time> earliest) noexcept {
  if (!earliest || *earliest > lease.deadline_) return;
  node_.key() = *earliest;
  node_.mapped() = &lease;
  lease.expiring_ = expiring_.insert(std::move(node_));
}

std::uint64_t LeaseTable::expire(Time now) noexcept {
  std::uint64_t gone = 0;
  while (!expiring_.empty() && expiring_.begin()->first <= now) {
    Lease& lease = *expiring_.begin()->second;
    node_ = expiring_.extract(*std::exchange(lease.expiring_, std::nullopt));
    const std::uint64_t before = lease.pending();
    for (Run& run : lease.runs_) {
      if (run.expires > now) continue;
      run.retained = false;
      run.batch = {};
    }
    gone += before - lease.pending();
    watch_expiry(lease, earliest_expiry(lease.runs_));
  }
  return gone;
}

std::optional<Time> LeaseTable::next_expiry() const {
  if (expiring_.empty()) return std::nullopt;
  return expiring_.begin()->first;
}

}  // namespace wingmq
