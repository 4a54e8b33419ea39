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
#include "http/request_head.h"
#include "http/request_reader.h"
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
  /// A reply on its way.
  struct Outgoing {
    [[nodiscard]] bool complete() const { return sent == header.size() + body.size(); }

    std::string header;
    std::string_view body;
    std::size_t sent = 0;
  };

  friend class WakeList;
  class Life;
  void spawn(std::function<Awaitable<void>()> work);
  Awaitable<void> run();
  Awaitable<bool> negotiate();
  Awaitable<bool> shake_hands();
  Awaitable<bool> serve_one();
  void end_call() noexcept;
  void abandon_call() noexcept;
  Awaitable<bool> wait_for_answer();
  Awaitable<bool> wait_parked();
  Awaitable<void> sleep_until_woken();
  void wake();
  Awaitable<void> wait_prepared();
  void watch_peer();
  void note_request(const Request& request);
  void report(const Reply& reply);
  Outgoing begin_send(const Reply& reply, bool close, const RequestHead* head);
  Awaitable<bool> send_rest(const Outgoing& out);
  Awaitable<void> refuse(HttpFault fault, const RequestHead* head);

  Worker& worker_;
  const Origin origin_;
  const std::string local_address_;
  Connection connection_;
  RequestReader reader_;
  const std::unique_ptr<Exchange> exchange_;
  boost::asio::steady_timer alarm_;  // never due: cancelling it wakes the session
  // Only for on_request: the request that is served.
  ServedRequest told_;
  bool whole_ = true;                // all that was said has gone
  bool woken_ = false;               // the call that waits has its answer
  bool gone_ = false;                // the peer went away while the call waited
  bool watching_ = false;
  enum class Waits : std::uint8_t { kForNothing, kForDigest, kForEngine, kForPeer };
  Waits waits_ = Waits::kForNothing;  // where the call is
  Session* next_woken_ = nullptr;     // in the worker's list of those that are to be woken
  std::shared_ptr<Session> until_woken_;  // this, when the call was given up while its wake-up was on its way
};

}  // namespace wingmq::net
