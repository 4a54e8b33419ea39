#pragma once

#include <expected>
#include <string>
#include <vector>

#include "client/server_options.h"
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

/// A call ready to be sent: without a secret the headers that sign are left out. The error names a value that no header can hold.
[[nodiscard]] std::expected<ReadyCall, std::string> make_ready(const net::CallToSign& call);

/// The same as a request; `language` for Accept-Language unless it is empty.
[[nodiscard]] Request as_request(const ReadyCall& call, const std::string& language, std::chrono::milliseconds patience = {});

/// The present, as requestDate.
[[nodiscard]] std::string now_as_date();

/// All of a file, `-` of standard input. The error names it.
[[nodiscard]] std::expected<std::string, std::string> read_file(const std::string& name);

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
  [[nodiscard]] bool is_signed() const { return !keys_.secret_key().empty(); }

 private:
  [[nodiscard]] std::expected<net::CallToSign, std::string> read() const;

  std::string operation_;
  std::vector<std::string> parameters_;
  KeyOptions keys_;
  std::string date_;
};

/// For the end of a command's help: the names of the operations.
[[nodiscard]] std::string operations_help();

}  // namespace wingmq::tools
