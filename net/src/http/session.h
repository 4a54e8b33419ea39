#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/connection.h"
#include "http/handler_memory.h"
#include "http/request_head.h"
#include "http/service.h"
#include "http/worker.h"

namespace wingmq::net {

/// One connection: reads requests one after the other, has the service answer them and writes the replies in order. Lives on its worker's
/// thread; a parked consume holds no thread and only a small part of this object's memory.
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// `origin` has been counted; the session takes it out when it ends.
  Session(boost::asio::ip::tcp::socket socket, Worker& worker, const Origin& origin);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// Serves the connection until it ends. Keeps itself alive.
  void start();
  /// Answers 503 with `detail` and closes, without reading anything. Keeps itself alive.
  void turn_away(std::string detail);
  /// Ends the connection as soon as no request is being served.
  void stop();
  /// Ends it now.
  void close() { connection_.close(); }

 private:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;
  /// What to do when a request cannot be read: say why, or nothing at all.
  using Refusal = std::optional<HttpFault>;
  /// A body, as much of it as has arrived.
  struct Incoming {
    Buffer bytes;
    std::size_t arrived = 0;
    bool complete = false;
    std::optional<Reply> refusal;  // there was no memory for it: it is read past, and this is the reply
  };
  /// A reply on its way.
  struct Outgoing {
    [[nodiscard]] bool complete() const { return sent == header.size() + body.size(); }

    std::string header;
    std::string_view body;
    std::size_t sent = 0;
  };

  class Life;
  void spawn(std::function<Awaitable<void>()> work);
  Awaitable<void> run();
  Awaitable<bool> negotiate();
  Awaitable<bool> shake_hands();
  void log_debug(const std::function<std::string()>& line) const;
  Awaitable<bool> serve_one();
  Awaitable<std::expected<RequestHead, Refusal>> read_head();
  std::expected<Incoming, Refusal> begin_body(const RequestHead& head, const Request& request);
  Awaitable<std::expected<Buffer, Refusal>> read_body(const RequestHead& head, const Request& request, Incoming& body);
  Awaitable<bool> invite_body(const RequestHead& head);
  Awaitable<std::expected<Buffer, Refusal>> read_sized(std::size_t size, const Request& request, Incoming& body);
  Awaitable<std::expected<Buffer, Refusal>> read_past(std::size_t size);
  Awaitable<std::expected<Buffer, Refusal>> read_chunks(const Request& request, Incoming& incoming);
  [[nodiscard]] Refusal body_lost() const;
  void end_call() noexcept;
  void abandon_call() noexcept;
  Awaitable<std::optional<Reply>> wait_parked();
  Awaitable<void> sleep_until_woken();
  void wake();
  Awaitable<void> wait_prepared();
  void watch_peer();
  void note_begin();
  void note_request(const Request& request);
  void report(const Reply& reply);
  Outgoing begin_send(const Reply& reply, bool close, const RequestHead* head);
  Awaitable<bool> send_rest(const Outgoing& out);
  Awaitable<void> refuse(HttpFault fault, const RequestHead* head);
  [[nodiscard]] HttpFault timeout_fault(std::string_view part, std::chrono::milliseconds allowed) const;

  Worker& worker_;
  const Origin origin_;
  const std::string local_address_;
  Connection connection_;
  const std::unique_ptr<Exchange> exchange_;
  HandlerMemory wake_memory_;
  boost::asio::steady_timer alarm_;  // never due: cancelling it wakes the session
  // Only for on_request: the request that is served, and when its first byte came.
  ServedRequest told_;
  std::chrono::steady_clock::time_point begun_{};
  bool idle_ = true;                 // between two requests
  bool whole_ = true;                // all that was said has gone
  bool woken_ = false;               // the parked call has its answer
  bool gone_ = false;                // the peer went away while the call was parked
  bool watching_ = false;
  enum class Waits : std::uint8_t { kForNothing, kForDigest, kForBroker, kForPeer };
  Waits waits_ = Waits::kForNothing;  // where the call is
  std::shared_ptr<Session> until_woken_;  // this, when the call was given up while its wake-up was on its way
};

}  // namespace wingmq::net
