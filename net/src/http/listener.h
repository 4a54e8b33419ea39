#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <expected>
#include <functional>
#include <string>

#include "wingmq/net/server.h"

namespace wingmq::net {

/// One address to accept connections on. Lives on one event loop.
class Listener {
 public:
  /// Takes every accepted socket.
  using Accept = std::function<void(boost::asio::ip::tcp::socket)>;

  Listener(boost::asio::io_context& context, Accept accept, std::function<void(LogLevel, std::string_view)> log);

  /// Binds and listens, without accepting. The error names the address and the reason.
  [[nodiscard]] std::expected<Endpoint, std::string> open(const Endpoint& endpoint);
  /// Accepts from now on.
  void start();
  /// Accepts no more. On the loop's thread, or when it does not run.
  void close();

 private:
  boost::asio::awaitable<void> run();

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  Accept accept_;
  std::function<void(LogLevel, std::string_view)> log_;
};

}  // namespace wingmq::net
