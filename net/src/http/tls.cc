#include "http/tls.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <iterator>

namespace wingmq::net {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

/// Chooses http/1.1 when the client offers it. A client that offers only others is refused: it would speak HTTP/2.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_bytes, const unsigned char* offered,
                    unsigned int offered_bytes, void*) {
  static constexpr unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int result = ::SSL_select_next_proto(&found, chosen_bytes, kOurs, sizeof(kOurs), offered, offered_bytes);
  *chosen = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

std::expected<void, std::string> Tls::load() {
  auto fresh = std::make_shared<ssl::context>(ssl::context::tls_server);
  ::SSL_CTX_set_min_proto_version(fresh->native_handle(), TLS1_2_VERSION);
  // Of TLS 1.2 only what TLS 1.3 kept: forward secrecy, and no CBC, whose padding has been attacked again and again.
  ::SSL_CTX_set_cipher_list(fresh->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  ::SSL_CTX_set_alpn_select_cb(fresh->native_handle(), choose_protocol, nullptr);
  // Clients that come again bring their session along in a ticket; nothing is kept here for those that do not.
  ::SSL_CTX_set_session_cache_mode(fresh->native_handle(), SSL_SESS_CACHE_OFF);
  ::SSL_CTX_set_options(fresh->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // An idle connection gives its buffers back.
  ::SSL_CTX_set_mode(fresh->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  // A key under a passphrase must not make OpenSSL ask for it on the terminal.
  bool asked = false;
  fresh->set_password_callback([&asked](std::size_t, ssl::context::password_purpose) {
    asked = true;
    return std::string();
  });
  error_code error;
  fresh->use_certificate_chain_file(options_.certificate_file, error);
  if (error) return std::unexpected(fmt::format("certificate `{}`: {}", options_.certificate_file, error.message()));
  fresh->use_private_key_file(options_.key_file, ssl::context::pem, error);
  if (error && asked) {
    return std::unexpected(fmt::format("key `{}`: it is encrypted; a key without a passphrase is needed", options_.key_file));
  }
  if (error) return std::unexpected(fmt::format("key `{}`: {}", options_.key_file, error.message()));
  fresh->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });  // `asked` ends here
  const std::scoped_lock lock(mutex_);
  context_ = std::move(fresh);
  return {};
}

std::shared_ptr<ssl::context> Tls::current() const {
  const std::scoped_lock lock(mutex_);
  return context_;
}

}  // namespace wingmq::net
