// Drives one server of the comparison for a moment and prints what that gave. bench/peers/run starts servers and calls this.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "load/usage.h"
#include "peer.h"

namespace wingmq::peers {
namespace {

using Clock = std::chrono::steady_clock;
using Make = std::unique_ptr<Peer> (*)(const Job&);

const std::map<std::string, Make>& peers() {
  static const std::map<std::string, Make> all = {
#ifdef WINGMQ_PEER_REDIS
      {"redis", make_redis},
#endif
#ifdef WINGMQ_PEER_NATS
      {"nats", make_nats},
#endif
#ifdef WINGMQ_PEER_RABBITMQ
      {"rabbitmq", make_rabbitmq},
#endif
      {"beanstalkd", make_beanstalkd},
  };
  return all;
}

struct Work {
  std::string kind;
  unsigned connections = 1;
  double seconds = 0.5;
  double warm_up = 0.1;
  std::uint64_t messages = 0;  ///< fill: how many
  int server_pid = 0;
};

load::Usage usage(const Work& work) {
  const auto used = load::usage_of(work.server_pid);
  if (!used) throw Broken("the server's process is gone");
  return *used;
}

/// Connections at work, each in a thread of its own, until this ends.
class Crew {
 public:
  Crew(Peer& peer, const Work& work) : receives_(work.kind == "cycle") {
    for (unsigned i = 0; i < work.connections; ++i) {
      threads_.emplace_back([this, connection = std::shared_ptr<Connection>(peer.connect())] { run(*connection); });
    }
  }
  [[nodiscard]] std::uint64_t batches() const { return batches_.load(std::memory_order_relaxed); }

  /// Ends the work; throws what went wrong.
  void stop() {
    stopping_ = true;
    threads_.clear();
    if (!fault_.empty()) throw Broken(fault_);
  }

 private:
  void run(Connection& connection) {
    try {
      while (!stopping_) {
        connection.send();
        if (receives_) connection.receive();
        batches_.fetch_add(1, std::memory_order_relaxed);
      }
    } catch (const std::exception& error) {
      const std::scoped_lock lock(mutex_);
      fault_ = error.what();
    }
  }

  const bool receives_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> batches_{0};
  std::mutex mutex_;
  std::string fault_;
  std::vector<std::jthread> threads_;  // last: they use the rest
};

void sleep(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

void measure(Peer& peer, const Job& job, const Work& work) {
  Crew crew(peer, work);
  sleep(work.warm_up);
  const auto before = usage(work);
  const auto batches_before = crew.batches();
  const auto start = Clock::now();
  sleep(work.seconds);
  const std::uint64_t batches = crew.batches() - batches_before;
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  const auto after = usage(work);
  crew.stop();
  fmt::print("{{\"messages_per_second\":{:.1f},\"mb_per_second\":{:.3f},\"server_seconds_per_gb\":{:.4f}}}\n",
             static_cast<double>(batches * job.batch) / elapsed.count(),
             static_cast<double>(batches * job.batch) * job.bytes / 1e6 / elapsed.count(),
             (after.cpu_seconds - before.cpu_seconds) / (static_cast<double>(batches * job.batch) * job.bytes / 1e9));
}

/// Resident memory of the server for each of many messages that nobody receives.
void fill(Peer& peer, const Job& job, const Work& work) {
  const auto before = usage(work);
  const auto connection = peer.connect();
  std::uint64_t sent = 0;
  for (; sent < work.messages; sent += job.batch) connection->send();
  const auto after = usage(work);
  fmt::print("{{\"messages\":{},\"bytes_per_message\":{:.1f}}}\n", sent,
             static_cast<double>(after.resident_bytes - before.resident_bytes) / static_cast<double>(sent));
}

int run(int argc, char** argv) {
  CLI::App app("Drives one server of bench/peers.");
  std::string name;
  Job job;
  Work work;
  app.add_option("peer", name, "redis, nats, beanstalkd or rabbitmq, as far as built")->required();
  app.add_option("work", work.kind, "send, cycle or fill")->required()->check(CLI::IsMember({"send", "cycle", "fill"}));
  app.add_option("--port", job.port, "Where it listens")->required();
  app.add_option("--server-pid", work.server_pid, "Its process")->required();
  app.add_option("--batch", job.batch, "Messages of a batch (default 512)")->check(CLI::PositiveNumber);
  app.add_option("--message-size", job.bytes, "Bytes of a message (default 1024)");
  app.add_option("--connections", work.connections, "Each in a thread of its own (default 1)")->check(CLI::PositiveNumber);
  app.add_option("--seconds", work.seconds, "How long to measure (default 0.5)");
  app.add_option("--warm-up", work.warm_up, "How long before (default 0.1)");
  app.add_option("--messages", work.messages, "fill: how many");
  CLI11_PARSE(app, argc, argv);
  const auto found = peers().find(name);
  if (found == peers().end()) throw Broken(name + " is not among the peers that were built");
  const auto peer = found->second(job);
  peer->prepare();
  if (work.kind == "fill") {
    fill(*peer, job, work);
  } else {
    measure(*peer, job, work);
  }
  return 0;
}

}  // namespace
}  // namespace wingmq::peers

int main(int argc, char** argv) {
  try {
    return wingmq::peers::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wingmq_peers: %s\n", error.what());
    return 1;
  }
}
