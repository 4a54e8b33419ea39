// Requests over TLS, through a real session. The plaintext is cut into records and the ciphertext into segments as the first
// bytes of the input say (Plan), and something may happen on the way: the stream ends, a byte is turned, the client says goodbye
// before it has said everything, or it changes its key. Or there is no TLS at all, only bytes.
//   - What is answered and stored is what a plain connection answers and stores that is sent the records which arrived.
//   - A client to whom nothing happened hears TLS without a fault, to the server's goodbye.
//   - A session ends when its client has gone, whatever it said.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check.h"
#include "connected.h"
#include "reply_reader.h"
#include "request_reader.h"
#include "support/tls_client.h"
#include "wingmq/net/self_signed.h"

namespace {

using namespace wingmq;
using test::Connected;
using test::Received;
using test::require;

constexpr char kHandshake = '\x16';  // what TLS begins with

/// Of a certificate for the whole run.
class Files {
 public:
  Files() {
    const auto made = net::make_self_signed(std::filesystem::temp_directory_path());
    require(made.has_value(), "a certificate is made");
    files_ = *made;
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    std::error_code ignored;
    std::filesystem::remove_all(std::filesystem::path(files_.certificate).parent_path(), ignored);
  }
  [[nodiscard]] net::TlsOptions options(net::TlsMode mode) const { return {mode, files_.certificate, files_.key}; }

 private:
  net::CertificateFiles files_;
};

enum class Event : std::uint8_t {
  kNone,
  kEnd,           ///< the stream ends
  kTurn,          ///< a byte is not the one that was sent
  kGoodbye,       ///< before a record the client says that nothing more comes
  kNewKey,        ///< before a record the client changes its key, and wants the server to
  kEndEarly,      ///< the stream ends in the handshake
  kTurnEarly,     ///< a byte of the handshake is not the one that was sent
  kNoTls,         ///< the input is sent as it is
};

/// What the first bytes of an input say.
struct Plan {
  explicit Plan(std::string_view& input) {
    const unsigned first = test::take_byte(input);
    event = static_cast<Event>(first % 8);
    version = (first & 8) != 0 ? TLS1_2_VERSION : TLS1_3_VERSION;
    mode = (first & 16) != 0 ? net::TlsMode::kOptional : net::TlsMode::kOnly;
    for (auto* size : {&records.one, &records.other, &segments.one, &segments.other}) {
      const unsigned given = test::take_byte(input);
      *size = given == 0 ? std::string_view::npos : given;
    }
    place = test::take_byte(input) << 8;
    place += test::take_byte(input);
    mask = static_cast<char>(1U << test::take_byte(input) % 8);
  }

  Event event;
  int version;
  net::TlsMode mode;
  test::Pieces records;   ///< of plaintext
  test::Pieces segments;  ///< of ciphertext
  std::size_t place = 0;  ///< of the event
  char mask;              ///< what is turned of a byte
};

/// The way from the client to the server, where a byte may turn, and behind which nothing may come.
struct Way {
  /// What arrives of the next bytes.
  std::string pass(std::string bytes) {
    const std::size_t begin = std::exchange(passed, passed + bytes.size());
    if (ended) return {};
    if (at < begin || at >= passed) return bytes;
    struck = true;
    ended = ends;
    if (ends) return bytes.substr(0, at - begin);
    bytes[at - begin] = static_cast<char>(bytes[at - begin] ^ mask);
    return bytes;
  }

