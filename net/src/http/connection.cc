#include "http/connection.h"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <utility>

namespace wingmq::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kLingerBytes = std::size_t{8} << 20;
constexpr std::chrono::seconds kLingerTime{1};
/// The first byte of a TLS connection: the kind of the record that opens a handshake.
constexpr unsigned char kHandshake = 0x16;

}  // namespace

void Connection::expire_after(std::chrono::milliseconds span) {
  timed_out_ = false;
  deadline_ = Clock::now() + span;
  if (deadline_ < timer_end_) start_timer();
}

void Connection::start_timer() {
  timer_end_ = deadline_;
  timer_.expires_at(deadline_);
  timer_.async_wait([this, weak = owner_](error_code error) {
    const auto owner = weak.lock();
    if (error || !owner) return;
    timer_end_ = Clock::time_point::max();
    if (deadline_ > Clock::now()) {
      if (deadline_ != Clock::time_point::max()) start_timer();
      return;
    }
    deadline_ = Clock::time_point::max();
    timed_out_ = true;
    error_code ignored;
    socket_.cancel(ignored);
  });
}

void Connection::shrink(bool to_nothing) {
  if (buffer_.size() == 0 && (to_nothing || buffer_.capacity() > kReadBytes)) buffer_ = {};
}

// --- TLS --------------------------------------------------------------------------------------------------------------

asio::awaitable<std::optional<bool>> Connection::detect_tls() {
  error_code error;
  co_await socket_.async_wait(asio::socket_base::wait_read, asio::redirect_error(asio::use_awaitable, error));
  if (error || timed_out_) co_return std::nullopt;
  unsigned char first = 0;
  socket_.non_blocking(true, error);
  const std::size_t bytes = socket_.receive(asio::buffer(&first, 1), asio::socket_base::message_peek, error);
  if (error || bytes == 0) co_return std::nullopt;
  co_return first == kHandshake;
}

bool Connection::begins_as_tls() const noexcept {
  const auto bytes = arrived();
  return !encrypted_ && !bytes.empty() && static_cast<unsigned char>(bytes.front()) == kHandshake;
}

asio::awaitable<error_code> Connection::shake_hands(std::shared_ptr<asio::ssl::context> context) {
  encrypted_ = std::make_unique<Encrypted>(std::move(context), socket_);
  error_code error;
  co_await encrypted_->stream.async_handshake(asio::ssl::stream_base::server,
                                              asio::redirect_error(asio::use_awaitable, error));
  encrypted_->established = !error;
  co_return error;
}

asio::awaitable<void> Connection::say_goodbye() {
  if (!encrypted_ || !encrypted_->established) co_return;
  encrypted_->established = false;
  expire_after(kLingerTime);
  // As if the peer had said it already: then this is over as soon as the alert has gone.
  ::SSL_set_shutdown(encrypted_->stream.native_handle(), SSL_RECEIVED_SHUTDOWN);
  error_code ignored;
  co_await encrypted_->stream.async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
}

template <typename Buffers>
asio::awaitable<std::size_t> Connection::read_some(const Buffers& buffers, error_code& error) {
  if (encrypted_) return encrypted_->stream.async_read_some(buffers, asio::redirect_error(asio::use_awaitable, error));
  return socket_.async_read_some(buffers, asio::redirect_error(asio::use_awaitable, error));
}

template <typename Buffers>
asio::awaitable<std::size_t> Connection::write_some(const Buffers& buffers, error_code& error) {
  if (encrypted_) return encrypted_->stream.async_write_some(buffers, asio::redirect_error(asio::use_awaitable, error));
  return socket_.async_write_some(buffers, asio::redirect_error(asio::use_awaitable, error));
}

// --- Bytes ------------------------------------------------------------------------------------------------------------

// Time may run out between two operations, when there is nothing to cancel: so each asks first.

asio::awaitable<bool> Connection::fill(std::size_t bytes_max) {
  if (timed_out_) co_return false;
  const std::size_t unused = buffer_.capacity() - buffer_.size();
  const auto place = buffer_.prepare(unused > 0 && unused < bytes_max ? unused : bytes_max);
  error_code error;
  buffer_.commit(co_await read_some(place, error));
  co_return !error;
}

std::size_t Connection::read_now(char* data, std::size_t size) {
  std::size_t bytes = asio::buffer_copy(asio::buffer(data, size), buffer_.data());
  buffer_.consume(bytes);
  if (encrypted_ || bytes == size) return bytes;
  const ssize_t received = ::recv(socket_.native_handle(), data + bytes, size - bytes, MSG_DONTWAIT);
  if (received > 0) bytes += static_cast<std::size_t>(received);  // of an end or an error, read() hears again
  return bytes;
}

asio::awaitable<bool> Connection::read(char* data, std::size_t size) {
  for (std::size_t at = 0; at < size;) {
    if (timed_out_) co_return false;
    error_code error;
    at += co_await read_some(asio::buffer(data + at, size - at), error);
    if (error) co_return false;
  }
  co_return true;
}

std::size_t Connection::write_now(std::string_view head, std::string_view body) {
  if (encrypted_) return 0;
  std::array<iovec, 2> parts{{{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(body.data()), body.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;  // of an error, write() hears again
}

asio::awaitable<bool> Connection::write(std::string_view head, std::string_view body, std::size_t sent) {
  const std::array<asio::const_buffer, 2> both{asio::buffer(head), asio::buffer(body)};
  boost::beast::buffers_suffix rest(both);
  rest.consume(sent);
  while (asio::buffer_size(rest) > 0) {
    if (timed_out_) co_return false;
    error_code error;
    const std::size_t bytes = co_await write_some(rest, error);
    if (error) co_return false;
    rest.consume(bytes);
  }
  co_return true;
}

asio::awaitable<void> Connection::linger() {
  co_await say_goodbye();
  error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  expire_after(kLingerTime);
  std::size_t discarded = buffer_.size();
  buffer_.clear();
  // From the socket itself: nobody wants to know what it meant.
  while (discarded < kLingerBytes && !timed_out_) {
    discarded += co_await socket_.async_read_some(buffer_.prepare(kReadBytes), asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
  }
}

std::size_t Connection::waiting() {
  error_code ignored;
  return socket_.available(ignored);
}

bool Connection::peer_is_gone() {
  error_code error;
  char byte = 0;
  socket_.non_blocking(true, error);
  if (encrypted_) {
    // A peer says goodbye before it closes, and in TLS 1.3 that looks like data until it is decrypted.
    if (buffer_.size() > 0) return false;
    const std::size_t bytes = encrypted_->stream.read_some(buffer_.prepare(kReadBytes), error);
    buffer_.commit(bytes);
    shrink(true);
    return error && error != asio::error::would_block;
  }
  const std::size_t bytes = socket_.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, error);
  return error ? error != asio::error::would_block : bytes == 0;
}

void Connection::close() {
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace wingmq::net
