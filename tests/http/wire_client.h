#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "support/http_socket.h"
#include "support/tls_client.h"

namespace wingmq::test {

enum class Transport : std::uint8_t { kPlain, kTls12, kTls13 };

/// A blocking client, plain or over TLS, that knows the bytes on the wire: which of them a request needs, and what those that
/// the server has sent mean.
class WireClient : public HttpSocket {
 public:
  /// Connects and says nothing yet.
  WireClient(std::uint16_t port, Transport transport) : HttpSocket(port) {
    if (transport != Transport::kPlain) tls_.emplace(transport == Transport::kTls12 ? TLS1_2_VERSION : TLS1_3_VERSION);
  }

  /// Shakes hands, where there are any to shake. Returns whether that went well.
  [[nodiscard]] bool begin() {
    if (!tls_) return true;
    flush();
    while (!tls_->connected()) {
      if (!fill()) return false;
      flush();
    }
    return true;
  }
  /// Puts `bytes` behind those that flush() will send. Returns the bytes on the wire with which they have arrived, counted from
  /// the connection's beginning.
  std::size_t put(std::string_view bytes) {
    if (tls_) tls_->say(bytes);
    unsent_ += tls_ ? tls_->to_send() : bytes;
    return sent_ + unsent_.size();
  }
  void flush() {
    if (tls_) unsent_ += tls_->to_send();
    sent_ += unsent_.size();
    HttpSocket::send(std::exchange(unsent_, {}));
  }
  void send(std::string_view bytes) override {
    put(bytes);
    flush();
  }
  /// What the server's bytes say. `written`: all of them from the connection's beginning, also those that did not come here.
  [[nodiscard]] std::string meaning(const std::string& written) {
    if (!tls_) return written;
    tls_->take(std::string_view(written).substr(taken_));
    taken_ = written.size();
    return heard_ += tls_->heard();
  }

 private:
  bool fill() override {
    if (!tls_) return HttpSocket::fill();
    std::string bytes;
    if (!receive_some(bytes)) return false;
    taken_ += bytes.size();
    tls_->take(bytes);
    const std::string heard = tls_->heard();
    heard_ += heard;
    received_ += heard;
    return true;
  }

  std::optional<TlsClient> tls_;  // none: plain
  std::string unsent_;
  std::string heard_;
  std::size_t sent_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace wingmq::test
