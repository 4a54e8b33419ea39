#include "request_reader.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "text/text.h"

namespace wingmq::test {
namespace {

constexpr auto kNone = std::string_view::npos;

/// What matters of a header.
struct Framing {
  Verdict verdict = Verdict::kGood;
  std::string_view method;
  bool http11 = true;
  bool chunked = false;
  std::optional<std::size_t> length;
  bool close = false;
};

void make(Framing& framing, Verdict verdict) {
  if (framing.verdict != Verdict::kBad) framing.verdict = verdict;
}

/// What stands in no line: a field's value, an extension, a trailer may hold tabs.
bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; });
}

// --- The header -------------------------------------------------------------------------------------------------------

bool is_number_up_to(std::string_view text, unsigned most) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number <= most;
}

bool is_name(std::string_view host) {
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  while (!host.empty()) {
    const bool encoded = host.front() == '%';
    if (encoded && (host.size() < 3 || host.substr(1, 2).find_first_not_of(kHex) != kNone)) return false;
    if (!encoded && !net::is_word(host.substr(0, 1), "-._~")) return false;
    host.remove_prefix(encoded ? 3 : 1);
  }
  return true;
}

/// RFC 3986, 3.2.2 and 3.2.3; an empty host has no port.
bool is_host(std::string_view text) {
  const auto close = text.starts_with('[') ? text.find(']') : kNone;
  const bool v6 = close != kNone;
  const auto colon = v6 ? close + 1 : text.find(':');
  const auto host = text.substr(0, colon);
  const auto port = text.substr(std::min(colon, text.size()));
  if (v6) {
    in6_addr address{};
    if (::inet_pton(AF_INET6, std::string(host.substr(1, host.size() - 2)).c_str(), &address) != 1) return false;
    if (host.find('\0') != kNone) return false;
  } else if (!is_name(host)) {
    return false;
  }
  if (port.empty()) return true;
  return !host.empty() && port.front() == ':' && (port.size() == 1 || is_number_up_to(port.substr(1), 65535));
}

bool is_target(std::string_view target) {
  if (target.starts_with('/') || target == "*") return true;
  const auto colon = std::min(target.find("://"), target.size());
  const auto scheme = target.substr(0, colon);
  if (colon == target.size() || (!net::equal_ignoring_case(scheme, "http") && !net::equal_ignoring_case(scheme, "https"))) return false;
  const auto rest = target.substr(colon + 3);
  const auto server = rest.substr(0, rest.find_first_of("/?#"));
  return !server.empty() && is_host(server);
}

void read_request_line(std::string_view line, Framing& framing) {
  const auto method_end = line.find(' ');
  const auto version_at = line.rfind(' ');
  if (method_end == kNone || version_at == method_end) return make(framing, Verdict::kBad);
  framing.method = line.substr(0, method_end);
  const auto target = line.substr(method_end + 1, version_at - method_end - 1);
  const auto version = line.substr(version_at + 1);
  framing.http11 = version == "HTTP/1.1";
  framing.close = !framing.http11;
  const bool known = framing.http11 || version == "HTTP/1.0";
  if (!is_token(framing.method) || !is_target(target) || !known) make(framing, Verdict::kBad);
  for (const char c : target) {
    if (c <= ' ' || c == '\x7f') make(framing, static_cast<unsigned char>(c) < 0x80 ? Verdict::kBad : Verdict::kUnclear);
  }
}

/// How often a header was there that may be there once.
struct Seen {
  int hosts = 0;
  int codings = 0;
  int connections = 0;
  int types = 0;
  int authorizations = 0;
};

