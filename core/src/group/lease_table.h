#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "group/deadline_lists.h"
#include "group/run.h"

namespace wingmq {

/// Messages delivered by one consume call and not confirmed yet (API.md 4.9, 4.10). Confirming moves a cursor over them.
class Lease {
 public:
  /// Messages delivered.
  [[nodiscard]] std::uint32_t total() const noexcept { return total_; }
  /// The first message that is not confirmed; total(): all are.
  [[nodiscard]] std::uint32_t cursor() const noexcept { return cursor_; }
  [[nodiscard]] Time deadline() const noexcept { return deadline_; }

  /// Confirms the cursor's message. Returns whether it was still retained.
  bool confirm_next();

  /// Messages from the cursor on that are still retained.
  [[nodiscard]] std::uint64_t pending() const;

  [[nodiscard]] std::uint32_t slot() const noexcept { return slot_; }
  [[nodiscard]] std::uint64_t secret() const noexcept { return secret_; }
  [[nodiscard]] Millis span() const noexcept { return span_; }
  [[nodiscard]] const std::vector<Run>& runs() const noexcept { return runs_; }

  /// Calls action(run, index of its first message) for each unconfirmed stretch that is still retained.
  template <typename Action>
  void for_each_pending(Action action) const {
    std::uint32_t index = cursor_;
    for (std::size_t i = run_; i < runs_.size(); ++i) {
      const std::uint32_t skip = i == run_ ? in_run_ : 0;
      const std::uint32_t count = runs_[i].count - skip;
      if (runs_[i].retained && count > 0) action(runs_[i].part(skip, count), index);
      index += count;
    }
  }

 private:
  friend class LeaseTable;
  friend class DeadlineLists<Lease>;

  std::vector<Run> runs_;  // those not retained were overtaken by the end of their retention
  std::uint64_t secret_ = 0;
  std::uint32_t slot_ = 0;
  std::uint32_t total_ = 0;  // 0: the slot is free
  std::uint32_t cursor_ = 0;
  std::size_t run_ = 0;       // where the cursor stands
  std::uint32_t in_run_ = 0;
  Time deadline_{};
  Millis span_{};
  ListLinks<Lease> deadline_links_;
  std::optional<std::multimap<Time, Lease*>::iterator> expiring_;

  // Used by one confirmation while it is worked out (GroupMachine::confirm).
  friend class Confirmation;
  struct Place {
    std::uint32_t cursor = 0;
    std::size_t run = 0;
    std::uint32_t in_run = 0;
  };
  Place before_;
  bool judged_ = false;
  bool failed_ = false;
  Lease* next_judged_ = nullptr;
};

/// The open leases of one stream, found by handle and by deadline at constant cost. Not safe for concurrent use.
class LeaseTable {
 public:
  /// Opens a lease over `runs` (not empty), from `now` for `span`. The reference stays valid until close(). When it throws
  /// std::bad_alloc, no lease was opened.
  Lease& open(std::vector<Run> runs, std::uint64_t secret, Time now, Millis span);

  /// The same in a slot of the caller's choice, which must be free and below kSlotsMax.
  Lease& open_in(std::uint32_t slot, std::vector<Run> runs, std::uint64_t secret, Time now, Millis span);
  static constexpr std::uint32_t kSlotsMax = std::uint32_t{1} << 24;
  /// Messages of a lease: as many as Handle::index can name.
  static constexpr std::uint64_t kMessagesMax = 65'536;
  /// The open lease in a slot; nullptr: there is none.
  [[nodiscard]] Lease* in_slot(std::uint32_t slot) noexcept {
    return slot < slots_.size() && slots_[slot].total_ != 0 ? &slots_[slot] : nullptr;
  }

  /// The open lease that the handle was made for; nullptr: there is none, or it is over.
  [[nodiscard]] Lease* find(const Handle& handle);
  [[nodiscard]] const Lease* find(const Handle& handle) const;

  /// Handle of the lease's message 0.
  [[nodiscard]] Handle handle(const Lease& lease, std::uint32_t stream) const;

  void close(Lease& lease) noexcept;
  /// Leaves the lease open with nothing in it that is retained.
  void disown(Lease& lease) noexcept;
  void close_all() noexcept;

  /// A lease whose deadline is at or before `now`, the earliest first; nullptr: none.
  [[nodiscard]] Lease* due(Time now) noexcept { return deadlines_.due(now); }
  /// No lease comes due before this; nullopt: there is none.
  [[nodiscard]] std::optional<Time> bound() const noexcept { return deadlines_.bound(); }
  /// When the first comes due.
  [[nodiscard]] std::optional<Time> next() const noexcept { return deadlines_.next(); }

  /// Lets go of leased messages whose retention ended by `now`; returns how many.
  std::uint64_t expire(Time now) noexcept;
  /// When expire() next finds something that outlives its retention in a lease; nullopt: never.
  [[nodiscard]] std::optional<Time> next_expiry() const;

  [[nodiscard]] std::size_t size() const noexcept { return open_; }
  /// Bytes that the open leases occupy.
  [[nodiscard]] std::size_t resident_bytes() const noexcept { return open_ * sizeof(Lease) + runs_ * sizeof(Run); }

  /// Calls action(batch, first, count) for each unconfirmed stretch; what was confirmed holds no batch any more. Throws
  /// std::bad_alloc. Another batch may be put there that holds the same messages.
  template <typename Action>
  void for_each_batch(Action action) {
    for (Lease& lease : slots_) {
      if (lease.total_ == 0) continue;
      forget_confirmed(lease);
      for (std::size_t i = lease.run_; i < lease.runs_.size(); ++i) {
        Run& run = lease.runs_[i];
        if (run.batch) action(run.batch, run.first, run.count);
      }
    }
  }

  /// Calls action(lease) in an order from which the same table can be built again: span after span, each by deadline.
  template <typename Action>
  void for_each_by_deadline(Action action) const {
    deadlines_.for_each(action);
  }
  template <typename Action>
  void for_each(Action action) const {
    for (const Lease& lease : slots_) {
      if (lease.total_ != 0) action(lease);
    }
  }

 private:
  using Expiring = std::multimap<Time, Lease*>;

  Lease& free_slot();
  void forget_confirmed(Lease& lease);
  void make_node();
  void watch_expiry(Lease& lease, std::optional<Time> earliest) noexcept;

  std::deque<Lease> slots_;  // a deque: leases never move
  std::vector<std::uint32_t> free_;
  DeadlineLists<Lease> deadlines_;
  Expiring expiring_;  // leases that do not end before the retention of messages in them
  Expiring::node_type node_;  // for the next one of them
  std::size_t open_ = 0;
  std::size_t runs_ = 0;  // in open leases
};

}  // namespace wingmq
