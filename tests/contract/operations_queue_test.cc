#include <gtest/gtest.h>

#include "support/api_client.h"

// API.md 4.1 to 4.7 and 4.11: queues, groups, quota. Every parameter at zero, its limit, one past it, of the wrong
// type, missing, misplaced; what each call answers and what it leaves behind.

namespace wingmq::contract {
namespace {

namespace json = boost::json;

/// A createQueue with the members of `info`, `description` and `regionId` being there unless it has them.
Answer create(World& world, const std::string& info) {
  std::string text = "{" + info;
  if (info.find("\"regionId\"") == std::string::npos) text += R"(,"regionId":"cn-snxy1")";
  if (info.find("\"description\"") == std::string::npos) text += R"(,"description":"d")";
  return world.post("createQueue", R"({"createQueueInfo":)" + text + "}}");
}

std::string member(const std::string& name, const std::string& value) { return "\"" + name + "\":" + value; }

std::string at(const std::string& queue) { return R"("regionId":"cn-snxy1","queueId":")" + queue + "\""; }

Answer create_groups(World& world, const std::string& queue, const std::string& groups) {
  return world.post("createConsumeGroup", "{" + at(queue) + ",\"groups\":" + groups + "}");
}

Answer remove_groups(World& world, const std::string& queue, const std::string& groups) {
  return world.post("removeSpecifyConsumerGroup", "{" + at(queue) + ",\"groups\":" + groups + "}");
}

std::vector<std::string> names_of(const json::value& list) {
  std::vector<std::string> names;
  for (const auto& entry : list.as_array()) names.emplace_back(entry.at("name").as_string());
  return names;
}

constexpr const char* kWrongTypes[] = {"null", "[]", "{}", "[\"x\"]"};

// --- 4.1 createQueue -------------------------------------------------------------------------------------------------

TEST(CreateQueue, NameFromOneTo64CharactersOfTheAllowedSet) {
  World world;
  const std::string longest = repeated("Az09_-", 10) + "abcd";
  for (const auto& name : {std::string("a"), std::string("-"), std::string("_"), std::string("0"), longest}) {
    const auto answer = create(world, member("name", json_text(name)));
    ASSERT_TRUE(answer.done()) << name << answer;
    EXPECT_EQ(answer.opened().at("name").as_string(), name);
  }
  EXPECT_EQ(create(world, member("name", json_text(longest + "e"))).code(), "DMS.10240011");
  EXPECT_EQ(create(world, member("name", "\"\"")).code(), "DMS.10240011");
  EXPECT_EQ(create(world, member("name", "\"   \"")).code(), "DMS.10240011") << "trimmed to nothing";
  for (const auto* name : {"a b", "a.b", "a/b", "队列", "a\\u0000", "a%20", "a\\n.b"}) {
    const auto answer = create(world, member("name", "\"" + std::string(name) + "\""));
    EXPECT_EQ(answer.code(), "DMS.10240007") << name << ' ' << answer;
  }
  for (const auto* value : kWrongTypes) EXPECT_EQ(create(world, member("name", value)).http(), 400U) << value;
}

TEST(CreateQueue, DescriptionCountsCharactersAndNotBytes) {
  World world;
  const auto with = [&](const std::string& name, const std::string& text) {
    return create(world, member("name", json_text(name)) + "," + member("description", text));
  };
  EXPECT_TRUE(with("empty", "\"\"").done());
  EXPECT_TRUE(with("chinese", json_text(repeated("述", 160))).done());
  EXPECT_TRUE(with("astral", "\"" + repeated("\\ud83d\\ude00", 160) + "\"").done()) << "a code point each";
  EXPECT_EQ(with("long", json_text(repeated("x", 161))).code(), "DMS.10240013");
  EXPECT_EQ(with("long", json_text(repeated("述", 161))).code(), "DMS.10240013");
  for (const auto* text : {"\"a<b\"", "\">\"", "\"\\u003c\""}) EXPECT_EQ(with("angle", text).code(), "DMS.10240010");
  for (const auto* value : kWrongTypes) EXPECT_EQ(with("type", value).http(), 400U) << value;
  EXPECT_EQ(world.broker().inspect().size(), 3U);
}

TEST(CreateQueue, RequiredMembersMayNotBeMissing) {
  World world;
  for (const auto* info : {R"({"name":"x","description":"d"})", R"({"regionId":"cn-snxy1","description":"d"})",
                           R"({"regionId":"cn-snxy1","name":"x"})", "{}"}) {
    const auto answer = world.post("createQueue", R"({"createQueueInfo":)" + std::string(info) + "}");
    EXPECT_EQ(answer.code(), "DMS.10540010") << info << ' ' << answer;
  }
  EXPECT_EQ(world.post("createQueue", "{}").code(), "DMS.10540010");
  for (const auto* value : {"null", "1", "[]", "true"}) {
    EXPECT_EQ(world.post("createQueue", R"({"createQueueInfo":)" + std::string(value) + "}").http(), 400U) << value;
  }
  const auto flat = world.post("createQueue", R"({"regionId":"cn-snxy1","name":"x","description":"d"})");
  EXPECT_EQ(flat.code(), "DMS.10540010") << "the members belong into createQueueInfo: " << flat;
  EXPECT_TRUE(world.broker().inspect().empty());
}

TEST(CreateQueue, RegionFromOneTo64CharactersOfTheAllowedSet) {
  World world;
  const auto with = [&](const std::string& region) {
    return create(world, R"("name":"q","regionId":)" + json_text(region));
  };
  EXPECT_TRUE(with("r").done());
  EXPECT_TRUE(with(repeated("aZ09_.-x", 8)).done());
  for (const auto& region :
       {std::string(), repeated("r", 65), std::string("a b"), std::string("区"), std::string("a/b")}) {
    const auto answer = with(region);
    EXPECT_EQ(answer.http(), 400U) << region << ' ' << answer;
    EXPECT_NE(answer.message().find("regionId"), std::string::npos) << answer;
  }
}

TEST(CreateQueue, EveryModeIsShownAsTheReferenceSpellsIt) {
  World world;
  for (const auto* mode : {"NORMAL", "FIFO", "KAFKA-HA", "KAFKA-HT"}) {
    const auto queue = world.create_queue({.name = mode, .mode = mode});
    EXPECT_EQ(world.queue_info(queue).at("queue_mode").as_string(), mode);
  }
  EXPECT_EQ(world.queue_info(world.create_queue({.name = "default"})).at("queue_mode").as_string(), "NORMAL");
  for (const auto* mode : {"\"LIFO\"", "\"normal\"", "1", "[]"}) {
    const auto answer = create(world, R"("name":"bad","queueMode":)" + std::string(mode));
    EXPECT_EQ(answer.http(), 400U) << mode << ' ' << answer;
  }
}

TEST(CreateQueue, MaxConsumeCountFromOneToAHundredWhenRedriveIsOn) {
  World world;
  const auto with = [&](const std::string& name, const std::string& count) {
    return create(world, member("name", json_text(name)) + R"(,"redrivePolicy":"enable","maxConsumeCount":)" + count);
  };
  EXPECT_TRUE(with("one", "1").done());
  EXPECT_TRUE(with("hundred", "\"100\"").done());
  for (const auto* count : {"0", "101", "\"0\"", "-1", "1.5", "\"x\"", "\"\"", "null", "[]", "4294967297"}) {
    const auto answer = with("bad", count);
    EXPECT_EQ(answer.http(), 400U) << count << ' ' << answer;
  }
  EXPECT_EQ(with("bad", "0").code(), "DMS.10240022");
  EXPECT_EQ(with("bad", "101").code(), "DMS.10240022");
  EXPECT_EQ(create(world, R"("name":"bad","redrivePolicy":"enable")").code(), "DMS.10240022");
}

TEST(CreateQueue, MaxConsumeCountIsIgnoredWhenRedriveIsOff) {
  World world;
  const auto off = create(world, R"("name":"off","redrivePolicy":"disable","maxConsumeCount":"1000")");
  ASSERT_TRUE(off.done()) << off;
  const auto info = world.queue_info(std::string(off.opened().at("id").as_string()), true);
  EXPECT_EQ(info.at("redrive_policy").as_string(), "disable");
  EXPECT_FALSE(info.as_object().contains("max_consume_count"));
  EXPECT_TRUE(create(world, R"("name":"absent","maxConsumeCount":"0")").done());
}

TEST(CreateQueue, AnswerNamesProjectQueueAndId) {
  World world;
  const auto first = create(world, R"("name":"first")");
  const auto second = create(world, R"("name":"second")");
  EXPECT_EQ(masked(first.text()),
            R"({"statusCode":800,"returnObj":"{\"project_id\":\"<project>\",\"name\":\"first\",\"id\":\"<uuid>\"}"})");
  EXPECT_EQ(first.opened().at("project_id"), second.opened().at("project_id"));
  EXPECT_NE(first.opened().at("id"), second.opened().at("id"));
}

TEST(CreateQueue, NamesAreUniqueInAProjectOnly) {
  World world;
  world.create_queue({.name = "same"});
  EXPECT_EQ(create(world, R"("name":"same")").code(), "DMS.10240017");
  EXPECT_TRUE(create(world, R"("name":"Same")").done()) << "case matters";
  world.create_queue({.name = "same", .region = "cn-other"});
  EXPECT_TRUE(world
                  .post("createQueue", R"({"createQueueInfo":{"regionId":"cn-snxy1","name":"same","description":"d"}})",
                        {{"accessKey", "other"}})
                  .done());
}

TEST(CreateQueue, QuotaIsFiveForEachProjectAndRemovingFreesAPlace) {
  World world;
  std::string last;
  for (int i = 0; i < 5; ++i) last = world.create_queue({.name = "q" + std::to_string(i)});
  EXPECT_EQ(create(world, R"("name":"sixth")").code(), "DMS.10240020");
  EXPECT_EQ(create(world, R"("name":"q0")").code(), "DMS.10240017") << "a taken name is named first";
  world.create_queue({.name = "elsewhere", .region = "cn-other"});
  ASSERT_TRUE(world.post("removeQueue", "{" + at(last) + "}").done());
  EXPECT_TRUE(create(world, R"("name":"sixth")").done());
}

TEST(CreateQueue, QuotaCanBeSet) {
  WorldOptions options;
  options.broker.limits.queues_per_project = 1;
  World world(options);
  world.create_queue();
  EXPECT_EQ(create(world, R"("name":"second")").code(), "DMS.10240020");
  const auto quota = world.get("queryQuota", {{"regionId", kRegion}});
  EXPECT_EQ(quota["quotas"].at("resources").as_array()[0].at("quota").to_number<int>(), 1);
}

// --- 4.2, 4.3 queries ------------------------------------------------------------------------------------------------

TEST(QueryQueue, ListsTheProjectsQueuesInOrderOfCreation) {
  World world;
  EXPECT_EQ(world.get("queryQueue", {{"regionId", kRegion}}).text(), R"({"statusCode":800,"queues":[],"total":0})");
  for (const auto* name : {"b", "c", "a"}) world.create_queue({.name = name});
  world.create_queue({.name = "x", .region = "cn-other"});
  const auto answer = world.get("queryQueue", {{"regionId", kRegion}});
  EXPECT_EQ(names_of(answer["queues"]), (std::vector<std::string>{"b", "c", "a"}));
  EXPECT_EQ(answer["total"].to_number<int>(), 3);
}

TEST(QueryQueue, ShowsNumbersAsNumbersAndDeadLetterMembersOnRequest) {
  World world;
  const auto place = world.create({.name = "q", .max_consume_count = "3"});
  world.send_numbers(place.queue, 1, 4);
  world.pass(std::chrono::seconds(5));
  const auto plain = world.queue_info(place.queue);
  EXPECT_EQ(plain.as_object().size(), 9U);
  EXPECT_EQ(plain.at("id").as_string(), place.queue);
  EXPECT_EQ(plain.at("reservation"), 4320);
  EXPECT_EQ(plain.at("created"), kStartMs);
  EXPECT_EQ(plain.at("max_msg_size_byte"), 524288);
  EXPECT_EQ(plain.at("produced_messages"), 4);
  EXPECT_EQ(plain.at("group_count"), 1);
  const auto full = world.queue_info(place.queue, true);
  EXPECT_EQ(full.as_object().size(), 11U);
  EXPECT_EQ(full.at("redrive_policy").as_string(), "enable");
  EXPECT_EQ(full.at("max_consume_count"), 3);
}

TEST(QueryQueue, IncludeDeadletterIsTrueOrFalse) {
  World world;
  const auto queue = world.create_queue();
  const auto with = [&](const std::string& value) {
    return world.get("queryQueue", {{"regionId", kRegion}, {"includeDeadletter", value}});
  };
  for (const auto* value : {"true", "false", " true "}) EXPECT_TRUE(with(value).done()) << value;
  for (const auto* value : {"yes", "2", "TRUE!", "[]"}) {
    const auto answer = with(value);
    EXPECT_EQ(answer.http(), 400U) << value << ' ' << answer;
    EXPECT_NE(answer.message().find("includeDeadletter"), std::string::npos) << answer;
  }
}

TEST(QueryQueue, HeaderNamesAreCaseInsensitive) {
  World world;
  const auto queue = world.create_queue();
  const auto answer = world.get("querySpecifyQueue", {{"REGIONID", kRegion}, {"queueid", queue}});
  EXPECT_TRUE(answer.done()) << answer;
}

TEST(QueryQueue, ParametersElsewhereAreMissingAndTheTextSaysSo) {
  World world;
  const auto queue = world.create_queue();
  auto in_query = world.get_call("querySpecifyQueue?regionId=cn-snxy1&queueId=" + queue, {});
  auto in_body = world.get_call("querySpecifyQueue", {});
  in_body.body = "{" + at(queue) + "}";
  const auto missing = world.get("querySpecifyQueue", {});
  for (const auto& call : {in_query, in_body}) {
    const auto answer = world.ask(call);
    EXPECT_EQ(answer.code(), "DMS.10540010") << answer;
    EXPECT_NE(answer.message(), missing.message()) << "misplaced is not the same as missing";
    EXPECT_NE(answer.message().find("regionId"), std::string::npos) << answer;
  }
  const auto ignored = world.get("querySpecifyQueue?regionId=other&x=%zz", {{"regionId", kRegion}, {"queueId", queue}});
  EXPECT_TRUE(ignored.done()) << "a query string is ignored: " << ignored;
}

TEST(QuerySpecifyQueue, UnknownIdsAreNotFound) {
  World world;
  const auto queue = world.create_queue();
  for (const auto& id : {std::string("x"), std::string("00000000-0000-0000-0000-000000000000"), queue + "0",
                         queue.substr(1), "g-" + queue, std::string("队列")}) {
    const auto answer = world.get("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", id}});
    EXPECT_EQ(answer.code(), "DMS.10240401") << id << ' ' << answer;
  }
  EXPECT_FALSE(world.get("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", ""}}).done());
  EXPECT_EQ(world.get("querySpecifyQueue", {{"regionId", kRegion}}).http(), 400U);
}

