#include "http/listener.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace wingmq::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kPause{100};
/// At least so long between two log lines about the same trouble.
constexpr std::chrono::seconds kSilence{1};

error_code bind(tcp::acceptor& acceptor, const tcp::endpoint& address) {
  error_code error;
  acceptor.open(address.protocol(), error);
  if (error) return error;
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && address.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(address, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  return error;
}

}  // namespace

Listener::Listener(asio::io_context& context, Accept accept, std::function<void(LogLevel, std::string_view)> log)
    : acceptor_(context), pause_(context), accept_(std::move(accept)), log_(std::move(log)) {}

std::expected<Endpoint, std::string> Listener::open(const Endpoint& endpoint) {
  error_code error;
  const auto address = asio::ip::make_address(endpoint.address, error);
  if (error) return std::unexpected(fmt::format("`{}` is no numeric IPv4 or IPv6 address", endpoint.address));
  error = bind(acceptor_, {address, endpoint.port});
  if (error) return std::unexpected(fmt::format("cannot listen on {}: {}", to_string(endpoint), error.message()));
  return Endpoint{endpoint.address, acceptor_.local_endpoint().port()};
}

void Listener::start() { asio::co_spawn(acceptor_.get_executor(), run(), asio::detached); }

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

asio::awaitable<void> Listener::run() {
  std::chrono::steady_clock::time_point next_line;
  while (acceptor_.is_open()) {
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      accept_(std::move(socket));
      continue;
    }
    if (!acceptor_.is_open()) break;
    if (error == asio::error::connection_aborted) continue;
    // Out of file descriptors, most likely: trying again at once would only burn the processor.
    if (const auto now = std::chrono::steady_clock::now(); log_ && now >= next_line) {
      next_line = now + kSilence;
      log_(LogLevel::kError, fmt::format("cannot accept connections: {}", error.message()));
    }
    pause_.expires_after(kPause);
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace wingmq::net
