#include "sign_command.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <ctime>
#include <expected>
#include <utility>

#include "values.h"
#include "wingmq/net/sign.h"

namespace wingmq::tools {
namespace {

constexpr auto kExamples = R"(
Parameters stand in the order in which they are to be signed. A value that is a JSON object or list goes into a POST's body
as it is, any other one as a string.

Examples:
  wingmq sign queryQuota --param regionId=cn-snxy1
  wingmq sign createQueue --param 'createQueueInfo={"regionId":"cn-snxy1","name":"a","description":""}' --curl
  wingmq sign queryQueue --param regionId=cn-snxy1 --access-key AK --secret-key SK --url http://mq:9080 --curl | sh
)";

using Parameter = std::pair<std::string, std::string>;

std::string now_as_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

std::expected<std::vector<Parameter>, std::string> split(const std::vector<std::string>& texts) {
  std::vector<Parameter> parameters;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return std::unexpected(fmt::format("--param: `{}` is given, needed is NAME=VALUE", text));
    }
    parameters.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return parameters;
}

/// For a shell: in single quotes, and those inside taken out of them.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  out += '\'';
  return out;
}

std::string curl_command(const net::CallToSign& call, const net::SignedCall& made, const std::string& url) {
  std::string command = "curl -sS";
  for (const auto& [name, value] : made.headers) command += fmt::format(" -H {}", quoted(fmt::format("{}: {}", name, value)));
  if (!made.body.empty()) command += " --data-binary " + quoted(made.body);
  return command + " " + quoted(url + net::service_path(call.operation));
}

}  // namespace

SignCommand::SignCommand(CLI::App& app) : command_(*app.add_subcommand("sign", "Print the signed headers of a call")) {
  command_.footer(kExamples);
  command_.add_option("OPERATION", operation_, "Such as queryQueue")->required();
  command_.add_option("--param", parameters_, "A parameter of the call")->option_text("NAME=VALUE ...")->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command_.add_option("--access-key", access_key_, "Whose credential (default test)")->option_text("AK");
  command_.add_option("--secret-key", secret_key_, "Its secret (default test)")->option_text("SK");
  command_.add_option("--date", date_, "requestDate (default the present)")->option_text("DATE");
  command_.add_option("--url", url_, "Where the server is (default http://127.0.0.1:9080)")->option_text("URL");
  command_.add_flag("--curl", curl_, "Print the whole call as a curl command");
}

bool SignCommand::chosen() const { return command_.parsed(); }

ExitCode SignCommand::run() const {
  const auto names = net::operation_names();
  if (std::ranges::find(names, operation_) == names.end()) {
    const auto similar = nearest(operation_, names);
    return fail(kBadOption, fmt::format("sign: no operation is called `{}`{}", operation_,
                                        similar.empty() ? "" : fmt::format("; did you mean `{}`?", similar)));
  }
  auto parameters = split(parameters_);
  if (!parameters) return fail(kBadOption, parameters.error());
  net::CallToSign call{.operation = operation_,
                       .parameters = std::move(*parameters),
                       .access_key = access_key_,
                       .secret_key = secret_key_,
                       .date = date_.empty() ? now_as_date() : date_};
  const net::SignedCall made = net::sign(call);
  if (curl_) {
    fmt::print("{}\n", curl_command(call, made, url_));
    return kStopped;
  }
  for (const auto& [name, value] : made.headers) fmt::print("{}: {}\n", name, value);
  return kStopped;
}

}  // namespace wingmq::tools
