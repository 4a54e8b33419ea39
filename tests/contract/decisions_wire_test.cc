#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "support/api_client.h"

// Decisions D01 to D13 of API.md: how requests are read, how replies look, what a queue and a group start as.

namespace wingmq::contract {
namespace {

constexpr const char* kInfo = R"({"regionId":"cn-snxy1","name":"orders","description":"d"})";

std::string create_body(const std::string& info) { return R"({"createQueueInfo":)" + info + "}"; }

TEST(Decisions, D01HeaderValueIsPercentDecodedWhenItIsNotTheDocumentedText) {
  World world;
  const auto place = world.create();
  world.send_numbers(place.queue, 1, 1);
  EXPECT_EQ(world.hits(1), 0);
  auto call = world.consume_call(place);
  const auto plain = call.headers.front().second;
  call.headers.front().second = percent_encoded(plain);
  EXPECT_EQ(bodies(messages_of(world.ask(call))), "1");
  EXPECT_EQ(world.hits(1), 1);
  EXPECT_TRUE(
      world.get("querySpecifyQueue", {{"regionId", "cn%2Dsnxy1"}, {"queueId", replaced(place.queue, "-", "%2d")}})
          .done());
  EXPECT_EQ(world.hits(1), 2);
}

TEST(Decisions, D01HeaderValueThatIsTheDocumentedTextIsTakenAsItIs) {
  World world;
  const auto custom = world.get("queryQueue", {{"regionId", kRegion}, {"customInfo", R"({"name":"100%25"})"}});
  EXPECT_TRUE(custom.done()) << custom;
  const auto utf8 = world.get("queryQueue", {{"regionId", kRegion}, {"customInfo", R"({"name":"示例用户"})"}});
  EXPECT_TRUE(utf8.done()) << utf8;
  EXPECT_EQ(world.hits(1), 0);
}

TEST(Decisions, D01BrokenPercentEncodingIsRefused) {
  World world;
  for (const auto* value : {"cn%2", "cn%", "cn%zz", "cn%00snxy1", "%ff%fe"}) {
    const auto answer = world.get("queryQueue", {{"regionId", value}});
    EXPECT_EQ(answer.http(), 400U) << value << ' ' << answer;
  }
  const auto json = world.get("consumptionMessage", {{"consumerQueueInfo", "%7B%22regionId%22"}});
  EXPECT_EQ(json.code(), "DMS.10240009") << json;
}

TEST(Decisions, D02PostParametersMayBeFormFields) {
  World world;
  const auto created =
      world.form("createQueue", {{"createQueueInfo", kInfo}, {"customInfo", R"({"name":"示例 用户+&="})"}});
  ASSERT_TRUE(created.done()) << created;
  const auto queue = std::string(created.opened().at("id").as_string());
  EXPECT_TRUE(
      world.form("createConsumeGroup", {{"regionId", kRegion}, {"queueId", queue}, {"groups", R"([{"name":"g1"}])"}})
          .done());
  const auto sent = world.form("sendSpecifyQueueMessage",
                               {{"regionId", kRegion}, {"queueId", queue}, {"messages", R"([{"body":"a+b c&d=é%"}])"}});
  EXPECT_TRUE(sent.done()) << sent;
  EXPECT_EQ(world.hits(2), 3);
  const auto groups = world.broker().inspect().front().groups;
  EXPECT_EQ(bodies(world.consume({queue, groups.front().id.text()})), "\"a+b c&d=é%\"");
}

TEST(Decisions, D02FormPlusIsASpaceAndAFieldGivenTwiceIsRefused) {
  World world;
  auto call = world.post_call("createQueue",
                              "createQueueInfo={\"regionId\":\"cn-snxy1\",\"name\":\"orders\","
                              "\"description\":\"two+words\"}");
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"}};
  const auto answer = world.ask(call);
  ASSERT_TRUE(answer.done()) << answer;
  EXPECT_EQ(world.broker().inspect().front().queue.spec.description, "two words");
  const auto twice = world.form("removeQueue", {{"regionId", kRegion}, {"regionId", kRegion}, {"queueId", "x"}});
  EXPECT_EQ(twice.code(), "DMS.10540010") << twice;
}

TEST(Decisions, D02AFormFieldMayNotBeBrokenPercentEncodingOrInvalidUtf8) {
  World world;
  for (const auto* body : {"regionId=cn%2&queueId=x", "regionId=%ff&queueId=x"}) {
    auto call = world.post_call("removeQueue", body);
    call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    const auto answer = world.ask(call);
    EXPECT_EQ(answer.http(), 400U) << body << ' ' << answer;
  }
}

TEST(Decisions, D03CustomInfoAloneMayBeAHeaderOnAPost) {
  World world;
  const Fields custom = {{"customInfo", R"({"type":1,"identity":{"crmBizId":"10000000000001"}})"}};
  const auto created = world.post("createQueue", create_body(kInfo), custom);
  ASSERT_TRUE(created.done()) << created;
  EXPECT_EQ(world.hits(3), 1);
  const auto theirs = world.get("queryQueue", {{"regionId", kRegion}, custom.front()});
  EXPECT_EQ(theirs["total"].as_int64(), 1) << "the header named the customer";
  EXPECT_EQ(world.get("queryQueue", {{"regionId", kRegion}})["total"].as_int64(), 0);
  const auto misplaced = world.post("createQueue", "{}", {{"createQueueInfo", kInfo}});
  EXPECT_EQ(misplaced.code(), "DMS.10540010") << misplaced;
}

TEST(Decisions, D04JsonValuedParameterMayBeAStringHoldingJson) {
  World world;
  const auto created = world.post("createQueue", create_body(json_text(kInfo)));
  ASSERT_TRUE(created.done()) << created;
  const auto queue = std::string(created.opened().at("id").as_string());
  const auto group = world.post(
      "createConsumeGroup", R"({"regionId":"cn-snxy1","queueId":")" + queue + R"(","groups":"[{\"name\":\"g1\"}]"})");
  ASSERT_TRUE(group.done()) << group;
  const auto sent = world.send_messages(queue, R"("[{\"body\":{\"a\":\"q\\\"\"}},{\"body\":2}]")");
  ASSERT_TRUE(sent.done()) << sent;
  EXPECT_EQ(world.hits(4), 3);
  const Place place{queue, group.text_of("consumerGroupId")};
  const auto batch = world.consume(place);
  EXPECT_EQ(bodies(batch), R"({"a":"q\""} 2)");
  const auto entries = R"([{"handler":")" + batch[0].handler + R"(","status":"success"}])";
  const auto confirmed = world.post("confirmConsumedSpecifiedMessage",
                                    R"({"regionId":"cn-snxy1","queueId":")" + queue + R"(","consumerGroupId":")" +
                                        place.group + R"(","message":)" + json_text(entries) + "}");
  EXPECT_EQ(tally(confirmed), "1/0") << confirmed;
}

TEST(Decisions, D04TheTextInTheStringMustBeValidJson) {
  World world;
  for (const auto* info : {"{", "not json", "{\\\"regionId\\\":\\\"cn-snxy1\\\",}", "{} {}"}) {
    const auto answer = world.post("createQueue", R"({"createQueueInfo":")" + std::string(info) + "\"}");
    EXPECT_EQ(answer.http(), 400U) << info << ' ' << answer;
    EXPECT_EQ(answer.code(), "DMS.10240009") << info << ' ' << answer;
  }
}

TEST(Decisions, D05NumbersAndBooleansMayBeStringsAndStringsAreTrimmed) {
  World world;
  const auto created = world.post("createQueue", create_body(R"({"regionId":" cn-snxy1 ","name":" orders ",
      "description":"d","queueMode":" NORMAL","redrivePolicy":"enable ","maxConsumeCount":" 1"})"));
  ASSERT_TRUE(created.done()) << created;
  const auto queue = std::string(created.opened().at("id").as_string());
  EXPECT_EQ(created.opened().at("name").as_string(), "orders");
  const auto info = world.queue_info(queue, true);
  EXPECT_EQ(info.at("max_consume_count").to_number<int>(), 1);
  EXPECT_EQ(info.at("queue_mode").as_string(), "NORMAL");
  const Place place{queue, world.create_group(" " + queue)};
  world.send_numbers(queue, 1, 2);
  EXPECT_EQ(world.consume(place, {.max = " 1 ", .wait = "1", .ack = "15"}).size(), 1U);
  EXPECT_EQ(world.reset(place, R"({"timestamp":" 0 ","force":"true"})").status(), 800);
  EXPECT_GT(world.hits(5), 0);
}

TEST(Decisions, D05NumbersAndBooleansMayAlsoBeThemselves) {
  World world;
  const auto created = world.post("createQueue", create_body(R"({"regionId":"cn-snxy1","name":"orders",
      "description":"d","redrivePolicy":"enable","maxConsumeCount":7})"));
  ASSERT_TRUE(created.done()) << created;
  const auto queue = std::string(created.opened().at("id").as_string());
  EXPECT_EQ(world.queue_info(queue, true).at("max_consume_count").to_number<int>(), 7);
  const Place place{queue, world.create_group(queue)};
  const auto info = R"({"regionId":"cn-snxy1","queueId":")" + queue + R"(","consumerGroupId":")" + place.group +
                    R"(","maxMsgs":1,"timeWait":1,"ackWait":30})";
  EXPECT_TRUE(world.get("consumptionMessage", {{"consumerQueueInfo", info}}).done());
  EXPECT_EQ(world.reset(place, R"({"timestamp":0,"force":true})").status(), 800);
}

