#include "load/usage.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "load/raw_server.h"

namespace wingmq::load {
namespace {

TEST(UsageTest, KnowsThisProcess) {
  const auto usage = usage_of(::getpid());
  ASSERT_TRUE(usage);
  EXPECT_GT(usage->resident_bytes, 1'000'000U);
  EXPECT_GT(own_usage().resident_bytes, 1'000'000U);
  EXPECT_FALSE(usage_of(-1));
}

TEST(UsageTest, FindsWhoListens) {
  std::uint16_t port = 0;
  {
    const RawServer server;
    port = server.port();
    EXPECT_EQ(find_listener(port), ::getpid());
  }
  EXPECT_EQ(find_listener(port), std::nullopt);
}

TEST(UsageTest, ReadsTheUsualMetrics) {
  const auto usage =
      usage_in_metrics("# TYPE x\nprocess_cpu_seconds_total 1.5\nprocess_resident_memory_bytes 2.5e+06\n");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->cpu_seconds, 1.5);
  EXPECT_EQ(usage->resident_bytes, 2'500'000U);
  EXPECT_FALSE(usage_in_metrics("other 1\n"));
}

}  // namespace
}  // namespace wingmq::load
