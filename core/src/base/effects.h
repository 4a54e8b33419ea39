#pragma once

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

#include "wingmq/delivery.h"
#include "wingmq/info.h"
#include "wingmq/watch.h"

namespace wingmq {

/// What a call does besides answering: parked calls that it ended, and a report of what time made happen. Filled under locks,
/// carried out without any; at the latest when it is destroyed, so that nobody who was answered is left waiting when a call fails.
class Effects {
 public:
  Effects() = default;
  /// Also writes down what time made happen.
  explicit Effects(AdvanceReport& report) : report_(&report) {}
  Effects(const Effects&) = delete;
  Effects& operator=(const Effects&) = delete;
  ~Effects() {
    try {
      carry_out();
    } catch (const std::exception&) {
      return;  // everybody was called all the same, and another exception is on its way
    }
  }

  /// Needs no memory: the waiter itself keeps its outcome, and its place in the line.
  void answer(Waiter& waiter, Result<Delivery> outcome) noexcept {
    waiter.outcome_.emplace(std::move(outcome));
    waiter.arrival_ = {};
    (last_ != nullptr ? last_->arrival_.next : first_) = &waiter;
    last_ = &waiter;
  }

  /// The same for a watch.
  void answer(Watcher& watcher, Result<WatchedCounts> outcome) noexcept {
    watcher.outcome_.emplace(std::move(outcome));
    watcher.next_ = std::exchange(met_, &watcher);
  }

  /// Notes something that happened to `count` messages or calls; nothing when `count` is 0. The report is in order of time,
  /// also when a group had to catch up with what was overdue.
  void fired(Time at, FiredType type, const std::string& queue, const std::string* group, std::uint64_t count) noexcept {
    if (report_ == nullptr || count == 0) return;
    try {
      const auto later = std::ranges::upper_bound(report_->fired, at, {}, &Fired::at);
      report_->fired.insert(later, {at, type, queue, group != nullptr ? std::optional(*group) : std::nullopt, count});
    } catch (const std::bad_alloc&) {
      ++report_->left_out;  // it has happened: a report without it is better than none
    }
  }

  /// Calls the waiters, in the order in which they were answered, each of them even when one throws; then throws that. Needs: no
  /// lock held.
  void carry_out() {
    while (met_ != nullptr) {
      Watcher& watcher = *met_;
      met_ = std::exchange(watcher.next_, nullptr);
      const Result<WatchedCounts> outcome = *watcher.outcome_;
      watcher.outcome_.reset();
      watcher.on_met(outcome);  // from here on it may be gone
    }
    std::exception_ptr failed;
    while (first_ != nullptr) {
      Waiter& waiter = *first_;
      first_ = std::exchange(waiter.arrival_.next, nullptr);
      if (first_ == nullptr) last_ = nullptr;
      Result<Delivery> outcome = std::move(*waiter.outcome_);
      waiter.outcome_.reset();
      try {
        waiter.on_done(std::move(outcome));  // from here on it may be gone, or parked again
      } catch (...) {
        failed = std::current_exception();
      }
    }
    if (failed) std::rethrow_exception(failed);
  }

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  Watcher* met_ = nullptr;
  AdvanceReport* report_ = nullptr;
};

}  // namespace wingmq