// --- 4.4 removeQueue -------------------------------------------------------------------------------------------------

TEST(RemoveQueue, TakesEverythingWithItAndFreesTheName) {
  World world;
  const auto place = world.create({.mode = "FIFO"});
  world.send_numbers(place.queue, 1, 2);
  const auto batch = world.consume(place);
  const auto removed = world.post("removeQueue", "{" + at(place.queue) + "}");
  EXPECT_EQ(removed.text(), R"({"statusCode":800,"errorMessageString":"","errorMessageArray":[],"succeed":true})");
  EXPECT_EQ(world.ask(world.consume_call(place)).code(), "DMS.10240401");
  EXPECT_EQ(tally(world.confirm(place, all(batch))), "DMS.10240401");
  EXPECT_EQ(world.send(place.queue, {"3"}).code(), "DMS.10240401");
  EXPECT_EQ(world.post("removeQueue", "{" + at(place.queue) + "}").code(), "DMS.10240401");
  const auto again = world.create();
  EXPECT_NE(again.queue, place.queue);
  EXPECT_TRUE(world.consume(again).empty());
}

TEST(RemoveQueue, ParkedConsumersGetNotFoundAtOnce) {
  World world;
  const auto place = world.create();
  const auto first = world.begin_consume(place, {.wait = "60"});
  const auto second = world.begin_consume(place, {.wait = "60"});
  const auto dead = world.begin(world.consume_dead_call(place, {.wait = "60"}));
  ASSERT_FALSE(first->answered() || second->answered() || dead->answered());
  ASSERT_TRUE(world.post("removeQueue", "{" + at(place.queue) + "}").done());
  for (const auto& pending : {first.get(), second.get(), dead.get()}) {
    ASSERT_TRUE(pending->answered());
    EXPECT_EQ(pending->wakes(), pending->waits());
    EXPECT_EQ(pending->answer().code(), "DMS.10240401");
  }
}

