// Bytes as a client sends them, through a real session. They are sent twice, whole and in small pieces (of as many bytes as the
// first byte says), and a second, strict reader of requests says what may come of them:
//   - the pieces make no difference;
//   - every request that is clearly right is answered, nothing that is clearly wrong is, and nothing comes behind a refusal;
//   - every reply is well-formed;
//   - exactly the messages of sends that were answered with 800 are stored.

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app_service.h"
#include "check.h"
#include "http/session.h"
#include "http/session_count.h"
#include "http/tls.h"
#include "http/worker.h"
#include "text/text.h"
#include "world.h"

namespace {

using namespace wingmq;
using test::require;
constexpr auto kNone = std::string_view::npos;
/// Small, so that inputs pass them.
constexpr std::size_t kHeaderMax = 1024;
constexpr std::size_t kBodyMax = 2048;

net::ServerOptions options_of_server() {
  net::ServerOptions options;
  options.admin = net::AdminAccess::kOff;  // what it tells, and can do, is not for this test
  options.limits.header_bytes_max = kHeaderMax;
  options.limits.body_bytes_max = kBodyMax;
  return options;
}

// --- The server's side ------------------------------------------------------------------------------------------------

/// One connection of a server that runs when it is told to.
class Connected {
 public:
  Connected() {
    std::array<int, 2> ends{};
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0, "there are sockets");
    client_ = ends[0];
    boost::asio::ip::tcp::socket socket(worker_.context);
    socket.assign(boost::asio::ip::tcp::v4(), ends[1]);
    require(count_.add({}) == net::Admission::kTaken, "there is room for a connection");
    std::make_shared<net::Session>(std::move(socket), worker_, net::Origin())->start();
  }
  Connected(const Connected&) = delete;
  Connected& operator=(const Connected&) = delete;
  ~Connected() { ::close(client_); }

  /// Sends `bytes` piece by piece, each when nothing moves any more. What does not fit while a call waits is sent in finish().
  void send(std::string_view bytes, std::size_t piece = kNone) {
    unsent_ = bytes;
    piece_ = piece;
    run();
  }
  /// Lets waiting calls have their time, then hangs up.
  void finish() {
    while (world.clock.now() < kEnd && !worker_.sessions.empty()) {
      if (parked() == 0) break;
      static_cast<void>(world.broker.advance(world.clock.now() + std::chrono::seconds(60)));
      run();
    }
    ::shutdown(client_, SHUT_WR);
    run();
    require(worker_.sessions.empty(), "a session ends when its client has gone");
  }

  test::World world{options_of_server(), test::World::Contents::kQueues};
  std::string replies;

 private:
  /// Until nothing moves any more.
  void run() {
    do {
      for (bool again = true; again;) {
        worker_.context.restart();
        again = worker_.context.poll() > 0;
        for (ssize_t bytes = 0; (bytes = ::recv(client_, buffer_.data(), buffer_.size(), 0)) > 0; again = true) {
          replies.append(buffer_.data(), static_cast<std::size_t>(bytes));
        }
      }
    } while (send_piece());
  }
  bool send_piece() {
    const auto piece = unsent_.substr(0, piece_);
    const auto sent = piece.empty() ? 0 : ::send(client_, piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;  // there is nothing left, or no room, or it listens no more
    unsent_.remove_prefix(static_cast<std::size_t>(sent));
    return true;
  }
  std::uint64_t parked() {
    std::uint64_t count = 0;
    for (const auto& queue : world.broker.inspect()) {
      for (const auto& group : queue.groups) count += group.parked;
    }
    return count;
  }

  static constexpr Time kEnd = test::World::kStart + std::chrono::hours(2);
  net::Tls tls_{{}};
  net::SessionCount count_{4, 0};
  net::Worker worker_{[this](auto& context) { return std::make_unique<net::AppService>(world.app, context); }, world.broker, world.options, tls_, count_};
  int client_ = -1;
  std::string_view unsent_;
  std::size_t piece_ = kNone;
  std::array<char, 16384> buffer_{};
};

// --- A second reader of requests --------------------------------------------------------------------------------------

enum class Verdict : std::uint8_t {
  kGood,     ///< must be answered
  kBad,      ///< may be answered with a refusal, behind which nothing comes
  kUnclear,  ///< strange: may be either
};

/// A request as the strict reader sees it.
struct Sent {
  Verdict verdict = Verdict::kGood;
  bool head_only = false;
  bool last = false;  ///< asks to close
  std::size_t bytes = 0;
};

bool is_token(std::string_view text) { return net::is_word(text, "!#$%&'*+-.^_`|~"); }

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

void read_request_line(std::string_view line, Framing& framing) {
  const auto method_end = line.find(' ');
  const auto version_at = line.rfind(' ');
  if (method_end == kNone || version_at == method_end) return make(framing, Verdict::kBad);
  framing.method = line.substr(0, method_end);
  const auto target = line.substr(method_end + 1, version_at - method_end - 1);
  const auto version = line.substr(version_at + 1);
  framing.http11 = version == "HTTP/1.1";
  framing.close = !framing.http11;
  if (!is_token(framing.method) || target.empty() || (!framing.http11 && version != "HTTP/1.0")) make(framing, Verdict::kBad);
  for (const char c : target) {
    if (c <= ' ' || c == '\x7f') make(framing, static_cast<unsigned char>(c) < 0x80 ? Verdict::kBad : Verdict::kUnclear);
  }
}

struct Seen {
  int hosts = 0;
  int codings = 0;
  int connections = 0;
};

void read_field(std::string_view name, std::string_view value, Framing& framing, Seen& seen) {
  const auto is = [name](std::string_view wanted) { return net::equal_ignoring_case(name, wanted); };
  if (is("host")) ++seen.hosts;
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
    for (const char c : line.substr(colon)) {
      if ((c >= 0 && c < ' ' && c != '\t') || c == '\x7f') make(framing, Verdict::kBad);
    }
    read_field(line.substr(0, colon), net::trimmed(line.substr(colon + 1)), framing, seen);
  }
  if (seen.hosts > 1 || (seen.hosts == 0 && framing.http11)) make(framing, Verdict::kBad);
  if (framing.chunked && (framing.length || !framing.http11)) make(framing, Verdict::kBad);
  return framing;
}

