#include "http/session.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <algorithm>
#include <cstring>
#include <utility>

#include "http/chunk_decoder.h"
#include "http/reply_head.h"

namespace wingmq::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
/// For so much of a body memory is taken unasked.
constexpr std::size_t kFirstBodyBytes = std::size_t{16} << 10;
/// A body gets so many times the memory of what has arrived of it.
constexpr std::size_t kBodyGrowth = 8;
constexpr std::size_t kChunkReadBytes = std::size_t{64} << 10;

/// Where the header at the beginning of `text` ends, npos when it does not. An empty line of bare line feeds ends it too:
/// RequestHead refuses such a header, but a client that sent one must not wait for more.
std::size_t find_head_end(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const auto next = text.substr(at + 1, 2);
    if (next.starts_with('\n')) return at + 2;
    if (next == "\r\n") return at + 3;
  }
  return std::string_view::npos;
}

std::string local_address_of(const asio::ip::tcp::socket& socket) {
  error_code error;
  const auto local = socket.local_endpoint(error);
  return error ? std::string() : local.address().to_string();
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, Worker& worker, const Origin& origin)
    : worker_(worker),
      origin_(origin),
      local_address_(local_address_of(socket)),
      connection_(std::move(socket)),
      exchange_(worker.service->open([this] {
        // Runs in any thread. The session lives: it waits for this.
        wake_memory_.post(worker_.context, [self = shared_from_this()] { self->wake(); });
      })),
      alarm_(worker.context, asio::steady_timer::time_point::max()) {
  worker_.sessions.insert(this);
}

Session::~Session() {
  worker_.sessions.erase(this);
  worker_.session_count.remove(origin_);
}

/// A session's life: ends it when its coroutine is over, also when that is destroyed in the middle, as Asio does when there is no memory
/// to wait with.
class Session::Life {
 public:
  explicit Life(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  Life(Life&&) noexcept = default;
  Life& operator=(Life&&) = delete;
  ~Life() {
    if (!session_) return;
    session_->end_call();
    session_->connection_.close();
  }
  [[nodiscard]] const Session& session() const noexcept { return *session_; }

 private:
  std::shared_ptr<Session> session_;
};

void Session::spawn(std::function<asio::awaitable<void>()> work) {
  asio::co_spawn(worker_.context, std::move(work), [life = Life(shared_from_this())](const std::exception_ptr& error) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
      life.session().worker_.complain(thrown);
    }
  });
}

void Session::start() {
  connection_.set_owner(weak_from_this());
  spawn([this] { return run(); });
}

void Session::turn_away(std::string detail) {
  connection_.set_owner(weak_from_this());
  spawn([this, detail = std::move(detail)] { return refuse({503, detail}, nullptr); });
}

void Session::stop() {
  if (idle_) connection_.close();
}

asio::awaitable<void> Session::run() {
  bool goes_on = co_await negotiate();
  while (goes_on) {
    try {
      goes_on = co_await serve_one();
    } catch (...) {
      end_call();  // before the loop goes on: the request is gone
      throw;
    }
    end_call();
    idle_ = true;
    connection_.shrink();
  }
  if (whole_) co_await connection_.say_goodbye();
  connection_.close();  // whoever still watches it keeps this session alive
}

/// Plain or encrypted, as the first byte says (server.md). Returns whether the connection goes on.
asio::awaitable<bool> Session::negotiate() {
  if (worker_.tls.mode() == TlsMode::kOff) co_return true;
  connection_.expire_after(worker_.options.limits.idle_timeout);
  const auto encrypted = co_await connection_.detect_tls();
  if (!encrypted) co_return false;
  connection_.expire_after(worker_.options.limits.header_timeout);
  if (*encrypted) co_return co_await shake_hands();
  if (worker_.tls.mode() == TlsMode::kOptional) co_return true;
  HttpFault fault{400, "only TLS is spoken here: use https"};
  co_await refuse(std::move(fault), nullptr);
  co_return false;
}

/// Why clients refuse a certificate, or are refused, is for whoever looks for it.
asio::awaitable<bool> Session::shake_hands() {
  const error_code error = co_await connection_.shake_hands(worker_.tls.current());
  if (error) {
    log_debug([&] { return "a TLS handshake failed: " + (connection_.timed_out() ? std::string("it took too long") : error.message()); });
  }
  co_return !error;
}

void Session::log_debug(const std::function<std::string()>& line) const {
  if (worker_.options.log) worker_.options.log(LogLevel::kDebug, line());
}