// --- 4.5 to 4.7 groups -----------------------------------------------------------------------------------------------

TEST(CreateGroups, NameFromOneTo32CharactersOfTheAllowedSet) {
  World world;
  const auto queue = world.create_queue();
  const auto with = [&](const std::string& name) { return create_groups(world, queue, R"([{"name":)" + name + "}]"); };
  EXPECT_TRUE(with("\"g\"").done());
  EXPECT_TRUE(with(json_text(repeated("aZ0_-", 6) + "xy")).done());
  EXPECT_EQ(with(json_text(repeated("g", 33))).code(), "DMS.10240012");
  EXPECT_EQ(with("\"\"").code(), "DMS.10240012");
  for (const auto* name : {"\"a b\"", "\"a.b\"", "\"组\""}) EXPECT_EQ(with(name).code(), "DMS.10240007") << name;
  for (const auto* value : kWrongTypes) EXPECT_EQ(with(value).http(), 400U) << value;
}

TEST(CreateGroups, OneToThreeEntriesAllOrNone) {
  World world;
  const auto queue = world.create_queue();
  for (const auto* groups : {"[]", "{}", "null", "[1]", "[{}]", R"(["g"])", R"({"name":"g"})"}) {
    const auto answer = create_groups(world, queue, groups);
    EXPECT_EQ(answer.http(), 400U) << groups << ' ' << answer;
    EXPECT_EQ(answer.code(), "DMS.10540010") << groups << ' ' << answer;
  }
  EXPECT_EQ(world.post("createConsumeGroup", "{" + at(queue) + "}").code(), "DMS.10540010");
  const auto four = create_groups(world, queue, R"([{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}])");
  EXPECT_FALSE(four.done()) << four;
  EXPECT_EQ(create_groups(world, queue, R"([{"name":"a"},{"name":"b b"}])").code(), "DMS.10240007");
  EXPECT_EQ(create_groups(world, queue, R"([{"name":"a"},{"name":"a"}])").code(), "DMS.10240018");
  EXPECT_EQ(world.queue_info(queue).at("group_count"), 0);
  EXPECT_TRUE(create_groups(world, queue, R"([{"name":"a"},{"name":"b"}])").done());
  EXPECT_EQ(create_groups(world, queue, R"([{"name":"c"},{"name":"b"}])").code(), "DMS.10240018");
  EXPECT_EQ(create_groups(world, queue, R"([{"name":"c"},{"name":"d"}])").code(), "DMS.10240019");
  EXPECT_EQ(world.queue_info(queue).at("group_count"), 2);
  EXPECT_TRUE(create_groups(world, queue, R"([{"name":"c"}])").done());
}