  std::size_t at = std::string_view::npos;
  bool ends = false;
  char mask = 0;
  std::size_t passed = 0;
  bool struck = false;
  bool ended = false;
};

/// A plain connection refuses what begins as TLS does in words of its own, so requests have no such byte.
std::string without_handshakes(std::string text) {
  std::ranges::replace(text, kHandshake, '?');
  return text;
}

std::string state_of_nothing() {
  return test::World(test::options_of_server(), test::World::Contents::kQueues).state();
}

/// One connection over TLS, from its first byte to its last.
class Encrypted {
 public:
  Encrypted(const Files& files, const Plan& plan, std::string_view input)
      : server(files.options(plan.mode)), text(without_handshakes(server.world.expand(input))), client(plan.version), plan_(plan) {
    way.mask = plan.mask;
    way.ends = plan.event == Event::kEnd || plan.event == Event::kEndEarly;
    if (plan.event == Event::kEndEarly || plan.event == Event::kTurnEarly) way.at = plan.place % kHandshakeBytes;
    shake_hands();
    connected = client.connected();  // an alert that comes later takes that back
    if (connected) say_everything();
    parked = server.parked();
    all_sent = server.all_sent();
    server.finish();
    hear();
    state = server.world.state();
  }

  /// The part of the text that the server can know. Of a turned byte in the handshake the server knows nothing, or takes no
  /// offence: some bytes mean nothing, for nobody signs them.
  [[nodiscard]] std::string_view delivered() const {
    if (!connected) return {};
    const bool early = way.struck && way.at < handshake_bytes_;
    if (early && (way.ends || (heard.empty() && state == state_of_nothing()))) return {};
    std::size_t bytes = 0;
    for (const Record& record : records_) {
      if (way.struck && !early && record.end > way.at) break;
      bytes = record.text_end;
    }
    return std::string_view(text).substr(0, bytes);
  }

  Connected server;
  const std::string text;
  test::TlsClient client;
  Way way;
  std::string heard;
  std::string state;
  bool connected = false;
  std::uint64_t parked = 0;  ///< calls that wait when everything has been sent
  bool all_sent = false;
  bool said_goodbye = false;

 private:
  struct Record {
    std::size_t end;       ///< on the way
    std::size_t text_end;  ///< in the text
  };

  static constexpr std::size_t kHandshakeBytes = 512;  // about

  void hear() {
    client.take(std::exchange(server.replies, {}));
    heard += client.heard();
  }
  void send(std::string bytes) {
    sending_ = way.pass(std::move(bytes));
    server.send(sending_, plan_.segments);
    hear();
  }
  void shake_hands() {
    while (!client.connected()) {
      std::string bytes = client.to_send();
      if (bytes.empty()) return;
      send(std::move(bytes));
    }
  }
  void say_everything() {
    std::string bytes = client.to_send();  // what ends the handshake may come with the first record
    const std::size_t begin = way.passed;
    handshake_bytes_ = begin + bytes.size();
    test::Pieces pieces = plan_.records;
    const std::vector<std::string_view> parts = cut(text, pieces);
    const std::size_t when = plan_.place % (parts.size() + 1);
    for (std::size_t i = 0; i <= parts.size(); ++i) {
      if (i == when && plan_.event == Event::kNewKey && plan_.version == TLS1_3_VERSION) client.change_key();
      if (i == when && plan_.event == Event::kGoodbye) {
        client.say_goodbye();
        said_goodbye = true;
      }
      if (i < parts.size()) client.say(parts[i]);
      bytes += client.to_send();
      if (i < parts.size() && !said_goodbye) {
        const auto end = static_cast<std::size_t>(parts[i].data() - text.data()) + parts[i].size();
        records_.push_back({.end = begin + bytes.size(), .text_end = end});
      }
    }
    if ((plan_.event == Event::kEnd || plan_.event == Event::kTurn) && !bytes.empty()) way.at = begin + plan_.place % bytes.size();
    send(std::move(bytes));
  }
  static std::vector<std::string_view> cut(std::string_view text, test::Pieces& pieces) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
      parts.push_back(text.substr(0, pieces.next()));
      text.remove_prefix(parts.back().size());
    }
    return parts;
  }
  Plan plan_;
  std::string sending_;
  std::vector<Record> records_;
  std::size_t handshake_bytes_ = 0;
};

/// How many calls of a client wait although it left as soon as it had said `text`: behind a call that waits there may be another
/// request, and then nobody looks further.
std::uint64_t parked_for_nobody(std::string_view text) {
  Connected plain;
  plain.send(text);
  plain.hang_up();
  const std::uint64_t parked = plain.parked();
  plain.finish();
  return parked;
}

