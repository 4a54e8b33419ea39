#pragma once

#include <openssl/ssl.h>

#include <string>
#include <string_view>

#include "support/http_socket.h"

namespace wingmq::test {

/// A TLS client over a plain test socket. Blocking, like that.
class TlsSocket {
 public:
  /// `newest`: the version to speak at most.
  explicit TlsSocket(std::uint16_t port, int newest = TLS1_3_VERSION)
      : socket_(port), context_(::SSL_CTX_new(::TLS_client_method())) {
    ::SSL_CTX_set_max_proto_version(context_, newest);
    session_ = ::SSL_new(context_);
    ::SSL_set_fd(session_, socket_.descriptor());
    connected_ = ::SSL_connect(session_) == 1;
  }
  TlsSocket(const TlsSocket&) = delete;
  TlsSocket& operator=(const TlsSocket&) = delete;
  ~TlsSocket() {
    ::SSL_free(session_);
    ::SSL_CTX_free(context_);
  }

  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view bytes) { ::SSL_write(session_, bytes.data(), static_cast<int>(bytes.size())); }
  /// Receives until `text` has come; what came, or "" when the connection ended before.
  std::string receive_until(std::string_view text) {
    std::string received;
    char bytes[16384];
    while (received.find(text) == std::string::npos) {
      const int count = ::SSL_read(session_, bytes, sizeof(bytes));
      if (count <= 0) return "";
      received.append(bytes, static_cast<std::size_t>(count));
    }
    return received;
  }
  /// Whether the server has said that nothing more comes, and nothing came before it.
  [[nodiscard]] bool told_goodbye() {
    char byte = 0;
    const int count = ::SSL_read(session_, &byte, 1);
    return count <= 0 && ::SSL_get_error(session_, count) == SSL_ERROR_ZERO_RETURN;
  }
  void say_goodbye() { ::SSL_shutdown(session_); }
  [[nodiscard]] SSL* native() { return session_; }

 private:
  HttpSocket socket_;
  SSL_CTX* context_;
  SSL* session_ = nullptr;
  bool connected_ = false;
};

}  // namespace wingmq::test
