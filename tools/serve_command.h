#pragma once

#include <CLI/App.hpp>
#include <map>
#include <string>
#include <vector>

#include "exit_code.h"
#include "settings.h"

namespace wingmq::tools {

/// The command line of `wingmq serve`.
class ServeCommand {
 public:
  explicit ServeCommand(CLI::App& app);
  ServeCommand(const ServeCommand&) = delete;
  ServeCommand& operator=(const ServeCommand&) = delete;

  [[nodiscard]] bool chosen() const { return command_.parsed(); }
  /// Runs the server with what the command line, the environment and the file say.
  [[nodiscard]] ExitCode run();

 private:
  void add(const SettingRule& rule);
  [[nodiscard]] std::expected<ServeSettings, std::string> settings();

  CLI::App& command_;
  std::string config_;
  std::map<std::string, std::vector<std::string>> values_;  // by the setting's name
};

}  // namespace wingmq::tools
