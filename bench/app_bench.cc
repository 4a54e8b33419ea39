// Whole requests as bytes in, whole replies as bytes out: routing, decoding, the broker, encoding; no socket.
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "app.h"
#include "bench_support.h"

namespace wingmq::bench {
namespace {

constexpr std::string_view kPath = "/apiproxy/v3/queue/";

class Caller {
 public:
  Caller() : app_(world_.broker, net::ServerOptions{}), parked_([] { std::abort(); }) {
    world_.project = {"test", "cn-snxy1"};
    queue_ = world_.broker.create_queue(world_.project, QueueSpec{.name = "bench", .description = "", .mode = QueueMode::kNormal, .consume_count_max = {}})->id.text();
    const std::vector<std::string> names{"g"};
    group_ = world_.broker.create_groups(world_.project, *QueueId::parse(queue_), names)->front().id.text();
  }

  net::Reply call(std::string_view method, std::string_view operation, std::string_view header, std::string_view body) {
    net::Request request;
    const std::string target = std::string(kPath) + std::string(operation);
    request.method = method;
    request.target = target;
    request.headers = {{"Host", "x"}, {"accessKey", "test"}, {"Content-Type", "application/json"}};
    if (!header.empty()) request.headers.push_back({"consumerQueueInfo", header});
    if (!body.empty()) request.body = world_.broker.buffers().copy(body);
    return std::move(*app_.handle(std::move(request), parked_));
  }

  [[nodiscard]] std::string send_body(std::int64_t count, std::size_t bytes) const {
    std::string body = R"({"regionId":"cn-snxy1","queueId":")" + queue_ + R"(","messages":[)";
    for (std::int64_t i = 0; i < count; ++i) body += std::string(i == 0 ? "" : ",") + R"({"body":")" + std::string(bytes, 'x') + "\"}";
    return body + "]}";
  }
  [[nodiscard]] std::string place() const {
    return R"("regionId":"cn-snxy1","queueId":")" + queue_ + R"(","consumerGroupId":")" + group_ + '"';
  }
  [[nodiscard]] std::string consume_header(std::int64_t count) const {
    return "{" + place() + R"(,"maxMsgs":)" + std::to_string(count) + R"(,"timeWait":1})";
  }
  /// The confirmation of every handler in a consume's reply.
  [[nodiscard]] std::string confirm_body(const std::string& reply) const {
    constexpr std::string_view kMark = R"("handler\":\")";
    std::string body = "{" + place() + R"(,"message":[)";
    bool first = true;
    for (auto at = reply.find(kMark); at != std::string::npos; at = reply.find(kMark, at + 1)) {
      const auto begin = at + kMark.size();
      body += std::string(first ? "" : ",") + R"({"handler":")" + reply.substr(begin, reply.find('\\', begin) - begin) +
              R"(","status":"success"})";
      first = false;
    }
    return body + "]}";
  }

 private:
  World world_{0, 0};
  net::App app_;
  net::ParkedCall parked_;
  std::string queue_;
  std::string group_;
};

void check(const net::Reply& reply) {
  if (reply.body.find("\"statusCode\":800") != std::string::npos) return;
  std::fprintf(stderr, "bench: %s\n", reply.body.c_str());
  std::abort();
}

void app_send(benchmark::State& state) {
  Caller caller;
  const std::string body = caller.send_body(state.range(0), 1000);
  for ([[maybe_unused]] auto _ : state) {
    const auto reply = caller.call("POST", "sendSpecifyQueueMessage", "", body);
    check(reply);
    state.PauseTiming();
    const auto got = caller.call("GET", "consumptionMessage", caller.consume_header(state.range(0)), "");
    check(caller.call("POST", "confirmConsumedSpecifiedMessage", "", caller.confirm_body(got.body)));
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(app_send)->Arg(1)->Arg(512);

void app_cycle(benchmark::State& state) {
  Caller caller;
  const std::string body = caller.send_body(state.range(0), 1000);
  const std::string header = caller.consume_header(state.range(0));
  for ([[maybe_unused]] auto _ : state) {
    check(caller.call("POST", "sendSpecifyQueueMessage", "", body));
    const auto got = caller.call("GET", "consumptionMessage", header, "");
    check(caller.call("POST", "confirmConsumedSpecifiedMessage", "", caller.confirm_body(got.body)));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
}
BENCHMARK(app_cycle)->Arg(1)->Arg(512);

}  // namespace
}  // namespace wingmq::bench