/// Where a chunked body ends; nullopt when more of it has to come. Extensions and trailers are for others to judge.
std::optional<std::size_t> read_chunks(std::string_view text, Framing& framing) {
  std::size_t at = 0;
  std::size_t body = 0;
  while (true) {
    const auto end = text.find("\r\n", at);
    if (end == kNone) {
      make(framing, Verdict::kUnclear);  // perhaps wrong already
      return std::nullopt;
    }
    std::size_t size = 0;
    const auto [digits, error] = std::from_chars(text.data() + at, text.data() + end, size, 16);
    if (digits == text.data() + at || error != std::errc()) make(framing, Verdict::kBad);
    if (digits != text.data() + end) make(framing, *digits == ';' ? Verdict::kUnclear : Verdict::kBad);
    body += std::min(size, kBodyMax + 1);
    if (body > kBodyMax) make(framing, Verdict::kBad);
    if (framing.verdict != Verdict::kGood) return std::nullopt;
    at = end + 2;
    if (size == 0) break;
    if (text.size() < at + size + 2) {
      const auto behind = text.substr(std::min(text.size(), at + size));
      if (!std::string_view("\r\n").starts_with(behind)) make(framing, Verdict::kBad);
      return std::nullopt;
    }
    if (text.substr(at + size, 2) != "\r\n") {
      make(framing, Verdict::kBad);
      return std::nullopt;
    }
    at += size + 2;
  }
  if (text.substr(at, 2) == "\r\n") return at + 2;
  if (!std::string_view("\r\n").starts_with(text.substr(at))) make(framing, Verdict::kUnclear);
  return std::nullopt;
}

/// The next request; nullopt when more of it has to come before anything can be said.
std::optional<Sent> read_request(std::string_view text) {
  const auto head_end = text.find("\r\n\r\n");
  const auto bare_end = std::min(text.find("\n\n"), text.find("\n\r\n"));
  const bool bare = bare_end < (head_end == kNone ? kNone : head_end + 1);
  if (bare || std::min(head_end, text.size()) + 4 > kHeaderMax) return Sent{.verdict = Verdict::kBad};
  if (head_end == kNone) return std::nullopt;
  const std::size_t head_bytes = head_end + 4;
  Framing framing = read_header(text.substr(0, head_bytes));
  Sent sent{.head_only = framing.method == "HEAD", .last = framing.close, .bytes = head_bytes};
  if (framing.length.value_or(0) > kBodyMax) make(framing, Verdict::kBad);
  if (framing.verdict == Verdict::kGood && framing.chunked) {
    const auto body = read_chunks(text.substr(head_bytes), framing);
    if (!body && framing.verdict == Verdict::kGood) return std::nullopt;
    sent.bytes += body.value_or(0);
  } else if (framing.verdict == Verdict::kGood) {
    sent.bytes += framing.length.value_or(0);
    if (sent.bytes > text.size()) return std::nullopt;
  }
  sent.verdict = framing.verdict;
  return sent;
}

/// All requests up to the first that is not clearly right.
std::vector<Sent> read_requests(std::string_view text) {
  std::vector<Sent> requests;
  while (true) {
    while (text.starts_with("\r\n")) text.remove_prefix(2);
    if (text.empty() || text == "\r") return requests;
    const auto sent = read_request(text);
    if (!sent) return requests;
    requests.push_back(*sent);
    if (sent->verdict != Verdict::kGood || sent->last) return requests;
    text.remove_prefix(sent->bytes);
  }
}

