#include "client/command.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/refusal.h"

namespace wingmq::tools {

Command::Command(CLI::App& app, const std::string& name, const std::string& what, const std::string& examples, Signs signs)
    : command_(*app.add_subcommand(name, what)), signs_(signs) {
  command_.footer(examples)->allow_extras()->group("Commands that ask a server");
}

void Command::add_word(const std::string& name, std::string& value, const std::string& help) {
  // Not required(): that would hide an option that does not exist.
  command_.add_option(name, value, help);
  words_.emplace_back(name, &value);
}

void Command::add_common_options() {
  command_.add_flag("--json", json_, "Print what the server says, for programs");
  server_.add_to(command_);
  command_.add_option("--admin-token", admin_token_, "The control plane's token; better as $WINGMQ_ADMIN_TOKEN")
      ->option_text("TOKEN")
      ->envname("WINGMQ_ADMIN_TOKEN")
      ->group("Server");
  if (signs_ == Signs::kNo) return;
  keys_.add_to(command_);
  server_.add_language_to(command_);
}

bool Command::chosen() const { return command_.parsed(); }

Speaker Command::speaker() const {
  return {.url = server_.url(), .access_key = keys_.access_key(), .secret_key = keys_.secret_key(), .admin_token = admin_token_, .language = server_.language()};
}

ExitCode Command::run() const {
  return run_with_server([this] {
    const auto server = server_.connect();
    return server ? run(**server) : fail(kBadOption, server.error());
  });
}

ExitCode Command::run(Server& server) const {
  try {
    for (const auto& [name, value] : words_) {
      if (value->empty()) throw BadOption(fmt::format("the {} is missing; `wingmq {} --help` has examples", name, command_.get_name()));
    }
    Session session(server, speaker(), json_);
    return act(session);
  } catch (const Refused& refused) {
    return say(refused.refusal());
  } catch (const BadOption& error) {
    return fail(kBadOption, error.what());
  }
}

}  // namespace wingmq::tools
