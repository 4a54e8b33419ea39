#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <exception>

#include "bench_command.h"
#include "call_command.h"
#include "exit_code.h"
#include "serve_command.h"
#include "sign_command.h"
#include "signals.h"

namespace wingmq::tools {
namespace {

ExitCode run(int argc, char** argv) {
  CLI::App app("WingMQ: an in-memory message queue with the HTTP API of the China Telecom Cloud", "wingmq");
  app.set_version_flag("--version", "wingmq " WINGMQ_VERSION);
  app.require_subcommand(0, 1)->allow_extras();
  ServeCommand serve_command(app);
  const SignCommand sign_command(app);
  const CallCommand call_command(app);
  const BenchCommand bench_command(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return static_cast<ExitCode>(app.exit(asked));
  } catch (const CLI::ParseError& error) {
    return fail(kBadOption, ServeCommand::describe(error));
  }
  if (!app.remaining().empty()) {
    const std::string word = app.remaining().front();
    const std::string name = word.substr(0, word.find('='));
    if (name.starts_with('-')) return fail(kBadOption, fmt::format("`{}` must follow a command: wingmq serve {} …", name, name));
    return fail(kBadOption, fmt::format("`{}` is no command; there are: serve, sign, call, bench (see wingmq --help)", name));
  }
  if (serve_command.chosen()) return serve_command.run();
  if (sign_command.chosen()) return sign_command.run();
  if (call_command.chosen()) return call_command.run();
  if (bench_command.chosen()) return bench_command.run();
  fmt::print(stderr, "{}", app.help());
  return kBadOption;
}

}  // namespace
}  // namespace wingmq::tools

int main(int argc, char** argv) {
  try {
    wingmq::tools::open_standard_streams();
    return wingmq::tools::run(argc, argv);
  } catch (const std::exception& error) {
    return wingmq::tools::fail(wingmq::tools::kFailed, error.what());
  }
}
