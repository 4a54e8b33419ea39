#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "access/auth.h"
#include "access/md5_lanes.h"
#include "control/admin_calls.h"
#include "control/journal.h"
#include "http/message_io.h"
#include "operations/handlers.h"
#include "wingmq/engine.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// A call from its request until its reply has left: waiting in the engine, or what it received. A session owns one and uses it for
/// one call at a time.
class PendingCall final : private Ticket {
 public:
  /// `wake` runs each time that the call has waited and App::finish() can go on with it, in any thread. It must not throw.
  explicit PendingCall(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Whether it may wait for as long as a consumer or a tester asked for. Otherwise it waits for the engine's work alone.
  [[nodiscard]] bool parked() const noexcept {
    return held_.has_value() || (context_ && context_->may_park) || (admin_ && admin_->ring != nullptr);
  }
  /// For how long the call that waits has patience, told once: App::ring() is to be called when that is over and it still waits.
  [[nodiscard]] std::optional<std::chrono::milliseconds> take_patience() noexcept {
    if (held_) return context_->fault->delay;
    return admin_ ? std::exchange(admin_->patience, std::nullopt) : std::nullopt;
  }

 private:
  friend class App;
  void on_settled(Settled outcome) override;
  void on_held_back() override;

  const std::function<void()> wake_;
  Deviations* deviations_ = nullptr;
  std::optional<Settled> settled_;  // the engine's until it has woken the call
  bool rung_ = false;               // woken because its patience is over
  std::optional<Reply> held_;       // a reply that a fault delays
  // What the rest of the call needs; of an operation, or of a call of the control plane.
  std::optional<CallContext> context_;
  std::optional<AdminCall> admin_;
  std::optional<Authenticator::Check> check_;  // that begin() began
  std::optional<JournalDraft> draft_;          // of an operation, until its reply is made
  std::uint64_t noted_ = 0;                    // its number in the journal
};

/// Turns a request into a reply: routing, decoding, the engine's call, encoding. Knows no socket and no timer, so every
/// path can be tested as bytes in, bytes out. Safe for concurrent use.
class App {
 public:
  /// `engine` must outlive the app.
  App(Engine& engine, const ServerOptions& options);
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  ~App();

  /// Begins a call whose signature takes long to check: returns the text whose digest handle() will need, nullptr when it needs
  /// none that is worth the trouble. Whoever has no other texts to digest beside it may call handle() alone. `request` and its
  /// memory must stay, and no other call may use `pending`, until handle() is called with them.
  [[nodiscard]] Md5Text* begin(const Request& request, PendingCall& pending);

  /// Answers `request`; nullopt: it waits in the engine, and `pending` must live until it woke up or cancel() returned true.
  [[nodiscard]] std::optional<Reply> handle(Request request, PendingCall& pending);

  /// Goes on with a call that woke up: its reply; nullopt: it waits once more.
  [[nodiscard]] std::optional<Reply> finish(PendingCall& pending);
  /// The patience of a waiting call is over: wakes it, unless it wakes up anyway.
  void ring(PendingCall& pending);
  /// Takes a waiting call back, because its connection is gone. False: it woke or wakes up soon; call abandon() then.
  [[nodiscard]] bool cancel(PendingCall& pending);
  /// For the last call, when its reply does not reach the client: gives back at once what a consume had received, whether it
  /// waited or not (net/API.md, connections). Does nothing for other calls. Not while it waits.
  void abandon(PendingCall& pending);

  /// Asked before `bytes` more of a request's body are read into memory: nullopt when there is room, otherwise the refusal
  /// (API.md D28), to be sent when the body has been read past.
  [[nodiscard]] std::optional<Reply> refuse_body(const Request& request, std::size_t bytes);

  /// The reply for a fault below the operations: 400 (malformed HTTP), 404, 408, 411, 413, 431, 503 (API.md 3). `request`
  /// may be nullptr when its header never arrived; otherwise it chooses the language. `detail` is an English clause for
  /// the message, such as `the body has 5000000 bytes, 4194304 are allowed`.
  [[nodiscard]] Reply http_fault(unsigned status, const Request* request, std::string_view detail) const;

  /// The accessKey of a request, fit for a log: empty where a client swapped key and secret. The view is the request's.
  [[nodiscard]] std::string_view caller_of(const Request& request) const;

  /// Replaces who may call.
  void set_credentials(const std::vector<Credential>& credentials);

  /// What a reset does besides forgetting messages: the fault rules of the start again, and no decision counted.
  void restart_tests();

  /// From now on /readyz answers 503 and new operations are refused with 503 WMQ.SHUTTING_DOWN.
  void begin_shutdown() noexcept;
  /// /readyz answers 503 with this reason until it is empty; starts out as "starting".
  void set_not_ready(std::string reason);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wingmq::net
