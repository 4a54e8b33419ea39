#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "load/options.h"

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace wingmq::load {

/// Where to connect to, and how: resolved once, used by all threads.
class Target {
 public:
  /// Looks the host up and, for https, prepares TLS: the certificate is checked against `ca_file` or else the system's
  /// certificates, unless `insecure`. Throws std::runtime_error saying what is wrong.
  Target(const Url& url, bool insecure, const std::string& ca_file);

  [[nodiscard]] const Url& url() const { return url_; }
  [[nodiscard]] bool is_local() const;

 private:
  friend class Channel;

  Url url_;
  sockaddr_storage address_{};
  socklen_t address_bytes_ = 0;
  std::shared_ptr<SSL_CTX> tls_;
};

/// One connection, plain or TLS. One thread.
class Channel {
 public:
  /// Connects and shakes hands, waiting at most `patience`; afterwards reads and writes wait only if `blocking`. Throws
  /// std::runtime_error.
  Channel(const Target& target, std::chrono::milliseconds patience, bool blocking);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  /// Bytes moved; 0: not now (or, blocking, not within the patience); negative: the connection is over.
  [[nodiscard]] std::ptrdiff_t read(char* place, std::size_t size);
  [[nodiscard]] std::ptrdiff_t write(std::span<const iovec> parts);
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  void shake_hands(const Target& target);

  int descriptor_ = -1;
  std::unique_ptr<SSL, void (*)(SSL*)> tls_;
};

}  // namespace wingmq::load
