#include "call_command.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <boost/json/parse.hpp>
#include <chrono>
#include <csignal>
#include <stdexcept>

#include "json_text.h"
#include "load/channel.h"
#include "load/reply.h"
#include "read_settings.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kExamples = R"(
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

struct Reply {
  std::string head;
  std::string body;
  unsigned status = 0;
};

std::string render(const ReadyCall& call, const load::Url& url, const std::string& language) {
  const auto& [headers, body] = call.wire;
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", body.empty() ? "GET" : "POST",
                                 call.path, url.host_header());
  if (!language.empty()) text += fmt::format("Accept-Language: {}\r\n", language);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
  return text + "\r\n" + body;
}

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

/// Whether what is written to the two goes to one place: a terminal, or a file with `2>&1`.
bool is_same_place(int first, int second) {
  struct stat a{};
  struct stat b{};
  return ::fstat(first, &a) == 0 && ::fstat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Whether all of it went out. A server may refuse a call before it has the whole of it, as one that is too large: then
/// its reply is there to be read.
bool send(load::Channel& channel, std::string_view text, std::chrono::milliseconds patience) {
  while (!text.empty()) {
    const iovec part{const_cast<char*>(text.data()), text.size()};
    const auto sent = channel.write({&part, 1});
    if (sent < 0) return false;
    if (sent == 0) throw std::runtime_error(fmt::format("the server did not take the whole call within {}", duration_text(patience)));
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

Reply receive(load::Channel& channel, bool sent, std::chrono::milliseconds patience) {
  std::string received;
  std::array<char, 65'536> piece;
  while (true) {
    const auto head = load::read_head(received);
    if (!head) throw std::runtime_error("what came back is no reply of WingMQ: " + head.error());
    if (*head && received.size() >= (*head)->head_bytes + (*head)->body_bytes) {
      return {received.substr(0, (*head)->head_bytes), received.substr((*head)->head_bytes, (*head)->body_bytes),
              (*head)->status};
    }
    const auto bytes = channel.read(piece.data(), piece.size());
    if (bytes == 0)
      throw std::runtime_error(fmt::format("no reply came within {}; --timeout sets how long to wait", duration_text(patience)));
    if (bytes < 0)
      throw std::runtime_error(fmt::format("the server ended the connection before {}",
                                           sent ? "its reply was whole" : "it had the whole call"));
    received.append(piece.data(), static_cast<std::size_t>(bytes));
  }
}

/// The reply's text about a refusal; load::describe_refusal() reads it without parsing, up to the first quote.
std::string message_of(const std::string& body) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(body, error);
  const auto* members = error ? nullptr : parsed.if_object();
  const auto* message = members == nullptr ? nullptr : members->if_contains("message");
  return message == nullptr || !message->is_string() ? std::string() : std::string(message->get_string());
}

/// Says why the server refused the call, and where there is more. `in_short`: the text stands beside it already.
void explain_refusal(const Reply& reply, const load::Url& url, bool in_short) {
  const auto refusal = load::describe_refusal(reply.status, reply.head, reply.body);
  const auto message = message_of(reply.body);
  const std::string text = in_short ? "" : ": " + (message.empty() ? refusal.text : message);
  fail(kRefused, fmt::format("refused: {}{}", refusal.kind, text));
  const auto hint = load::header_of(reply.head, "X-WingMQ-Hint");
  if (!hint.empty()) fail(kRefused, fmt::format("hint: {}", hint));
  const auto place = load::header_of(reply.head, "X-WingMQ-Explain");
  if (!place.empty()) fail(kRefused, fmt::format("what should have been signed: {}{}", url.text(), place));
}

}  // namespace

CallCommand::CallCommand(CLI::App& app)
    : command_(*app.add_subcommand("call", "Sign a call, send it and print the reply")) {
  command_.footer(kExamples + operations_help())->allow_extras();
  call_.add_to(command_);
  command_.add_option("--cacert", ca_file_, "Certificates to check the server's against, PEM")->option_text("FILE");
  command_.add_flag("--insecure", insecure_, "Accept any certificate");
  command_.add_option("--timeout", timeout_, "How long to wait for the reply, 1s to 24h (default 75s)")->option_text("SPAN");
  command_.add_flag("--include", include_, "Print the reply's header as well");
  auto* pretty = command_.add_flag("--pretty", pretty_, "Indent the body, as on a terminal");
  command_.add_flag("--raw", raw_, "Print the body as it came, on a terminal too")->excludes(pretty);
  command_.add_option("--language", language_, "The language of refusals (default the environment's, or the server's)")
      ->option_text("en|zh");
}

bool CallCommand::chosen() const { return command_.parsed(); }

ExitCode CallCommand::run() const {
  const auto call = call_.make();
  if (!call) return fail(kBadOption, call.error());
  const auto url = load::read_url(call_.url());
  if (!url) return fail(kBadOption, "--url: " + url.error());
  const auto patience = read_duration(timeout_);
  if (!patience || *patience < std::chrono::seconds(1) || *patience > std::chrono::hours(24)) {
    return fail(kBadOption, fmt::format("--timeout: `{}` is given, needed is a span of time of 1s to 24h", timeout_));
  }
  if (!language_.empty() && language_ != "en" && language_ != "zh") {
    return fail(kBadOption, fmt::format("--language: `{}` is given, needed is one of en, zh", language_));
  }
  // A server that leaves early is an error like any other, also where OpenSSL does the writing.
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return exchange(*call, *url, *patience);
  } catch (const std::runtime_error& error) {
    const std::string_view reason = error.what();
    const bool nobody = reason.find("cannot connect") != std::string_view::npos;
    return fail(kFailed, fmt::format("{}{}", reason, nobody ? "; `wingmq serve` starts a server" : ""));
  }
}

ExitCode CallCommand::exchange(const ReadyCall& call, const load::Url& url, std::chrono::milliseconds patience) const {
  const load::Target target(url, insecure_, ca_file_);
  load::Channel channel(target, patience, true);
  const std::string language = language_.empty() ? language_of_environment() : language_;
  const bool sent = send(channel, render(call, url, language), patience);
  const Reply reply = receive(channel, sent, patience);
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
    explain_refusal(reply, url, prints && is_same_place(STDOUT_FILENO, STDERR_FILENO));
    return kRefused;
  }
  const auto mistake = load::header_of(reply.head, "X-WingMQ-Reason");
  if (call_.is_signed() && !mistake.empty())
    fail(kStopped, fmt::format("done, but with `--auth verify` refused: {}", mistake));
  return printed;
}

}  // namespace wingmq::tools
