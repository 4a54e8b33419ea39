// A request's bytes in, the reply's bytes out: header, routing, decoding, the broker, encoding; no socket.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "app.h"
#include "bench_support.h"
#include "http/reply_head.h"
#include "http/request_head.h"
#include "request_texts.h"
#include "wingmq/memory_engine.h"

namespace wingmq::bench {
namespace {

struct Text {
  std::string head;
  std::string body;
};

class Caller {
 public:
  Caller() : app_(engine_, net::ServerOptions{}), pending_([] { require(false, "a call waited"); }) {
    world_.project = {"test", "cn-snxy1"};
    const auto queue = world_.broker.create_queue(
        world_.project, QueueSpec{.name = "bench", .description = "", .mode = QueueMode::kNormal, .consume_count_max = {}});
    const std::vector<std::string> names{"g"};
    const auto groups = world_.broker.create_groups(world_.project, queue->id, names);
    queue_ = R"("regionId":"cn-snxy1","queueId":")" + queue->id.text() + '"';
    group_ = R"(,"consumerGroupId":")" + groups->front().id.text() + '"';
  }

  [[nodiscard]] Text send(std::int64_t count, load::Content content) const {
    return post("sendSpecifyQueueMessage", "{" + queue_ + R"(,"messages":)" + message_list(count, content) + "}");
  }
  [[nodiscard]] Text consume(std::int64_t count) const {
    return {.head = "GET /apiproxy/v3/queue/consumptionMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\nconsumerQueueInfo: {" +
                    queue_ + group_ + R"(,"maxMsgs":)" + std::to_string(count) + R"(,"timeWait":1})" + "\r\n\r\n",
            .body = {}};
  }
  [[nodiscard]] Text confirm(std::string_view reply) const {
    return post("confirmConsumedSpecifiedMessage", "{" + queue_ + group_ + R"(,"message":)" + confirm_list(reply) + "}");
  }

  /// The reply's body; its header has been made, too. Refusals end the process.
  std::string call(const Text& text) {
    const auto head = net::RequestHead::parse(text.head);
    require(head.has_value(), "a header was refused");
    net::Request request = head->request();
    if (!text.body.empty()) {
      require(!app_.refuse_body(request, text.body.size()), "there is no room");
      request.body = world_.broker.buffers().take(text.body.size());
      std::memcpy(request.body.data(), text.body.data(), text.body.size());  // as a socket does
    }
    auto reply = app_.handle(std::move(request), pending_);
    require(reply.has_value(), "a call waited");
    benchmark::DoNotOptimize(net::reply_head(*reply, {.date = "Mon, 23 Nov 2026 00:00:00 GMT", .keep_alive = "timeout=120"}));
    if (reply->status != 200) std::fprintf(stderr, "%s\n", reply->body.c_str());
    require(reply->status == 200, "a call was refused");
    return std::move(reply->body);
  }
  /// Ends the process when not all of the delivery in `reply` counts as consumed.
  void confirm(std::string_view reply, std::int64_t count) { check_confirmed(call(confirm(reply)), count); }
  static void check_confirmed(const std::string& reply, std::int64_t count) {
    require(reply.find(R"(\"success\":)" + std::to_string(count) + ",") != std::string::npos, "not all was confirmed");
  }

 private:
  static Text post(std::string_view operation, std::string body) {
    std::string head = "POST /apiproxy/v3/queue/" + std::string(operation) + " HTTP/1.1\r\nHost: x\r\naccessKey: test\r\n" +
                       "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return {.head = std::move(head), .body = std::move(body)};
  }

  World world_{0, 0};
  MemoryEngine engine_{world_.broker};
  net::App app_;
  net::PendingCall pending_;
  std::string queue_;
  std::string group_;
};

void report(const benchmark::State& state, Meter& meter) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  meter.report(count, count * kTextBytes);
}

// range(0) messages; range(1): 0 plain text, 1 JSON in a string.

void app_send(benchmark::State& state) {
  Caller caller;
  const Text send = caller.send(state.range(0), content_of(state.range(1)));
  const Text consume = caller.consume(state.range(0));
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(caller.call(send));
    meter.pause();
    caller.confirm(caller.call(consume), state.range(0));
    meter.resume();
  }
  report(state, meter);
}
BENCHMARK(app_send)->ArgNames({"messages", "json"})->ArgsProduct({{1, 512}, {0, 1}});

void app_consume(benchmark::State& state) {
  Caller caller;
  const Text send = caller.send(state.range(0), content_of(state.range(1)));
  const Text consume = caller.consume(state.range(0));
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    meter.pause();
    benchmark::DoNotOptimize(caller.call(send));
    meter.resume();
    const std::string reply = caller.call(consume);
    meter.pause();
    caller.confirm(reply, state.range(0));
    meter.resume();
  }
  report(state, meter);
}
BENCHMARK(app_consume)->ArgNames({"messages", "json"})->ArgsProduct({{1, 512}, {0, 1}});

void app_confirm(benchmark::State& state) {
  Caller caller;
  const Text send = caller.send(state.range(0), load::Content::kText);
  const Text consume = caller.consume(state.range(0));
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    meter.pause();
    benchmark::DoNotOptimize(caller.call(send));
    const Text confirm = caller.confirm(caller.call(consume));
    meter.resume();
    Caller::check_confirmed(caller.call(confirm), state.range(0));
  }
  report(state, meter);
}
BENCHMARK(app_confirm)->ArgName("messages")->Arg(1)->Arg(512);

}  // namespace
}  // namespace wingmq::bench
