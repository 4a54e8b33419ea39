// JSON in and out, without broker and HTTP.
#include <benchmark/benchmark.h>

#include <string>

#include "bench_support.h"
#include "escape.h"
#include "json.h"

namespace wingmq::bench {
namespace {

void escape_text(benchmark::State& state) {
  const std::string text(static_cast<std::size_t>(state.range(0)), 'x');
  std::string out;
  for ([[maybe_unused]] auto _ : state) {
    out.clear();
    net::append_escaped(out, text);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(escape_text)->Arg(64)->Arg(kKibi)->Arg(std::int64_t{512} * kKibi);

}  // namespace
}  // namespace wingmq::bench
