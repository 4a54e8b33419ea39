#pragma once

#include <atomic>
#include <boost/json/value.hpp>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app.h"
#include "support/test_engine.h"
#include "support/wire_text.h"
#include "wingmq/broker.h"
#include "wingmq/clock.h"
#include "wingmq/net/server.h"

// The vocabulary of the conformance tests: whole HTTP requests in, whole replies out, no socket and no waiting. It
// knows the wire contract (API.md) and the public headers, and nothing of how they are implemented. One thread.

namespace wingmq::contract {

using Fields = std::vector<std::pair<std::string, std::string>>;

inline constexpr const char* kRegion = "cn-snxy1";
inline constexpr std::string_view kPathPrefix = "/apiproxy/v3/queue/";
/// When every World begins: 2026-11-23 08:00:00 UTC.
inline constexpr std::int64_t kStartMs = 1795420800000;

/// A request before it is sent.
struct Call {
  std::string method;
  std::string target;
  Fields headers;
  std::string body;
};

/// A reply, parsed. Construction fails the test when the text is not a JSON object (RFC 8259, valid UTF-8).
class Answer {
 public:
  explicit Answer(net::Reply reply);

  [[nodiscard]] unsigned http() const noexcept { return reply_.status; }
  [[nodiscard]] const std::string& text() const noexcept { return reply_.body; }
  [[nodiscard]] const net::Reply& reply() const noexcept { return reply_; }
  [[nodiscard]] const boost::json::value& json() const noexcept { return json_; }
  /// `statusCode`, which must be a JSON number; -1 when it is missing or something else.
  [[nodiscard]] std::int64_t status() const;
  [[nodiscard]] bool done() const { return http() == 200 && status() == 800; }
  /// `errorCode`, empty when there is none.
  [[nodiscard]] std::string code() const { return text_of("errorCode"); }
  [[nodiscard]] std::string message() const { return text_of("message"); }
  /// A top-level member that is a string, empty when there is none.
  [[nodiscard]] std::string text_of(std::string_view member) const;
  /// A top-level member; throws when there is none.
  [[nodiscard]] const boost::json::value& operator[](std::string_view member) const;
  /// The embedded JSON text of an Envelope, or of createQueue's returnObj.
  [[nodiscard]] std::string embedded() const;
  /// The same, parsed.
  [[nodiscard]] boost::json::value opened() const;
  /// Names of the top-level members in order, joined by spaces.
  [[nodiscard]] std::string members() const;

 private:
  net::Reply reply_;
  boost::json::value json_;
};
std::ostream& operator<<(std::ostream& out, const Answer& answer);

/// A call under way: answered at once, or parked until something wakes it. Must not outlive its World.
class Pending {
 public:
  Pending(net::App& app, test::TestEngine& engine, net::Request request);
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;
  ~Pending();

  /// Whether answer() has something to give.
  [[nodiscard]] bool answered();
  /// How often it had to wait, and how often the wake-up callback ran: once for each wait that is over.
  [[nodiscard]] int waits() const noexcept { return waits_; }
  [[nodiscard]] int wakes() const noexcept { return wakes_; }
  /// Takes the answer; throws when there is none yet.
  [[nodiscard]] Answer answer();
  /// Looks at an answer that came at once, whatever its form; throws when there is none.
  [[nodiscard]] const net::Reply& reply();
  /// For how long the call has patience, if it has: told once.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take_patience() { return pending_.take_patience(); }
  /// That is over.
  void ring();
  /// The connection is gone: takes a parked call back, or gives up what it received.
  void hang_up();

 private:
  /// Goes on with the call for as long as it does not wait for something to happen.
  void settle();

  net::App& app_;
  test::TestEngine& engine_;
  std::atomic<int> wakes_{0};
  int seen_wakes_ = 0;
  int waits_ = 0;
  net::PendingCall pending_;
  std::optional<net::Reply> reply_;
  bool finished_ = false;
};

/// What createQueue is told, as wire text; empty members are left out.
struct QueueOptions {
  std::string name = "orders";
  std::string mode = {};
  std::string max_consume_count = {};  ///< not empty: redrivePolicy enable
  std::string region = kRegion;
};

/// Where a consumer stands.
struct Place {
  std::string queue = {};
  std::string group = {};
  std::string region = kRegion;
};

/// What a consume is told, as wire text; empty members are left out.
struct ConsumeOptions {
  std::string max = "10";
  std::string wait = "1";
  std::string ack = {};
  std::string tag = {};
  std::string tag_type = {};
};

/// One consumed message.
struct Received {
  std::string handler;
  std::string body;  ///< JSON text, compact
  boost::json::value attributes;
  boost::json::value tags;
};

/// What one consume returned. Looking for a message that did not come throws, which fails the test instead of the
/// program.
struct Batch : std::vector<Received> {
  const Received& operator[](std::size_t index) const { return at(index); }
};

/// A line of a confirmation: handler and status.
using Verdict = std::pair<std::string, std::string>;

/// The counts of API.md 4.6 (D14).
struct Counts {
  std::int64_t produced = 0;
  std::int64_t consumed = 0;
  std::int64_t available = 0;
  std::int64_t dead_produced = 0;
  std::int64_t dead_available = 0;
  bool operator==(const Counts&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& counts);

struct WorldOptions {
  Options broker = {};
  net::ServerOptions server = {};
};

/// A broker behind its HTTP façade, at a standstill in time.
class World {
 public:
  explicit World(WorldOptions options = {});
  ~World();