TEST(Decisions, D05SecondsMayCarryTheirUnit) {
  World world;
  const auto place = world.create();
  world.send_numbers(place.queue, 1, 1);
  ASSERT_EQ(world.consume(place, {.wait = "1s", .ack = "20s"}).size(), 1U);
  world.pass(std::chrono::milliseconds(19'999));
  const auto before = world.now_ms();
  EXPECT_EQ(world.consume(place, {.wait = "1s"}).size(), 1U) << "released when its 20 s are over";
  EXPECT_EQ(world.now_ms() - before, 1);
}

TEST(Decisions, D05QueueModGoesForQueueModeAndUnderscoreForHyphen) {
  World world;
  const std::pair<const char*, const char*> cases[] = {{R"("queueMod":"FIFO")", "FIFO"},
                                                       {R"("queueMode":"KAFKA_HA")", "KAFKA-HA"},
                                                       {R"("queueMode":"KAFKA_HT")", "KAFKA-HT"},
                                                       {R"("queueMod":" NORMAL")", "NORMAL"}};
  for (const auto& [member, mode] : cases) {
    const auto answer =
        world.post("createQueue", create_body(R"({"regionId":"cn-snxy1","name":"q-)" + std::string(mode) +
                                              R"(","description":"d",)" + member + "}"));
    ASSERT_TRUE(answer.done()) << member << answer;
    EXPECT_EQ(world.queue_info(std::string(answer.opened().at("id").as_string())).at("queue_mode").as_string(), mode);
  }
  EXPECT_GE(world.hits(5), 4);
}

TEST(Decisions, D05OtherSpellingsOfNumbersAreRefused) {
  World world;
  const auto place = world.create();
  for (const auto* number : {"1.5", "1e1", "0x1", "+1", "-1", "1 0", "one", "99999999999999999999", "30ms", "1,0"}) {
    const auto answer = world.ask(world.consume_call(place, {.max = number}));
    EXPECT_EQ(answer.http(), 400U) << number << ' ' << answer;
  }
}

// D06 to D08 say how signatures are checked. While auth is off, nothing of them is read.

TEST(Decisions, D06DigestOfTheParametersIsUnreadWhileAuthIsOff) {
  World world;
  const auto wrong = world.get("queryQueue", {{"regionId", kRegion}, {"contentMD5", "not base64 !"}, {"Hmac", ""}});
  EXPECT_TRUE(wrong.done()) << wrong;
  const auto none = world.ask({"GET", "/apiproxy/v3/queue/queryQueue", {{"regionId", kRegion}}, ""});
  EXPECT_TRUE(none.done()) << none;
}

TEST(Decisions, D07FormOfTheRequestDateIsUnreadWhileAuthIsOff) {
  World world;
  const auto answer = world.get("queryQueue", {{"regionId", kRegion}, {"requestDate", "Tue, 23 Nov 2026 25:00 XYZ"}});
  EXPECT_TRUE(answer.done()) << answer;
}

TEST(Decisions, D08AgeOfTheRequestDateIsUnreadWhileAuthIsOff) {
  World world;
  const auto answer = world.get(
      "queryQueue", {{"regionId", kRegion}, {"requestDate", "Thu, 1 Jan 1970 00:00:00 GMT"}, {"platform", "three"}});
  EXPECT_TRUE(answer.done()) << answer;
}

TEST(Decisions, D09StatusCodeStandsFirstInEveryReplyAsANumber) {
  World world;
  const auto place = world.create({.name = "orders", .max_consume_count = "1"});
  world.send_numbers(place.queue, 1, 1);
  const std::string at = R"("regionId":"cn-snxy1","queueId":")" + place.queue + "\"";
  const Fields query = {{"regionId", kRegion}, {"queueId", place.queue}};
  const auto batch = world.consume(place);
  const Answer answers[] = {
      world.post("createQueue", create_body(R"({"regionId":"cn-snxy1","name":"other","description":"d"})")),
      world.get("queryQueue", {{"regionId", kRegion}}),
      world.get("querySpecifyQueue", query),
      world.post("createConsumeGroup", "{" + at + R"(,"groups":[{"name":"g2"}]})"),
      world.get("querySpecifyQueueAllConsumerGroup", query),
      world.post("removeSpecifyConsumerGroup", "{" + at + R"(,"groups":[{"name":"g2"}]})"),
      world.send(place.queue, {"2"}),
      world.ask(world.consume_call(place)),
      world.confirm(place, all(batch)),
      world.get("queryQuota", {{"regionId", kRegion}}),
      world.ask(world.consume_dead_call(place)),
      world.reset(place, R"({"timestamp":"0","force":true})"),
      world.post("removeQueue", "{" + at + "}"),
      world.get("queryQueue", {}),
      world.post("removeQueue", "{" + at + "}"),
  };
  for (const auto& answer : answers) {
    EXPECT_TRUE(answer.text().starts_with("{\"statusCode\":")) << answer;
    EXPECT_NE(answer.status(), -1) << answer;
  }
}

