#include "client/server_options.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>

#include "read_settings.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kServerGroup = "Server";

/// The key and the secret that a server for tests knows by itself.
constexpr auto kTestKey = "test";

/// What the user's environment asks for: its first variable that says anything (POSIX). Empty for the C locale, in which nobody chose a
/// language: the server's is used then.
std::string language_of_environment() {
  const Environment variables = process_environment();
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const auto found = variables.find(name);
    if (found == variables.end() || found->second.empty()) continue;
    const std::string_view locale = found->second;
    if (locale.starts_with("zh")) return "zh";
    return locale.starts_with("C.") || locale == "C" || locale == "POSIX" ? "" : "en";
  }
  return {};
}

}  // namespace

void add_url_option(CLI::App& command, std::string& url) {
  command.add_option("--url", url, fmt::format("Where the server is (default {}, or $WINGMQ_URL)", kDefaultUrl))
      ->option_text("URL")
      ->envname("WINGMQ_URL")
      ->group(kServerGroup);
}

void ServerOptions::add_to(CLI::App& command) {
  add_url_option(command, url_);
  command.add_option("--cacert", ca_file_, "Certificates to check the server's against, PEM")->option_text("FILE")->group(kServerGroup);
  command.add_flag("--insecure", insecure_, "Accept any certificate")->group(kServerGroup);
}

void ServerOptions::add_timeout_to(CLI::App& command) {
  command.add_option("--timeout", timeout_, "How long to wait for the reply, 1s to 24h (default 75s)")->option_text("SPAN")->group(kServerGroup);
}

void ServerOptions::add_language_to(CLI::App& command) {
  command.add_option("--language", language_, "The language of refusals (default the environment's, or the server's)")
      ->option_text("en|zh")
      ->group(kServerGroup);
}

std::expected<std::unique_ptr<Server>, std::string> ServerOptions::connect() const {
  const auto url = load::read_url(url_);
  if (!url) return std::unexpected("--url: " + url.error());
  const auto patience = read_duration(timeout_);
  if (!patience || *patience < std::chrono::seconds(1) || *patience > std::chrono::hours(24)) {
    return std::unexpected(fmt::format("--timeout: `{}` is given, needed is a span of time of 1s to 24h", timeout_));
  }
  if (!language_.empty() && language_ != "en" && language_ != "zh") {
    return std::unexpected(fmt::format("--language: `{}` is given, needed is one of en, zh", language_));
  }
  return std::make_unique<HttpClient>(*url, insecure_, ca_file_, *patience);
}

std::string ServerOptions::url() const { return load::read_url(url_)->text(); }

std::string ServerOptions::language() const { return language_.empty() ? language_of_environment() : language_; }

void KeyOptions::add_to(CLI::App& command) {
  command.add_option("--access-key", access_key_, "Whose credential (default test, or $WINGMQ_ACCESS_KEY)")
      ->option_text("AK")
      ->envname("WINGMQ_ACCESS_KEY")
      ->group(kServerGroup);
  command
      .add_option("--secret-key", secret_key_,
                  "Its secret; better as $WINGMQ_SECRET_KEY: a command line can be read by every user of the machine "
                  "(default that of test)")
      ->option_text("SK")
      ->envname("WINGMQ_SECRET_KEY")
      ->group(kServerGroup);
}

std::string KeyOptions::access_key() const { return access_key_.value_or(kTestKey); }

std::string KeyOptions::secret_key() const { return secret_key_.value_or(access_key() == kTestKey ? kTestKey : ""); }

ExitCode run_with_server(const std::function<ExitCode()>& talk) {
  // A server that leaves early is an error like any other, also where OpenSSL does the writing.
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return talk();
  } catch (const std::runtime_error& error) {
    const std::string_view reason = error.what();
    const bool nobody = reason.find("cannot connect") != std::string_view::npos;
    return fail(kFailed, fmt::format("{}{}", reason, nobody ? "; `wingmq serve` starts a server" : ""));
  }
}

}  // namespace wingmq::tools
