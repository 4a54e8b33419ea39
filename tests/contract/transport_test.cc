#include <gtest/gtest.h>

#include <algorithm>

#include "support/api_client.h"

// API.md 1: paths, methods, where parameters stand, content types; and the calls that watch the process (server.md).

namespace wingmq::contract {
namespace {

struct Operation {
  const char* name;
  const char* method;
};

constexpr Operation kOperations[] = {{"createQueue", "POST"},
                                     {"queryQueue", "GET"},
                                     {"querySpecifyQueue", "GET"},
                                     {"removeQueue", "POST"},
                                     {"createConsumeGroup", "POST"},
                                     {"querySpecifyQueueAllConsumerGroup", "GET"},
                                     {"removeSpecifyConsumerGroup", "POST"},
                                     {"sendSpecifyQueueMessage", "POST"},
                                     {"consumptionMessage", "GET"},
                                     {"confirmConsumedSpecifiedMessage", "POST"},
                                     {"queryQuota", "GET"},
                                     {"consumeDeadlettersMessage", "GET"},
                                     {"confirmConsumeDeadlettersMessage", "POST"},
                                     {"consumeReset", "POST"}};

std::string path_of(const char* operation) { return std::string(kPathPrefix) + operation; }

TEST(Transport, EveryOperationExistsAndTakesItsMethodOnly) {
  World world;
  for (const auto& operation : kOperations) {
    for (const auto* method : {"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "get", "BREW"}) {
      const auto answer = world.ask({method, path_of(operation.name), {{"Accept-Language", "en"}}, "{}"});
      EXPECT_EQ(answer.http(), 400U) << method << ' ' << operation.name << ' ' << answer;
      EXPECT_EQ(answer.code(), "DMS.10540010") << method << ' ' << operation.name << ' ' << answer;
      const bool right_method = std::string_view(method) == operation.method;
      EXPECT_TRUE(right_method || answer.message().find(operation.method) != std::string::npos)
          << method << ' ' << answer;
    }
  }
}

TEST(Transport, OtherPathsAreNotFound) {
  World world;
  for (const auto* path :
       {"/", "/apiproxy/v3/queue", "/apiproxy/v3/queue/", "/apiproxy/v3/queue/queryQuota/",
        "/apiproxy/v3/queue/queryquota", "/apiproxy/v3/queue/queryQuotas", "/apiproxy/v3/queue/queryQuot",
        "/apiproxy/v3/queue//queryQuota", "/apiproxy/v3/Queue/queryQuota", "/apiproxy/v2/queue/queryQuota",
        "/x/apiproxy/v3/queue/queryQuota", "/apiproxy/v3/queue/query%51uota", "/apiproxy/v3/queue/./queryQuota",
        "/apiproxy/v3/queue/queryQuota;x", "*"}) {
    const auto answer = world.ask({"GET", path, {{"regionId", kRegion}}, ""});
    EXPECT_EQ(answer.http(), 404U) << path << ' ' << answer;
    EXPECT_EQ(answer.status(), 404) << path << ' ' << answer;
    EXPECT_EQ(answer.code(), "DMS.00404001") << path << ' ' << answer;
  }
}

TEST(Transport, QueryStringIsIgnored) {
  World world;
  for (const auto* query : {"?", "?x=1", "?regionId=cn-other", "?a?b", "?%"}) {
    const auto answer = world.get("queryQuota" + std::string(query), {{"regionId", kRegion}});
    EXPECT_TRUE(answer.done()) << query << ' ' << answer;
  }
  const auto queue = world.create_queue();
  const auto removed =
      world.post("removeQueue?queueId=other", R"({"regionId":"cn-snxy1","queueId":")" + queue + R"("})");
  EXPECT_TRUE(removed.done()) << removed;
  EXPECT_EQ(world.post("removeQueue?regionId=cn-snxy1&queueId=x", "{}").code(), "DMS.10540010");
}

TEST(Transport, JsonBodyNeedsNoContentType) {
  for (const auto* type : {"", "application/json", "application/json; charset=utf-8", "Application/JSON"}) {
    World world;
    Call call =
        world.post_call("createQueue", R"({"createQueueInfo":{"regionId":"cn-snxy1","name":"q","description":"d"}})");
    call.headers.clear();
    if (*type != '\0') call.headers.emplace_back("content-type", type);
    const auto answer = world.ask(call);
    EXPECT_TRUE(answer.done()) << type << ' ' << answer;
  }
}

TEST(Transport, UnknownMembersAndHeadersAreIgnoredAtEveryLevel) {
  World world;
  const auto created =
      world.post("createQueue", R"({"x":1,"createQueueInfo":{"regionId":"cn-snxy1","name":"q","description":"d","y":[]},
          "customInfo":{"z":{}}})",
                 {{"X-Unknown", "1"}});
  ASSERT_TRUE(created.done()) << created;
  const auto queue = std::string(created.opened().at("id").as_string());
  const auto group = world.post("createConsumeGroup", R"({"regionId":"cn-snxy1","queueId":")" + queue +
                                                          R"(","groups":[{"name":"g1","id":"x","more":null}]})");
  ASSERT_TRUE(group.done()) << group;
  ASSERT_TRUE(world.send_messages(queue, R"([{"body":1,"delay":5,"key":{"a":[]}}])").done());
  const Place place{queue, group.text_of("consumerGroupId")};
  const auto info = R"({"regionId":"cn-snxy1","queueId":")" + queue + R"(","consumerGroupId":")" + place.group +
                    R"(","nonsense":{"maxMsgs":0}})";
  const auto answer = world.get("consumptionMessage", {{"consumerQueueInfo", info}, {"maxMsgs", "0"}});
  EXPECT_EQ(bodies(messages_of(answer)), "1");
}

