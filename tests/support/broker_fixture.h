#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/make_batch.h"
#include "support/rng.h"
#include "wingmq/broker.h"

namespace wingmq::test {

using namespace std::chrono_literals;

/// A consume call that may be parked, and what came of it.
class TestWaiter final : public Waiter {
 public:
  void on_done(Result<Delivery> outcome) override {
    ++answers;
    result = std::move(outcome);
  }
  [[nodiscard]] bool waiting() const { return answers == 0; }

  int answers = 0;
  std::optional<Result<Delivery>> result;
};

/// The bodies of a delivery, separated by spaces: "a b c".
[[nodiscard]] inline std::string bodies(const Delivery& delivery) {
  std::string text;
  for (const DeliveredRun& run : delivery.runs) {
    for (std::uint32_t i = 0; i < run.count; ++i) {
      text += (text.empty() ? "" : " ") + std::string(run.batch->body(run.first + i));
    }
  }
  return text;
}

/// How often each message of a delivery failed before: "0 0 1".
[[nodiscard]] inline std::string failures(const Delivery& delivery) {
  std::string text;
  for (const DeliveredRun& run : delivery.runs) {
    for (std::uint32_t i = 0; i < run.count; ++i) text += (text.empty() ? "" : " ") + std::to_string(run.failures);
  }
  return text;
}

/// One broker with a clock that stands still, and one project with one queue. The words of the tests: messages are
/// words, a confirmation is a row of signs.
class BrokerTest : public ::testing::Test {
 protected:
  static constexpr Time kStart{Millis(1'700'000'000'000)};

  BrokerTest() { start({}); }
  ~BrokerTest() override { stop(); }

  /// Begins again with a broker set up like this.
  void start(const Options& options) {
    stop();
    broker_ = std::make_unique<Broker>(options, clock_, random_);
  }

  void stop() {
    if (broker_) broker_->close();
    waiters_.clear();
    broker_.reset();
  }

  QueueId make_queue(std::string name = "q", QueueMode mode = QueueMode::kNormal,
                     std::optional<std::uint32_t> consume_count_max = std::nullopt) {
    QueueSpec spec;
    spec.name = std::move(name);
    spec.mode = mode;
    spec.consume_count_max = consume_count_max;
    const auto made = broker_->create_queue(project_, spec);
    EXPECT_TRUE(made);
    return made ? made->id : QueueId{};
  }
  QueueId make_fifo(std::optional<std::uint32_t> consume_count_max = std::nullopt) {
    return make_queue("fifo", QueueMode::kFifo, consume_count_max);
  }

  GroupId make_group(QueueId queue, std::string name = "g") {
    const auto made = broker_->create_groups(project_, queue, std::vector{std::move(name)});
    EXPECT_TRUE(made);
    return made ? made->front().id : GroupId{};
  }

  [[nodiscard]] BatchRef batch(std::string_view words, const std::vector<std::string>& tags = {}) {
    std::vector<Text> texts;
    std::istringstream stream{std::string(words)};
    for (std::string word; stream >> word;) texts.push_back(Text{word, tags});
    return make_batch(broker_->buffers(), texts);
  }

  /// Sends one batch: each word is a message.
  void send(QueueId queue, std::string_view words, const std::vector<std::string>& tags = {}) {
    EXPECT_TRUE(broker_->send(project_, queue, batch(words, tags)));
  }

  [[nodiscard]] static ConsumeRequest request(GroupId group, std::uint32_t messages_max = 10, Millis wait = 0ms,
                                              Stream stream = Stream::kQueue) {
    ConsumeRequest request;
    request.group = group;
    request.stream = stream;
    request.messages_max = messages_max;
    request.wait = wait;
    return request;
  }
  [[nodiscard]] static ConsumeRequest tagged(GroupId group, std::vector<std::string> tags,
                                             TagMatch match = TagMatch::kAny) {
    ConsumeRequest asked = request(group);
    asked.tags = TagRule(std::move(tags), match);
    return asked;
  }

  /// Consumes without waiting; a refusal is a failure of the test.
  Delivery consume(const ConsumeRequest& asked) {
    TestWaiter unused;
    auto result = broker_->consume(project_, asked, unused);
    EXPECT_TRUE(result.has_value()) << "parked";
    if (!result) {
      EXPECT_TRUE(broker_->cancel(unused));
      return {};
    }
    EXPECT_TRUE(result->has_value()) << "refused";
    return *result ? std::move(**result) : Delivery{};
  }
  Delivery consume(GroupId group, std::uint32_t messages_max = 10) { return consume(request(group, messages_max)); }
  Delivery consume_dead(GroupId group, std::uint32_t messages_max = 10) {
    return consume(request(group, messages_max, 0ms, Stream::kDeadLetters));
  }
  /// Why a consume call is refused; nullopt: it is not.
  std::optional<ErrorCode> consume_error(const ConsumeRequest& asked) {
    TestWaiter unused;
    auto result = broker_->consume(project_, asked, unused);
    if (!result) {
      EXPECT_TRUE(broker_->cancel(unused));
    }
    if (!result || *result) return std::nullopt;
    return result->error().code;
  }

