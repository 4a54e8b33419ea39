#include "load/channel.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace wingmq::load {
namespace {

std::runtime_error failure(const Url& url, std::string_view what, int code) {
  return std::runtime_error(fmt::format("{}: {}: {}", url.text(), what, std::system_category().message(code)));
}

/// A handshake that fails without an entry in OpenSSL's list ended with the connection, or with the patience.
std::string tls_reason() {
  if (::ERR_peek_error() == 0) {
    return errno == EAGAIN ? "the server does not answer" : "the server ended the connection; does it speak TLS?";
  }
  char text[256];
  ::ERR_error_string_n(::ERR_get_error(), text, sizeof(text));
  return text;
}

std::shared_ptr<SSL_CTX> make_tls(bool insecure, const std::string& ca_file) {
  std::shared_ptr<SSL_CTX> context(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free);
  if (!context) throw std::runtime_error("no TLS: " + tls_reason());
  ::SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_read_ahead(context.get(), 1);
  if (insecure) return context;
  ::SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const bool loaded = ca_file.empty() ? ::SSL_CTX_set_default_verify_paths(context.get()) == 1
                                      : ::SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) == 1;
  if (!loaded) throw std::runtime_error(fmt::format("--cacert: cannot read certificates from `{}`", ca_file));
  return context;
}

bool is_address(const std::string& host) {
  in6_addr parsed{};
  return ::inet_pton(AF_INET, host.c_str(), &parsed) == 1 || ::inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

}  // namespace

Target::Target(const Url& url, bool insecure, const std::string& ca_file) : url_(url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(url.host.c_str(), fmt::format("{}", url.port).c_str(), &hints, &found);
  if (code != 0)
    throw std::runtime_error(fmt::format("host `{}` cannot be looked up: {}", url.host, ::gai_strerror(code)));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  // A name such as localhost may stand for addresses where nobody listens: the IPv4 one is the best guess.
  for (addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (address_bytes_ != 0 && each->ai_family != AF_INET) continue;
    std::memcpy(&address_, each->ai_addr, each->ai_addrlen);
    address_bytes_ = each->ai_addrlen;
    if (each->ai_family == AF_INET) break;
  }
  if (url.tls) tls_ = make_tls(insecure, ca_file);
}

bool Target::is_local() const {
  if (address_.ss_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &address_, sizeof(address));
    return ntohl(address.sin_addr.s_addr) >> 24 == 127;
  }
  sockaddr_in6 address{};
  std::memcpy(&address, &address_, sizeof(address));
  return std::memcmp(&address.sin6_addr, &in6addr_loopback, sizeof(in6_addr)) == 0;
}

Channel::Channel(const Target& target, std::chrono::milliseconds patience, bool blocking) : tls_(nullptr, ::SSL_free) {
  descriptor_ = ::socket(target.address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor_ < 0) throw failure(target.url(), "socket", errno);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
  const timeval limit{seconds.count(), std::chrono::microseconds(patience - seconds).count()};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  try {
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&target.address_), target.address_bytes_) != 0) {
      // With a limit on sending that is what connect() says when the time is up.
      throw failure(target.url(), "cannot connect", errno == EINPROGRESS ? ETIMEDOUT : errno);
    }
    if (target.tls_) shake_hands(target);
    if (!blocking) ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

Channel::~Channel() {
  if (tls_) ::SSL_shutdown(tls_.get());
  ::close(descriptor_);
}

void Channel::shake_hands(const Target& target) {
  tls_.reset(::SSL_new(target.tls_.get()));
  const std::string& host = target.url().host;
  if (!tls_ || ::SSL_set_fd(tls_.get(), descriptor_) != 1) throw std::runtime_error("no TLS: " + tls_reason());
  if (is_address(host)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(tls_.get()), host.c_str());
  } else {
    // What the macro SSL_set_tlsext_host_name() does, without its old-style cast.
    ::SSL_ctrl(tls_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
    ::SSL_set1_host(tls_.get(), host.c_str());
  }
  if (::SSL_connect(tls_.get()) == 1) return;
  const long verified = ::SSL_get_verify_result(tls_.get());
  throw std::runtime_error(
      fmt::format("{}: TLS: {}{}", target.url().text(),
                  verified == X509_V_OK ? tls_reason() : ::X509_verify_cert_error_string(verified),
                  verified == X509_V_OK ? "" : " (--cacert FILE trusts its issuer, --insecure anybody)"));
}

std::ptrdiff_t Channel::read(char* place, std::size_t size) {
  if (tls_) {
    std::size_t count = 0;
    if (::SSL_read_ex(tls_.get(), place, size, &count) == 1) return static_cast<std::ptrdiff_t>(count);
    const int why = ::SSL_get_error(tls_.get(), 0);
    ::ERR_clear_error();
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
  }
  const auto count = ::recv(descriptor_, place, size, 0);
  if (count > 0) return count;
  return count < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

std::ptrdiff_t Channel::write(std::span<const iovec> parts) {
  if (!tls_) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts.data());
    message.msg_iovlen = parts.size();
    const auto count = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    return count >= 0 ? count : (errno == EAGAIN || errno == EINTR ? 0 : -1);
  }
  std::ptrdiff_t all = 0;
  for (iovec part : parts) {
    while (part.iov_len > 0) {
      std::size_t count = 0;
      if (::SSL_write_ex(tls_.get(), part.iov_base, part.iov_len, &count) != 1) {
        const int why = ::SSL_get_error(tls_.get(), 0);
        ::ERR_clear_error();
        if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return all;
        return -1;
      }
      all += static_cast<std::ptrdiff_t>(count);
      part.iov_base = static_cast<char*>(part.iov_base) + count;
      part.iov_len -= count;
    }
  }
  return all;
}

}  // namespace wingmq::load
