#pragma once

#include "exit_code.h"
#include "client/signed_call.h"

namespace CLI {
class App;
}

namespace wingmq::tools {

/// `wingmq sign`: the signed headers of a call (net/API.md, Signing), or the whole call as a curl command.
class SignCommand {
 public:
  explicit SignCommand(CLI::App& app);
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] ExitCode run() const;

 private:
  CLI::App& command_;
  SignedCallOptions call_;
  std::string url_ = kDefaultUrl;
  bool curl_ = false;
};

}  // namespace wingmq::tools
