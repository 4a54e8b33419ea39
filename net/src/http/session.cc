#include "http/session.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "http/reply_head.h"

namespace wingmq::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

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
      reader_(connection_, worker),
      exchange_(worker.service->open([this] { worker_.woken.add(*this); })),
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
  if (reader_.idle()) connection_.close();
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
    reader_.rest();
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
    worker_.log_debug([&] { return "a TLS handshake failed: " + (connection_.timed_out() ? std::string("it took too long") : error.message()); });
  }
  co_return !error;
}

/// Returns whether the connection goes on.
asio::awaitable<bool> Session::serve_one() {
  auto head = co_await reader_.read_head();
  if (!head) {
    if (head.error()) co_await refuse(*head.error(), nullptr);
    co_return false;
  }
  Request request = head->request();
  request.local_address = local_address_;
  const bool keep_alive = head->keep_alive();
  std::expected<Buffer, RequestReader::Refusal> body;
  auto incoming = reader_.begin_body(*head, request);
  if (!incoming) {
    body = std::unexpected(std::move(incoming.error()));
  } else if (incoming->complete) {
    body = std::move(incoming->bytes);
  } else {
    body = co_await reader_.read_body(*head, request, *incoming);
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
  while (!reply) {
    waits_ = Waits::kForEngine;
    const bool answered = co_await wait_for_answer();
    if (!answered) co_return false;
    reply = exchange_->finish();
    if (!reply) woken_ = false;  // whoever wakes it again does so on this thread, in a later turn
  }
  if (reply->dropped) waits_ = Waits::kForNothing;
  if (reply->dropped) co_return false;
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

// --- Answering --------------------------------------------------------------------------------------------------------

/// False: the peer went away meanwhile.
asio::awaitable<bool> Session::wait_for_answer() {
  connection_.never_expire();
  if (exchange_->parked()) co_return co_await wait_parked();
  while (!woken_) co_await sleep_until_woken();
  co_return true;
}

/// Perhaps for minutes: with little memory, and until the peer leaves; then the call is taken back.
asio::awaitable<bool> Session::wait_parked() {
  connection_.shrink(true);
  // What came over TLS with the request is not in the socket any more, nor decrypted yet, and may be a goodbye.
  gone_ = connection_.encrypted() && connection_.peer_is_gone();
  if (!gone_) {
    watch_peer();
    co_await sleep_until_woken();
  }
  if (!woken_ && exchange_->cancel()) {
    waits_ = Waits::kForNothing;
    co_return false;
  }
  while (!woken_) co_await sleep_until_woken();
  // The peer may have left in this very turn of the loop. What leaves from here on and is lost on its way stays leased until
  // its time runs out: only a write that fails is known to have failed.
  if (gone_ || connection_.peer_is_gone()) {
    waits_ = Waits::kForPeer;
    co_return false;
  }
  if (watching_) {
    error_code ignored;
    connection_.socket().cancel(ignored);
  }
  co_return true;
}

void Session::wake() {
  woken_ = true;
  alarm_.cancel();
  if (const auto self = std::exchange(until_woken_, nullptr)) abandon_call();
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
    case Waits::kForEngine: break;
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
  if (const auto begun = reader_.begun()) {
    told_.duration = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - *begun);
  }
  worker_.options.on_request(told_);
  told_ = {};
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
  reader_.stir();
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