TEST(Decisions, D10RefusalCarriesItsTextAtBothLevels) {
  World world;
  const auto answer = world.get("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", "q"}});
  EXPECT_EQ(answer.http(), 200U);
  EXPECT_EQ(answer.status(), 900);
  EXPECT_EQ(answer.members(), "statusCode message errorCode errorMessageString errorMessageArray succeed returnObj");
  const auto& text = answer["message"];
  EXPECT_EQ(answer["errorMessageString"], text);
  EXPECT_EQ(answer["errorMessageArray"], boost::json::value(boost::json::array{text}));
  const auto& inner = answer["returnObj"].as_object();
  EXPECT_EQ(inner.size(), 4U);
  EXPECT_EQ(inner.at("returnObj"), "");
  EXPECT_EQ(inner.at("errorMessageString"), text);
  EXPECT_EQ(inner.at("errorMessageArray"), answer["errorMessageArray"]);
  EXPECT_EQ(inner.at("succeed"), false);
}

TEST(Decisions, D11KafkaModesTakeNoDeadLettersAndNoTags) {
  World world;
  for (const auto* mode : {"KAFKA-HA", "KAFKA-HT"}) {
    const auto refused = world.post(
        "createQueue", create_body(R"({"regionId":"cn-snxy1","name":"k","description":"d","queueMode":")" +
                                   std::string(mode) + R"(","redrivePolicy":"enable","maxConsumeCount":"3"})"));
    EXPECT_EQ(refused.http(), 400U) << refused;
    EXPECT_NE(refused.message().find("redrivePolicy"), std::string::npos) << refused;
    const auto place = world.create({.name = mode, .mode = mode});
    ASSERT_TRUE(world.send_messages(place.queue, R"([{"body":1},{"body":2,"attributes":{"a":1},"tags":[]}])").done());
    const auto batch = world.consume(place);
    EXPECT_EQ(sorted_bodies(batch), "1 2");
    EXPECT_EQ(tally(world.confirm(place, all(batch, "fail"))), "0/2");
    EXPECT_EQ(sorted_bodies(world.consume(place)), "1 2") << "failed messages never die here";
  }
  EXPECT_EQ(world.broker().inspect().size(), 2U);
}

