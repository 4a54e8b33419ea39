#pragma once

#include <chrono>
#include <string>

#include "exit_code.h"
#include "signed_call.h"

namespace wingmq::load {
struct Url;
}

namespace wingmq::tools {

/// `wingmq call`: signs a call, sends it to a server and prints the reply. One thread.
class CallCommand {
 public:
  explicit CallCommand(CLI::App& app);
  [[nodiscard]] bool chosen() const;
  /// kStopped: done; kRefused: the server refused the call; kFailed: there was no reply; kBadOption.
  [[nodiscard]] ExitCode run() const;

 private:
  [[nodiscard]] ExitCode exchange(const ReadyCall& call, const load::Url& url, std::chrono::milliseconds patience) const;

  CLI::App& command_;
  SignedCallOptions call_;
  std::string ca_file_;
  bool insecure_ = false;
  bool include_ = false;
  bool raw_ = false;
  bool pretty_ = false;
  std::string language_;
  std::string timeout_ = "75s";  // a consume may wait for 60
};

}  // namespace wingmq::tools
