#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/make_batch.h"
#include "support/rng.h"
#include "wingmq/broker.h"

namespace wingmq::test {

/// Which message of which producer a body is.
struct Mark {
  std::uint32_t producer = 0;
  std::uint32_t sequence = 0;
};

/// A body that proves itself: who sent it, as what, and a digest of both.
[[nodiscard]] inline std::string sealed_body(Mark mark) {
  const std::uint64_t digest = mix_bits((std::uint64_t{mark.producer} << 32 | mark.sequence) + 1);
  return std::to_string(mark.producer) + ":" + std::to_string(mark.sequence) + ":" + std::to_string(digest);
}

/// Reads a sealed body; a body that is not what was sent is a failure.
[[nodiscard]] inline Mark open_body(std::string_view body) {
  const std::string text(body);
  Mark mark;
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos) {
    mark.producer = static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
    mark.sequence = static_cast<std::uint32_t>(std::strtoul(text.c_str() + colon + 1, nullptr, 10));
  }
  EXPECT_EQ(text, sealed_body(mark)) << "a damaged message";
  return mark;
}

/// The messages of a delivery, in order.
[[nodiscard]] inline std::vector<Mark> marks_of(const Delivery& delivery) {
  std::vector<Mark> marks;
  for (const DeliveredRun& run : delivery.runs) {
    for (std::uint32_t i = 0; i < run.count; ++i) marks.push_back(open_body(run.batch->body(run.first + i)));
  }
  EXPECT_EQ(marks.size(), delivery.count);
  return marks;
}

/// A batch of `count` sealed messages beginning with `first`.
[[nodiscard]] inline BatchRef sealed_batch(Broker& broker, Mark first, std::uint32_t count) {
  std::vector<Text> texts;
  for (std::uint32_t i = 0; i < count; ++i) texts.push_back(Text{sealed_body({first.producer, first.sequence + i})});
  return make_batch(broker.buffers(), texts);
}

/// A consume call that its thread waits for. It may be used again, but must outlive every thread of the test, because
/// the thread that answers it may still be inside on_done() when the answer has been taken.
class BlockingWaiter final : public Waiter {
 public:
  void on_done(Result<Delivery> outcome) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(outcome_.has_value()) << "answered twice";
    outcome_ = std::move(outcome);
    done_.notify_one();
  }

  [[nodiscard]] Result<Delivery> wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return outcome_.has_value(); });
    Result<Delivery> outcome = std::move(*outcome_);
    outcome_.reset();
    return outcome;
  }

  /// Whether an answer lies there that nobody took.
  [[nodiscard]] bool answered() {
    const std::lock_guard lock(mutex_);
    return outcome_.has_value();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::optional<Result<Delivery>> outcome_;
};

/// Consumes, waiting for messages in this thread.
[[nodiscard]] inline Result<Delivery> consume_and_wait(Broker& broker, const Project& project,
                                                       const ConsumeRequest& request, BlockingWaiter& waiter) {
  auto at_once = broker.consume(project, request, waiter);
  return at_once ? std::move(*at_once) : waiter.wait();
}

/// Some jobs that run at the same time. When one of them fails fatally, the broker is closed, so that nobody waits for
/// what will not come, and ok() tells the others to stop.
class Crew {
 public:
  explicit Crew(Broker& broker) : broker_(broker) {}

  void add(std::function<void()> job) { jobs_.push_back(std::move(job)); }
  [[nodiscard]] bool ok() const { return !failed_.load(); }

  void run() {
    std::vector<std::thread> threads;
    threads.reserve(jobs_.size());
    for (const auto& job : jobs_) threads.emplace_back([this, &job] { run_one(job); });
    for (std::thread& thread : threads) thread.join();
  }

 private:
  void run_one(const std::function<void()>& job) {
    bool whole = false;
    const auto watched = [&] {
      ASSERT_NO_FATAL_FAILURE(job());
      whole = true;
    };
    watched();
    if (whole) return;
    failed_.store(true);
    broker_.close();
  }

  Broker& broker_;
  std::vector<std::function<void()>> jobs_;
  std::atomic<bool> failed_{false};
};

}  // namespace wingmq::test
