// Calls that wait have a bound of their own (server.md, errors.tsv: WMQ.UNAVAILABLE).
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "support/api_client.h"

namespace wingmq::contract {
namespace {

WorldOptions options() {
  WorldOptions options;
  options.broker.limits.parked_calls_max = 1;
  return options;
}

TEST(ParkedCalls, OneMoreThanMayWaitIsToldWhenToTryAgain) {
  World world(options());
  const Place place = world.create({.name = "q"});
  const auto waiting = world.begin_consume(place);
  ASSERT_FALSE(waiting->answered());
  for (Call call : {world.consume_call(place), world.consume_dead_call(place)}) {
    call.headers.emplace_back("Accept-Language", "en");
    const Answer answer = world.ask(call);
    EXPECT_EQ(answer.http(), 503U) << answer;
    EXPECT_EQ(answer.status(), 503) << answer;
    EXPECT_EQ(answer.code(), "WMQ.UNAVAILABLE") << answer;
    EXPECT_NE(answer.message().find("1 calls wait already"), std::string::npos) << answer;
    const auto& headers = answer.reply().headers;
    EXPECT_EQ(std::ranges::count(headers, std::pair<std::string, std::string>("Retry-After", "1")), 1) << answer;
  }
  EXPECT_FALSE(waiting->answered());
  world.send_numbers(place.queue, 1, 1);
  EXPECT_TRUE(waiting->answered());
  const auto next = world.begin_consume(place);
  EXPECT_FALSE(next->answered()) << "there is room again";
  next->hang_up();
}

}  // namespace
}  // namespace wingmq::contract