/// Returns whether the connection goes on.
asio::awaitable<bool> Session::serve_one() {
  auto head = co_await read_head();
  if (!head) {
    if (head.error()) co_await refuse(*head.error(), nullptr);
    co_return false;
  }
  Request request = head->request();
  request.local_address = local_address_;
  const bool keep_alive = head->keep_alive();
  std::expected<Buffer, Refusal> body;
  auto incoming = begin_body(*head, request);
  if (!incoming) {
    body = std::unexpected(std::move(incoming.error()));
  } else if (incoming->complete) {
    body = std::move(incoming->bytes);
  } else {
    body = co_await read_body(*head, request, *incoming);
  }
  if (!body) {
    if (body.error()) co_await refuse(*body.error(), &*head);
    co_return false;
  }
  request.body = std::move(*body);
  note_request(request);
  woken_ = false;
  const bool refused = incoming->refusal.has_value();
  const bool prepares = !refused && exchange_->prepare(request, [this] { wake(); });
  if (prepares) waits_ = Waits::kForDigest;
  if (prepares) co_await wait_prepared();
  auto reply = refused ? std::move(incoming->refusal) : exchange_->handle(std::move(request));
  if (!reply) waits_ = Waits::kForBroker;
  if (!reply) reply = co_await wait_parked();
  if (!reply) co_return false;
  if (!refused) waits_ = Waits::kForPeer;
  const bool close = !keep_alive || worker_.stopping;
  const Outgoing out = begin_send(*reply, close, &*head);
  bool sent = out.complete();
  if (!sent) sent = co_await send_rest(out);
  whole_ = sent;
  report(*reply);
  if (sent) waits_ = Waits::kForNothing;
  co_return sent && !close;
}

// --- Reading ----------------------------------------------------------------------------------------------------------

asio::awaitable<std::expected<RequestHead, Session::Refusal>> Session::read_head() {
  const NetLimits& limits = worker_.options.limits;
  const auto silent = std::unexpected(Refusal());
  connection_.expire_after(limits.idle_timeout);
  // An empty line may stand before a request (RFC 9112, 2.2); a client that sends only those is idle.
  while (true) {
    while (connection_.arrived().starts_with("\r\n")) connection_.use(2);
    if (!connection_.arrived().empty() && connection_.arrived() != "\r") break;
    if (worker_.stopping) co_return silent;
    const bool more = co_await connection_.fill();
    if (!more) co_return silent;
  }
  note_begin();
  if (connection_.begins_as_tls()) {
    log_debug([] { return "a client speaks TLS, which is off"; });
    co_return std::unexpected(HttpFault{400, "TLS is not spoken here: use http, or start the server with a certificate"});
  }
  bool incomplete = false;
  std::size_t searched = 0;
  while (true) {
    const auto arrived = connection_.arrived();
    const std::size_t end = find_head_end(arrived, searched);
    const std::size_t bytes = std::min(end, arrived.size());
    if (bytes > limits.header_bytes_max) {
      co_return std::unexpected(
          HttpFault{431, fmt::format("the header has more than {} bytes", limits.header_bytes_max)});
    }
    if (end != std::string_view::npos) {
      auto head = RequestHead::parse(arrived.substr(0, bytes));
      connection_.use(bytes);
      if (!head) co_return std::unexpected(head.error());
      co_return std::move(*head);
    }
    if (!std::exchange(incomplete, true)) connection_.expire_after(limits.header_timeout);
    searched = bytes < 2 ? 0 : bytes - 2;  // the end's last byte is the one that may still be missing
    const bool more = co_await connection_.fill();
    if (more) continue;
    if (connection_.timed_out()) co_return std::unexpected(timeout_fault("header", limits.header_timeout));
    co_return silent;
  }
}

/// Takes what is there already; often that is all of it. Memory is taken for a share of what was announced, and for the rest
/// when that share has come: who announces much and sends nothing costs nothing. Who sends fast, or little, gets it all at once
/// and nothing is copied.
std::expected<Session::Incoming, Session::Refusal> Session::begin_body(const RequestHead& head, const Request& request) {
  const NetLimits& limits = worker_.options.limits;
  if (head.chunked()) return Incoming();
  if (head.content_length() > limits.body_bytes_max) {
    return std::unexpected(HttpFault{
        413, fmt::format("the body has {} bytes, {} are allowed", head.content_length(), limits.body_bytes_max)});
  }
  Incoming body;
  const auto size = static_cast<std::size_t>(head.content_length());
  std::size_t room = size;
  if (size > kFirstBodyBytes) {
    room = std::min(size, std::max(kFirstBodyBytes, kBodyGrowth * (connection_.arrived().size() + connection_.waiting())));
    if (room > kFirstBodyBytes) body.refusal = worker_.service->refuse_body(request, room);
    if (body.refusal) return body;
  }
  if (size != 0) {
    body.bytes = worker_.broker.buffers().take(room);
    body.arrived = connection_.read_now(body.bytes.data(), room);
  }
  body.complete = body.arrived == size;
  return body;
}