TEST(QueryGroups, ListsGroupsInOrderOfCreationWithTheirCounts) {
  World world;
  const auto queue = world.create_queue({.name = "q", .max_consume_count = "2"});
  ASSERT_TRUE(create_groups(world, queue, R"([{"name":"b"},{"name":"a"}])").done());
  world.send_numbers(queue, 1, 3);
  const Fields query = {{"regionId", kRegion}, {"queueId", queue}};
  const auto plain = world.get("querySpecifyQueueAllConsumerGroup", query);
  EXPECT_EQ(plain.text_of("queue_name"), "q");
  EXPECT_EQ(plain.text_of("queue_id"), queue);
  EXPECT_EQ(names_of(plain["groups"]), (std::vector<std::string>{"b", "a"}));
  EXPECT_FALSE(plain.json().as_object().contains("redrive_policy"));
  EXPECT_EQ(plain["groups"].as_array()[0].as_object().size(), 5U);
  auto with_dead = query;
  with_dead.emplace_back("includeDeadletter", "true");
  const auto full = world.get("querySpecifyQueueAllConsumerGroup", with_dead);
  EXPECT_EQ(full.text_of("redrive_policy"), "enable");
  const auto& group = full["groups"].as_array()[1].as_object();
  EXPECT_EQ(group.size(), 7U);
  EXPECT_EQ(group.at("produced_messages"), 3);
  EXPECT_EQ(group.at("available_messages"), 3);
  EXPECT_EQ(group.at("produced_deadletters"), 0);
  EXPECT_EQ(world.get("querySpecifyQueueAllConsumerGroup", {{"regionId", kRegion}, {"queueId", "x"}}).code(),
            "DMS.10240401");
}

