#include "wingmq/net/test_broker.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "control/admin_calls.h"
#include "control/conditions.h"
#include "operations/error_map.h"
#include "operations/message_list.h"
#include "text/escape.h"
#include "text/json.h"
#include "text/text.h"
#include "wingmq/memory_engine.h"
#include "wingmq/net/declared_queue.h"
#include "wingmq/net/history.h"

namespace wingmq::net {
namespace {

using std::chrono::steady_clock;

constexpr Millis kTestWaitMax = std::chrono::minutes(10);
constexpr std::uint32_t kDescribedMax = 10;
constexpr std::size_t kEventsKept = 10'000;
constexpr std::size_t kCallsKept = 1000;

/// The n-th value depends on nothing but the seed (SplitMix64). Safe for concurrent use.
class TestRandom final : public RandomSource {
 public:
  explicit TestRandom(std::uint64_t seed) noexcept : state_(seed) {}
  [[nodiscard]] std::uint64_t next() override {
    constexpr std::uint64_t step = 0x9E3779B97F4A7C15ULL;
    std::uint64_t value = state_.fetch_add(step, std::memory_order_relaxed) + step;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    return value ^ (value >> 31);
  }

 private:
  std::atomic<std::uint64_t> state_;
};

/// A watch that a thread waits for, for so long.
class PatientWatcher final : public Watcher {
 public:
  void on_met(Result<WatchedCounts> outcome) override {
    const std::scoped_lock lock(mutex_);
    outcome_ = outcome;
    met_.notify_one();  // under the lock: whoever waits may destroy this as soon as it has it
  }
  [[nodiscard]] bool wait_until(steady_clock::time_point end) {
    std::unique_lock lock(mutex_);
    return met_.wait_until(lock, end, [this] { return outcome_.has_value(); });
  }
  [[nodiscard]] Result<WatchedCounts> wait() {
    std::unique_lock lock(mutex_);
    met_.wait(lock, [this] { return outcome_.has_value(); });
    return *outcome_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable met_;
  std::optional<Result<WatchedCounts>> outcome_;
};

/// The watch's answer; nullopt: it had none by `end`.
std::optional<Result<WatchedCounts>> watch_until(Broker& broker, const WatchRequest& request, steady_clock::time_point end) {
  PatientWatcher watcher;
  if (auto at_once = broker.watch(request, watcher)) return at_once;
  if (!watcher.wait_until(end) && broker.cancel(watcher)) return std::nullopt;
  return watcher.wait();
}

/// What TestBroker::wait() was asked for.
struct WaitOrder {
  std::string_view queue;
  std::string_view group;  // empty: it is about the queue
  std::string_view condition;
  std::vector<Condition> conditions;
  Millis timeout{};
};

/// What the control plane would refuse, for who called a function.
std::invalid_argument wrong_call(const AdminError& error) {
  if (error.status == 409) return std::invalid_argument(error.error + "; use the id of one of them");
  return std::invalid_argument(error.error + ". " + error.hint);
}

template <typename T>
T value_or_throw(AdminResult<T> result) {
  if (!result) throw wrong_call(result.error());
  return *std::move(result);
}

std::string counts_text(const WatchedCounts& counts, bool of_group) {
  std::string text;
  for (const CountName& each : count_names(of_group)) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", each.name, counts.*each.count);
  }
  return text;
}

std::vector<QueuePlan> read_plans(const std::vector<std::string>& queues) {
  std::vector<QueuePlan> plans;
  for (const std::string& text : queues) {
    auto plan = parse_declared_queue(text);
    if (!plan) throw std::invalid_argument(fmt::format("queue \"{}\": {}", text, plan.error()));
    plans.push_back(*std::move(plan));
  }
  return plans;
}

BatchRef batch_of(BufferPool& buffers, std::span<const std::string> bodies, std::uint32_t messages_max) {
  std::string text = "[";
  for (const std::string& body : bodies) {
    if (!is_utf8(body)) throw std::invalid_argument("a body is not UTF-8");
    text += text.size() == 1 ? R"({"body":)" : R"(,{"body":)";
    append_quoted(text, body);
    text += '}';
  }
  Buffer buffer = buffers.copy(text + "]");
  MessageList list(buffer.data(), messages_max);
  auto reader = json::Reader::of_checked(buffer.view());
  if (!list.read(reader)) throw std::invalid_argument("the bodies make no list of messages");
  if (list.refusal()) throw std::invalid_argument(text_of(*list.refusal(), Language::kEnglish));
  const std::vector<Message> messages = list.take();
  return Batch::make(buffers, std::move(buffer), messages);
}

// --- Describing -------------------------------------------------------------------------------------------------------

std::string_view state_text(MessageState state) {
  switch (state) {
    case MessageState::kAvailable: return "available";
    case MessageState::kInFlight: return "in_flight";
    case MessageState::kConfirmed: return "confirmed";
    case MessageState::kDead: return "dead";
  }
  return "";
}

std::string message_text(const PeekedMessage& message, Time now) {
  std::string text = fmt::format("{}/{} {}, failures {}", message.partition.value, message.offset.value,
                                 message.state ? state_text(*message.state) : "", message.failures);
  if (message.lease_deadline) {
    text += fmt::format(", lease ends at {} (in {} ms)", message.lease_deadline->time_since_epoch().count(), (*message.lease_deadline - now).count());
  }
  return text + ": " + shown(message.batch->body(message.index));
}

/// Adds a line for each of the first messages of a group, and one when there are more.
void describe_messages(std::string& out, Broker& broker, QueueId queue, PeekRequest request, std::string_view title) {
  request.limit = kDescribedMax + 1;
  const auto messages = broker.peek(queue, request);
  if (!messages || messages->empty()) return;
  out += fmt::format("    {}\n", title);
  const auto count = std::min<std::size_t>(messages->size(), kDescribedMax);
  for (std::size_t i = 0; i < count; ++i) out += fmt::format("      {}\n", message_text((*messages)[i], broker.clock().now()));
  if (messages->size() > count) out += "      and more\n";
}

void describe_queue(std::string& out, Broker& broker, const QueueGroups& queue) {
  const QueueSpec& spec = queue.queue.spec;
  const auto limit = spec.consume_count_max ? fmt::format("dead after {} failures", *spec.consume_count_max) : std::string("no dead letters");
  out += fmt::format("queue {} ({}): {}, {}, messages {}, project {}/{}\n", spec.name, queue.queue.id.text(), to_string(spec.mode), limit,
                     queue.queue.messages, queue.queue.project.customer, queue.queue.project.region);
  for (const GroupInfo& group : queue.groups) {
    out += fmt::format("  group {} ({}): {}\n", group.name, group.id.text(), counts_text(counts_of(queue, &group), true));
    const PeekRequest request{.group = group.id, .state = {}, .after_partition = {}, .after = {}};
    describe_messages(out, broker, queue.queue.id, request, "messages");
    PeekRequest dead = request;
    dead.state = MessageState::kDead;
    describe_messages(out, broker, queue.queue.id, dead, "dead letters");
  }
}

}  // namespace

// --- The broker -------------------------------------------------------------------------------------------------------

class TestBroker::Impl {
 public:
  Impl(const std::vector<std::string>& queues, TestBrokerOptions options);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] QueueGroups queue(std::string_view name) {
    // Without ?region= and ?project=: nothing narrows the choice.
    return value_or_throw(find_queue(broker.inspect(), name, QueryParameters()));
  }
  [[nodiscard]] std::string clock_text() const;
  [[nodiscard]] WaitOutcome wait(const WaitOrder& order);

