#include "load/engine.h"

#include <algorithm>
#include <chrono>

#include "load/worker.h"

namespace wingmq::load {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Engine::Engine(const Plan& plan) : plan_(plan) {
  const Options& options = plan.options;
  shared_.passed =
      std::vector<std::atomic<std::uint64_t>>(std::size_t{options.queues} * std::max<std::size_t>(plan.groups(), 1));
  for (unsigned i = 0; i < options.threads; ++i) workers_.push_back(std::make_unique<Worker>(plan, shared_, i));
  std::size_t next = 0;
  const auto add = [&](Connection::Role role, std::size_t queue, std::size_t group) {
    workers_[next++ % workers_.size()]->add(role, queue, group);
  };
  for (std::size_t i = 0; i < options.connections; ++i) {
    const bool reads = options.mode == Mode::kConsume;
    add(Connection::Role::kPrimary, i % options.queues, reads ? i / options.queues % plan.groups() : 0);
  }
  if (options.mode != Mode::kMix) return;
  for (std::size_t i = 0; i < std::size_t{options.queues} * plan.groups() * options.consumers; ++i) {
    add(Connection::Role::kReader, i % options.queues, i / options.queues % plan.groups());
  }
}

Engine::~Engine() {
  end_now();
  shared_.hopeless = is_running();
  for (auto& thread : threads_) thread.join();
}

void Engine::start() {
  const Options& options = plan_.options;
  const auto milliseconds = [](std::chrono::milliseconds span) { return std::chrono::nanoseconds(span).count(); };
  shared_.requests_left = static_cast<std::int64_t>(options.requests);
  shared_.begin = now_ns() + milliseconds(options.warm_up);
  shared_.end = shared_.begin + milliseconds(options.duration);
  shared_.workers_starting = static_cast<unsigned>(workers_.size());
  shared_.workers_running = static_cast<unsigned>(workers_.size());
  for (auto& worker : workers_) threads_.emplace_back([&one = *worker] { one.run(); });
}

void Engine::end_now() { shared_.end = std::min(shared_.end.load(), now_ns()); }

Measured Engine::result() {
  Measured measured;
  measured.sent = shared_.sent;
  measured.delivered = shared_.delivered;
  measured.confirmed = shared_.confirmed;
  std::int64_t last = 0;
  for (const auto& worker : workers_) {
    measured.stats.merge(worker->stats());
    // A given number of requests ends before its time does, and so does a run that loses its server.
    last = std::max(last, plan_.options.requests > 0 ? worker->last() : worker->ended());
  }
  const std::int64_t end = std::min(last, shared_.end.load());
  measured.seconds = static_cast<double>(std::max<std::int64_t>(end - shared_.begin, 0)) / 1e9;
  return measured;
}

}  // namespace wingmq::load
