#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace wingmq::net {

/// Bytes in and out of one socket: a small buffer for what arrived and is not used yet, and deadlines. Belongs to one thread.
/// Calls that return false mean: the connection is of no use any more; timed_out() tells whether time was the reason.
class Connection {
 public:
  explicit Connection(boost::asio::ip::tcp::socket socket)
      : socket_(std::move(socket)), timer_(socket_.get_executor()) {}

  /// Deadlines hold for as long as `owner` lives. Call it before the first of them.
  void set_owner(std::weak_ptr<void> owner) { owner_ = std::move(owner); }
  /// What runs now, and what is started until the next call, has to end within `span`; then it fails and timed_out() is
  /// true. The connection itself stays usable: there may be a last word to say.
  void expire_after(std::chrono::milliseconds span);
  void never_expire() { deadline_ = Clock::time_point::max(); }
  [[nodiscard]] bool timed_out() const noexcept { return timed_out_; }

  /// Waits for the first byte, which stays where it is, and tells whether a TLS handshake begins with it; nullopt: none came.
  [[nodiscard]] boost::asio::awaitable<std::optional<bool>> detect_tls();
  /// Whether what arrived opens a TLS handshake, and nobody reads it as one.
  [[nodiscard]] bool begins_as_tls() const noexcept;
  /// Speaks TLS from now on, unless the error says why not.
  [[nodiscard]] boost::asio::awaitable<boost::system::error_code> shake_hands(std::shared_ptr<boost::asio::ssl::context> context);
  /// Tells a TLS peer that nothing more comes (RFC 8446, 6.1), which takes a short time at most: without it a peer cannot tell the
  /// end from an attack. Only when all that was written has gone.
  [[nodiscard]] boost::asio::awaitable<void> say_goodbye();

  /// What arrived and is not used yet.
  [[nodiscard]] std::string_view arrived() const noexcept {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }
  void use(std::size_t bytes) { buffer_.consume(bytes); }
  /// Gives memory back when nothing stands in the buffer: all of it for a connection that will wait long (`to_nothing`),
  /// else what a large request made it grow by.
  void shrink(bool to_nothing = false);

  /// Room for an ordinary header, and for a small body with it.
  static constexpr std::size_t kReadBytes = 4096;
  /// Waits until more has arrived, `bytes` at most.
  [[nodiscard]] boost::asio::awaitable<bool> fill(std::size_t bytes = kReadBytes);
  /// Receives to where the bytes will live what is there already, `size` bytes at most, and says how many. Does not wait.
  [[nodiscard]] std::size_t read_now(char* data, std::size_t size);
  /// Receives exactly `size` bytes to where they will live.
  [[nodiscard]] boost::asio::awaitable<bool> read(char* data, std::size_t size);
  /// Sends what can go without waiting, and says how many bytes that was. Most replies are gone with that, and need neither a
  /// deadline nor a turn of the loop.
  [[nodiscard]] std::size_t write_now(std::string_view head, std::string_view body);
  /// Sends all of it but the first `sent` bytes, in as few system calls as the kernel allows.
  [[nodiscard]] boost::asio::awaitable<bool> write(std::string_view head, std::string_view body, std::size_t sent = 0);
  /// Says that nothing more comes and lets the peer finish, for a short time: closing with unread bytes would reset
  /// the connection and take the last reply away from the client.
  [[nodiscard]] boost::asio::awaitable<void> linger();

  /// About how many bytes more have come from the peer than arrived() shows; what is encrypted counts as it is.
  [[nodiscard]] std::size_t waiting();
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return socket_; }
  /// Whether the peer has closed or reset the connection. Does not wait. With TLS it may move bytes to arrived().
  [[nodiscard]] bool peer_is_gone();
  [[nodiscard]] bool encrypted() const noexcept { return encrypted_ != nullptr; }
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  /// TLS over the socket, and the certificate that it uses for as long as it lives.
  struct Encrypted {
    Encrypted(std::shared_ptr<boost::asio::ssl::context> used, boost::asio::ip::tcp::socket& socket)
        : context(std::move(used)), stream(socket, *context) {}

    std::shared_ptr<boost::asio::ssl::context> context;
    boost::asio::ssl::stream<boost::asio::ip::tcp::socket&> stream;
    bool established = false;  // and no goodbye has been said
  };

  void start_timer();
  template <typename Buffers>
  [[nodiscard]] boost::asio::awaitable<std::size_t> read_some(const Buffers& buffers, boost::system::error_code& error);
  template <typename Buffers>
  [[nodiscard]] boost::asio::awaitable<std::size_t> write_some(const Buffers& buffers, boost::system::error_code& error);

  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<Encrypted> encrypted_;  // empty: plain HTTP
  boost::beast::flat_buffer buffer_;
  // The timer is moved only when a deadline comes before it; when it fires early, it starts again. Requests set
  // several deadlines each, and hardly one is ever reached.
  boost::asio::steady_timer timer_;
  std::weak_ptr<void> owner_;
  Clock::time_point deadline_ = Clock::time_point::max();
  Clock::time_point timer_end_ = Clock::time_point::max();  // max: it does not run
  bool timed_out_ = false;
};

}  // namespace wingmq::net