TEST(RemoveGroups, AllNamedMustExistAndMessagesStay) {
  World world;
  const auto queue = world.create_queue();
  ASSERT_TRUE(create_groups(world, queue, R"([{"name":"a"},{"name":"b"},{"name":"c"}])").done());
  world.send_numbers(queue, 1, 2);
  EXPECT_EQ(remove_groups(world, queue, R"([{"name":"a"},{"name":"x"}])").code(), "DMS.10240405");
  EXPECT_EQ(world.queue_info(queue).at("group_count"), 3);
  const auto removed = remove_groups(world, queue, R"([{"name":"a"},{"name":"c"}])");
  EXPECT_EQ(removed.text(), R"({"statusCode":800,"errorMessageString":"","errorMessageArray":[],"succeed":true})");
  EXPECT_EQ(world.queue_info(queue).at("group_count"), 1);
  EXPECT_EQ(world.queue_info(queue).at("produced_messages"), 2);
  EXPECT_EQ(remove_groups(world, queue, R"([{"name":"a"}])").code(), "DMS.10240405");
  for (const auto* groups : {"[]", "{}", "[{}]", "7"}) {
    EXPECT_EQ(remove_groups(world, queue, groups).code(), "DMS.10540010") << groups;
  }
}

TEST(RemoveGroups, ParkedConsumersGetNotFoundAndANewGroupOfTheNameIsAnother) {
  World world;
  const auto place = world.create({.max_consume_count = "1"});
  world.send_numbers(place.queue, 1, 1);
  ASSERT_EQ(tally(world.confirm(place, all(world.consume(place), "fail"))), "0/1");
  const auto waiting = world.begin_consume(place, {.wait = "60"});
  ASSERT_TRUE(remove_groups(world, place.queue, R"([{"name":"g1"}])").done());
  ASSERT_TRUE(waiting->answered());
  EXPECT_EQ(waiting->answer().code(), "DMS.10240405");
  const Place again{place.queue, world.create_group(place.queue)};
  EXPECT_NE(again.group, place.group);
  EXPECT_EQ(world.counts(again), (Counts{1, 0, 1, 0, 0})) << "its dead letters went with it";
  EXPECT_EQ(world.ask(world.consume_call(place)).code(), "DMS.10240405");
}