  // In the order in which they need each other; they end in the opposite one.
  const std::vector<QueuePlan> plans;
  const std::uint64_t seed;
  const Time start;
  const std::uint32_t batch_messages_max;
  ManualClock clock;
  TestRandom random;
  History history{kEventsKept};
  Broker broker;
  MemoryEngine engine;
  Server server;

 private:
  /// What a watch is about, and the counts there are now.
  struct WatchTarget {
    WatchRequest request;
    WatchedCounts counts;
  };
  [[nodiscard]] WatchTarget find(const WaitOrder& order);
  [[nodiscard]] WaitOutcome given_up(const WaitOrder& order);
  [[nodiscard]] std::string hint_about_time();
};

namespace {

ServerOptions with_queues(TestBrokerOptions& options, const std::vector<QueuePlan>& plans, History& history) {
  options.server.history = &history;
  options.server.declared_queues = plans;
  options.server.seed = options.seed;
  return std::move(options.server);
}

}  // namespace

TestBroker::Impl::Impl(const std::vector<std::string>& queues, TestBrokerOptions options)
    : plans(read_plans(queues)),
      seed(options.seed),
      start(options.start),
      batch_messages_max(options.server.limits.batch_messages_max),
      clock(options.start),
      random(options.seed),
      broker(options.broker, clock, random),
      engine(broker),
      server(engine, with_queues(options, plans, history)) {
  broker.observe(history);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (const auto made = declare_queue(engine, plans[i]); !made) {
      throw std::invalid_argument(fmt::format("queue \"{}\": {}", queues[i], made.error()));
    }
  }
  if (const auto started = server.start(); !started) throw std::runtime_error(started.error());
}

TestBroker::Impl::~Impl() {
  server.stop();
  broker.close();  // for those who called it directly
}

std::string TestBroker::Impl::clock_text() const {
  return fmt::format("clock {} ({} ms after the start), seed {}", clock.now().time_since_epoch().count(), (clock.now() - start).count(), seed);
}

std::string TestBroker::Impl::hint_about_time() {
  const auto next = broker.next_event();
  if (!next) return "the clock stands still, and nothing is due";
  return fmt::format("the clock stands still: advance({}ms) brings what is due next", std::max<Millis::rep>((next->at - clock.now()).count(), 0));
}