asio::awaitable<std::expected<Buffer, Session::Refusal>> Session::read_body(const RequestHead& head, const Request& request,
                                                                                   Incoming& body) {
  connection_.expire_after(worker_.options.limits.body_timeout);
  if (body.arrived == 0) {
    const bool invited = co_await invite_body(head);
    if (!invited) co_return std::unexpected(Refusal());
  }
  if (head.chunked()) co_return co_await read_chunks(request, body);
  const auto size = static_cast<std::size_t>(head.content_length());
  if (body.refusal) co_return co_await read_past(size);
  co_return co_await read_sized(size, request, body);
}

asio::awaitable<std::expected<Buffer, Session::Refusal>> Session::read_sized(std::size_t size, const Request& request,
                                                                                    Incoming& body) {
  while (true) {
    const std::size_t room = body.bytes.size();
    const bool complete = co_await connection_.read(body.bytes.data() + body.arrived, room - body.arrived);
    if (!complete) co_return std::unexpected(body_lost());
    if (room == size) co_return std::move(body.bytes);
    const std::size_t more = std::min(size, kBodyGrowth * room);
    body.refusal = worker_.service->refuse_body(request, more);
    if (body.refusal) {
      body.bytes = {};
      co_return co_await read_past(size - room);
    }
    Buffer larger = worker_.broker.buffers().take(more);
    std::memcpy(larger.data(), body.bytes.data(), room);
    body.bytes = std::move(larger);
    body.arrived = room;
  }
}

/// A client that is not told before it has sent everything would often not read the answer.
asio::awaitable<std::expected<Buffer, Session::Refusal>> Session::read_past(std::size_t size) {
  const std::size_t here = std::min(size, connection_.arrived().size());
  connection_.use(here);
  size -= here;
  // Whatever many connections read there at once: nobody looks at it.
  for (std::size_t part = 0; size > 0; size -= part) {
    part = std::min(size, worker_.scratch.size());
    const bool complete = co_await connection_.read(worker_.scratch.data(), part);
    if (!complete) co_return std::unexpected(body_lost());
  }
  co_return Buffer();
}

Session::Refusal Session::body_lost() const {
  if (connection_.timed_out()) return timeout_fault("body", worker_.options.limits.body_timeout);
  return {};
}

/// Sends 100 Continue to a client that waits for it. Returns false when the connection is broken.
asio::awaitable<bool> Session::invite_body(const RequestHead& head) {
  if (!head.expects_continue() || !connection_.arrived().empty()) co_return true;
  co_return co_await connection_.write(kContinue, {});
}

asio::awaitable<std::expected<Buffer, Session::Refusal>> Session::read_chunks(const Request& request,
                                                                               Incoming& incoming) {
  const NetLimits& limits = worker_.options.limits;
  BufferPool& buffers = worker_.broker.buffers();
  Buffer body = buffers.take(std::min(kFirstBodyBytes, limits.body_bytes_max));
  std::optional<Reply>& refusal = incoming.refusal;  // from then on, what comes overwrites what came
  std::size_t size = 0;
  ChunkDecoder decoder({.body_bytes = limits.body_bytes_max, .line_bytes = limits.header_bytes_max});
  while (true) {
    const auto decoded = decoder.decode(connection_.arrived(), body.data() + size, body.size() - size);
    if (!decoded) co_return std::unexpected(decoded.error());
    connection_.use(decoded->consumed);
    size += decoded->written;
    if (decoded->done) break;
    if (decoded->full) {
      const std::size_t wanted = std::min(2 * size, limits.body_bytes_max);
      if (!refusal) refusal = worker_.service->refuse_body(request, wanted);
      if (refusal) {
        size = 0;
        continue;
      }
      Buffer larger = buffers.take(wanted);
      std::memcpy(larger.data(), body.data(), size);
      body = std::move(larger);
      continue;
    }
    const bool more = co_await connection_.fill(kChunkReadBytes);
    if (!more) co_return std::unexpected(body_lost());
  }
  body.resize(size);
  co_return std::move(body);
}

HttpFault Session::timeout_fault(std::string_view part, std::chrono::milliseconds allowed) const {
  return {408, fmt::format("the {} did not arrive within {} ms", part, allowed.count())};
}

// --- Answering --------------------------------------------------------------------------------------------------------