/// The plain connection is sent what was delivered over the encrypted one, and its client leaves when that one's seemed to. Where a
/// goodbye or a turned byte stands behind another request, the session comes to it between two calls, when no plain client can
/// leave: then the first replies are compared.
void compare(Encrypted& encrypted) {
  const std::string_view delivered = encrypted.delivered();
  const std::string seen = std::string(delivered) + "\n-> " + encrypted.heard;
  const bool turned = encrypted.way.struck && !encrypted.way.ends;
  const bool leaves = turned || encrypted.said_goodbye;
  const bool later = leaves && encrypted.parked > 0;
  if (later && !turned && encrypted.all_sent) require(parked_for_nobody(delivered) > 0, "nobody waits behind a goodbye", seen);
  Connected plain;
  plain.send(delivered);
  if (leaves && !later) plain.hang_up();
  require(plain.parked() == encrypted.parked, "the same calls wait, plain or encrypted", seen);
  plain.finish();
  const std::string both = seen + "\nplain -> " + plain.replies;
  const auto requests = test::read_requests(delivered, {.header_bytes = test::kHeaderMax, .body_bytes = test::kBodyMax});
  const auto expected = test::read_replies(plain.replies, requests);
  const auto replies = test::read_replies(encrypted.heard, requests);
  const bool enough = replies.size() == expected.size() || (later && replies.size() < expected.size());
  require(enough, "TLS makes no difference to the number of replies", both);
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const bool same = replies[i].header == expected[i].header && replies[i].body == expected[i].body;
    require(same, "TLS makes no difference to a reply", both);
  }
  require(later || encrypted.state == plain.world.state(), "TLS makes no difference to what is stored", both);
  if (encrypted.way.struck) return;
  require(encrypted.connected, "a right handshake succeeds", both);
  require(!encrypted.client.broken(), "the server speaks TLS without a fault", both);
  require(replies.empty() || encrypted.client.told_goodbye(), "the server says goodbye", both);
}

/// Bytes that no TLS library made. What begins as a handshake does is none, though: it never gets as far as a request.
void check_bytes(const Files& files, const Plan& plan, std::string_view input) {
  Connected server(files.options(plan.mode));
  const std::string bytes = server.world.expand(input);
  server.send(bytes, plan.segments);
  server.finish();
  if (plan.mode == net::TlsMode::kOptional && !bytes.starts_with(kHandshake)) {
    Connected plain;
    plain.send(bytes, plan.segments);
    plain.finish();
    const auto requests = test::read_requests(bytes, {.header_bytes = test::kHeaderMax, .body_bytes = test::kBodyMax});
    const auto expected = test::read_replies(plain.replies, requests);
    const auto replies = test::read_replies(server.replies, requests);
    const std::string seen = bytes + "\n-> " + server.replies + "\nTLS is off -> " + plain.replies;
    require(replies.size() == expected.size(), "TLS beside it makes no difference to plain HTTP", seen);
    require(server.world.state() == plain.world.state(), "TLS beside it makes no difference to what plain HTTP stores", seen);
    return;
  }
  require(server.world.state() == state_of_nothing(), "what is no TLS does nothing", bytes);
  std::string_view replies = server.replies;
  if (bytes.empty()) return require(replies.empty(), "nothing is answered with nothing", server.replies);
  const bool handshake = bytes.starts_with(kHandshake);
  if (handshake) return require(replies.find("HTTP") == std::string_view::npos, "a handshake is not answered with HTTP", bytes);
  const Received refusal = test::read_reply(replies, false);
  const bool refused = refusal.status == 400 && refusal.close && replies.empty();
  require(refused, "plain HTTP is refused where only TLS is spoken", server.replies);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Files files;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  const Plan plan(input);
  if (plan.event == Event::kNoTls) {
    check_bytes(files, plan, input);
    return 0;
  }
  Encrypted encrypted(files, plan, input);
  compare(encrypted);
  return 0;
}
