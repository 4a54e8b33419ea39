#include "call_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <boost/json/parse.hpp>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "load/channel.h"
#include "load/reply.h"
#include "load/report.h"

namespace wingmq::tools {
namespace {

constexpr auto kExamples = R"(
The reply's body goes to standard output: on a terminal with a line for each member, else as it came. When the server refuses the
call, the reason stands on standard error as well. Exit codes: 0 done, 1 no reply, 2 bad option, 4 refused.

Examples:
  wingmq call queryQueue --param regionId=cn-snxy1
  wingmq call sendSpecifyQueueMessage --param regionId=cn-snxy1 --param queueId=ID --param 'messages=[{"body":"hello"}]'
  wingmq call sendSpecifyQueueMessage --param regionId=cn-snxy1 --param queueId=ID --param messages=@batch.json
  wingmq call queryQuota --param regionId=cn-snxy1 --url https://mq:9080 --cacert ca.pem --access-key AK --secret-key SK
)";

struct Reply {
  std::string head;
  std::string body;
  unsigned status = 0;
};

std::string render(const net::CallToSign& call, const net::SignedCall& made, const load::Url& url) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", made.body.empty() ? "GET" : "POST",
                                 net::service_path(call.operation), url.host_header());
  for (const auto& [name, value] : made.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!made.body.empty()) text += fmt::format("Content-Length: {}\r\n", made.body.size());
  return text + "\r\n" + made.body;
}

void send(load::Channel& channel, std::string_view text) {
  while (!text.empty()) {
    const iovec part{const_cast<char*>(text.data()), text.size()};
    const auto sent = channel.write({&part, 1});
    if (sent <= 0) throw std::runtime_error("the server ended the connection before it had the whole call");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

Reply receive(load::Channel& channel, unsigned seconds) {
  std::string received;
  std::array<char, 65'536> piece;
  while (true) {
    const auto head = load::read_head(received);
    if (!head) throw std::runtime_error("what came back is no HTTP reply: " + head.error());
    if (*head && received.size() >= (*head)->head_bytes + (*head)->body_bytes) {
      return {received.substr(0, (*head)->head_bytes), received.substr((*head)->head_bytes, (*head)->body_bytes), (*head)->status};
    }
    const auto bytes = channel.read(piece.data(), piece.size());
    if (bytes == 0) throw std::runtime_error(fmt::format("no reply came within {} s; --timeout sets how long to wait", seconds));
    if (bytes < 0) throw std::runtime_error("the server ended the connection before its reply was whole");
    received.append(piece.data(), static_cast<std::size_t>(bytes));
  }
}

void print_body(const std::string& body, bool raw) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(body, error);
  const bool indented = !raw && !error && ::isatty(STDOUT_FILENO) != 0;
  fmt::print("{}\n", indented ? load::pretty(parsed) : body);
}

/// Says why the server refused the call, and where there is more.
void explain(const Reply& reply) {
  const auto refusal = load::describe_refusal(reply.status, reply.head, reply.body);
  fmt::print(stderr, "wingmq: refused: {}: {}\n", refusal.kind, refusal.text);
  const auto place = load::header_of(reply.head, "X-WingMQ-Explain");
  if (!place.empty()) fmt::print(stderr, "wingmq: what should have been signed: {}\n", place);
}

}  // namespace

CallCommand::CallCommand(CLI::App& app) : command_(*app.add_subcommand("call", "Sign a call, send it and print the reply")) {
  command_.footer(kExamples);
  call_.add_to(command_);
  command_.add_option("--cacert", ca_file_, "Certificates to check the server's against, PEM")->option_text("FILE");
  command_.add_flag("--insecure", insecure_, "Accept any certificate");
  command_.add_option("--timeout", timeout_, "How long to wait for the reply (default 75)")->option_text("SECONDS")->check(CLI::Range(1U, 86'400U));
  command_.add_flag("--include", include_, "Print the reply's header as well");
  command_.add_flag("--raw", raw_, "Print the body as it came, on a terminal too");
}

bool CallCommand::chosen() const { return command_.parsed(); }

ExitCode CallCommand::run() const {
  const auto call = call_.read();
  if (!call) return fail(kBadOption, "call: " + call.error());
  const auto url = load::read_url(call_.url());
  if (!url) return fail(kBadOption, "--url: " + url.error());
  try {
    const load::Target target(*url, insecure_, ca_file_);
    load::Channel channel(target, std::chrono::seconds(timeout_), true);
    send(channel, render(*call, net::sign(*call), *url));
    const Reply reply = receive(channel, timeout_);
    if (include_) fmt::print("{}", reply.head);
    print_body(reply.body, raw_);
    std::fflush(stdout);
    if (load::is_done(reply.body)) return kStopped;
    explain(reply);
    return kRefused;
  } catch (const std::runtime_error& error) {
    const std::string_view reason = error.what();
    const bool nobody = reason.find("cannot connect") != std::string_view::npos;
    return fail(kFailed, fmt::format("call: {}{}", reason, nobody ? "; `wingmq serve` starts a server" : ""));
  }
}

}  // namespace wingmq::tools
