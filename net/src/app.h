#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "access/auth.h"
#include "access/md5_lanes.h"
#include "http/message_io.h"
#include "wingmq/broker.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

/// A consume call: that it waits in the broker, and what it received until its reply has left. A session owns one and uses it
/// for one call at a time.
class ParkedCall final : private Waiter {
 public:
  /// `wake` runs once for each parked call, in any thread, when App::finish() has something to encode. It must not throw.
  explicit ParkedCall(std::function<void()> wake) : wake_(std::move(wake)) {}

 private:
  friend class App;
  void on_done(Result<Delivery> outcome) override;

  std::function<void()> wake_;
  // What encoding the reply needs, noted when the call parks.
  struct Context;
  std::shared_ptr<Context> context_;
  std::optional<Result<Delivery>> outcome_;
  std::optional<Authenticator::Check> check_;  // that begin() began
};

/// Turns a request into a reply: routing, decoding, the broker's call, encoding. Knows no socket and no timer, so every
/// path can be tested as bytes in, bytes out. Safe for concurrent use.
class App {
 public:
  /// `broker` must outlive the app.
  App(Broker& broker, const ServerOptions& options);
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  ~App();

  /// Begins a call whose signature takes long to check: returns the text whose digest handle() will need, nullptr when it needs
  /// none that is worth the trouble. Whoever has no other texts to digest beside it may call handle() alone. `request` and its
  /// memory must stay, and no other call may use `parked`, until handle() is called with them.
  [[nodiscard]] Md5Text* begin(const Request& request, ParkedCall& parked);

  /// Answers `request`; nullopt: it was a consume that found nothing, and waits in `parked`, which then must live until
  /// it woke up or cancel() returned true.
  [[nodiscard]] std::optional<Reply> handle(Request request, ParkedCall& parked);

  /// The reply of a call that woke up.
  [[nodiscard]] Reply finish(ParkedCall& parked);
  /// Takes a waiting call back, because its connection is gone. False: it woke or wakes up now; call abandon() then.
  [[nodiscard]] bool cancel(ParkedCall& parked);
  /// For the last call, when its reply does not reach the client: gives back at once what a consume had received, whether it
  /// waited or not (net/API.md, connections). Does nothing for other calls.
  void abandon(ParkedCall& parked);

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

  /// From now on /readyz answers 503 and new operations are refused with 503 WMQ.SHUTTING_DOWN.
  void begin_shutdown() noexcept;
  /// /readyz answers 503 with this reason until it is empty; starts out as "starting".
  void set_not_ready(std::string reason);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wingmq::net
