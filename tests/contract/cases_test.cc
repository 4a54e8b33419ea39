#include <gtest/gtest.h>

#include "support/api_client.h"

// Inputs at which clients met a fault, each by its own name. Signed dates (S07, O05) are in signing_test.cc, null (O01) in
// parameters_test.cc.

namespace wingmq::contract {
namespace {

TEST(Cases, V11AResetsTimeMayLackItsSeconds) {
  for (const auto* time : {"2026-11-23T08:00", "2026-11-23T08:00Z", "2026-11-23T16:00+08:00"}) {
    World world;
    const auto place = world.create();
    world.send_numbers(place.queue, 1, 1);
    world.pass(std::chrono::seconds(10));
    world.send_numbers(place.queue, 2, 2);
    ASSERT_EQ(tally(world.confirm(place, all(world.consume(place)))), "2/0");
    const auto answer = world.reset(place, R"({"timestamp":")" + std::string(time) + "\"}");
    EXPECT_TRUE(answer.done()) << time << ' ' << answer;
    EXPECT_EQ(bodies(world.consume(place)), "1 2") << time;
    EXPECT_EQ(world.hits(27), 1) << time;
  }
  World world;
  const auto place = world.create();
  world.pass(std::chrono::hours(8));
  EXPECT_TRUE(world.reset(place, R"({"timestamp":"2026-11-23T08:00+08:00"})").done()) << "as it was sent in the field";
}

TEST(Cases, O07CrmBizidIsCrmBizId) {
  World world;
  const auto info = [](const std::string& spelling) {
    return R"(,"customInfo":{"type":1,"identity":{")" + spelling + R"(":"10000000000001"}}})";
  };
  const std::string queue = R"({"createQueueInfo":{"regionId":"cn-snxy1","name":"q","description":""})";
  EXPECT_TRUE(world.post("createQueue", queue + info("crmBizid")).done());
  EXPECT_GT(world.hits(5), 0);
  EXPECT_EQ(world.post("createQueue", queue + info("crmBizId")).code(), "DMS.10240017") << "it is the same customer";
}

TEST(Cases, O08FlagsMayBeWrittenInAnyCase) {
  World world;
  const auto place = world.create({.max_consume_count = "3"});
  for (const auto* yes : {"True", "TRUE", "true"}) {
    const auto answer = world.get("queryQueue", {{"regionId", kRegion}, {"includeDeadletter", yes}});
    EXPECT_NE(answer.text().find("redrive_policy"), std::string::npos) << yes << ' ' << answer;
  }
  for (const auto* no : {"False", "FALSE", "false"}) {
    const auto answer = world.get("queryQueue", {{"regionId", kRegion}, {"includeDeadletter", no}});
    EXPECT_TRUE(answer.done()) << no << ' ' << answer;
    EXPECT_EQ(answer.text().find("redrive_policy"), std::string::npos) << no << ' ' << answer;
  }
  world.send_numbers(place.queue, 1, 1);
  EXPECT_EQ(world.consume(place).size(), 1U);
  EXPECT_EQ(world.reset(place, R"({"timestamp":"0","force":"False"})").code(), "WMQ.RESET_BUSY");
  EXPECT_TRUE(world.reset(place, R"({"timestamp":"0","force":"True"})").done());
  EXPECT_EQ(world.get("queryQueue", {{"regionId", kRegion}, {"includeDeadletter", "yes"}}).http(), 400U);
}

TEST(Cases, O01ConsumersWithoutTags) {
  World world;
  const auto place = world.create();
  world.send_numbers(place.queue, 1, 1);
  const auto answer = world.get("consumptionMessage", {{"consumerQueueInfo", R"({"regionId":"cn-snxy1","queueId":")" + place.queue +
                                                                               R"(","consumerGroupId":")" + place.group +
                                                                               R"(","maxMsgs":null,"tag":null,"tags":null,"tagList":null})"}});
  EXPECT_EQ(bodies(messages_of(answer)), "1");
  EXPECT_TRUE(world.broker().inspect().front().groups.front().tags.empty());
}

TEST(Cases, O01MessagesWithoutAttributesAndTags) {
  World world;
  const auto place = world.create();
  const auto sent = world.send_messages(place.queue, R"([{"body":null,"attributes":null,"tags":null},{"body":1}])");
  EXPECT_TRUE(sent.done()) << sent;
  EXPECT_EQ(world.hits(29), 1);
  const auto batch = world.consume(place);
  EXPECT_EQ(bodies(batch), "null 1") << "a body that is null is a body";
  EXPECT_EQ(batch[0].attributes, boost::json::object());
  EXPECT_EQ(batch[0].tags, boost::json::array());
  EXPECT_EQ(world.broker().inspect().front().queue.payload_bytes, 5U) << "what is absent weighs nothing";
}

}  // namespace
}  // namespace wingmq::contract
