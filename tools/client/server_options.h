#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "client/http_client.h"
#include "exit_code.h"

namespace CLI {
class App;
}

namespace wingmq::tools {

/// `--url`, or $WINGMQ_URL: where the server is.
void add_url_option(CLI::App& command, std::string& url);
inline constexpr auto kDefaultUrl = "http://127.0.0.1:9080";

/// The options that say how to reach a server, the same in every command that does. One thread.
class ServerOptions {
 public:
  /// Adds them to a command; this object must outlive it.
  void add_to(CLI::App& command);
  /// Also `--timeout`, for a command that does not wait for something of its own.
  void add_timeout_to(CLI::App& command);
  void add_language_to(CLI::App& command);

  /// The server, or what is wrong with the options. Throws std::runtime_error when the host is not known.
  [[nodiscard]] std::expected<std::unique_ptr<Server>, std::string> connect() const;
  /// Its address in full; the options must be right.
  [[nodiscard]] std::string url() const;
  /// For Accept-Language: the one that was asked for, else what the environment says; empty where nobody chose one.
  [[nodiscard]] std::string language() const;

 private:
  std::string url_ = kDefaultUrl;
  std::string ca_file_;
  bool insecure_ = false;
  std::string timeout_ = "75s";  // a consume may wait for 60
  std::string language_;
};

/// The credential that signs a call. One thread.
class KeyOptions {
 public:
  void add_to(CLI::App& command);

  [[nodiscard]] std::string access_key() const;
  /// Empty: the call is not signed. `test` has a secret by itself.
  [[nodiscard]] std::string secret_key() const;

 private:
  std::optional<std::string> access_key_;
  std::optional<std::string> secret_key_;
};

/// Runs what talks to a server, and says on standard error why there was no reply: kFailed.
[[nodiscard]] ExitCode run_with_server(const std::function<ExitCode()>& talk);

}  // namespace wingmq::tools