  /// Parks a consume call.
  TestWaiter& park(const ConsumeRequest& asked) {
    TestWaiter& waiter = waiters_.emplace_back();
    EXPECT_FALSE(broker_->consume(project_, asked, waiter)) << "not parked";
    return waiter;
  }
  TestWaiter& park(GroupId group, std::uint32_t messages_max = 10, Millis wait = 3s) {
    return park(request(group, messages_max, wait));
  }
  /// What a parked call received: its bodies, "" for an empty answer, "?" when it still waits or was refused.
  [[nodiscard]] static std::string received(const TestWaiter& waiter) {
    if (waiter.answers != 1 || !*waiter.result) return "?";
    return bodies(**waiter.result);
  }
  [[nodiscard]] static std::optional<ErrorCode> refused(const TestWaiter& waiter) {
    if (waiter.answers != 1 || *waiter.result) return std::nullopt;
    return waiter.result->error().code;
  }

  /// Lines of a confirmation: the n-th sign is for message n. `+` success, `-` fail, `.` not mentioned.
  [[nodiscard]] static std::vector<ConfirmEntry> lines(const Delivery& delivery, std::string_view signs) {
    std::vector<ConfirmEntry> entries;
    for (std::size_t i = 0; i < signs.size(); ++i) {
      if (signs[i] == '.') continue;
      entries.push_back({delivery.handle(static_cast<std::uint32_t>(i)), signs[i] == '+'});
    }
    return entries;
  }
  Result<ConfirmResult> confirm(GroupId group, const std::vector<ConfirmEntry>& entries,
                                Stream stream = Stream::kQueue) {
    return broker_->confirm(project_, std::nullopt, group, stream, entries);
  }
  Result<ConfirmResult> confirm(GroupId group, const Delivery& delivery, std::string_view signs,
                                Stream stream = Stream::kQueue) {
    return confirm(group, lines(delivery, signs), stream);
  }
  Result<ConfirmResult> confirm_dead(GroupId group, const Delivery& delivery, std::string_view signs) {
    return confirm(group, delivery, signs, Stream::kDeadLetters);
  }
  /// Why a confirmation is refused; nullopt: it is not.
  std::optional<ErrorCode> confirm_error(GroupId group, const Delivery& delivery, std::string_view signs,
                                         Stream stream = Stream::kQueue) {
    const auto result = confirm(group, delivery, signs, stream);
    return result ? std::nullopt : std::optional(result.error().code);
  }

  AdvanceReport pass(Millis span) { return broker_->advance(clock_.now() + span); }

  /// How many messages (or calls) something happened to; how a report splits them is nobody's promise.
  [[nodiscard]] static std::uint64_t fired(const AdvanceReport& report, FiredType type) {
    std::uint64_t count = 0;
    for (const Fired& each : report.fired) count += each.type == type ? each.count : 0;
    return count;
  }

  [[nodiscard]] GroupInfo info(GroupId group) {
    for (const QueueGroups& queue : broker_->inspect()) {
      for (const GroupInfo& each : queue.groups) {
        if (each.id == group) return each;
      }
    }
    ADD_FAILURE() << "no such group";
    return {};
  }

  ManualClock clock_{kStart};
  SeededRandom random_{1};
  const Project project_{"alice", "r1"};
  const Project stranger_{"mallory", "r1"};
  std::unique_ptr<Broker> broker_;
  std::deque<TestWaiter> waiters_;
};

/// The same with one NORMAL queue `q` and its group `g`.
class OneGroupTest : public BrokerTest {
 protected:
  explicit OneGroupTest(std::optional<std::uint32_t> consume_count_max = std::nullopt)
      : queue_(make_queue("q", QueueMode::kNormal, consume_count_max)), group_(make_group(queue_)) {}

  QueueId queue_;
  GroupId group_;
};

/// The same, and a message dies at its first failure.
class OneStrikeTest : public OneGroupTest {
 protected:
  OneStrikeTest() : OneGroupTest(1) {}
};

/// What a confirmation counted, short to write.
[[nodiscard]] inline ConfirmResult counted(std::uint32_t success, std::uint32_t fail) { return {success, fail}; }
/// The same, and the rest of the batch stays leased (D24).
[[nodiscard]] inline ConfirmResult counted_some(std::uint32_t success) { return {success, 0, true}; }

}  // namespace wingmq::test
