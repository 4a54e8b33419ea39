#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace wingmq::test {

/// One reply as it came over the wire.
struct WireReply {
  unsigned status = 0;
  std::string head;  ///< status line and header lines
  std::string body;

  [[nodiscard]] bool says(std::string_view text) const { return head.find(text) != std::string::npos; }
};

/// A plain blocking connection to a server on 127.0.0.1. Gives up after ten seconds without a byte, so that a broken server
/// fails a test instead of hanging it.
class HttpSocket {
 public:
  /// `from`: which of the addresses 127.0.0.1, 127.0.0.2 … this end has.
  explicit HttpSocket(std::uint16_t port, std::uint32_t from = 1) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + from - 1);
    if (from != 1 && ::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error("cannot take the client's address");
    }
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
      throw std::runtime_error("cannot connect to the server under test");
    }
  }
  HttpSocket(const HttpSocket&) = delete;
  HttpSocket& operator=(const HttpSocket&) = delete;
  virtual ~HttpSocket() { close(); }

  virtual void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server closed; what it said before is still to be read
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// The next reply; nullopt when the connection ends before one. `head_only`: no body follows (HEAD, 100).
  std::optional<WireReply> receive(bool head_only = false) {
    std::size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return std::nullopt;
    }
    WireReply reply;
    reply.head = take(end + 4);
    reply.status = static_cast<unsigned>(std::atoi(reply.head.c_str() + reply.head.find(' ')));
    if (head_only) return reply;
    const auto length = reply.head.find("Content-Length: ");
    if (length == std::string::npos) return reply;
    const auto bytes = static_cast<std::size_t>(std::atol(reply.head.c_str() + length + 16));
    while (received_.size() < bytes) {
      if (!fill()) return std::nullopt;
    }
    reply.body = take(bytes);
    return reply;
  }

  /// Whether the server has closed, and sent nothing more.
  bool closed() { return received_.empty() && !fill(); }

  /// Reads to the connection's end, whatever comes.
  void drain() {
    while (fill()) received_.clear();
  }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// This end's own port.
  [[nodiscard]] std::uint16_t port() const {
    sockaddr_in address{};
    socklen_t size = sizeof(address);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
  }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 protected:
  /// Adds some of what comes next to received_; false: the connection has ended.
  virtual bool fill() { return receive_some(received_); }
  /// Adds some of the socket's next bytes to `text`.
  bool receive_some(std::string& text) {
    char bytes[65536];
    const auto count = ::recv(descriptor_, bytes, sizeof(bytes), 0);
    if (count <= 0) return false;
    text.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  std::string received_;  ///< and not yet given to anybody

 private:
  std::string take(std::size_t bytes) {
    std::string taken = received_.substr(0, bytes);
    received_.erase(0, bytes);
    return taken;
  }

  int descriptor_;
};

}  // namespace wingmq::test
