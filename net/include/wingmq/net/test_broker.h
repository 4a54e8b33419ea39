#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wingmq/broker.h"
#include "wingmq/clock.h"
#include "wingmq/info.h"
#include "wingmq/net/server.h"
#include "wingmq/options.h"
#include "wingmq/types.h"
#include "wingmq/watch.h"

namespace wingmq::net {

/// What a TestBroker's server is like unless a test wants something else: any free port of 127.0.0.1, one thread, no signatures, and
/// tests may break calls on purpose (net/API.md, faults), and the last calls and events are kept (the journal, one message).
[[nodiscard]] ServerOptions test_server_options();

/// How a TestBroker is set up.
struct TestBrokerOptions {
  /// Of ids, handles and what faults leave to chance. The same seed gives the same ids, in every TestBroker.
  std::uint64_t seed = 1;
  /// Where the clock stands at first: midnight UTC.
  Time start = std::chrono::sys_days(std::chrono::year(2026) / std::chrono::January / 1);
  /// Limits among them: `{.broker = {.limits = {.queues_per_project = 50}}}`.
  Options broker = {};
  /// To change one, begin with test_server_options(). `declared_queues` and `seed` are filled in by the TestBroker.
  ServerOptions server = test_server_options();
};

/// What became of TestBroker::wait(): true when the condition holds.
struct WaitOutcome {
  bool met = false;
  /// The counts that met the condition, or those when the time was over.
  WatchedCounts counts;
  /// Empty when it is met; otherwise what was waited for, for how long, all counts, and what moving the clock would bring.
  std::string why_not;

  explicit operator bool() const noexcept { return met; }
};

/// Writes `met`, or why it is not: test frameworks show a failed wait with it.
std::ostream& operator<<(std::ostream& out, const WaitOutcome& outcome);

/// A broker with its HTTP server inside a test: a clock that stands still until advance(), ids that are the same in every run, any free
/// port of 127.0.0.1. Tied to no test framework. A consumer that finds nothing waits until a message comes, or advance() has carried the
/// clock past its timeWait.
///
///     TestBroker mq{"orders?groups=billing&dlq=3"};
///     start_consumer(mq.url(), mq.queue_id("orders").text(), mq.group_id("orders", "billing").text());
///     mq.send("orders", {"hello"});
///     EXPECT_TRUE(mq.wait("orders", "billing", "drained", 5s)) << mq.describe();
///
/// Each is a server of its own: tests that run at the same time do not see each other's queues. Calls need no signature; the accessKey
/// names the customer, and queues belong to `test` in the region `cn-snxy1` unless their declaration says otherwise.
///
/// Safe for concurrent use, but for the end: when the destructor begins, no other call may run. Consumers may still be parked over HTTP
/// then; they are answered with an empty array. Where a queue or group is named, its id will do as well, and must where several
/// projects have a queue of that name.
///
/// Functions that take names throw std::invalid_argument when there is no such queue or group, with a text that lists those there are.
class TestBroker {
 public:
  /// Makes the queues and serves them when it returns. Each text is one of `wingmq serve --queue` (declared_queue.h):
  /// `orders?mode=FIFO&groups=g1,g2&dlq=3`; there may be none. Throws std::invalid_argument when a text is wrong or the limits forbid a
  /// queue, naming the text and the reason, and std::runtime_error when the server cannot listen.
  template <typename... Texts>
    requires(std::convertible_to<const Texts&, std::string_view> && ...)
  explicit TestBroker(const Texts&... queues) : TestBroker(std::vector<std::string>{std::string(std::string_view(queues))...}, {}) {}
  /// The same, set up otherwise: `TestBroker mq({"orders?groups=g1"}, {.seed = 7})`.
  TestBroker(const std::vector<std::string>& queues, TestBrokerOptions options);
  TestBroker(const TestBroker&) = delete;
  TestBroker& operator=(const TestBroker&) = delete;
  /// Stops the server, then ends engine, broker and clock. Gives running requests one and a half seconds to finish. What the broker
  /// handed out (deliveries, batches, buffers) must be gone.
  ~TestBroker();

  /// Where clients find the server: `http://127.0.0.1:41234`.
  [[nodiscard]] std::string url() const;

  /// What API calls want as queueId and consumerGroupId, by `.text()`. The ids are others after reset().
  [[nodiscard]] QueueId queue_id(std::string_view queue) const;
  [[nodiscard]] GroupId group_id(std::string_view queue, std::string_view group) const;
  /// Whose a queue is: customer and regionId, for calls of broker().
  [[nodiscard]] Project project(std::string_view queue) const;

  /// Sends one batch, each body as a JSON string. Throws std::invalid_argument when there are none, more than `batch_messages_max`, or
  /// one is not UTF-8, and std::runtime_error with the broker's reason when it refuses the batch.
  void send(std::string_view queue, std::span<const std::string> bodies);
  void send(std::string_view queue, std::initializer_list<std::string> bodies) { send(queue, std::span(bodies.begin(), bodies.size())); }

  /// Moves the clock by `span` and does all that falls due on the way, in order: when it returns, leases have ended, messages have died
  /// or expired, and parked consumers whose wait is over are being answered. Returns what happened. Throws std::invalid_argument for a
  /// negative span and for one that leads beyond the year 9999.
  AdvanceReport advance(std::chrono::milliseconds span);

  /// Waits until `condition` holds for a group's counts; with an empty `group`, for the queue's. It is `drained` (nothing available,
  /// nothing in flight) or COUNT OP NUMBER, such as `dead_available>=1`, as `GET /__admin/wait` takes it: a group's counts are produced,
  /// consumed, available, in_flight, dead_produced, dead_available, dead_in_flight and parked, a queue's is messages; operators are
  /// >= <= == > <. A condition that is true for a moment only is seen. `timeout`, 0 to 10 minutes, is real time, for the broker's
  /// stands still; this call does not move it. Throws std::invalid_argument for a condition that cannot be read, a timeout out of range,
  /// and when queue or group are removed meanwhile.
  [[nodiscard]] WaitOutcome wait(std::string_view queue, std::string_view group, std::string_view condition,
                                 std::chrono::milliseconds timeout);

  /// Everything as after construction: the declared queues, empty and with new ids, and no others; the fault rules of the start. Parked
  /// consumers are answered with an empty array. Only the clock stays where it is: it never goes back.
  void reset();

  /// The text to print when a test fails: each group's counts and its first ten messages and dead letters, with state, failures and the
  /// end of the lease. Without a name, all queues. A queue that there is not is said so in the text.
  [[nodiscard]] std::string describe(std::string_view queue = {}) const;

  /// The broker behind the server, for everything else. Do not close() it.
  [[nodiscard]] Broker& broker() noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wingmq::net
