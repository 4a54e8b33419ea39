#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "wingmq/delivery.h"
#include "wingmq/info.h"

namespace wingmq {

/// What a call does besides answering: parked calls that it ended, and a report of what time made happen. Filled under locks,
/// carried out without any.
class Effects {
 public:
  Effects() = default;
  /// Also writes down what time made happen.
  explicit Effects(std::vector<Fired>& report) : report_(&report) {}
  Effects(const Effects&) = delete;
  Effects& operator=(const Effects&) = delete;

  void answer(Waiter& waiter, Result<Delivery> outcome) { answers_.emplace_back(&waiter, std::move(outcome)); }

  /// Notes something that happened to `count` messages or calls; nothing when `count` is 0. The report is in order of time,
  /// also when a group had to catch up with what was overdue.
  void fired(Time at, FiredType type, const std::string& queue, const std::string* group, std::uint64_t count) {
    if (report_ == nullptr || count == 0) return;
    const auto later = std::ranges::upper_bound(*report_, at, {}, &Fired::at);
    report_->insert(later, {at, type, queue, group != nullptr ? std::optional(*group) : std::nullopt, count});
  }

  /// Calls the waiters, in the order in which they were answered. Needs: no lock held.
  void carry_out() {
    for (auto& [waiter, outcome] : std::exchange(answers_, {})) waiter->on_done(std::move(outcome));
  }

 private:
  std::vector<std::pair<Waiter*, Result<Delivery>>> answers_;
  std::vector<Fired>* report_ = nullptr;
};

}  // namespace wingmq
