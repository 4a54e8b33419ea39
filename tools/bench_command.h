#pragma once

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "exit_code.h"
#include "load/options.h"

namespace CLI {
class App;
}

namespace wingmq::tools {

/// `wingmq bench`: the command line of the load generator in bench/load.
class BenchCommand {
 public:
  explicit BenchCommand(CLI::App& app);
  [[nodiscard]] bool chosen() const;
  [[nodiscard]] ExitCode run() const;
  /// What the command line asks for, or what is wrong with it and what would be right.
  [[nodiscard]] std::expected<load::Options, std::string> options() const;

 private:
  CLI::App& command_;
  std::map<std::string, std::vector<std::string>> values_;  // by the option's name
};

}  // namespace wingmq::tools
