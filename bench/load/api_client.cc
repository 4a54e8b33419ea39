#include "load/api_client.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/parse.hpp>
#include <ctime>
#include <stdexcept>

#include "load/reply.h"
#include "load/signer.h"
#include "wingmq/net/sign.h"

namespace wingmq::load {
namespace {

bool is_signature(std::string_view header) {
  return header == "contentMD5" || header == "requestDate" || header == "Hmac" || header == "platform";
}

}  // namespace

std::string render_call(const Caller& caller, const std::string& operation, const Parameters& parameters) {
  const auto made = net::sign({.operation = operation,
                               .parameters = parameters,
                               .access_key = caller.access_key,
                               .secret_key = caller.secret_key.empty() ? "none" : caller.secret_key,
                               .date = date_text(static_cast<std::int64_t>(std::time(nullptr)))});
  std::string request = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", made.body.empty() ? "GET" : "POST",
                                    net::service_path(operation), caller.host);
  for (const auto& [name, value] : made.headers) {
    if (!caller.secret_key.empty() || !is_signature(name))
      fmt::format_to(std::back_inserter(request), "{}: {}\r\n", name, value);
  }
  if (!made.body.empty()) fmt::format_to(std::back_inserter(request), "Content-Length: {}\r\n", made.body.size());
  return request + "Accept-Language: en\r\n\r\n" + made.body;
}

ApiClient::ApiClient(const Target& target, Caller caller, std::chrono::milliseconds patience)
    : target_(target),
      caller_(std::move(caller)),
      patience_(patience),
      channel_(std::make_unique<Channel>(target, patience, true)) {}

std::expected<CallReply, std::string> ApiClient::exchange(std::span<const iovec> parts) {
  try {
    if (!channel_) channel_ = std::make_unique<Channel>(target_, patience_, true);
  } catch (const std::runtime_error& error) {
    return std::unexpected(error.what());
  }
  const auto lost = [this] {
    channel_.reset();
    return std::unexpected(fmt::format("{} gave no reply", target_.url().text()));
  };
  for (iovec part : parts) {
    while (part.iov_len > 0) {
      const auto count = channel_->write({&part, 1});
      if (count <= 0) return lost();
      part.iov_base = static_cast<char*>(part.iov_base) + count;
      part.iov_len -= static_cast<std::size_t>(count);
    }
  }
  std::string received;
  std::array<char, 16'384> some{};
  while (true) {
    const auto head = read_head(received);
    if (!head) return std::unexpected(head.error());
    if (*head && received.size() >= (*head)->head_bytes + (*head)->body_bytes) {
      CallReply reply{received.substr(0, (*head)->head_bytes), received.substr((*head)->head_bytes)};
      if ((*head)->closes) channel_.reset();
      if ((*head)->status == 200) return reply;
      const auto refusal = describe_refusal((*head)->status, reply.head, reply.body);
      return std::unexpected(fmt::format("{}: {}", refusal.kind, refusal.text));
    }
    const auto count = channel_->read(some.data(), some.size());
    if (count <= 0) return lost();
    received.append(some.data(), static_cast<std::size_t>(count));
  }
}

std::expected<CallReply, std::string> ApiClient::get(const std::string& path) {
  std::string request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", path, caller_.host);
  const iovec part{request.data(), request.size()};
  return exchange({&part, 1});
}

std::expected<boost::json::value, std::string> ApiClient::call(const std::string& operation,
                                                               const Parameters& parameters) {
  std::string request = render_call(caller_, operation, parameters);
  const iovec part{request.data(), request.size()};
  const auto reply = exchange({&part, 1});
  if (!reply) return std::unexpected(fmt::format("{}: {}", operation, reply.error()));
  if (!is_done(reply->body)) {
    const auto refusal = describe_refusal(200, reply->head, reply->body);
    return std::unexpected(fmt::format("{}: {}: {}", operation, refusal.kind, refusal.text));
  }
  boost::system::error_code error;
  auto value = boost::json::parse(reply->body, error);
  if (error) return std::unexpected(fmt::format("{}: the reply is no JSON: {}", operation, error.message()));
  return value;
}

}  // namespace wingmq::load
