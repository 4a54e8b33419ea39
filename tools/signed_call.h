#pragma once

#include <expected>
#include <string>
#include <vector>

#include "wingmq/net/sign.h"

namespace CLI {
class App;
}

namespace wingmq::tools {

/// The options that name a call and who signs it: those of `wingmq sign` and `wingmq call`.
class SignedCallOptions {
 public:
  /// Adds them to a command; this object must outlive it.
  void add_to(CLI::App& command);

  /// The call, or what is wrong: an operation that does not exist, a parameter without a name, a file that cannot be read.
  [[nodiscard]] std::expected<net::CallToSign, std::string> read() const;
  /// The server's address without a slash at its end: `http://127.0.0.1:9080`.
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  std::string operation_;
  std::vector<std::string> parameters_;
  std::string access_key_ = "test";
  std::string secret_key_ = "test";
  std::string date_;
  std::string url_ = "http://127.0.0.1:9080";
};

}  // namespace wingmq::tools
