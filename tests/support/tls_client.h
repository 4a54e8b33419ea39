#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wingmq::test {

/// A TLS client without a socket, so that a test decides which of its bytes go where and when: take() what the server says,
/// send what to_send() gives. Believes any certificate.
class TlsClient {
 public:
  /// `newest`: the version to speak at most. Its first words wait in to_send().
  explicit TlsClient(int newest = TLS1_3_VERSION) : context_(::SSL_CTX_new(::TLS_client_method())) {
    ::SSL_CTX_set_max_proto_version(context_, newest);
    session_ = ::SSL_new(context_);
    ::SSL_set_bio(session_, ::BIO_new(::BIO_s_mem()), ::BIO_new(::BIO_s_mem()));  // they are the session's now
    ::SSL_set_connect_state(session_);
    go_on();
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() {
    ::SSL_free(session_);
    ::SSL_CTX_free(context_);
  }

  /// Whether hands are shaken, and no fatal alert came.
  [[nodiscard]] bool connected() const { return ::SSL_is_init_finished(session_) == 1; }
  /// Whether the server said something that TLS does not allow, or that it found such a thing (an alert).
  [[nodiscard]] bool broken() const { return broken_; }
  /// Whether the server has said that nothing more comes.
  [[nodiscard]] bool told_goodbye() const { return (::SSL_get_shutdown(session_) & SSL_RECEIVED_SHUTDOWN) != 0; }

  /// Takes bytes that came from the server.
  void take(std::string_view bytes) {
    if (bytes.empty()) return;
    ::BIO_write(::SSL_get_rbio(session_), bytes.data(), static_cast<int>(bytes.size()));
    go_on();
  }
  /// What the server has said, decrypted, that heard() did not give yet.
  [[nodiscard]] std::string heard() { return std::exchange(heard_, {}); }

  /// Says `text`, in as few records as it fits into. Only when connected.
  void say(std::string_view text) {
    if (!text.empty()) ::SSL_write(session_, text.data(), static_cast<int>(text.size()));
  }
  /// Says that nothing more comes. What is said after it breaks that promise.
  void say_goodbye() {
    ::SSL_shutdown(session_);
    ::SSL_set_shutdown(session_, ::SSL_get_shutdown(session_) & ~SSL_SENT_SHUTDOWN);
  }
  /// Changes its key, and asks the server to do the same. TLS 1.3 only.
  void change_key() {
    ::SSL_key_update(session_, SSL_KEY_UPDATE_REQUESTED);
    ::SSL_do_handshake(session_);
  }
  /// The bytes that are to be sent and were not given yet.
  [[nodiscard]] std::string to_send() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(::SSL_get_wbio(session_), &bytes);
    std::string taken(bytes, static_cast<std::size_t>(size));
    static_cast<void>(BIO_reset(::SSL_get_wbio(session_)));
    return taken;
  }

 private:
  void go_on() {
    char bytes[16384];
    while (true) {
      ::ERR_clear_error();
      const int count = ::SSL_read(session_, bytes, sizeof(bytes));
      if (count <= 0) {
        const int error = ::SSL_get_error(session_, count);
        broken_ = broken_ || (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN);
        return;
      }
      heard_.append(bytes, static_cast<std::size_t>(count));
    }
  }

  SSL_CTX* context_;
  SSL* session_ = nullptr;
  std::string heard_;
  bool broken_ = false;
};

}  // namespace wingmq::test
