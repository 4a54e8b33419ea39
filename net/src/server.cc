#include "wingmq/net/server.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

#include "app.h"
#include "app_service.h"
#include "http/deadline_timer.h"
#include "http/listener.h"
#include "http/session.h"
#include "http/worker.h"
#include "operations/error_map.h"
#include "wingmq/wait_for.h"

namespace wingmq::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::uint32_t thread_count(const ServerOptions& options) {
  return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  const bool v6 = endpoint.address.find(':') != std::string::npos;
  return (v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" + std::to_string(endpoint.port);
}

class Server::Impl {
 public:
  Impl(Engine& engine, ServerOptions options)
      : engine_(engine),
        options_(std::move(options)),
        app_(engine, options_),
        tls_(options_.tls),
        session_count_(options_.limits.connections_max, options_.limits.connections_per_address_max),
        workers_(make_workers()) {}

  std::expected<void, std::string> start();
  [[nodiscard]] std::expected<void, std::string> reset();
  void stop(std::chrono::milliseconds grace);
  void set_credentials(const std::vector<Credential>& credentials) { app_.set_credentials(credentials); }
  [[nodiscard]] std::expected<void, std::string> reload_tls() { return tls_.load(); }
  [[nodiscard]] const std::vector<Endpoint>& endpoints() const noexcept { return endpoints_; }
  [[nodiscard]] std::string url() const;

 private:
  using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

  std::deque<Worker> make_workers();
  std::expected<void, std::string> open_listeners();
  std::expected<void, std::string> try_listeners();
  void accept(tcp::socket socket);
  /// A socket between two event loops, counted.
  struct Arrival {
    tcp::socket::native_handle_type handle;
    tcp protocol;
    Origin origin;
    Admission admission;
  };
  void admit(const Arrival& arrival, Worker& worker);
  [[nodiscard]] std::string too_many(Admission admission) const;
  void stop_sessions();
  void join();

