#include "client/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "client/refusal.h"
#include "client/signed_call.h"
#include "json_text.h"
#include "load/reply.h"

namespace wingmq::tools {

Reply Session::post(std::string path, std::string body) {
  return control({.method = "POST", .path = std::move(path), .body = std::move(body)});
}

Reply Session::control(Request request, std::initializer_list<unsigned> expected) {
  if (!speaker_.admin_token.empty()) request.headers.emplace_back("Authorization", "Bearer " + speaker_.admin_token);
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  Reply reply = server_.exchange(request);
  if (reply.status >= 400 && std::ranges::find(expected, reply.status) == expected.end()) throw Refused(refusal_of_control_plane(reply));
  return reply;
}

std::string Session::operation(std::string name, std::vector<std::pair<std::string, std::string>> parameters,
                               std::chrono::milliseconds patience) {
  const auto call = make_ready({.operation = std::move(name),
                                .parameters = std::move(parameters),
                                .access_key = speaker_.access_key,
                                .secret_key = speaker_.secret_key,
                                .date = now_as_date()});
  if (!call) throw BadOption(call.error());
  Reply reply = server_.exchange(as_request(*call, speaker_.language, patience));
  if (!load::is_done(reply.body)) throw Refused(refusal_of_operation(reply, speaker_.url));
  return std::move(reply.body);
}

ExitCode Session::print_json(std::string_view body) const {
  return write_out(fmt::format("{}\n", ::isatty(STDOUT_FILENO) != 0 ? indent_json(body) : std::string(body)));
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return encoded;
}

std::string with_query(std::string path, const std::vector<std::pair<std::string, std::string>>& parameters) {
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    path += fmt::format("{}{}={}", std::exchange(separator, '&'), name, percent_encoded(value));
  }
  return path;
}

}  // namespace wingmq::tools