  [[nodiscard]] Broker& broker() noexcept { return broker_; }
  [[nodiscard]] net::App& app() noexcept { return app_; }

  // --- Time ---
  [[nodiscard]] Time now() const noexcept { return clock_.now(); }
  [[nodiscard]] std::int64_t now_ms() const noexcept { return clock_.now().time_since_epoch().count(); }
  void pass(Millis span);

  // --- Any call ---
  /// Sends exactly this. When the call parks, time moves on, deadline by deadline, until it is answered.
  Answer ask(const Call& call);
  /// Sends exactly this and lets time stand still.
  [[nodiscard]] std::unique_ptr<Pending> begin(const Call& call);
  /// An operation's call with a JSON body. The accessKey header is this world's own, unless `headers` has one.
  [[nodiscard]] Call post_call(std::string_view operation, std::string body, Fields headers = {}) const;
  /// An operation's call with its parameters in headers.
  [[nodiscard]] Call get_call(std::string_view operation, Fields headers) const;
  Answer post(std::string_view operation, std::string body, Fields headers = {});
  Answer get(std::string_view operation, Fields headers);
  /// A POST whose parameters are form fields, percent-encoded here.
  Answer form(std::string_view operation, const Fields& fields);
  Answer admin(std::string_view method, std::string_view path, std::string body = {});
  /// How often decision `D<number>` was relied on, from the control plane.
  std::int64_t hits(int number);

  // --- Operations, a line each; those that return ids or messages fail the test when refused ---
  std::string create_queue(const QueueOptions& options = {});
  std::string create_group(const std::string& queue, const std::string& name = "g1",
                           const std::string& region = kRegion);
  /// A queue and one group of it.
  Place create(const QueueOptions& options = {}, const std::string& group = "g1");
  /// Sends one batch; each body is JSON text.
  Answer send(const std::string& queue, const std::vector<std::string>& bodies, const std::string& region = kRegion);
  /// Sends one batch; `messages` is the JSON text of the array.
  Answer send_messages(const std::string& queue, const std::string& messages, const std::string& region = kRegion);
  /// Sends the numbers first to last as one batch.
  void send_numbers(const std::string& queue, int first, int last);
  [[nodiscard]] Call consume_call(const Place& place, const ConsumeOptions& options = {}) const;
  [[nodiscard]] Call consume_dead_call(const Place& place, const ConsumeOptions& options = {}) const;
  Batch consume(const Place& place, const ConsumeOptions& options = {});
  Batch consume_dead(const Place& place, const ConsumeOptions& options = {});
  [[nodiscard]] std::unique_ptr<Pending> begin_consume(const Place& place, const ConsumeOptions& options = {});
  Answer confirm(const Place& place, const std::vector<Verdict>& verdicts);
  Answer confirm_dead(const Place& place, const std::vector<Verdict>& verdicts);
  /// `config` is the JSON text of config.
  Answer reset(const Place& place, const std::string& config);
  Counts counts(const Place& place);
  boost::json::value queue_info(const std::string& queue, bool dead_letters = false);

  /// Everything observable about all queues, groups and messages as text: equal before and after a refused call.
  std::string snapshot();

 private:
  class CountingRandom;

  std::unique_ptr<CountingRandom> random_;
  ManualClock clock_;
  Broker broker_;
  test::TestEngine engine_;
  net::App app_;
};

/// The messages of a consume's answer; fails the test when it was refused.
Batch messages_of(const Answer& answer);
/// The bodies, joined by spaces: `1 2 3`.
std::string bodies(const Batch& batch);
/// The same in ascending order of text, for modes that promise no order.
std::string sorted_bodies(Batch batch);
/// The same verdict for each message of the batch.
std::vector<Verdict> all(const Batch& batch, const std::string& status = "success");
/// `S/F` of a confirmation's answer, or the error code when it was refused.
std::string tally(const Answer& answer);

}  // namespace wingmq::contract
