// The whole server over loopback, with client and server in one process.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bench_support.h"
#include "request_texts.h"
#include "support/http_socket.h"
#include "wingmq/memory_engine.h"
#include "wingmq/net/declared_queue.h"
#include "wingmq/net/server.h"

namespace wingmq::bench {
namespace {

using test::HttpSocket;

class Service {
 public:
  Service() : broker_(Options{}, clock_, random_) {
    if (!net::declare_queue(engine_, *net::parse_declared_queue("bench?groups=g"))) std::abort();
    const auto shown = broker_.inspect();
    place_ = R"("regionId":"cn-snxy1","queueId":")" + shown[0].queue.id.text() + '"';
    group_ = R"(,"consumerGroupId":")" + shown[0].groups[0].id.text() + '"';
    net::ServerOptions options;
    options.listen = {{"127.0.0.1", 0}};
    options.threads = 1;
    server_ = std::make_unique<net::Server>(engine_, options);
    if (!server_->start()) std::abort();
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() {
    server_->stop();
    broker_.close();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->endpoints()[0].port; }
  [[nodiscard]] std::uint64_t parked() { return broker_.inspect()[0].groups[0].parked; }

  [[nodiscard]] std::string send_request(std::int64_t count) const {
    return post("sendSpecifyQueueMessage", "{" + place_ + R"(,"messages":)" + message_list(count, load::Content::kText) + "}");
  }
  [[nodiscard]] std::string consume_request(std::int64_t count, int wait) const {
    return "GET /apiproxy/v3/queue/consumptionMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\nconsumerQueueInfo: {" + place_ +
           group_ + R"(,"maxMsgs":)" + std::to_string(count) + R"(,"timeWait":)" + std::to_string(wait) + "}\r\n\r\n";
  }
  [[nodiscard]] std::string confirm_request(const std::string& reply) const {
    return post("confirmConsumedSpecifiedMessage", "{" + place_ + group_ + R"(,"message":)" + confirm_list(reply) + "}");
  }

 private:
  static std::string post(std::string_view operation, const std::string& body) {
    return "POST /apiproxy/v3/queue/" + std::string(operation) +
           " HTTP/1.1\r\nHost: x\r\naccessKey: test\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }

  SystemClock clock_;
  SystemRandom random_;
  Broker broker_;
  MemoryEngine engine_{broker_};
  std::unique_ptr<net::Server> server_;
  std::string place_;
  std::string group_;
};

std::string ask(HttpSocket& socket, const std::string& request) {
  socket.send(request);
  const auto reply = socket.receive();
  if (reply && reply->body.find("\"statusCode\":800") != std::string::npos) return reply->body;
  std::fprintf(stderr, "bench: %s\n", reply ? reply->body.c_str() : "the connection ended");
  std::abort();
}

/// Send, consume and confirm range(0) messages of 1 KB on one connection.
void http_cycle(benchmark::State& state) {
  Service service;
  HttpSocket socket(service.port());
  const std::string send = service.send_request(state.range(0));
  const std::string consume = service.consume_request(state.range(0), 1);
  const std::string confirmed = R"(\"success\":)" + std::to_string(state.range(0)) + ",";
  Meter meter(state);  // of the client: the server has its own thread
  for ([[maybe_unused]] auto _ : state) {
    ask(socket, send);
    const std::string reply = ask(socket, service.confirm_request(ask(socket, consume)));
    require(reply.find(confirmed) != std::string::npos, "not all was confirmed");
  }
  meter.report(static_cast<std::uint64_t>(state.range(0)), send.size());
}
BENCHMARK(http_cycle)->Arg(1)->Arg(512)->UseRealTime();

/// range(0) connections, each with a parked consume: memory for each, and a message that goes to one of them.
void http_parked(benchmark::State& state) {
  Service service;
  const std::size_t before = heap_bytes();
  std::vector<std::unique_ptr<HttpSocket>> sockets;
  const std::string consume = service.consume_request(1, 60);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    sockets.push_back(std::make_unique<HttpSocket>(service.port()));
    sockets.back()->send(consume);
  }
  while (service.parked() < static_cast<std::uint64_t>(state.range(0))) {
  }
  state.counters["bytes_per_parked"] =
      static_cast<double>(heap_bytes() - before) / static_cast<double>(state.range(0));
  HttpSocket sender(service.port());
  const std::string send = service.send_request(1);
  std::size_t first = 0;
  for ([[maybe_unused]] auto _ : state) {
    ask(sender, send);
    ask(*sockets[first], service.confirm_request(sockets[first]->receive()->body));
    sockets[first]->send(consume);
    first = (first + 1) % sockets.size();
    // The next message goes to whoever parked first: wait until the one just served stands in line again.
    while (service.parked() < static_cast<std::uint64_t>(state.range(0))) {
    }
  }
}
BENCHMARK(http_parked)->Arg(100)->Arg(1'000)->UseRealTime();

}  // namespace
}  // namespace wingmq::bench
