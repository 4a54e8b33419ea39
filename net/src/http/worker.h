#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "http/service.h"
#include "http/session_count.h"
#include "http/tls.h"
#include "http/wake_list.h"
#include "wingmq/buffer.h"
#include "wingmq/net/server.h"

namespace wingmq::net {

class Session;

/// One thread's share of the server: its event loop and the sessions that live on it. Everything but `context`, `woken` and
/// `session_count` is for the loop's own thread.
class Worker {
 public:
  using MakeService = std::function<std::unique_ptr<Service>(boost::asio::io_context& context)>;

  /// The references must outlive the worker.
  Worker(const MakeService& make_service, BufferPool& buffers_of_engine, const ServerOptions& options_of_server,
         Tls& tls_of_server, SessionCount& count)
      : buffers(buffers_of_engine),
        options(options_of_server),
        tls(tls_of_server),
        session_count(count),
        keep_alive("timeout=" + std::to_string(std::chrono::floor<std::chrono::seconds>(options_of_server.limits.idle_timeout).count())),
        service(make_service(context)) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs the loop until it has nothing to do. An exception ends what threw it, and nothing else.
  void run();

  /// The Date header's value, made once a second.
  [[nodiscard]] std::string_view date();
  /// Logs a line that only somebody who looks for it wants.
  void log_debug(const std::function<std::string()>& line) const;
  /// Logs what ended a connection.
  void complain(const std::exception& error) const noexcept;

  BufferPool& buffers;
  const ServerOptions& options;
  Tls& tls;
  SessionCount& session_count;  ///< of the whole server
  const std::string keep_alive;  ///< Keep-Alive's value
  std::unordered_set<Session*> sessions;
  bool stopping = false;
  std::array<char, 65536> scratch{};  ///< for what is read only to be gone
  WakeList woken{context};            ///< in any thread

 private:
  std::time_t date_second_ = 0;
  std::array<char, 32> date_{};
  std::size_t date_bytes_ = 0;

 public:
  boost::asio::io_context context{1};  // behind what sessions use: destroying it ends them
  const std::unique_ptr<Service> service;
};

}  // namespace wingmq::net
