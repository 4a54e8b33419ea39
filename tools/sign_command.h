#pragma once

#include <string>
#include <vector>

#include "exit_code.h"

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
  std::string operation_;
  std::vector<std::string> parameters_;
  std::string access_key_ = "test";
  std::string secret_key_ = "test";
  std::string date_;
  std::string url_ = "http://127.0.0.1:9080";
  bool curl_ = false;
};

}  // namespace wingmq::tools
