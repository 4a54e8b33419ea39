#include "bench_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>

namespace wingmq::tools {
namespace {

using namespace std::chrono_literals;
using load::Mode;
using ::testing::HasSubstr;

std::expected<load::Options, std::string> parse(std::vector<std::string> words) {
  CLI::App app;
  const BenchCommand command(app);
  words.insert(words.begin(), "bench");
  std::ranges::reverse(words);
  app.parse(words);
  EXPECT_TRUE(command.chosen());
  return command.options();
}

std::string fault(const std::vector<std::string>& words) {
  const auto options = parse(words);
  return options ? "no fault" : options.error();
}

TEST(BenchCommandTest, CyclesFullBatchesUnlessToldOtherwise) {
  const auto options = parse({});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->mode, Mode::kCycle);
  EXPECT_EQ(options->batch * options->message_bytes, load::kPayloadMax);
  EXPECT_EQ(options->duration, 5s);
  EXPECT_EQ(options->warm_up, 1s);
  EXPECT_TRUE(options->url.empty());
}

TEST(BenchCommandTest, TakesEveryOption) {
  const auto options = parse({"--mode", "mix", "--batch", "10", "--message-size", "2KiB", "--content", "json",
                              "--connections", "8", "--consumers", "3", "--queues", "4", "--groups", "2",
                              "--rate", "1500.5", "--duration", "250ms", "--requests", "9", "--warm-up", "0",
                              "--timeout", "2s", "--threads", "2", "--backlog", "1000", "--access-key", "a",
                              "--secret-key", "b", "--tls", "--server-threads", "1",
                              "--server-option", "memory-limit=2G", "--server-option", "partitions=2", "--json", "-",
                              "--compare", "f", "--region", "r"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->mode, Mode::kMix);
  EXPECT_EQ(options->batch, 10U);
  EXPECT_EQ(options->message_bytes, 2048U);
  EXPECT_EQ(options->content, load::Content::kJson);
  EXPECT_EQ(options->connections, 8U);
  EXPECT_EQ(options->consumers, 3U);
  EXPECT_EQ(options->queues, 4U);
  EXPECT_EQ(options->groups, 2U);
  EXPECT_EQ(options->rate, 1500.5);
  EXPECT_EQ(options->duration, 250ms);
  EXPECT_EQ(options->requests, 9U);
  EXPECT_EQ(options->warm_up, 0ms);
  EXPECT_EQ(options->timeout, 2s);
  EXPECT_EQ(options->threads, 2U);
  EXPECT_EQ(options->backlog, 1000U);
  EXPECT_EQ(options->access_key, "a");
  EXPECT_EQ(options->secret_key, "b");
  EXPECT_TRUE(options->tls);
  EXPECT_EQ(options->server_threads, 1U);
  EXPECT_THAT(options->server_options, testing::ElementsAre("memory-limit=2G", "partitions=2"));
  EXPECT_EQ(options->json_file, "-");
  EXPECT_EQ(options->compare_file, "f");
  EXPECT_EQ(options->region, "r");
}

TEST(BenchCommandTest, TakesTheOptionsOfARunningServer) {
  const auto options = parse({"--url", "https://[::1]:9443/", "--insecure", "--cacert", "ca.pem", "--queue", "a",
                              "--queue", "b", "--server-pid", "12", "--mode", "consume", "--confirm", "--ceiling"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_THAT(options->queue_names, testing::ElementsAre("a", "b"));
  EXPECT_TRUE(options->insecure && options->confirm && options->ceiling);
  EXPECT_EQ(options->ca_file, "ca.pem");
  EXPECT_EQ(options->server_pid, 12U);
}

TEST(BenchCommandTest, RequestsAloneMayTakeTheirTime) {
  EXPECT_EQ(parse({"--requests", "5"})->duration, 1h);
  EXPECT_EQ(parse({"--requests", "5", "--duration", "2s"})->duration, 2s);
}

TEST(BenchCommandTest, BadValuesAreNamedWithWhatWouldBeRight) {
  EXPECT_EQ(fault({"--mode", "fast"}), "--mode: `fast` is given, needed is send, consume, cycle or mix");
  EXPECT_EQ(fault({"--content", "xml"}), "--content: `xml` is given, needed is text or json");
  EXPECT_EQ(fault({"--batch", "0"}), "--batch: `0` is given, needed is a number of 1 to 1000");
  EXPECT_EQ(fault({"--batch", "1001"}), "--batch: `1001` is given, needed is a number of 1 to 1000");
  EXPECT_THAT(fault({"--message-size", "524289"}), HasSubstr("--message-size: `524289`"));
  for (const char* rate : {"0", "-1", "x", "1x", "", "nan", "inf", "10000001"}) {
    EXPECT_THAT(fault({"--rate", rate}), HasSubstr("--rate: ")) << rate;
  }
  for (const char* span : {"0", "x", "5y"}) EXPECT_THAT(fault({"--duration", span}), HasSubstr("--duration: ")) << span;
  EXPECT_THAT(fault({"--server-option", "tls"}), HasSubstr("NAME=VALUE"));
  EXPECT_THAT(fault({"--server-option", "--tls=only"}), HasSubstr("NAME=VALUE"));
}

TEST(BenchCommandTest, OptionsThatDoNotFitTogetherAreNamed) {
  EXPECT_THAT(fault({"--batch", "513"}), HasSubstr("at most 512"));
  EXPECT_THAT(fault({"--message-size", "512KiB"}), HasSubstr("at most 1"));
  EXPECT_EQ(fault({"--message-size", "512KiB", "--batch", "1"}), "no fault");
  EXPECT_THAT(fault({"--mode", "mix", "--ceiling"}), HasSubstr("--ceiling"));
  EXPECT_THAT(fault({"--confirm"}), HasSubstr("--confirm"));
  EXPECT_THAT(fault({"--keep"}), HasSubstr("--keep"));
  EXPECT_THAT(fault({"--threads", "2"}), HasSubstr("--threads"));
  EXPECT_THAT(fault({"--access-key", "a"}), HasSubstr("together"));
  EXPECT_THAT(fault({"--access-key", "a b", "--secret-key", "c"}), HasSubstr("--access-key"));
  EXPECT_THAT(fault({"--queue", "q"}), HasSubstr("--url"));
  EXPECT_THAT(fault({"--url", "http://x", "--tls"}), HasSubstr("https://"));
  EXPECT_THAT(fault({"--url", "http://x", "--server-threads", "1"}), HasSubstr("leave out --url"));
}

TEST(ReadUrlTest, NeedsAHostAndWithoutASchemeAPort) {
  EXPECT_EQ(load::read_url("http://a")->text(), "http://a:80");
  EXPECT_EQ(load::read_url("https://a/")->text(), "https://a:443");
  EXPECT_EQ(load::read_url("http://[::1]:5")->text(), "http://[::1]:5");
  EXPECT_EQ(load::read_url("http://[::1]")->host, "::1");
  EXPECT_EQ(load::read_url("127.0.0.1:9080")->text(), "http://127.0.0.1:9080");
  EXPECT_EQ(load::read_url("[::1]:5/")->text(), "http://[::1]:5");
  EXPECT_EQ(load::read_url("http://a:65535")->port, 65535);
  EXPECT_THAT(load::read_url("a:65536").error(), HasSubstr("65536 is no port to connect to, 1 to 65535"));
  EXPECT_THAT(load::read_url("a:0").error(), HasSubstr("0 is no port to connect to"));
  for (const char* wrong : {"", "a", "http://", "ftp://a", "[::1]", "a:", "ftp:80//", "http://a:0", "http://a:65536", "http://a:x", "http://a:",
                            "http://a/b", "http://a?b", "http://u@a", "http://::1", "http://[]:1", "http:///"}) {
    EXPECT_FALSE(load::read_url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace wingmq::tools
