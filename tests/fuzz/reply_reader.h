#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "request_reader.h"

namespace wingmq::test {

/// A reply, taken apart.
struct Received {
  unsigned status = 0;
  bool close = false;
  std::string header;  ///< without its date
  std::string body;
};

/// Takes the next reply off `text`; it is well-formed.
inline Received read_reply(std::string_view& text, bool head_only) {
  const std::string whole(text);
  const auto end = text.find("\r\n\r\n");
  require(end != std::string_view::npos && text.starts_with("HTTP/1.1 ") && text.size() > 12, "a reply has a header", whole);
  Received reply;
  std::from_chars(text.data() + 9, text.data() + 12, reply.status);
  require(reply.status >= 200 && reply.status < 600 && text[12] == ' ', "a reply has a status", whole);
  std::optional<std::size_t> length;
  auto lines = text.substr(0, end + 2);
  for (bool first = true; !lines.empty(); first = false) {
    const auto line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    require(line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "a reply's lines end where they end", whole);
    if (!line.starts_with("Date: ")) reply.header.append(line).append("\n");
    if (first) continue;
    const auto colon = line.find(": ");
    require(colon != std::string_view::npos && is_token(line.substr(0, colon)), "a reply has headers with names", whole);
    const auto value = line.substr(colon + 2);
    if (line.starts_with("Content-Length:")) {
      require(!length, "a reply has one length", whole);
      std::from_chars(value.data(), value.data() + value.size(), length.emplace());
    }
    if (line == "Connection: close") reply.close = true;
  }
  text.remove_prefix(end + 4);
  require(length.has_value(), "a reply has a length", whole);
  const std::size_t body = head_only ? 0 : *length;
  require(text.size() >= body, "a reply's body is whole", whole);
  reply.body = text.substr(0, body);
  text.remove_prefix(body);
  const bool json = reply.header.find("Content-Type: application/json") != std::string::npos;
  boost::system::error_code error;
  if (json && !head_only) static_cast<void>(boost::json::parse(reply.body, error));
  require(!error, "a reply that says it is JSON is JSON", whole);
  return reply;
}

/// The replies to `requests`, as far as it is known what they answer.
inline std::vector<Received> read_replies(std::string_view text, const std::vector<Sent>& requests) {
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  std::vector<Received> replies;
  while (true) {
    while (text.starts_with(kContinue)) text.remove_prefix(kContinue.size());
    if (text.empty()) return replies;
    const bool known = replies.size() < requests.size() && requests[replies.size()].verdict == Verdict::kGood;
    if (!known && !requests.empty() && requests.back().verdict == Verdict::kUnclear) return replies;  // of what, is open
    const bool head_only = replies.size() < requests.size() && requests[replies.size()].head_only;
    // A header that cannot be read has no method: the refusal of `HEAD` then has a body.
    const auto body = text.find("\r\n\r\n");
    const bool bare = head_only && body != std::string_view::npos && text.substr(body + 4, 1) != "{";
    replies.push_back(read_reply(text, bare));
  }
}

}  // namespace wingmq::test
