#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "wingmq/engine.h"

namespace wingmq {

/// A ticket that a thread waits for. One call at a time.
class WaitingTicket final : public Ticket {
 public:
  void on_settled(Settled outcome) override {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    settled_.notify_one();  // under the lock: whoever waits may destroy this as soon as it has it
  }

  /// Holds the thread until the call has settled, and takes its answer.
  [[nodiscard]] Settled wait() {
    std::unique_lock lock(mutex_);
    settled_.wait(lock, [this] { return outcome_.has_value(); });
    return *std::exchange(outcome_, std::nullopt);
  }

  /// Whether wait() would return at once.
  [[nodiscard]] bool settled() {
    const std::lock_guard lock(mutex_);
    return outcome_.has_value();
  }

 private:
  std::mutex mutex_;
  std::condition_variable settled_;
  std::optional<Settled> outcome_;
};

/// Makes one call and holds the thread until it is answered: `wait_for([&](Ticket& ticket) { return engine.quota(project, ticket); })`
/// is a Result<Quota>. For start-up, embedding and tests; never for a thread that serves others.
template <typename Call>
[[nodiscard]] auto wait_for(Call&& call) {
  WaitingTicket ticket;
  auto answer = std::forward<Call>(call)(static_cast<Ticket&>(ticket));
  using Answer = typename decltype(answer)::value_type;
  if (answer) return std::move(*answer);
  return std::get<Answer>(ticket.wait());
}

}  // namespace wingmq
