#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace wingmq::peers {

/// Where a server listens on this machine, and what is done with it.
struct Job {
  std::uint16_t port = 0;
  std::uint32_t batch = 512;   ///< messages sent, received and confirmed at once
  std::uint32_t bytes = 1024;  ///< of a message
};

/// What a driver found that should not be: the run counts for nothing then.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One client's connection, driven as its server's own documents recommend. One thread. Everything throws Broken.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// Sends a batch; returns when the server has acknowledged every message.
  virtual void send() = 0;
  /// Receives as many messages as a batch has, whoever sent them, checks their length and confirms them all.
  virtual void receive() = 0;
};

/// A server that messages are compared on.
class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() = default;

  /// Makes one empty queue, with one group of consumers where there are such, in memory only.
  virtual void prepare() = 0;
  [[nodiscard]] virtual std::unique_ptr<Connection> connect() = 0;
};

[[nodiscard]] std::unique_ptr<Peer> make_redis(const Job& job);
[[nodiscard]] std::unique_ptr<Peer> make_nats(const Job& job);
[[nodiscard]] std::unique_ptr<Peer> make_beanstalkd(const Job& job);
[[nodiscard]] std::unique_ptr<Peer> make_rabbitmq(const Job& job);

}  // namespace wingmq::peers