// --- Replies ----------------------------------------------------------------------------------------------------------

struct Received {
  unsigned status = 0;
  bool close = false;
  std::string header;  ///< without its date
  std::string body;
};

Received read_reply(std::string_view& text, bool head_only) {
  const std::string whole(text);
  const auto end = text.find("\r\n\r\n");
  require(end != kNone && text.starts_with("HTTP/1.1 ") && text.size() > 12, "a reply has a header", whole);
  Received reply;
  std::from_chars(text.data() + 9, text.data() + 12, reply.status);
  require(reply.status >= 200 && reply.status < 600 && text[12] == ' ', "a reply has a status", whole);
  std::optional<std::size_t> length;
  auto lines = text.substr(0, end + 2);
  for (bool first = true; !lines.empty(); first = false) {
    const auto line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    require(line.find_first_of(std::string_view("\r\n\0", 3)) == kNone, "a reply's lines end where they end", whole);
    if (!line.starts_with("Date: ")) reply.header.append(line).append("\n");
    if (first) continue;
    const auto colon = line.find(": ");
    require(colon != kNone && is_token(line.substr(0, colon)), "a reply has headers with names", whole);
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

std::vector<Received> read_replies(std::string_view text, const std::vector<Sent>& requests) {
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
    const bool bare = head_only && body != kNone && text.substr(body + 4, 1) != "{";
    replies.push_back(read_reply(text, bare));
  }
}

void check_replies(const std::vector<Sent>& requests, const std::vector<Received>& replies, const std::string& seen) {
  for (std::size_t i = 0; i < replies.size(); ++i) {
    require(i < requests.size() || requests.empty() || !requests.back().last, "nothing is answered behind the last request", seen);
    require(i < requests.size() || i == requests.size(), "there are no more replies than requests", seen);
    const bool good = i < requests.size() && requests[i].verdict == Verdict::kGood;
    if (!good) require(replies[i].status >= 400 && replies[i].close, "what is no request is only refused", seen);
    require(!replies[i].close || i + 1 == replies.size(), "nothing comes behind the last reply", seen);
    if (good) require(replies[i].close == requests[i].last, "a connection goes on when the client wants it", seen);
  }
  if (!requests.empty() && requests.back().verdict == Verdict::kUnclear) return;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].verdict == Verdict::kGood) require(i < replies.size(), "every request is answered", seen);
  }
}

/// Messages of sends that were answered with 800.
std::size_t accepted(const std::vector<Received>& replies) {
  std::size_t count = 0;
  for (const Received& reply : replies) {
    if (!reply.body.starts_with(R"({"statusCode":800,"messages":[)")) continue;
    count += boost::json::parse(reply.body).at("messages").as_array().size();
  }
  return count;
}

std::size_t stored(Broker& broker) {
  std::size_t count = 0;
  for (const auto& queue : broker.inspect()) count += queue.queue.messages;
  return count;
}

void check_stored(Connected& connected, const std::vector<Received>& replies, std::string_view bytes, const std::string& seen) {
  if (bytes.find("removeQueue") != kNone) return;
  require(stored(connected.world.broker) == accepted(replies), "what was accepted is stored, and nothing else", seen);
}

bool refused_for_a_line(const Received& reply) {
  return reply.body.find("a chunk's size is not readable") != kNone || reply.body.find("a chunk's size line or the trailer has more than") != kNone;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t piece = 1 + test::take_byte(input) % 64;
  Connected whole;
  const std::string bytes = whole.world.expand(input);
  const auto requests = read_requests(bytes);
  whole.send(bytes);
  whole.finish();
  const std::string seen = bytes + "\n-> " + whole.replies;
  const auto replies = read_replies(whole.replies, requests);
  const bool unclear = !requests.empty() && requests.back().verdict == Verdict::kUnclear;
  check_replies(requests, replies, seen);
  if (!unclear) check_stored(whole, replies, bytes, seen);

  Connected pieces;
  pieces.send(bytes, piece);
  pieces.finish();
  const auto others = read_replies(pieces.replies, requests);
  const std::string both = seen + "\nin pieces -> " + pieces.replies;
  require(others.size() == replies.size(), "pieces make no difference to the number of replies", both);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    // A chunk's size line that is both wrong and too long: which of the two shows first depends on when its end comes.
    if (refused_for_a_line(replies[i]) && refused_for_a_line(others[i])) continue;
    require(replies[i].header == others[i].header && replies[i].body == others[i].body, "pieces make no difference to a reply", both);
  }
  require(whole.world.state() == pieces.world.state(), "pieces make no difference to what is stored", both);
  return 0;
}
