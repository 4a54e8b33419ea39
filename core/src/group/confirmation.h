#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "group/lease_table.h"

namespace wingmq {

/// One confirmation in the making: entries are judged on the leases themselves, which are put back unless it is kept.
class Confirmation {
 public:
  explicit Confirmation(LeaseTable& leases) : leases_(leases) {}
  Confirmation(const Confirmation&) = delete;
  Confirmation& operator=(const Confirmation&) = delete;
  ~Confirmation() {
    while (judged_ != nullptr) {
      Lease& lease = take();
      lease.cursor_ = lease.before_.cursor;
      lease.run_ = lease.before_.run;
      lease.in_run_ = lease.before_.in_run;
    }
  }

  struct Failing {
    Lease* lease;
    std::optional<std::uint32_t> message;  ///< that an explicit `fail` named
  };

  void judge(const ConfirmEntry& entry) {
    Lease* lease = leases_.find(*entry.handle);
    if (lease != nullptr && !lease->judged_) remember(*lease);
    if (lease == nullptr || lease->failed_ || lease->cursor_ == lease->total_) {  // stopped, or complete, by an earlier entry
      ++result_.fail;
      return;
    }
    const std::uint32_t index = entry.handle->index;
    if (!entry.success || index != lease->cursor_) {
      const bool said_fail = !entry.success && index >= lease->cursor_;
      failing_.push_back({lease, said_fail ? std::optional(index) : std::nullopt});
      lease->failed_ = true;
      ++result_.fail;
      return;
    }
    ++result_.success;
    if (lease->confirm_next()) ++confirmed_;
  }

  /// In the order in which they failed.
  [[nodiscard]] const std::vector<Failing>& failing() const noexcept { return failing_; }
  /// Confirmed messages that were still retained.
  [[nodiscard]] std::uint64_t confirmed() const noexcept { return confirmed_; }

  /// Calls action(lease, messages confirmed) for each lease that was judged.
  template <typename Action>
  void for_each_judged(Action action) const {
    for (const Lease* lease = judged_; lease != nullptr; lease = lease->next_judged_) {
      action(*lease, lease->cursor_ - lease->before_.cursor);
    }
  }

  /// Closes the leases of which everything is confirmed. Those that failed are somebody else's.
  ConfirmResult keep() noexcept {
    while (judged_ != nullptr) {
      const bool failed = judged_->failed_;
      Lease& lease = take();
      if (failed) continue;
      if (lease.cursor_ == lease.total_) {
        leases_.close(lease);
      } else {
        result_.rest_leased = true;
      }
    }
    return result_;
  }

 private:
  void remember(Lease& lease) noexcept {
    lease.before_ = {lease.cursor_, lease.run_, lease.in_run_};
    lease.judged_ = true;
    lease.next_judged_ = std::exchange(judged_, &lease);
  }
  Lease& take() noexcept {
    Lease& lease = *judged_;
    judged_ = std::exchange(lease.next_judged_, nullptr);
    lease.judged_ = false;
    lease.failed_ = false;
    return lease;
  }

  LeaseTable& leases_;
  Lease* judged_ = nullptr;
  std::vector<Failing> failing_;
  std::uint64_t confirmed_ = 0;
  ConfirmResult result_;
};

}  // namespace wingmq
