#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "wingmq/net/sign.h"

namespace CLI {
class App;
}

namespace wingmq::tools {

/// A call as it goes over the wire.
struct ReadyCall {
  std::string path;
  net::SignedCall wire;  ///< unsigned, when there is no secret
};

/// The options that name a call and who signs it: those of `wingmq sign` and `wingmq call`. One thread.
class SignedCallOptions {
 public:
  /// Adds them to a command; this object must outlive it.
  void add_to(CLI::App& command);

  /// The call, or what is wrong: an operation that does not exist, a parameter without a name, a file that cannot be
  /// read, a value that no header can hold. Blanks and line ends around a value are dropped, and a JSON value is put on
  /// one line.
  [[nodiscard]] std::expected<ReadyCall, std::string> make() const;
  /// Whether there is a secret; `test` has one by itself.
  [[nodiscard]] bool is_signed() const { return !secret_key().empty(); }
  /// The server's address: `http://127.0.0.1:9080`.
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  [[nodiscard]] std::expected<net::CallToSign, std::string> read() const;
  [[nodiscard]] std::string access_key() const;
  [[nodiscard]] std::string secret_key() const;

  std::string operation_;
  std::vector<std::string> parameters_;
  std::optional<std::string> access_key_;
  std::optional<std::string> secret_key_;
  std::string date_;
  std::string url_ = "http://127.0.0.1:9080";
};

/// For the end of a command's help: the names of the operations.
[[nodiscard]] std::string operations_help();

}  // namespace wingmq::tools
