#pragma once

#include "exit_code.h"
#include "client/server_options.h"
#include "client/signed_call.h"

namespace wingmq::tools {

/// `wingmq call`: signs a call, sends it to a server and prints the reply. One thread.
class CallCommand {
 public:
  explicit CallCommand(CLI::App& app);
  [[nodiscard]] bool chosen() const;
  /// kStopped: done; kRefused: the server refused the call; kFailed: there was no reply; kBadOption.
  [[nodiscard]] ExitCode run() const;

 private:
  [[nodiscard]] ExitCode exchange(const ReadyCall& call, Server& server) const;

  CLI::App& command_;
  SignedCallOptions call_;
  ServerOptions server_;
  bool include_ = false;
  bool raw_ = false;
  bool pretty_ = false;
};

}  // namespace wingmq::tools
