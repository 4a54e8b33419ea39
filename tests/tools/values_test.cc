#include "values.h"

#include <gtest/gtest.h>

namespace wingmq::tools {
namespace {

using namespace std::chrono_literals;

TEST(ReadNumberTest, KeepsToItsBounds) {
  EXPECT_EQ(read_number("1", 1, 64), 1U);
  EXPECT_EQ(read_number("64", 1, 64), 64U);
  for (const char* wrong : {"0", "65", "", "x", "1x", " 1", "1 ", "-1", "+1", "1.0", "99999999999999999999"}) {
    const auto read = read_number(wrong, 1, 64);
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error(), "a number of 1 to 64");
  }
}

TEST(ReadSizeTest, KnowsItsUnits) {
  EXPECT_EQ(read_size("4096"), 4096U);
  EXPECT_EQ(read_size("64k"), 65536U);
  EXPECT_EQ(read_size("64KiB"), 65536U);
  EXPECT_EQ(read_size("4MiB"), 4194304U);
  EXPECT_EQ(read_size("2G"), std::size_t{2} << 30);
  for (const char* wrong : {"", "0", "k", "4 MiB", "4mib", "1T", "9999999999999999999", "9223372036854775807k"}) {
    EXPECT_FALSE(read_size(wrong)) << wrong;
  }
}

TEST(ReadDurationTest, KnowsItsUnits) {
  EXPECT_EQ(read_duration("250ms"), 250ms);
  EXPECT_EQ(read_duration("30"), 30s);
  EXPECT_EQ(read_duration("30s"), 30s);
  EXPECT_EQ(read_duration("15m"), 15min);
  EXPECT_EQ(read_duration("72h"), 72h);
  EXPECT_EQ(read_duration("3d"), 72h);
  EXPECT_EQ(read_duration("71h59m50s"), 72h - 10s);
  EXPECT_EQ(read_duration("36500d"), 24h * 36'500);
  for (const char* wrong : {"", "0", "0s", "0h0m", "s", "-1s", "36500d1ms", "1.5s", "1y", "36501d", "9223372036854775807ms"}) EXPECT_FALSE(read_duration(wrong)) << wrong;
}

TEST(TextTest, SizesAndSpansAreWrittenAsTheyAreRead) {
  for (const char* size : {"1", "1000", "1KiB", "1025KiB", "4MiB", "3GiB"}) EXPECT_EQ(size_text(*read_size(size)), size);
  for (const char* span : {"1ms", "1500ms", "100s", "2m", "72h"}) EXPECT_EQ(duration_text(*read_duration(span)), span);
}

TEST(TextTest, OneLineStaysOneLine) {
  EXPECT_EQ(one_line("a\nb\r\x1b[0m\x7f"), "a\\x0ab\\x0d\\x1b[0m\\x7f");
  EXPECT_EQ(one_line("测试 `x`"), "测试 `x`");
}

std::string endpoints_of(const char* text) {
  const auto read = read_endpoints(text);
  if (!read) return "needed is " + read.error();
  std::string all;
  for (const net::Endpoint& each : *read) all += (all.empty() ? "" : " ") + net::to_string(each);
  return all;
}

TEST(ReadEndpointsTest, AnAddressStandsForItself) {
  EXPECT_EQ(endpoints_of("127.0.0.1:9080"), "127.0.0.1:9080");
  EXPECT_EQ(endpoints_of("[0:0::0001]:0"), "[::1]:0");
}

TEST(ReadEndpointsTest, WhatNamesNoAddressStandsForBothFamilies) {
  EXPECT_EQ(endpoints_of("9080"), "127.0.0.1:9080 [::1]:9080");
  EXPECT_EQ(endpoints_of("localhost:0"), "127.0.0.1:0 [::1]:0");
  EXPECT_EQ(endpoints_of(":9080"), "0.0.0.0:9080 [::]:9080");
}

TEST(ReadEndpointsTest, APortEndsAt65535) {
  EXPECT_EQ(endpoints_of("127.0.0.1:65535"), "127.0.0.1:65535");
  for (const char* text : {"127.0.0.1:65536", "localhost:65536", "65536", ":65536"}) {
    EXPECT_EQ(endpoints_of(text), "needed is ADDR:PORT, and 65536 is no port, 0 to 65535") << text;
  }
}

TEST(ReadEndpointsTest, SaysWhatAnAddressLooksLike) {
  for (const char* wrong : {"", ":", "127.0.0.1", "127.0.0.1:", "::1:80", "[127.0.0.1]:80", "[]:80", "example.org:80", "1.2.3:80",
                            "-1", "localhost", "localhost:-1"}) {
    EXPECT_EQ(endpoints_of(wrong),
              "needed is an address and a port such as 127.0.0.1:9080, [::1]:9080, localhost:9080 or 9080")
        << wrong;
  }
}

TEST(IsLoopbackTest, TellsThisMachineFromTheNetwork) {
  EXPECT_TRUE(is_loopback({"127.0.0.1", 1}));
  EXPECT_TRUE(is_loopback({"127.9.9.9", 1}));
  EXPECT_TRUE(is_loopback({"::1", 1}));
  EXPECT_FALSE(is_loopback({"0.0.0.0", 1}));
  EXPECT_FALSE(is_loopback({"::", 1}));
  EXPECT_FALSE(is_loopback({"10.0.0.1", 1}));
}

TEST(NearestTest, FindsTheNameThatWasMeant) {
  const std::vector<std::string> known{"--listen", "--limit", "--queue"};
  EXPECT_EQ(nearest("--lissten", known), "--listen");
  EXPECT_EQ(nearest("--limt", known), "--limit");
  EXPECT_EQ(nearest("--queues", known), "--queue");
  EXPECT_EQ(nearest("--something-else", known), "");
}

}  // namespace
}  // namespace wingmq::tools
