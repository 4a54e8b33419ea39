#include "client/sign_command.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "load/options.h"

namespace wingmq::tools {
namespace {

constexpr auto kSignExamples = R"(
Parameters stand in the order in which they are to be signed. Blanks and line ends around a value are dropped. A value that is a JSON
object or list goes into a POST's body as it is, any other one as a string.

Examples:
  wingmq sign queryQuota --param regionId=cn-snxy1
  wingmq sign createQueue --param 'createQueueInfo={"regionId":"cn-snxy1","name":"a","description":""}' --curl
  WINGMQ_ACCESS_KEY=AK WINGMQ_SECRET_KEY=SK wingmq sign queryQueue --param regionId=cn-snxy1 --url mq:9080 --curl | sh

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

std::string curl_command(const ReadyCall& call, const std::string& url) {
  std::string command = "curl -sS";
  for (const auto& [name, value] : call.wire.headers)
    command += fmt::format(" -H {}", quoted(fmt::format("{}: {}", name, value)));
  if (!call.wire.body.empty()) command += " --data-binary " + quoted(call.wire.body);
  return command + " " + quoted(url + call.path);
}

}  // namespace

SignCommand::SignCommand(CLI::App& app) : command_(*app.add_subcommand("sign", "Print the signed headers of a call")) {
  command_.footer(kSignExamples + operations_help())->allow_extras();
  call_.add_to(command_);
  add_url_option(command_, url_);
  command_.add_flag("--curl", curl_, "Print the whole call as a curl command");
}

bool SignCommand::chosen() const { return command_.parsed(); }

ExitCode SignCommand::run() const {
  if (!call_.is_signed()) return fail(kBadOption, "--access-key is given without --secret-key");
  const auto call = call_.make();
  if (!call) return fail(kBadOption, call.error());
  const auto url = load::read_url(url_);
  if (!url) return fail(kBadOption, "--url: " + url.error());
  std::string text;
  if (curl_) {
    text = curl_command(*call, url->text()) + "\n";
  } else {
    for (const auto& [name, value] : call->wire.headers) text += fmt::format("{}: {}\n", name, value);
  }
  return write_out(text);
}

}  // namespace wingmq::tools
