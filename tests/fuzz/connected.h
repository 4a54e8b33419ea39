#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app_service.h"
#include "check.h"
#include "http/session.h"
#include "http/session_count.h"
#include "http/tls.h"
#include "http/worker.h"
#include "world.h"

namespace wingmq::test {

/// Small, so that inputs pass them.
constexpr std::size_t kHeaderMax = 1024;
constexpr std::size_t kBodyMax = 2048;

/// A server as a stranger meets it, with limits that inputs pass.
inline net::ServerOptions options_of_server() {
  net::ServerOptions options;
  options.admin = net::AdminAccess::kOff;  // what it tells, and can do, is not for this test
  options.limits.header_bytes_max = kHeaderMax;
  options.limits.body_bytes_max = kBodyMax;
  return options;
}

/// How bytes are cut: into pieces that have so many of them, in turn.
struct Pieces {
  std::size_t one = std::string_view::npos;
  std::size_t other = std::string_view::npos;

  /// How many bytes the next piece may have.
  std::size_t next() {
    std::swap(one, other);
    return other;
  }
};

/// One connection of a server that runs when it is told to.
class Connected {
 public:
  explicit Connected(net::TlsOptions tls = {}) : tls_(std::move(tls)) {
    if (tls_.mode() != net::TlsMode::kOff) require(tls_.load().has_value(), "there is a certificate");
    std::array<int, 2> ends{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0, "there are sockets");
    client_ = ends[0];
    boost::asio::ip::tcp::socket socket(worker_.context);
    socket.assign(boost::asio::ip::tcp::v4(), ends[1]);
    require(count_.add({}) == net::Admission::kTaken, "there is room for a connection");
    std::make_shared<net::Session>(std::move(socket), worker_, net::Origin())->start();
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;
  ~Connected() { ::close(client_); }

  /// Sends `bytes` in pieces, each when nothing moves any more. What does not fit while a call waits is sent in finish(), and has
  /// to live until then.
  void send(std::string_view bytes, Pieces pieces = {}) {
    unsent_ = bytes;
    pieces_ = pieces;
    run();
  }
  [[nodiscard]] bool all_sent() const { return unsent_.empty(); }
  /// How many calls wait.
  [[nodiscard]] std::uint64_t parked() {
    std::uint64_t count = 0;
    for (const auto& queue : world.broker.inspect()) {
      for (const auto& group : queue.groups) count += group.parked;
    }
    return count;
  }
  /// Says that nothing more comes.
  void hang_up() {
    ::shutdown(client_, SHUT_WR);
    run();
  }
  /// Lets waiting calls have their time, then hangs up.
  void finish() {
    while (world.clock.now() < kEnd && !worker_.sessions.empty()) {
      if (parked() == 0) break;
      static_cast<void>(world.broker.advance(world.clock.now() + std::chrono::seconds(60)));
      run();
    }
    hang_up();
    require(worker_.sessions.empty(), "a session ends when its client has gone");
  }

  World world{options_of_server(), World::Contents::kQueues};
  std::string replies;

 private:
  /// Until nothing moves any more.
  void run() {
    do {
      for (bool again = true; again;) {
        worker_.context.restart();
        again = worker_.context.poll() > 0;
        for (ssize_t bytes = 0; (bytes = ::recv(client_, buffer_.data(), buffer_.size(), 0)) > 0; again = true) {
          replies.append(buffer_.data(), static_cast<std::size_t>(bytes));
        }
      }
    } while (send_piece());
  }
  bool send_piece() {
    const auto piece = unsent_.substr(0, pieces_.next());
    const auto sent = piece.empty() ? 0 : ::send(client_, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;  // there is nothing left, or no room, or it listens no more
    unsent_.remove_prefix(static_cast<std::size_t>(sent));
    return true;
  }

  static constexpr Time kEnd = World::kStart + std::chrono::hours(2);
  net::Tls tls_;
  net::SessionCount count_{4, 0};
  net::Worker worker_{[this](auto& context) { return std::make_unique<net::AppService>(world.app, context); }, world.broker.buffers(), world.options, tls_, count_};
  int client_ = -1;
  std::string_view unsent_;
  Pieces pieces_;
  std::array<char, 16384> buffer_{};
};

}  // namespace wingmq::test
