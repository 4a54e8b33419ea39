#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench_command.h"
#include "build_info.h"
#include "client/call_command.h"
#include "client/command.h"
#include "client/sign_command.h"
#include "command_line.h"
#include "exit_code.h"
#include "serve_command.h"
#include "signals.h"

namespace wingmq::tools {
namespace {

constexpr auto kWhat = "WingMQ: an in-memory message queue with the HTTP API of the China Telecom Cloud";
constexpr auto kExamples = R"(
Examples:
  wingmq serve --queue 'orders?groups=g1'            a server on 127.0.0.1:9080
  wingmq send orders hello                           a message, from a second terminal
  wingmq recv orders g1 --confirm                    and out again
  wingmq call queryQueue --param regionId=cn-snxy1   any operation of the API
  wingmq bench                                       measure one
)";

/// The arguments. `help serve` means `serve --help`, and `help help` what `help` does.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || words.front() != "help") return words;
  while (!words.empty() && words.front() == "help") words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

/// The command that was named; the program itself when none was.
const CLI::App& chosen(const CLI::App& app) {
  const auto commands = app.get_subcommands();
  return commands.empty() ? app : *commands.front();
}

ExitCode run(int argc, char** argv) {
  CLI::App app(kWhat, "wingmq");
  app.footer(kExamples);
  app.set_version_flag("--version", version_text());
  app.require_subcommand(0, 1)->allow_extras();
  ServeCommand serve_command(app);
  const CallCommand call_command(app);
  const BenchCommand bench_command(app);
  const SignCommand sign_command(app);
  const auto client_commands = make_client_commands(app);
  auto words = arguments(argc, argv);
  if (const auto fault = find_unknown_command(app, words)) return fail(kBadOption, *fault);
  std::ranges::reverse(words);  // as CLI::App takes them
  try {
    app.parse(words);
  } catch (const CLI::Success& asked) {
    std::ostringstream text;
    app.exit(asked, text, text);
    return write_out(text.str());
  } catch (const CLI::ParseError& error) {
    const CLI::App& command = chosen(app);
    if (&command != &app) say_command(command.get_name());
    return fail(kBadOption, describe(error, command));
  }
  const CLI::App& command = chosen(app);
  if (!app.remaining().empty()) return fail(kBadOption, describe_unknown_command(app));
  if (&command == &app) {
    fmt::print(stderr, "{}\n{}\n`wingmq --help` lists the commands, `wingmq serve --help` the options of one.\n", kWhat, kExamples);
    return kBadOption;
  }
  say_command(command.get_name());
  if (command.remaining_size() > 0) return fail(kBadOption, describe_unknown(command));
  if (serve_command.chosen()) return serve_command.run();
  if (sign_command.chosen()) return sign_command.run();
  if (call_command.chosen()) return call_command.run();
  for (const auto& each : client_commands) {
    if (each->chosen()) return each->run();
  }
  return bench_command.run();
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