TEST(Decisions, D12NewGroupStartsAtTheEarliestRetainedMessage) {
  World world;
  const auto first = world.create({.mode = "FIFO"});
  world.send_numbers(first.queue, 1, 1);
  world.pass(std::chrono::hours(71));
  world.send_numbers(first.queue, 2, 3);
  EXPECT_EQ(tally(world.confirm(first, all(world.consume(first)))), "3/0");
  EXPECT_EQ(bodies(world.consume({first.queue, world.create_group(first.queue, "g2")})), "1 2 3")
      << "what another group confirmed is still there";
  world.pass(std::chrono::hours(1));
  EXPECT_EQ(bodies(world.consume({first.queue, world.create_group(first.queue, "g3")})), "2 3");
}

TEST(Decisions, D13FlatPartIsTheFirstGroupAndGroupsAreAll) {
  World world;
  const auto queue = world.create_queue();
  const auto answer = world.post("createConsumeGroup", R"({"regionId":"cn-snxy1","queueId":")" + queue +
                                                           R"(","groups":[{"name":"b"},{"name":"a"},{"name":"c"}]})");
  ASSERT_TRUE(answer.done()) << answer;
  EXPECT_EQ(answer.text_of("regionId"), kRegion);
  EXPECT_EQ(answer.text_of("queueId"), queue);
  EXPECT_EQ(answer.text_of("maxMsgs"), "1");
  EXPECT_EQ(answer.text_of("timeWait"), "1");
  EXPECT_EQ(answer.text_of("ackWait"), "30s");
  const auto& groups = answer["groups"].as_array();
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].at("id"), answer["consumerGroupId"]);
  EXPECT_EQ(groups[0].at("name"), "b");
  EXPECT_EQ(groups[1].at("name"), "a");
  EXPECT_EQ(groups[2].at("name"), "c");
}

}  // namespace
}  // namespace wingmq::contract