// --- 4.11 quota ------------------------------------------------------------------------------------------------------

TEST(QueryQuota, CountsTheProjectsQueues) {
  World world;
  const auto text = [](int used) {
    return R"({"statusCode":800,"quotas":{"resources":[{"type":"queue","quota":5,"used":)" + std::to_string(used) +
           R"(,"min":1,"max":20}]}})";
  };
  EXPECT_EQ(world.get("queryQuota", {{"regionId", kRegion}}).text(), text(0));
  world.create_queue({.name = "a"});
  world.create_queue({.name = "b"});
  world.create_queue({.name = "c", .region = "cn-other"});
  EXPECT_EQ(world.get("queryQuota", {{"regionId", kRegion}}).text(), text(2));
  EXPECT_EQ(world.get("queryQuota", {{"regionId", kRegion}}).text(), text(2));
}

// --- Projects --------------------------------------------------------------------------------------------------------

TEST(Projects, NothingOfOneIsVisibleInAnother) {
  World world;
  const auto place = world.create();
  world.send_numbers(place.queue, 1, 1);
  const auto batch = world.consume(place);
  const auto before = world.snapshot();
  const auto as_stranger = [&](Call call) {
    for (auto& header : call.headers) {
      if (header.first == "accessKey") header.second = "stranger";
    }
    return world.ask(call);
  };
  const auto abroad = [](Call call) {
    for (auto& header : call.headers) header.second = replaced(header.second, kRegion, "cn-abroad");
    call.body = replaced(call.body, kRegion, "cn-abroad");
    return call;
  };
  const std::string q = at(place.queue);
  const std::string g = q + R"(,"consumerGroupId":")" + place.group + "\"";
  const Call calls[] = {
      world.get_call("querySpecifyQueue", {{"regionId", kRegion}, {"queueId", place.queue}}),
      world.get_call("querySpecifyQueueAllConsumerGroup", {{"regionId", kRegion}, {"queueId", place.queue}}),
      world.post_call("removeQueue", "{" + q + "}"),
      world.post_call("createConsumeGroup", "{" + q + R"(,"groups":[{"name":"x"}]})"),
      world.post_call("removeSpecifyConsumerGroup", "{" + q + R"(,"groups":[{"name":"g1"}]})"),
      world.post_call("sendSpecifyQueueMessage", "{" + q + R"(,"messages":[{"body":1}]})"),
      world.consume_call(place),
      world.consume_dead_call(place),
      world.post_call("confirmConsumedSpecifiedMessage",
                      "{" + g + R"(,"message":[{"handler":")" + batch[0].handler + R"(","status":"success"}]})"),
      world.post_call("consumeReset",
                      R"({"consumedMessageInfo":{)" + g + R"(,"config":{"timestamp":"0","force":true}}})"),
  };
  for (const auto& call : calls) {
    EXPECT_EQ(as_stranger(call).code(), "DMS.10240401") << call.target;
    EXPECT_EQ(world.ask(abroad(call)).code(), "DMS.10240401") << call.target;
  }
  EXPECT_EQ(world.snapshot(), before);
  EXPECT_EQ(as_stranger(world.get_call("queryQueue", {{"regionId", kRegion}}))["total"].as_int64(), 0);
}

