#include "client/call_command.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/refusal.h"
#include "json_text.h"
#include "load/reply.h"

namespace wingmq::tools {
namespace {

constexpr auto kCallExamples = R"(
A value that is a JSON object or list goes into a POST's body as it is, any other one as a string; blanks and line ends around it
are dropped. An --access-key other than test without a --secret-key sends the call unsigned.

The reply's body goes to standard output: on a terminal indented, else as it came. When the server refuses the call, standard
error says why; on a terminal that is all, unless --pretty, --raw or --include asks for the body. Refusals are in Chinese or English as
LC_ALL, LC_MESSAGES or LANG say, else as the server was told. Exit codes: 0 done, 1 no reply (nobody listens, TLS, time is up), 2 bad option, 4 refused.

Examples:
  wingmq call queryQueue --param regionId=cn-snxy1
  wingmq call sendSpecifyQueueMessage --param regionId=cn-snxy1 --param queueId=ID --param 'messages=[{"body":"hello"}]'
  wingmq call sendSpecifyQueueMessage --param regionId=cn-snxy1 --param queueId=ID --param messages=@batch.json
  wingmq call queryQuota --param regionId=cn-snxy1 --url mq:9080 --language en
  WINGMQ_ACCESS_KEY=AK WINGMQ_SECRET_KEY=SK wingmq call queryQuota --param regionId=cn-snxy1 --url https://mq:9080 --cacert ca.pem

)";

/// Whether what is written to the two goes to one place: a terminal, or a file with `2>&1`.
bool is_same_place(int first, int second) {
  struct stat a{};
  struct stat b{};
  return ::fstat(first, &a) == 0 && ::fstat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

CallCommand::CallCommand(CLI::App& app)
    : command_(*app.add_subcommand("call", "Sign a call, send it and print the reply")) {
  command_.footer(kCallExamples + operations_help())->allow_extras();
  call_.add_to(command_);
  server_.add_to(command_);
  server_.add_timeout_to(command_);
  command_.add_flag("--include", include_, "Print the reply's header as well");
  auto* pretty = command_.add_flag("--pretty", pretty_, "Indent the body, as on a terminal");
  command_.add_flag("--raw", raw_, "Print the body as it came, on a terminal too")->excludes(pretty);
  server_.add_language_to(command_);
}

bool CallCommand::chosen() const { return command_.parsed(); }

ExitCode CallCommand::run() const {
  const auto call = call_.make();
  if (!call) return fail(kBadOption, call.error());
  return run_with_server([&] {
    const auto server = server_.connect();
    return server ? exchange(*call, **server) : fail(kBadOption, server.error());
  });
}

ExitCode CallCommand::exchange(const ReadyCall& call, Server& server) const {
  const Reply reply = server.exchange(as_request(call, server_.language()));
  const bool refused = !load::is_done(reply.body);
  const bool on_terminal = ::isatty(STDOUT_FILENO) != 0;
  const bool prints = !refused || !on_terminal || pretty_ || raw_ || include_;
  ExitCode printed = kStopped;
  if (prints) {
    const bool indented = pretty_ || (!raw_ && on_terminal);
    const std::string body = indented ? indent_json(reply.body) : reply.body;
    printed = write_out(fmt::format("{}{}\n", include_ ? reply.head : "", body));
  }
  if (refused) {
    const bool beside = prints && is_same_place(STDOUT_FILENO, STDERR_FILENO);
    return say(refusal_of_operation(reply, server_.url()), beside ? Words::kKindAlone : Words::kAll);
  }
  const auto mistake = load::header_of(reply.head, "X-WingMQ-Reason");
  if (call_.is_signed() && !mistake.empty())
    fail(kStopped, fmt::format("done, but with `--auth verify` refused: {}", mistake));
  return printed;
}

}  // namespace wingmq::tools
