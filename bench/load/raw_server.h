#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace wingmq::load {

/// A server that does nothing but move bytes, HTTP-shaped: what it reaches is what the machine, the kernel and the
/// client leave to any server. `POST|GET /reply/N` is answered 200 with a body of N bytes (at most kReplyMax), anything
/// else 404. Of a request only the target and Content-Length are looked at; its body is read into one place for each
/// thread, and forgotten. Keep-alive and pipelining work; chunked bodies and TLS do not.
///
/// The object may be used by any thread; its own threads run until it is destroyed.
class RawServer {
 public:
  static constexpr std::uint64_t kReplyMax = std::uint64_t{16} << 20;
  static constexpr std::size_t kHeadMax = std::size_t{32} << 10;

  /// Listens on 127.0.0.1; port 0 is any free one. Connections are dealt to the threads in turn. Throws
  /// std::system_error when it cannot listen.
  explicit RawServer(unsigned threads = 1, std::uint16_t port = 0);
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;
  /// Closes all connections and waits for the threads.
  ~RawServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Requests answered so far.
  [[nodiscard]] std::uint64_t requests() const;

 private:
  class Connection;
  struct Worker;

  void run(Worker& worker);
  void accept_all();
  void close(Connection& connection);

  int listener_ = -1;
  int stop_ = -1;  // an eventfd that every thread watches
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::size_t next_worker_ = 0;  // the first worker's thread alone accepts
  std::mutex mutex_;             // connections_: touched when one comes or goes
  std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
};

}  // namespace wingmq::load