TEST(Transport, MemberNamesAreCaseSensitive) {
  World world;
  const auto answer =
      world.post("createQueue", R"({"createQueueInfo":{"regionid":"cn-snxy1","name":"q","description":"d"}})");
  EXPECT_EQ(answer.code(), "DMS.10540010") << answer;
  EXPECT_NE(answer.message().find("regionId"), std::string::npos) << answer;
}

TEST(Transport, CustomInfoThatIsWrongRefusesAPostAndNothingHappens) {
  World world;
  const auto queue = world.create_queue();
  const auto before = world.snapshot();
  for (const auto* info : {"7", "[]", R"({"type":9})", R"({"type":1})", R"("{")"}) {
    const auto answer =
        world.post("removeQueue", R"({"regionId":"cn-snxy1","queueId":")" + queue + R"(","customInfo":)" + info + "}");
    EXPECT_EQ(answer.http(), 400U) << info << ' ' << answer;
    EXPECT_EQ(world.snapshot(), before);
  }
}

TEST(Process, LivenessReadinessAndMetricsNeedNoKey) {
  World world;
  const auto status = [&](const char* path) {
    const auto pending = world.begin({"GET", path, {}, ""});
    EXPECT_TRUE(pending->answered()) << path;
    return pending->answered() ? pending->reply().status : 0U;
  };
  EXPECT_EQ(status("/livez"), 200U);
  EXPECT_EQ(status("/readyz"), 200U);
  EXPECT_EQ(status("/metrics"), 200U);
  world.app().set_not_ready("warming up");
  EXPECT_EQ(status("/readyz"), 503U);
  EXPECT_EQ(status("/livez"), 200U);
  world.app().set_not_ready({});
  EXPECT_EQ(status("/readyz"), 200U);
  world.app().begin_shutdown();
  EXPECT_EQ(status("/readyz"), 503U);
  EXPECT_EQ(status("/livez"), 200U);
}

TEST(Process, ReadinessNamesItsReason) {
  World world;
  world.app().set_not_ready("warming up");
  const auto pending = world.begin({"GET", "/readyz", {}, ""});
  ASSERT_TRUE(pending->answered());
  EXPECT_NE(pending->reply().body.find("warming up"), std::string::npos) << pending->reply().body;
}

TEST(Process, WhileStoppingEveryOperationIsRefusedAndParkedCallsAreAnswered) {
  World world;
  const auto place = world.create();
  const auto parked = world.begin_consume(place, {.wait = "60"});
  world.app().begin_shutdown();
  for (const auto& operation : kOperations) {
    const auto answer = world.ask({operation.method, path_of(operation.name), {{"regionId", kRegion}}, "{}"});
    EXPECT_EQ(answer.http(), 503U) << operation.name << ' ' << answer;
    EXPECT_EQ(answer.code(), "WMQ.SHUTTING_DOWN") << operation.name << ' ' << answer;
  }
  world.broker().close();
  ASSERT_TRUE(parked->answered());
  EXPECT_EQ(parked->answer().embedded(), "[]");
}

// The vocabulary itself: a comparison that cannot tell texts apart would pass everything.

TEST(Vocabulary, CanonicalTextDropsSpacesAndUnifiesStringsOnly) {
  EXPECT_EQ(canonical(" { \"a\" : [ 1.00 , \"\\u0041 b\" ] }\n"), R"({"a":[1.00,"A b"]})");
  EXPECT_EQ(canonical(R"("\/\u00e9\ud83d\ude00\n\u0000")"), "\"/\xC3\xA9\xF0\x9F\x98\x80\\u000a\\u0000\"");
  EXPECT_NE(canonical("1.0"), canonical("1.00"));
  EXPECT_NE(canonical(R"({"a":1,"b":2})"), canonical(R"({"b":2,"a":1})"));
  EXPECT_NE(canonical(R"("a b")"), canonical(R"("ab")"));
}

TEST(Vocabulary, MaskHidesIdsAndHandlersAndNothingElse) {
  EXPECT_EQ(masked(R"({"id":"g-00000000-0000-4000-8000-00000000000a","n":1,"handler":"abc"})"),
            R"({"id":"g-<uuid>","n":1,"handler":"<handler>"})");
  EXPECT_EQ(masked(R"(\"handler\":\"a-_b\",\"x\":\"0123456789abcdef0123456789abcdef\")"),
            R"(\"handler\":\"<handler>\",\"x\":\"<project>\")");
  EXPECT_EQ(masked("0123456789abcdef0123456789abcdef0 G0000000-0000-4000-8000-00000000000a"),
            "0123456789abcdef0123456789abcdef0 G0000000-0000-4000-8000-00000000000a");
}

TEST(Vocabulary, SnapshotSeesMessagesLeasesAndTagRules) {
  World world;
  const auto place = world.create();
  auto last = world.snapshot();
  const auto changed = [&] {
    const auto before = std::exchange(last, world.snapshot());
    return before != last;
  };
  EXPECT_FALSE(changed());
  world.send_numbers(place.queue, 1, 2);
  EXPECT_TRUE(changed());
  const auto batch = world.consume(place, {.max = "1"});
  EXPECT_TRUE(changed());
  ASSERT_EQ(tally(world.confirm(place, all(batch))), "1/0");
  EXPECT_TRUE(changed());
  ASSERT_TRUE(world.ask(world.consume_call(place, {.tag = "a"})).done());
  EXPECT_TRUE(changed());
}

}  // namespace
}  // namespace wingmq::contract
