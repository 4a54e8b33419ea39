#include "sign_command.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

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
  call_.add_to(command_);
  command_.add_flag("--curl", curl_, "Print the whole call as a curl command");
}

bool SignCommand::chosen() const { return command_.parsed(); }

ExitCode SignCommand::run() const {
  const auto call = call_.read();
  if (!call) return fail(kBadOption, "sign: " + call.error());
  const net::SignedCall made = net::sign(*call);
  if (curl_) {
    fmt::print("{}\n", curl_command(*call, made, call_.url()));
    return kStopped;
  }
  for (const auto& [name, value] : made.headers) fmt::print("{}: {}\n", name, value);
  return kStopped;
}

}  // namespace wingmq::tools
