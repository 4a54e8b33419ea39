#pragma once

#include <boost/asio/ssl/context.hpp>
#include <expected>
#include <memory>
#include <mutex>
#include <string>

#include "wingmq/net/server.h"

namespace wingmq::net {

/// The server's certificate and key, TLS 1.2 or newer, ALPN `http/1.1`. Replaced as a whole while connections go on. Safe for
/// concurrent use.
class Tls {
 public:
  explicit Tls(TlsOptions options) : options_(std::move(options)) {}

  [[nodiscard]] TlsMode mode() const noexcept { return options_.mode; }
  /// Reads the files. The error names the file and the reason, and leaves everything as it was.
  [[nodiscard]] std::expected<void, std::string> load();
  /// For a new connection, which keeps it; nullptr before the first load().
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const;

 private:
  const TlsOptions options_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace wingmq::net
