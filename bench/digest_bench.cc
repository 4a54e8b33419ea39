// The digests of mode verify: OpenSSL's, one after the other, and ours, side by side.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "access/digest.h"
#include "access/md5_lanes.h"
#include "meter.h"
#include "text/base64.h"

namespace wingmq::bench {
namespace {

constexpr std::size_t kBytes = std::size_t{512} << 10;

void digest_openssl(benchmark::State& state) {
  const std::string content(kBytes, 'x');
  const std::vector<std::string_view> parts{"region", "\n", content};
  const std::string expected = net::md5_base64(parts);
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) require(net::md5_base64(parts) == expected, "the digest is another one");
  meter.report(0, kBytes);
}
BENCHMARK(digest_openssl);

/// range(0) texts at once.
void digest_side_by_side(benchmark::State& state, const net::Md5Kernels& kernels) {
  const std::string content(kBytes, 'x');
  const std::vector<std::string_view> parts{"region", "\n", content};
  const std::string expected = net::md5_base64(parts);
  Meter meter(state);
  for ([[maybe_unused]] auto _ : state) {
    std::vector<net::Md5Text> texts(static_cast<std::size_t>(state.range(0)), net::Md5Text(parts));
    std::vector<net::Md5Text*> open;
    open.reserve(texts.size());
    for (auto& text : texts) open.push_back(&text);
    while (!texts.back().done()) net::advance(open, 1024, kernels);
    const auto digest = texts.back().digest();
    require(net::base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()}) == expected, "the digest is wrong");
  }
  meter.report(0, static_cast<std::uint64_t>(state.range(0)) * kBytes);
}
void digest_portable(benchmark::State& state) { digest_side_by_side(state, net::kMd5Portable); }
BENCHMARK(digest_portable)->Arg(1)->Arg(4)->Arg(16);
void digest_best(benchmark::State& state) { digest_side_by_side(state, net::md5_kernels()); }
BENCHMARK(digest_best)->RangeMultiplier(2)->Range(1, 16);

}  // namespace
}  // namespace wingmq::bench
