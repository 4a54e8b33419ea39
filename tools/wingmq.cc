#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>

#include "read_settings.h"
#include "serve.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kExamples = R"(
Every option --foo-bar is also the environment variable WINGMQ_FOO_BAR and the key foo_bar of the file; the command line
beats the environment, which beats the file.

Examples:
  wingmq serve --queue 'orders?groups=g1,g2&dlq=3'
  wingmq serve --listen 127.0.0.1:0 --clock manual --exit-with-parent
  wingmq serve --profile bench --threads 4 --memory-limit 2G --limit queue_quota=100
  wingmq serve --listen 0.0.0.0:9080 --admin off --config wingmq.toml
)";

ExitCode fail(const std::string& reason) {
  fmt::print(stderr, "wingmq: {}\n", reason);
  return kBadOption;
}

/// The command line of `wingmq serve`.
class ServeCommand {
 public:
  explicit ServeCommand(CLI::App& app) : command_(*app.add_subcommand("serve", "Serve the message-queue API over HTTP")) {
    command_.footer(kExamples)->allow_extras();
    command_.add_option("--config", config_, "Settings from a TOML file")->option_text("FILE")->group("Server");
    for (const SettingRule& rule : serve_rules()) add(rule);
  }

  [[nodiscard]] bool chosen() const { return command_.parsed(); }
  [[nodiscard]] ExitCode run();

 private:
  void add(const SettingRule& rule) {
    const std::string flag = "--" + rule.name;
    std::vector<std::string>& values = values_[rule.name];
    if (rule.is_switch()) {
      command_.add_flag(flag, [&values](std::int64_t) { values = {"true"}; }, rule.help)->group(rule.topic);
      return;
    }
    CLI::Option* option = command_.add_option(flag, values, rule.help)->option_text(rule.placeholder)->group(rule.topic);
    if (rule.repeatable) {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->option_text(rule.placeholder + " ...");
    } else {
      option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    }
  }

  [[nodiscard]] std::string describe_unknown(const std::string& word) const;

  CLI::App& command_;
  std::string config_;
  std::map<std::string, std::vector<std::string>> values_;
};

std::string ServeCommand::describe_unknown(const std::string& word) const {
  const auto flag = word.substr(0, word.find('='));
  std::vector<std::string> known{"--config", "--help"};
  for (const SettingRule& rule : serve_rules()) known.push_back("--" + rule.name);
  const auto similar = flag.starts_with('-') ? nearest(flag, known) : std::string();
  if (similar.empty()) return fmt::format("serve: `{}` is not an option; `wingmq serve --help` lists them", word);
  return fmt::format("serve: `{}` is not an option; did you mean `{}`?", flag, similar);
}

ExitCode ServeCommand::run() {
  if (!command_.remaining().empty()) return fail(describe_unknown(command_.remaining().front()));
  std::vector<GivenSetting> command_line;
  for (const auto& [name, values] : values_) {
    if (!values.empty()) command_line.push_back({name, values, "--" + name});
  }
  const auto environment = read_environment([](const std::string& variable) -> std::optional<std::string> {
    const char* value = std::getenv(variable.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  });
  if (const char* path = std::getenv("WINGMQ_CONFIG"); config_.empty() && path != nullptr) config_ = path;
  std::vector<GivenSetting> file;
  if (!config_.empty()) {
    auto read = read_config(config_);
    if (!read) return fail(read.error());
    file = std::move(*read);
  }
  auto settings = resolve(command_line, environment, file);
  if (!settings) return fail(settings.error());
  return serve(std::move(*settings));
}

ExitCode run(int argc, char** argv) {
  CLI::App app("WingMQ: an in-memory message queue with the HTTP API of the China Telecom Cloud", "wingmq");
  app.set_version_flag("--version", "wingmq " WINGMQ_VERSION);
  app.require_subcommand(0, 1)->allow_extras();
  ServeCommand serve_command(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return static_cast<ExitCode>(app.exit(asked));
  } catch (const CLI::ParseError& error) {
    return fail(error.what());
  }
  if (serve_command.chosen()) return serve_command.run();
  if (!app.remaining().empty()) {
    return fail(fmt::format("`{}` is no command; there is: serve (see wingmq --help)", app.remaining().front()));
  }
  fmt::print(stderr, "{}", app.help());
  return kBadOption;
}

}  // namespace
}  // namespace wingmq::tools

int main(int argc, char** argv) {
  try {
    return wingmq::tools::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "wingmq: {}\n", error.what());
    return wingmq::tools::kFailed;
  }
}
