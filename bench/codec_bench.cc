// JSON in and out, without broker and HTTP.
#include <benchmark/benchmark.h>

#include <string>

#include "bench_support.h"
#include "operations/confirm_list.h"
#include "operations/encode.h"
#include "operations/message_list.h"
#include "request_texts.h"
#include "text/escape.h"
#include "text/json.h"

namespace wingmq::bench {
namespace {

constexpr std::uint32_t kMany = 100'000;

void escape_text(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  std::string out;
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    out.clear();
    net::append_escaped(out, text);
    benchmark::DoNotOptimize(out.data());
  }
  meter.report(0, text.size());
  require(out == text, "plain text was changed");
}
BENCHMARK(escape_text)->Arg(64)->Arg(kKibi)->Arg(std::int64_t{512} * kKibi);

/// The list of a send with range(0) messages of 1 KB; range(1): 0 plain text, 1 JSON in a string.
void read_messages(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  std::string text = message_list(state.range(0), content_of(state.range(1)));
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    net::json::Reader reader(text);
    net::MessageList list(text.data(), kMany);
    require(list.read(reader) && !list.refusal() && list.messages().size() == count, "a list was read otherwise");
  }
  meter.report(count, text.size());
}
BENCHMARK(read_messages)->ArgNames({"messages", "json"})->ArgsProduct({{1, 512}, {0, 1}});

/// The reply with range(0) messages of 1 KB; range(1) as above.
void write_delivery(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  World world(1, 1);
  std::string text = message_list(state.range(0), content_of(state.range(1)));
  net::json::Reader reader(text);
  net::MessageList list(text.data(), kMany);
  require(list.read(reader), "a list was not read");
  auto batch = Batch::make(world.broker.buffers(), world.broker.buffers().copy(text), list.messages());
  require(world.broker.send(world.project, world.queue_ids[0], std::move(batch)).has_value(), "a send was refused");
  const Delivery delivery = consume(world, world.group_ids[0][0], count);
  std::size_t bytes = 0;
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    const std::string reply = net::encode_delivery(delivery, {});
    bytes = reply.size();
    benchmark::DoNotOptimize(reply.data());
  }
  meter.report(count, bytes);
  require(bytes > text.size(), "a reply is too short");
}
BENCHMARK(write_delivery)->ArgNames({"messages", "json"})->ArgsProduct({{1, 512}, {0, 1}});

/// The list of a confirmation with range(0) handlers.
void read_confirmation(benchmark::State& state) {
  const auto count = static_cast<std::uint32_t>(state.range(0));
  World world(1, 1);
  world.fill(world.queue_ids[0], count);
  const std::string text = confirm_list(net::encode_delivery(consume(world, world.group_ids[0][0], count), {}));
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    net::json::Reader reader(text);
    net::ConfirmList list(kMany);
    require(list.read(reader) && list.usual() && list.take().size() == count, "a list was read otherwise");
  }
  meter.report(count, text.size());
}
BENCHMARK(read_confirmation)->ArgName("messages")->Arg(1)->Arg(512);

}  // namespace
}  // namespace wingmq::bench
