#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wingmq/engine.h"
#include "wingmq/net/language.h"

namespace wingmq::net {

class History;

/// How calls are authenticated (API.md 2).
enum class AuthMode : std::uint8_t {
  kOff,     ///< not at all: the accessKey names the customer
  kWarn,    ///< everything is checked, and only reported
  kHmac,    ///< the signature covers digest, date and path; the digest is believed
  kVerify,  ///< the digest is computed again from the parameters
};

/// Whether connections are encrypted. The first byte of a connection tells TLS from plain HTTP.
enum class TlsMode : std::uint8_t {
  kOff,
  kOptional,  ///< both on the same ports
  kOnly,      ///< plain HTTP is refused
};

/// The certificate (PEM, with its chain) and its key. Needed unless the mode is kOff.
struct TlsOptions {
  TlsMode mode = TlsMode::kOff;
  std::string certificate_file;
  std::string key_file;
};

/// Who may call, and for whom.
struct Credential {
  std::string access_key;
  std::string secret_key;
  std::string customer;       ///< whose resources it opens
  bool may_delegate = false;  ///< may act for the customers that customInfo names
};

/// What a handle looks like on the wire (API.md D21).
enum class HandleFormat : std::uint8_t { kCompact, kJson };

/// Who may use /__admin/ (server.md, control plane).
enum class AdminAccess : std::uint8_t { kOff, kReadOnly, kFull };

/// Who may read /metrics (server.md): it names every tenant's queues.
enum class MetricsAccess : std::uint8_t {
  kOpen,
  kToken,  ///< the control plane's; without one, nobody
};

/// What bounds a connection and a request. Every number can be set.
struct NetLimits {
  std::uint32_t connections_max = 20'000;
  std::uint32_t connections_per_address_max = 0;  ///< of one IPv4 address or IPv6 network of 64 bits; 0: as many as there are
  std::size_t body_bytes_max = std::size_t{4} << 20;
  std::size_t header_bytes_max = std::size_t{32} << 10;
  std::uint32_t batch_messages_max = 1000;  ///< messages in one send, entries in one confirm, maxMsgs (API.md D15)
  std::chrono::milliseconds header_timeout = std::chrono::seconds(10);  ///< from a request's first byte to its header's end
  std::chrono::milliseconds body_timeout = std::chrono::seconds(30);    ///< for the whole body
  std::chrono::milliseconds write_timeout = std::chrono::seconds(30);   ///< for the whole reply
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);   ///< between two requests
};

/// An address to listen on; port 0 asks for any free one.
struct Endpoint {
  std::string address;  ///< numeric IPv4 or IPv6, without brackets
  std::uint16_t port = 0;
};

/// `127.0.0.1:9080`, `[::1]:9080`.
[[nodiscard]] std::string to_string(const Endpoint& endpoint);

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

/// A request, once its reply has been handed to the connection. The views live during the call that gets it.
struct ServedRequest {
  std::string_view method;        ///< empty, like the path, when the request could not be read
  std::string_view path;          ///< without its query
  std::string_view access_key;    ///< as the caller gave it; never a known secret
  unsigned status = 0;            ///< HTTP's
  std::size_t received_bytes = 0; ///< of the request's body
  std::size_t sent_bytes = 0;     ///< of the reply's body
  std::chrono::microseconds duration{};  ///< since the request's first byte
};

struct ServerOptions {
  std::vector<Endpoint> listen = {{"127.0.0.1", 9080}, {"::1", 9080}};
  std::uint32_t threads = 0;  ///< 0: one for each processor
  AuthMode auth = AuthMode::kOff;
  /// How far a signed request's date may be from the wall clock; 0: as far as it likes.
  std::chrono::milliseconds auth_skew = std::chrono::minutes(15);
  std::vector<Credential> credentials;
  /// Whether replies tell why a signature is wrong, and what id a name stands for. Not in production: it would help who guesses.
  bool explain_signatures = true;
  TlsOptions tls;
  HandleFormat handles = HandleFormat::kCompact;
  Language language = Language::kChinese;  ///< of refusals, when a caller's Accept-Language wants neither
  AdminAccess admin = AdminAccess::kFull;
  std::string admin_token;  ///< empty: none asked for
  MetricsAccess metrics = MetricsAccess::kOpen;
  /// Names and addresses, without ports, under which browsers may reach the server, and everybody the control plane and the metrics,
  /// besides `localhost`, loopback addresses and the one that a connection came in on.
  std::vector<std::string> allowed_hosts;
  NetLimits limits;
  /// Whether tests may break calls on purpose (net/API.md, faults). Never in production.
  bool faults = false;
  std::string fault_rules;  ///< a JSON list: those in force from the start, as check_fault_rules() lets pass
  std::uint64_t seed = 0;   ///< of what faults leave to chance
  /// How many calls of operations the control plane can tell about afterwards (net/API.md, the journal); 0: none.
  std::size_t journal = 0;
  /// What the broker tells of its messages, for the control plane to tell further; nullptr: nothing is kept. Must outlive the server.
  History* history = nullptr;
  /// Receives log lines, from any thread; may be empty.
  std::function<void(LogLevel, std::string_view)> log;
  /// Receives every request, from any thread; costs nothing when empty.
  std::function<void(const ServedRequest&)> on_request;
  /// The start-up queues, which POST /__admin/reset {} makes again in the step that forgets everything.
  std::vector<QueuePlan> declared_queues;
};

/// Whether a text is a JSON list of fault rules (net/API.md, faults). The error says which rule is wrong, and how.
[[nodiscard]] std::expected<void, std::string> check_fault_rules(std::string_view text);

/// The HTTP front end of an Engine, such as a MemoryEngine: listeners, connections and the threads that run them.
class Server {
 public:
  /// `engine` must outlive the server. Binds nothing yet.
  Server(Engine& engine, ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  /// Stops as stop() does.
  ~Server();

  /// Binds every endpoint, then accepts; when it returns, connections are served. On failure nothing listens, and the
  /// error says which address could not be bound and why, or what is wrong with the certificate.
  [[nodiscard]] std::expected<void, std::string> start();

  /// The bound endpoints with their real ports, in the order asked for.
  [[nodiscard]] const std::vector<Endpoint>& endpoints() const noexcept;

  /// Where a client on this machine finds the server: the first endpoint as a URL, `http://127.0.0.1:41234`, with https where
  /// plain HTTP is refused. Empty before start().
  [[nodiscard]] std::string url() const;

  /// Replaces all credentials; calls that are being served keep the old ones. Any thread.
  void set_credentials(const std::vector<Credential>& credentials);

  /// Reads certificate and key again; connections that are open keep the old ones. The error names the file and the reason,
  /// and then nothing has changed. Any thread.
  [[nodiscard]] std::expected<void, std::string> reload_tls();

  /// As POST /__admin/reset {}: every queue is forgotten, those of ServerOptions::declared_queues are made again in the same step, parked
  /// consumers are answered with an empty array, and the fault rules are those of the start. Holds the thread until it is done. The error
  /// says why it cannot be; then nothing has changed. Any thread but the server's own.
  [[nodiscard]] std::expected<void, std::string> reset();

  /// Accepts no more, closes the engine, answers parked consumers with an empty array, lets running requests finish (`grace` at most),
  /// closes every connection and joins the threads. May be called from any thread but the server's own; twice is harmless.
  void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(1500));

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wingmq::net