TEST(Projects, HaveAStableIdOfTheirOwn) {
  const auto id = [](const std::string& key, const std::string& region) {
    World world;
    const auto answer = world.post(
        "createQueue", R"({"createQueueInfo":{"regionId":")" + region + R"(","name":"q","description":"d"}})",
        {{"accessKey", key}});
    return std::string(answer.opened().at("project_id").as_string());
  };
  EXPECT_EQ(id("a", "r"), id("a", "r")) << "in another process too: nothing but customer and region enters";
  EXPECT_NE(id("a", "r"), id("b", "r"));
  EXPECT_NE(id("a", "r"), id("a", "s"));
  EXPECT_NE(id("a", "br"), id("ab", "r"));
  EXPECT_EQ(masked(id("a", "r")), "<project>");
}

TEST(CustomInfo, TypeChoosesTheCustomerAndNeedsItsIdentity) {
  World world;
  const auto with = [&](const std::string& info) {
    return world.get("queryQueue", {{"regionId", kRegion}, {"customInfo", info}});
  };
  for (const auto* info :
       {"{}", R"({"type":0})", R"({"type":"0"})", R"({"type":""})", R"({"name":"x","email":"y","phone":"z"})",
        R"({"type":0,"identity":{"crmBizId":"1","accountId":"2"},"unknown":[]})",
        R"({"type":1,"identity":{"crmBizId":"1"}})", R"({"type":"2","identity":{"accountId":"2"}})"}) {
    EXPECT_TRUE(with(info).done()) << info << with(info);
  }
  for (const auto* info : {R"({"type":3})", R"({"type":-1})", R"({"type":"x"})", R"({"type":[]})", R"({"type":1})",
                           R"({"type":1,"identity":{}})", R"({"type":1,"identity":{"crmBizId":""}})",
                           R"({"type":1,"identity":{"accountId":"2"}})", R"({"type":2,"identity":{"crmBizId":"1"}})",
                           R"({"type":2,"identity":7})", "[]", "7", "{"}) {
    const auto answer = with(info);
    EXPECT_EQ(answer.http(), 400U) << info << ' ' << answer;
  }
}

}  // namespace
}  // namespace wingmq::contract