void read_field(std::string_view name, std::string_view value, Framing& framing, Seen& seen) {
  const auto is = [name](std::string_view wanted) { return net::equal_ignoring_case(name, wanted); };
  if (is("host") && (++seen.hosts > 1 || !is_host(value))) make(framing, Verdict::kBad);
  if (is("content-type") && ++seen.types > 1) make(framing, Verdict::kBad);
  if (is("authorization") && ++seen.authorizations > 1) make(framing, Verdict::kBad);
  if (is("content-length")) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    const bool number = !value.empty() && error == std::errc() && end == value.data() + value.size();
    if (!number || framing.length) make(framing, Verdict::kBad);
    framing.length = length;
  }
  if (is("transfer-encoding")) {
    if (!net::equal_ignoring_case(value, "chunked") || ++seen.codings > 1) make(framing, Verdict::kBad);
    framing.chunked = true;
  }
  if (is("expect") && !net::equal_ignoring_case(value, "100-continue")) make(framing, value.empty() ? Verdict::kUnclear : Verdict::kBad);
  if (is("connection")) {
    const bool close = net::equal_ignoring_case(value, "close");
    const bool keep = net::equal_ignoring_case(value, "keep-alive");
    if ((!close && !keep) || ++seen.connections > 1) make(framing, Verdict::kUnclear);
    framing.close = close;
  }
  if (is("proxy-connection") || is("upgrade")) make(framing, Verdict::kUnclear);
}

Framing read_header(std::string_view text) {
  Framing framing;
  Seen seen;
  bool first = true;
  while (text != "\r\n") {
    const auto end = text.find("\r\n");
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 2);
    if (line.find_first_of(std::string_view("\r\n\0", 3)) != kNone) make(framing, Verdict::kBad);
    if (std::exchange(first, false)) {
      read_request_line(line, framing);
      continue;
    }
    const auto colon = line.find(':');
    if (colon == kNone || !is_token(line.substr(0, colon))) {
      make(framing, Verdict::kBad);  // a folded line as well
      continue;
    }
    if (has_control(line.substr(colon))) make(framing, Verdict::kBad);
    read_field(line.substr(0, colon), net::trimmed(line.substr(colon + 1)), framing, seen);
  }
  if (seen.hosts == 0 && framing.http11) make(framing, Verdict::kBad);
  if (framing.chunked && (framing.length || !framing.http11)) make(framing, Verdict::kBad);
  return framing;
}

// --- Chunks -----------------------------------------------------------------------------------------------------------

/// A line, as much of it as is there.
struct Line {
  std::string_view text;  ///< without its end
  bool ended = false;     ///< its text is whole: at least CR is there
  bool whole = false;     ///< CR LF is
};

Line line_at(std::string_view text, std::size_t at) {
  text.remove_prefix(at);
  if (const auto end = text.find("\r\n"); end != kNone) return {text.substr(0, end), true, true};
  const bool ended = text.ends_with('\r');
  if (ended) text.remove_suffix(1);
  return {text, ended, false};
}

/// Reads one chunked body, line by line.
class ChunkReader {
 public:
  ChunkReader(std::string_view text, const RequestLimits& limits) : text_(text), limits_(limits) {}

  /// Where the body ends; nullopt when more of it has to come, or when it is wrong (then bad()).
  std::optional<std::size_t> read() {
    while (true) {
      const auto size = read_size();
      if (!size) return std::nullopt;
      if (*size == 0) return read_trailer();
      const auto data_end = at_ + *size;
      const auto behind = text_.substr(std::min(data_end, text_.size())).substr(0, 2);
      bad_ = !std::string_view("\r\n").starts_with(behind);
      if (bad_ || data_end + 2 > text_.size()) return std::nullopt;
      at_ = data_end + 2;
    }
  }
  [[nodiscard]] bool bad() const { return bad_; }

