// Who may call, and when. The first byte picks the way, its upper bits the operation:
//   forge   lines `name: value`, an empty line and a body: nothing that was made without the secret is ever accepted
//   tamper  lines with parameters' values, signed with the secret: accepted; no longer so with one byte of it changed
//   date    a date: what is read can be written and read again

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "access/auth.h"
#include "check.h"
#include "operations/router.h"
#include "operations/signed_values.h"
#include "text/request_date.h"
#include "text/timestamp.h"
#include "wingmq/buffer.h"
#include "wingmq/net/sign.h"

namespace {

using namespace wingmq;
using test::require;
using test::take_byte;
using test::take_line;

constexpr std::string_view kSecret = "a secret that no input can know";
constexpr std::string_view kDate = "Mon, 23 Nov 2026 08:00:00 GMT";

net::ServerOptions options_with(net::AuthMode mode) {
  net::ServerOptions options;
  options.auth = mode;
  options.credentials = {{"alice", std::string(kSecret), "alice", true}, {"bob", "another secret, just as long", "bob", false}};
  return options;
}

/// A request in the making. The texts live as long as it does.
struct Call {
  Call(net::Authenticator& who, MemoryBudget& memory) : authenticator(who), pool(memory) {}

  void add(std::string_view name, std::string_view value) {
    const std::string_view kept_name = texts.emplace_back(name);
    request.headers.push_back({kept_name, texts.emplace_back(value)});
  }
  net::Authenticator::Verdict check(const net::Operation& operation) {
    request.method = net::to_string(operation.method);
    request.target = texts.emplace_back(std::string(net::kOperationPrefix).append(operation.name));
    request.body = pool.copy(body);
    return authenticator.check(request, operation);
  }

  net::Authenticator& authenticator;
  BufferPool pool;
  std::deque<std::string> texts;
  net::Request request;
  std::string body;
};

/// Authenticators of both modes that refuse, at a time of their own.
struct World {
  static Time now() { return *net::parse_request_date(kDate); }

  MemoryBudget memory{std::size_t{64} << 20};
  net::Authenticator verifying{options_with(net::AuthMode::kVerify), {now, now}, net::read_signed_values};
  net::Authenticator believing{options_with(net::AuthMode::kHmac), {now, now}, net::read_signed_values};
};

void forge(World& world, const net::Operation& operation, std::string_view input) {
  for (net::Authenticator* each : {&world.verifying, &world.believing}) {
    Call call(*each, world.memory);
    std::string_view rest = input;
    while (!rest.empty()) {
      const auto line = take_line(rest);
      if (line.empty()) break;
      const auto colon = std::min(line.find(": "), line.size());
      call.add(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
    }
    call.body = rest;
    const auto verdict = call.check(operation);
    require(verdict.refusal.has_value(), "nothing is accepted that was not signed with the secret", std::string(input));
    require(verdict.detail.find(kSecret) == std::string::npos, "the secret is never told", verdict.detail);
  }
}

/// What a client cannot send in a header as it is, or what a proxy may change on the way, has no place in this test.
std::string plain(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool usable = c > ' ' && c <= '~' && std::string_view(R"(%\"[{)").find(c) == std::string_view::npos;
    result += usable ? c : 'x';
  }
  return result.empty() ? "x" : result;
}

net::SignedCall signed_call(const net::Operation& operation, std::string_view input) {
  net::CallToSign call;
  call.operation = operation.name;
  call.access_key = "alice";
  call.secret_key = kSecret;
  call.date = kDate;
  for (const auto name : operation.parameters) call.parameters.emplace_back(std::string(name), plain(take_line(input)));
  return net::sign(call);
}

net::Authenticator::Verdict check(World& world, const net::Operation& operation, const net::SignedCall& made) {
  Call call(world.verifying, world.memory);
  for (const auto& [name, value] : made.headers) call.add(name, value);
  call.body = made.body;
  return call.check(operation);
}

/// Changes one byte of a text to another one that means something else there.
void change(std::string& text, std::size_t where) {
  char& c = text[where % text.size()];
  c = c == 'A' ? 'B' : 'A';
}

void tamper(World& world, const net::Operation& operation, std::string_view input) {
  const auto which = take_byte(input);
  const auto where = take_byte(input);
  net::SignedCall made = signed_call(operation, input);
  const auto right = check(world, operation, made);
  require(!right.refusal && right.caller.customer == "alice", "a call that is signed right is accepted", right.detail);
  const std::size_t parts = made.headers.size() + (made.body.empty() ? 0 : 1);
  const std::size_t part = which % parts;
  if (part == made.headers.size()) {
    change(made.body, where);
  } else {
    auto& [name, value] = made.headers[part];
    if (name == "platform" || name == "Content-Type") return;
    change(value, where);
  }
  const auto wrong = check(world, operation, made);
  require(wrong.refusal.has_value(), "a call that was changed after it was signed is refused",
          std::to_string(part) + " at " + std::to_string(where) + " of " + made.body);
}

void read_date(std::string_view text) {
  static_cast<void>(net::parse_reset_target(text));
  const auto read = net::parse_request_date(text);
  if (!read) return;
  const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(*read).time_since_epoch().count());
  std::tm parts{};
  require(gmtime_r(&seconds, &parts) != nullptr, "a date that was read exists", std::string(text));
  if (parts.tm_year < 1000 - 1900 || parts.tm_year > 9999 - 1900) return;  // a zone may carry it out of four digits
  std::array<char, 64> written{};
  const std::size_t bytes = std::strftime(written.data(), written.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  require(net::parse_request_date({written.data(), bytes}) == read, "a date written in GMT is the same date",
          std::string(text) + " / " + written.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto choice = take_byte(input);
  if (choice % 3 == 2) {
    read_date(input);
    return 0;
  }
  World world;
  const auto& operation = net::operations()[choice / 3 % net::operations().size()];
  choice % 3 == 0 ? forge(world, operation, input) : tamper(world, operation, input);
  return 0;
}
