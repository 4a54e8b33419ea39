#include "load/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace wingmq::load {
namespace {

constexpr std::size_t kHeadMax = std::size_t{64} << 10;
constexpr std::string_view kHandler = R"({\"handler\":\")";
constexpr std::string_view kBody = R"(\",\"message\":{\"body\":\")";
/// What follows a body that is a string, up to the next message, when it was sent with nothing but a body.
constexpr std::string_view kNext = R"(\",\"attributes\":{},\"tags\":[]}},)";

std::size_t position_of(std::string_view text, std::string_view part, std::size_t from) {
  if (from >= text.size()) return std::string_view::npos;
  const void* found = ::memmem(text.data() + from, text.size() - from, part.data(), part.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

/// The text between a mark and the next `end`; empty when either is missing.
std::string_view between(std::string_view text, std::string_view mark, char end) {
  const auto begin = text.find(mark);
  if (begin == std::string_view::npos) return {};
  const auto rest = text.substr(begin + mark.size());
  const auto length = rest.find(end);
  return length == std::string_view::npos ? std::string_view() : rest.substr(0, length);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::uint64_t> number_at(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::expected<std::optional<ReplyHead>, std::string> read_head(std::string_view received) {
  const auto end = received.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (received.size() > kHeadMax) return std::unexpected("the reply's head does not end");
    return std::nullopt;
  }
  const auto head = received.substr(0, end + 4);
  ReplyHead read{.head_bytes = head.size()};
  constexpr std::string_view kStart = "HTTP/1.1 ";
  const auto status = head.starts_with(kStart) ? number_at(head.substr(kStart.size(), 3)) : std::nullopt;
  if (!status) return std::unexpected(fmt::format("not an HTTP/1.1 reply: {}", head.substr(0, head.find('\r'))));
  const auto length = number_at(header_of(head, "Content-Length"));
  if (!length) return std::unexpected("a reply without Content-Length");
  read.status = static_cast<unsigned>(*status);
  read.body_bytes = *length;
  read.closes = header_of(head, "Connection") == "close";
  return read;
}

std::string_view header_of(std::string_view head, std::string_view name) {
  for (auto line = head.find("\r\n"); line != std::string_view::npos; line = head.find("\r\n", line + 2)) {
    const auto rest = head.substr(line + 2);
    if (rest.size() <= name.size() || rest[name.size()] != ':') continue;
    if (!equal_ignoring_case(rest.substr(0, name.size()), name)) continue;
    auto value = rest.substr(name.size() + 1);
    value = value.substr(0, value.find("\r\n"));
    const auto first = std::min(value.find_first_not_of(' '), value.size());
    return value.substr(first, value.find_last_not_of(' ') + 1 - first);
  }
  return {};
}

Refusal describe_refusal(unsigned status, std::string_view head, std::string_view body) {
  const auto reason = header_of(head, "X-WingMQ-Reason");
  const auto code = between(body, R"("errorCode":")", '"');
  auto number = between(body, R"("statusCode":)", ',');
  if (number.empty()) number = between(body, R"("statusCode":)", '}');
  Refusal refusal;
  refusal.kind = status == 200 ? std::string(number) : fmt::format("HTTP {}", status);
  if (refusal.kind.empty()) refusal.kind = "unexpected reply";
  if (!code.empty()) refusal.kind.append(" ").append(code);
  if (!reason.empty()) refusal.kind.append(" ").append(reason);
  auto text = between(body, R"("message":")", '"');
  if (text.empty()) text = body.substr(0, 200);
  refusal.text = text;
  return refusal;
}

bool is_done(std::string_view body) { return body.substr(0, 64).find(R"("statusCode":800)") != std::string_view::npos; }

std::size_t count_stored(std::string_view body) {
  constexpr std::string_view kStored = R"("state":0)";
  std::size_t count = 0;
  for (auto at = position_of(body, kStored, 0); at != std::string_view::npos;
       at = position_of(body, kStored, at + kStored.size()))
    ++count;
  return count;
}

std::optional<std::uint64_t> count_confirmed(std::string_view body) {
  constexpr std::string_view kSuccess = R"(\"success\":)";
  const auto at = body.find(kSuccess);
  return at == std::string_view::npos ? std::nullopt : number_at(body.substr(at + kSuccess.size()));
}

void DeliveryScanner::scan(std::string_view body, std::vector<std::string_view>& handlers,
                           const std::function<void(std::int64_t)>& on_stamp) const {
  auto at = position_of(body, kHandler, 0);
  while (at != std::string_view::npos) {
    const std::size_t begin = at + kHandler.size();
    const auto end = body.find('\\', begin);
    if (end == std::string_view::npos) return;
    handlers.push_back(body.substr(begin, end - begin));
    at = end;
    const std::size_t text_end = end + kBody.size() + message_bytes_;
    const bool as_expected =
        text_end < body.size() && body.substr(end, kBody.size()) == kBody && body[text_end] == '\\';
    if (as_expected && stamped_) {
      if (const auto stamp = read_stamp(body.substr(text_end - kStampBytes, kStampBytes))) on_stamp(*stamp);
    }
    const std::size_t next = text_end + kNext.size();
    const bool follows = as_expected && body.substr(std::min(text_end, body.size())).starts_with(kNext) &&
                         body.substr(next).starts_with(kHandler);
    at = follows ? next : position_of(body, kHandler, at);
  }
}

void write_stamp(char* place, std::int64_t time) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  auto bits = static_cast<std::uint64_t>(time);
  place[0] = '@';
  for (std::size_t i = kStampBytes - 1; i > 0; --i, bits >>= 4) place[i] = kDigits[bits & 0xF];
}

std::optional<std::int64_t> read_stamp(std::string_view text) {
  if (text.size() != kStampBytes || text[0] != '@') return std::nullopt;
  std::uint64_t bits = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + 1, end, bits, 16);
  return read.ec == std::errc() && read.ptr == end ? std::optional(static_cast<std::int64_t>(bits)) : std::nullopt;
}

}  // namespace wingmq::load
