#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "model/lockstep.h"

// What both halves of Lockstep know: parked calls, and the texts of answers.

namespace wingmq::test {

inline constexpr Time kStart{Millis(1'700'000'000'000)};
[[nodiscard]] inline std::string short_id(const Uuid& id) { return id.text().substr(0, 4); }

[[nodiscard]] inline std::string text_of(const Error& error) {
  return "error " + std::to_string(static_cast<int>(error.code)) + " limit " + std::to_string(error.limit) +
         " actual " + std::to_string(error.actual);
}

template <typename T>
[[nodiscard]] std::string text_of_error(const Result<T>& result) {
  return result ? std::string("done") : text_of(result.error());
}

/// Numbers are compared where result.h says that they apply.
[[nodiscard]] inline bool same_error(const Error& real, const Error& model) {
  const bool numbers_apply = model.limit != 0 || model.actual != 0;
  return real.code == model.code && (!numbers_apply || real == model);
}

template <typename A, typename B>
[[nodiscard]] bool same_success(const Result<A>& real, const Result<B>& model) {
  if (real && model) return true;
  return !real && !model && same_error(real.error(), model.error());
}

/// A consume call that the real broker parked.
class Lockstep::Call final : public Waiter {
 public:
  Call(Lockstep& owner, std::uint64_t number_, Project project_, ModelConsume request_, QueueId queue_)
      : number(number_), project(std::move(project_)), request(std::move(request_)), queue(queue_), owner_(owner) {}

  void on_done(Result<Delivery> result) override {
    EXPECT_FALSE(outcome) << "waiter " << number << " was answered twice";
    outcome = std::move(result);
    owner_.answered_.push_back(this);
  }

  const std::uint64_t number;
  const Project project;
  const ModelConsume request;
  const QueueId queue;
  std::optional<Result<Delivery>> outcome;

 private:
  Lockstep& owner_;
};

}  // namespace wingmq::test