WaitOutcome TestBroker::Impl::wait(const WaitOrder& order) {
  const auto end = steady_clock::now() + order.timeout;
  while (true) {
    WatchTarget target = find(order);
    target.request.conditions = order.conditions;
    const auto answer = watch_until(broker, target.request, end);
    if (!answer) return given_up(order);
    if (*answer) return {.met = true, .counts = **answer, .why_not = {}};
    const auto code = answer->error().code;
    const bool gone = code == ErrorCode::kQueueNotFound || code == ErrorCode::kGroupNotFound;
    if (!gone) throw std::runtime_error(text_of(refusal_of(answer->error()), Language::kEnglish));
    // Otherwise a reset may have put another in its place.
  }
}

TestBroker::Impl::WatchTarget TestBroker::Impl::find(const WaitOrder& order) {
  const QueueGroups found = queue(order.queue);
  if (order.group.empty()) return {.request = {.queue = found.queue.id, .group = {}, .conditions = {}}, .counts = counts_of(found, nullptr)};
  const GroupInfo group = value_or_throw(find_group(found, order.group));
  return {.request = {.queue = found.queue.id, .group = group.id, .conditions = {}}, .counts = counts_of(found, &group)};
}

WaitOutcome TestBroker::Impl::given_up(const WaitOrder& order) {
  WatchTarget target = find(order);
  target.request.conditions = order.conditions;
  // What made it true may have come just behind the end.
  if (target.request.holds(target.counts)) return {.met = true, .counts = target.counts, .why_not = {}};
  const bool of_group = !order.group.empty();
  return {.met = false,
          .counts = target.counts,
          .why_not = fmt::format("{}{}{} is not {} after {} ms: {}; {}", order.queue, of_group ? ", " : "", order.group, order.condition,
                                 order.timeout.count(), counts_text(target.counts, of_group), hint_about_time())};
}

ServerOptions test_server_options() {
  ServerOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.threads = 1;
  options.faults = true;
  options.journal = kCallsKept;
  return options;
}

std::ostream& operator<<(std::ostream& out, const WaitOutcome& outcome) { return out << (outcome.met ? "met" : outcome.why_not); }

TestBroker::TestBroker(const std::vector<std::string>& queues, TestBrokerOptions options)
    : impl_(std::make_unique<Impl>(queues, std::move(options))) {}
TestBroker::~TestBroker() = default;

std::string TestBroker::url() const { return impl_->server.url(); }
Broker& TestBroker::broker() noexcept { return impl_->broker; }

QueueId TestBroker::queue_id(std::string_view queue) const { return impl_->queue(queue).queue.id; }
Project TestBroker::project(std::string_view queue) const { return impl_->queue(queue).queue.project; }
GroupId TestBroker::group_id(std::string_view queue, std::string_view group) const {
  return value_or_throw(find_group(impl_->queue(queue), group)).id;
}

void TestBroker::send(std::string_view queue, std::span<const std::string> bodies) {
  const QueueInfo info = impl_->queue(queue).queue;
  const auto stored = impl_->broker.send(info.project, info.id, batch_of(impl_->broker.buffers(), bodies, impl_->batch_messages_max));
  if (!stored) throw std::runtime_error(text_of(refusal_of(stored.error(), queue), Language::kEnglish));
}

AdvanceReport TestBroker::advance(std::chrono::milliseconds span) {
  const Time now = impl_->clock.now();
  if (span < Millis(0)) throw std::invalid_argument(fmt::format("the clock cannot move back by {} ms", -span.count()));
  if (span.count() > kClockMaxMs - now.time_since_epoch().count()) throw std::invalid_argument("the clock cannot move beyond the year 9999");
  return impl_->broker.advance(now + span);
}

WaitOutcome TestBroker::wait(std::string_view queue, std::string_view group, std::string_view condition, std::chrono::milliseconds timeout) {
  if (timeout < Millis(0) || timeout > kTestWaitMax) {
    throw std::invalid_argument(fmt::format("a wait lasts 0 to {} ms, not {}", kTestWaitMax.count(), timeout.count()));
  }
  return impl_->wait({.queue = queue,
                      .group = group,
                      .condition = condition,
                      .conditions = value_or_throw(read_condition(condition, !group.empty())),
                      .timeout = timeout});
}

void TestBroker::reset() {
  if (const auto done = impl_->server.reset(); !done) throw std::runtime_error(done.error());
}

std::string TestBroker::describe(std::string_view queue) const {
  std::string out = impl_->clock_text() + "\n";
  std::vector<QueueGroups> shown_queues = impl_->broker.inspect();
  if (!queue.empty()) {
    auto found = find_queue(std::move(shown_queues), queue, QueryParameters());
    if (!found) return out + wrong_call(found.error()).what() + "\n";
    shown_queues = {*std::move(found)};
  }
  for (const QueueGroups& each : shown_queues) describe_queue(out, impl_->broker, each);
  return out;
}

}  // namespace wingmq::net
