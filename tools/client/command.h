#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/server_options.h"
#include "client/session.h"
#include "exit_code.h"

namespace CLI {
class App;
}

namespace wingmq::tools {

enum class Signs : bool { kNo, kYes };

/// A command that asks a server for something: its options, and the one way in which all of them end. One thread.
class Command {
 public:
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  [[nodiscard]] bool chosen() const;
  /// Connects, and does it: kStopped; kFailed: there was no reply; kBadOption; kRefused; kNotMet: a condition does not hold.
  [[nodiscard]] ExitCode run() const;
  /// The same with a server that is there.
  [[nodiscard]] ExitCode run(Server& server) const;

 protected:
  /// `examples`: further help, and at least one example. Commands that sign have keys.
  Command(CLI::App& app, const std::string& name, const std::string& what, const std::string& examples, Signs signs = Signs::kNo);

  [[nodiscard]] CLI::App& options() const { return command_; }
  /// A word that must be there.
  void add_word(const std::string& name, std::string& value, const std::string& help);
  /// Options that all commands have, added last so that a command's own come first in its help.
  void add_common_options();
  /// A command that waits for something of its own has no `--timeout` for replies.
  void add_timeout() { server_.add_timeout_to(command_); }

  virtual ExitCode act(Session& session) const = 0;

 private:
  [[nodiscard]] Speaker speaker() const;

  CLI::App& command_;
  Signs signs_;
  std::vector<std::pair<std::string, const std::string*>> words_;
  ServerOptions server_;
  KeyOptions keys_;
  std::string admin_token_;
  bool json_ = false;
};

/// All of them, added to a program, which must outlive them.
[[nodiscard]] std::vector<std::unique_ptr<Command>> make_client_commands(CLI::App& app);

}  // namespace wingmq::tools