  Engine& engine_;
  const ServerOptions options_;
  App app_;
  Tls tls_;
  SessionCount session_count_;
  std::deque<Worker> workers_;
  std::deque<Listener> listeners_;
  std::optional<DeadlineTimer> deadlines_;
  std::vector<Endpoint> endpoints_;
  std::vector<WorkGuard> guards_;
  std::vector<std::thread> threads_;
  std::size_t next_worker_ = 0;  // on worker 0's thread
  std::mutex stop_mutex_;
};

std::deque<Worker> Server::Impl::make_workers() {
  std::deque<Worker> workers;
  for (std::uint32_t i = 0; i < thread_count(options_); ++i) {
    workers.emplace_back([this](asio::io_context& context) { return std::make_unique<AppService>(app_, context); }, engine_.buffers(), options_, tls_, session_count_);
  }
  return workers;
}

// --- Starting ---------------------------------------------------------------------------------------------------------

std::expected<void, std::string> Server::Impl::start() {
  if (tls_.mode() != TlsMode::kOff) {
    if (auto loaded = tls_.load(); !loaded) return loaded;
  }
  auto opened = open_listeners();
  if (!opened) {
    listeners_.clear();
    endpoints_.clear();
    return opened;
  }
  deadlines_.emplace(workers_.front().context, engine_);
  deadlines_->start();
  for (Listener& listener : listeners_) listener.start();
  for (Worker& worker : workers_) {
    guards_.push_back(asio::make_work_guard(worker.context));
    threads_.emplace_back([&worker] { worker.run(); });
  }
  app_.set_not_ready({});
  return {};
}

/// A port that is free at one address may be taken at the other: then all of them try another one.
std::expected<void, std::string> Server::Impl::open_listeners() {
  constexpr int kTries = 8;
  const auto any_port = [](const Endpoint& endpoint) { return endpoint.port == 0; };
  const bool shares_port = std::ranges::count_if(options_.listen, any_port) > 1;
  auto opened = try_listeners();
  for (int tries = 1; !opened && shares_port && tries < kTries; ++tries) {
    listeners_.clear();
    endpoints_.clear();
    opened = try_listeners();
  }
  return opened;
}

std::expected<void, std::string> Server::Impl::try_listeners() {
  std::uint16_t shared_port = 0;
  for (Endpoint endpoint : options_.listen) {
    // All that ask for any free port get the same one, so that a client needs to know only one.
    const bool any = endpoint.port == 0;
    if (any) endpoint.port = shared_port;
    Listener& listener = listeners_.emplace_back(
        workers_.front().context, [this](tcp::socket socket) { accept(std::move(socket)); }, options_.log);
    auto bound = listener.open(endpoint);
    if (!bound) return std::unexpected(bound.error());
    if (any) shared_port = bound->port;
    endpoints_.push_back(std::move(*bound));
  }
  return {};
}

std::string Server::Impl::url() const {
  if (endpoints_.empty()) return {};
  Endpoint first = endpoints_.front();
  // Nobody connects to "every address".
  if (first.address == "0.0.0.0") first.address = "127.0.0.1";
  if (first.address == "::") first.address = "::1";
  return (options_.tls.mode == TlsMode::kOnly ? "https://" : "http://") + to_string(first);
}

// --- Connections ------------------------------------------------------------------------------------------------------

void Server::Impl::accept(tcp::socket socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  const Origin origin(peer.address());
  const Admission admission = session_count_.add(origin);
  if (admission == Admission::kDropped) return;
  Worker& worker = workers_[next_worker_++ % workers_.size()];
  socket.set_option(tcp::no_delay(true), error);
  const auto handle = socket.release(error);
  if (error) {
    session_count_.remove(origin);
    return;
  }
  const Arrival arrival{handle, peer.protocol(), origin, admission};
  asio::post(worker.context, [this, arrival, &worker] { admit(arrival, worker); });
}

void Server::Impl::admit(const Arrival& arrival, Worker& worker) {
  tcp::socket socket(worker.context);
  boost::system::error_code error;
  socket.assign(arrival.protocol, arrival.handle, error);
  if (error) {  // the kernel watches no more sockets
    ::close(arrival.handle);
    session_count_.remove(arrival.origin);
    return;
  }
  const auto session = std::make_shared<Session>(std::move(socket), worker, arrival.origin);
  if (arrival.admission == Admission::kTaken) {
    session->start();
  } else {
    session->turn_away(too_many(arrival.admission));
  }
}

std::string Server::Impl::too_many(Admission admission) const {
  const NetLimits& limits = options_.limits;
  if (admission == Admission::kFull) return "the limit of " + std::to_string(limits.connections_max) + " connections is reached";
  return "the limit of " + std::to_string(limits.connections_per_address_max) + " connections from one address is reached";
}

std::expected<void, std::string> Server::Impl::reset() {
  if (!engine_.capabilities().wipe) return std::unexpected("this engine cannot forget its messages");
  const std::span<const QueuePlan> declared = options_.declared_queues;
  const auto wiped = wait_for([&](Ticket& ticket) { return engine_.wipe(declared, ticket); });
  if (!wiped) return std::unexpected("nothing was forgotten: " + text_of(refusal_of(wiped.error()), Language::kEnglish));
  app_.restart_tests();
  return {};
}

// --- Stopping ---------------------------------------------------------------------------------------------------------

void Server::Impl::stop(std::chrono::milliseconds grace) {
  const std::scoped_lock lock(stop_mutex_);
  if (threads_.empty()) return;  // not started, or stopped before
  app_.begin_shutdown();
  asio::post(workers_.front().context, [this] {
    for (Listener& listener : listeners_) listener.close();
  });
  engine_.close(grace * 3 / 4);  // the rest is for what it answers last
  stop_sessions();
  session_count_.wait_for_none(grace);
  for (Worker& worker : workers_) {
    asio::post(worker.context, [&worker] {
      for (Session* session : worker.sessions) session->close();
    });
  }
  session_count_.wait_for_none(std::chrono::milliseconds(200));
  join();
}

void Server::Impl::stop_sessions() {
  for (Worker& worker : workers_) {
    asio::post(worker.context, [&worker] {
      worker.stopping = true;
      for (Session* session : worker.sessions) session->stop();
    });
  }
}

void Server::Impl::join() {
  asio::post(workers_.front().context, [this] { deadlines_->stop(); });
  guards_.clear();
  // The timer's handler is the only one left that could wait; give the loops what they still have, then end them.
  for (Worker& worker : workers_) asio::post(worker.context, [&worker] { worker.context.stop(); });
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Server::Server(Engine& engine, ServerOptions options) : impl_(std::make_unique<Impl>(engine, std::move(options))) {}
Server::~Server() { impl_->stop(std::chrono::milliseconds(1500)); }
std::expected<void, std::string> Server::start() { return impl_->start(); }
const std::vector<Endpoint>& Server::endpoints() const noexcept { return impl_->endpoints(); }
std::string Server::url() const { return impl_->url(); }
void Server::set_credentials(const std::vector<Credential>& credentials) { impl_->set_credentials(credentials); }
std::expected<void, std::string> Server::reload_tls() { return impl_->reload_tls(); }
std::expected<void, std::string> Server::reset() { return impl_->reset(); }
void Server::stop(std::chrono::milliseconds grace) { impl_->stop(grace); }

}  // namespace wingmq::net