/// Nothing when the peer went away.
asio::awaitable<std::optional<Reply>> Session::wait_parked() {
  connection_.never_expire();
  connection_.shrink(true);
  // What came over TLS with the request is not in the socket any more, nor decrypted yet, and may be a goodbye.
  gone_ = connection_.encrypted() && connection_.peer_is_gone();
  if (!gone_) {
    watch_peer();
    co_await sleep_until_woken();
  }
  if (!woken_ && exchange_->cancel()) {
    waits_ = Waits::kForNothing;
    co_return std::nullopt;
  }
  while (!woken_) co_await sleep_until_woken();
  // The peer may have left in this very turn of the loop. What leaves from here on and is lost on its way stays leased until
  // its time runs out: only a write that fails is known to have failed.
  if (gone_ || connection_.peer_is_gone()) {
    waits_ = Waits::kForPeer;
    co_return std::nullopt;
  }
  if (watching_) {
    error_code ignored;
    connection_.socket().cancel(ignored);
  }
  co_return exchange_->finish();
}

void Session::wake() {
  woken_ = true;
  alarm_.cancel();
  if (std::exchange(until_woken_, nullptr)) abandon_call();
}

asio::awaitable<void> Session::wait_prepared() {
  while (!woken_) co_await sleep_until_woken();
  woken_ = false;
  waits_ = Waits::kForNothing;
}

/// Whoever still knows of the call when it is over, also because an exception took it off its way, forgets it.
void Session::end_call() noexcept {
  switch (std::exchange(waits_, Waits::kForNothing)) {
    case Waits::kForNothing: return;
    case Waits::kForDigest: return exchange_->forget();
    case Waits::kForPeer: return abandon_call();
    case Waits::kForBroker: break;
  }
  if (woken_) return abandon_call();
  if (!exchange_->cancel()) until_woken_ = shared_from_this();
}

/// Without the memory to give messages back they stay leased until their time runs out.
void Session::abandon_call() noexcept {
  try {
    exchange_->abandon();
  } catch (const std::bad_alloc&) {
    return;
  }
}

asio::awaitable<void> Session::sleep_until_woken() {
  if (woken_) co_return;
  error_code cancelled;
  co_await alarm_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

/// A pipelined request looks like a peer that is still there: from then on, nobody watches.
void Session::watch_peer() {
  if (watching_ || !connection_.arrived().empty()) return;
  watching_ = true;
  connection_.socket().async_wait(asio::socket_base::wait_read, [self = shared_from_this()](error_code error) {
    self->watching_ = false;
    if (error || self->woken_) return;
    self->gone_ = self->connection_.peer_is_gone();
    if (self->gone_) self->alarm_.cancel();
    // With TLS less than a record may have come: that says nothing yet, and is not seen again.
    if (!self->gone_ && self->connection_.encrypted()) self->watch_peer();
  });
}

void Session::note_begin() {
  idle_ = false;
  if (worker_.options.on_request) begun_ = std::chrono::steady_clock::now();
}

void Session::note_request(const Request& request) {
  if (!worker_.options.on_request) return;
  told_.method = request.method;
  told_.path = request.path();
  told_.access_key = worker_.service->caller_of(request);
  told_.received_bytes = request.body.size();
}

void Session::report(const Reply& reply) {
  if (!worker_.options.on_request) return;
  using std::chrono::steady_clock;
  told_.status = reply.status;
  told_.sent_bytes = reply.body.size();
  if (begun_ != steady_clock::time_point()) {
    told_.duration = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun_);
  }
  worker_.options.on_request(told_);
  told_ = {};
  begun_ = {};
}

/// Sends what can go at once. `reply` must live until the rest is gone.
Session::Outgoing Session::begin_send(const Reply& reply, bool close, const RequestHead* head) {
  const bool http10 = head != nullptr && head->version() == 10;
  const bool head_only = head != nullptr && head->head_only();
  Outgoing out{.header = reply_head(reply, {.date = worker_.date(), .keep_alive = worker_.keep_alive, .close = close, .http10 = http10}),
               .body = head_only ? std::string_view() : std::string_view(reply.body)};
  out.sent = connection_.write_now(out.header, out.body);
  return out;
}

asio::awaitable<bool> Session::send_rest(const Outgoing& out) {
  connection_.expire_after(worker_.options.limits.write_timeout);
  co_return co_await connection_.write(out.header, out.body, out.sent);
}

asio::awaitable<void> Session::refuse(HttpFault fault, const RequestHead* head) {
  idle_ = false;
  std::optional<Request> request;
  if (head != nullptr) request = head->request();
  if (request) note_request(*request);
  const Reply reply = worker_.service->http_fault(fault.status, request ? &*request : nullptr, fault.detail);
  const Outgoing out = begin_send(reply, true, head);
  bool sent = out.complete();
  if (!sent) sent = co_await send_rest(out);
  whole_ = sent;
  report(reply);
  if (sent) co_await connection_.linger();
}

}  // namespace wingmq::net