 private:
  std::optional<std::size_t> read_size() {
    const Line line = line_at(text_, at_);
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(line.text.data(), line.text.data() + line.text.size(), size, 16);
    const auto behind = line.text.substr(static_cast<std::size_t>(end - line.text.data()));
    const bool no_digit = end == line.text.data() && (line.ended || !line.text.empty());
    extensions_ += behind.size();
    bad_ = no_digit || !is_extension(behind, line.ended) || std::max(line.text.size(), extensions_) > limits_.header_bytes;
    if (bad_ || !line.whole) return std::nullopt;
    bad_ = error != std::errc() || size > limits_.body_bytes - body_;
    if (bad_) return std::nullopt;
    body_ += size;
    at_ += line.text.size() + 2;
    return size;
  }
  /// Blanks, and a semicolon with anything behind it; nothing at all is right as well.
  static bool is_extension(std::string_view text, bool ended) {
    if (text.empty()) return true;
    const auto mark = text.find_first_not_of(" \t");
    if (mark == kNone) return !ended;
    return text[mark] == ';' && !has_control(text);
  }
  /// Lines as in a header, and an empty one.
  std::optional<std::size_t> read_trailer() {
    std::size_t bytes = 0;
    while (true) {
      const Line line = line_at(text_, at_);
      at_ += line.text.size() + 2;
      if (line.whole && line.text.empty()) return at_;
      const auto colon = line.text.find(':');
      const auto name = line.text.substr(0, colon);
      const bool open = colon == kNone && !line.ended;
      const bool good = (open && name.empty()) || (is_token(name) && (open || colon != kNone)) || line.text.empty();
      // Each line counts with its CR, and the line feed is the end of it.
      bytes += line.text.size() + (line.ended && !line.text.empty() ? 1 : 0);
      bad_ = !good || has_control(line.text) || bytes > limits_.header_bytes;
      if (bad_ || !line.whole) return std::nullopt;
    }
  }

  const std::string_view text_;
  const RequestLimits limits_;
  std::size_t at_ = 0;
  std::size_t body_ = 0;
  std::size_t extensions_ = 0;
  bool bad_ = false;
};

// --- A request --------------------------------------------------------------------------------------------------------

/// The next request; nullopt when more of it has to come before anything can be said.
std::optional<Sent> read_request(std::string_view text, const RequestLimits& limits) {
  const auto head_end = text.find("\r\n\r\n");
  const auto bare_end = std::min(text.find("\n\n"), text.find("\n\r\n"));
  const bool bare = bare_end < (head_end == kNone ? kNone : head_end + 1);
  if (bare || std::min(head_end, text.size()) + 4 > limits.header_bytes) return Sent{.verdict = Verdict::kBad};
  if (head_end == kNone) return std::nullopt;
  const std::size_t head_bytes = head_end + 4;
  Framing framing = read_header(text.substr(0, head_bytes));
  Sent sent{.head_only = framing.method == "HEAD", .last = framing.close, .bytes = head_bytes};
  if (framing.length.value_or(0) > limits.body_bytes) make(framing, Verdict::kBad);
  if (framing.verdict == Verdict::kGood && framing.chunked) {
    ChunkReader chunks(text.substr(head_bytes), limits);
    const auto body = chunks.read();
    if (!body && !chunks.bad()) return std::nullopt;
    if (chunks.bad()) make(framing, Verdict::kBad);
    sent.bytes += body.value_or(0);
  } else if (framing.verdict == Verdict::kGood) {
    sent.bytes += framing.length.value_or(0);
    if (sent.bytes > text.size()) return std::nullopt;
  }
  sent.verdict = framing.verdict;
  return sent;
}

}  // namespace

bool is_token(std::string_view text) { return net::is_word(text, "!#$%&'*+-.^_`|~"); }

std::vector<Sent> read_requests(std::string_view text, const RequestLimits& limits) {
  std::vector<Sent> requests;
  while (true) {
    while (text.starts_with("\r\n")) text.remove_prefix(2);
    if (text.empty() || text == "\r") return requests;
    const auto sent = read_request(text, limits);
    if (!sent) return requests;
    requests.push_back(*sent);
    if (sent->verdict != Verdict::kGood || sent->last) return requests;
    text.remove_prefix(sent->bytes);
  }
}

}  // namespace wingmq::test
