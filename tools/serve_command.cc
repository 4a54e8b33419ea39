#include "serve_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <utility>

#include "limit_rules.h"
#include "read_settings.h"
#include "serve.h"

namespace wingmq::tools {
namespace {

constexpr auto kServeMore = R"(
Every option --foo-bar is also the environment variable WINGMQ_FOO_BAR and the key foo_bar of the file; the command line
beats the environment, which beats the file. Repeatable settings: values separated by blanks in the environment, an array
in the file; limits also as a table, [limit]. Sizes: 65536, 64k, 4MiB, 1G. Spans of time: 250ms, 30s, 15m, 1h30m.

Secrets belong in the environment (WINGMQ_CREDENTIAL, WINGMQ_ADMIN_TOKEN) or in files: a command line can be read by every user of the
machine.

Limits and their defaults:
  {}

Standard output gets a line of JSON with the addresses, then `Ready.`. Exit codes: 0 stopped on request, 2 bad option or
configuration, 3 an address cannot be bound, 1 anything else.

Examples:
  wingmq serve --queue 'orders?groups=g1,g2&dlq=3'
  wingmq serve --listen 127.0.0.1:0 --clock manual --exit-with-parent
  wingmq serve --profile bench --threads 4 --memory-limit 2G --limit queue_quota=100
  wingmq serve --auth verify --credential-file keys --log-level debug
  wingmq serve --listen :9080 --admin off --config wingmq.toml
)";

}  // namespace

ServeCommand::ServeCommand(CLI::App& app)
    : command_(*app.add_subcommand("serve", "Serve the message-queue API over HTTP")) {
  command_.footer(fmt::format(kServeMore, fmt::join(list_limits({}), "\n  ")))->allow_extras();
  command_.add_option("--config", config_, "Settings from a TOML file")
      ->option_text("FILE")
      ->group("Server")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  for (const SettingRule& rule : serve_rules()) add(rule);
}

void ServeCommand::add(const SettingRule& rule) {
  const std::string flag = "--" + rule.name;
  std::vector<std::string>& values = values_[rule.name];
  if (rule.is_switch()) {
    command_.add_flag(flag, values, rule.help)->group(rule.topic)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    return;
  }
  using enum CLI::MultiOptionPolicy;
  command_.add_option(flag, values, rule.help)
      ->group(rule.topic)
      ->expected(1)
      ->multi_option_policy(rule.repeatable ? TakeAll : TakeLast)
      ->option_text(rule.placeholder + (rule.repeatable ? " ..." : ""));
}

std::expected<ServeSettings, std::string> ServeCommand::settings() {
  std::vector<GivenSetting> command_line;
  for (const auto& [name, values] : values_) {
    if (!values.empty()) command_line.push_back({name, values, "--" + name});
  }
  const Environment variables = process_environment();
  const auto from_environment = read_environment(variables);
  if (!from_environment) return std::unexpected(from_environment.error());
  if (const auto path = variables.find("WINGMQ_CONFIG"); config_.empty() && path != variables.end()) config_ = path->second;
  std::expected<std::vector<GivenSetting>, std::string> file;
  if (!config_.empty()) file = read_config(config_);
  if (!file) return std::unexpected(file.error());
  auto settings = resolve(command_line, *from_environment, *file);
  if (!settings) return settings;
  for (const std::string& name : unused_variables(variables)) {
    settings->remarks.push_back(fmt::format("{} is no setting and changes nothing", name));
  }
  return settings;
}

ExitCode ServeCommand::run() {
  auto chosen_settings = settings();
  if (!chosen_settings) return fail(kBadOption, chosen_settings.error());
  return serve(std::move(*chosen_settings), [this] { return settings(); });
}

}  // namespace wingmq::tools
