#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "support/api_client.h"

// Every error code that the broker can answer, each produced by real requests: HTTP status, the exact shape of the
// body, both languages, a text that names what is wrong and what would be right, and nothing changed afterwards (API.md
// 3).

namespace wingmq::contract {
namespace {

/// Codes and the statusCode they come with. Left out: those of signing, injected faults and the unforeseen.
const std::map<std::string, int>& codes() {
  static const std::map<std::string, int> kCodes = {
      {"DMS.10540010", 400},    {"DMS.10240009", 400},     {"DMS.00404001", 404}, {"DMS.10240007", 400},
      {"DMS.10240011", 400},    {"DMS.10240012", 400},     {"DMS.10240010", 400}, {"DMS.10240013", 400},
      {"DMS.10240022", 400},    {"DMS.10240004", 400},     {"DMS.10240014", 400}, {"DMS.10240021", 400},
      {"DMS.10542206", 400},    {"DMS.10550035", 400},     {"DMS.10540003", 400}, {"DMS.10540001", 400},
      {"DMS.10540011", 900},    {"DMS.10240017", 900},     {"DMS.10240018", 900}, {"DMS.10240019", 900},
      {"DMS.10240020", 900},    {"DMS.10240401", 900},     {"DMS.10240405", 900}, {"DMS.10542204", 900},
      {"DMS.10540004", 900},    {"DMS.10542209", 900},     {"DMS.00400142", 900}, {"WMQ.RESET_BUSY", 900},
      {"WMQ.MEMORY_FULL", 900}, {"WMQ.SHUTTING_DOWN", 503}};
  return kCodes;
}

/// What a case starts from: a NORMAL queue with dead letters on, a FIFO and a Kafka queue, each with group g1; two
/// messages in the first, one of them consumed and in flight.
struct Stage {
  explicit Stage(const WorldOptions& options = {}) : world(options) {
    normal = world.create({.name = "normal", .max_consume_count = "3"});
    fifo = world.create({.name = "fifo", .mode = "FIFO"});
    kafka = world.create({.name = "kafka", .mode = "KAFKA-HA"});
    world.send_numbers(normal.queue, 1, 2);
    const auto batch = world.consume(normal, {.max = "1"});
    handler = batch.empty() ? "" : batch.front().handler;
  }

  World world;
  Place normal;
  Place fifo;
  Place kafka;
  std::string handler;
};

/// One refused call. `needles` are what the text must name in either language.
struct Refusal {
  const char* name;
  const char* code;
  std::vector<std::string> needles;
  Call (*make)(Stage& stage);
  WorldOptions (*options)() = nullptr;
};
void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.code << ' ' << refusal.name; }

Call create_with(Stage& stage, const std::string& members) {
  return stage.world.post_call("createQueue", R"({"createQueueInfo":{"regionId":"cn-snxy1",)" + members + "}}");
}

Call groups_with(Stage& stage, const std::string& groups) {
  return stage.world.post_call("createConsumeGroup", R"({"regionId":"cn-snxy1","queueId":")" + stage.normal.queue +
                                                         R"(","groups":)" + groups + "}");
}

Call send_with(Stage& stage, const Place& place, const std::string& messages) {
  return stage.world.post_call("sendSpecifyQueueMessage", R"({"regionId":"cn-snxy1","queueId":")" + place.queue +
                                                              R"(","messages":)" + messages + "}");
}

Call confirm_with(Stage& stage, const Place& place, const std::string& entries) {
  return stage.world.post_call("confirmConsumedSpecifiedMessage", R"({"regionId":"cn-snxy1","queueId":")" +
                                                                      place.queue + R"(","consumerGroupId":")" +
                                                                      place.group + R"(","message":)" + entries + "}");
}

Call reset_with(Stage& stage, const Place& place, const std::string& config) {
  return stage.world.post_call("consumeReset", R"({"consumedMessageInfo":{"regionId":"cn-snxy1","queueId":")" +
                                                   place.queue + R"(","consumerGroupId":")" + place.group +
                                                   R"(","config":)" + config + "}}");
}

std::string groups_named(std::initializer_list<const char*> names) {
  std::string text = "[";
  for (const auto* name : names) text += std::string(text.size() > 1 ? "," : "") + R"({"name":")" + name + R"("})";
  return text + "]";
}

WorldOptions little_memory() {
  WorldOptions options;
  options.broker.memory_limit_bytes = 256 * 1024;
  return options;
}

const Refusal kRefusals[] = {
    {"RequiredParameterMissing",
     "DMS.10540010",
     {"regionId"},
     [](Stage& s) { return s.world.get_call("queryQueue", {}); }},
    {"RequiredMemberMissing",
     "DMS.10540010",
     {"name"},
     [](Stage& s) { return create_with(s, R"("description":"d")"); }},
    {"GetParameterInTheQuery",
     "DMS.10540010",
     {"regionId"},
     [](Stage& s) { return s.world.get_call("queryQueue?regionId=cn-snxy1", {}); }},
    {"PostParameterInAHeader",
     "DMS.10540010",
     {"queueId"},
     [](Stage& s) {
       return s.world.post_call("removeQueue", R"({"regionId":"cn-snxy1"})", {{"queueId", s.normal.queue}});
     }},
    {"ParameterOfTheWrongType",
     "DMS.10540010",
     {"name"},
     [](Stage& s) { return create_with(s, R"("name":["x"],"description":"d")"); }},
    {"ParameterGivenTwice",
     "DMS.10540010",
     {"name"},
     [](Stage& s) { return create_with(s, R"("name":"x","name":"x","description":"d")"); }},
    {"HeaderGivenTwice",
     "DMS.10540010",
     {"regionId"},
     [](Stage& s) {
       return s.world.get_call("queryQueue", {{"regionId", kRegion}, {"regionId", kRegion}});
     }},
    {"WrongMethod",
     "DMS.10540010",
     {"POST"},
     [](Stage& s) {
       return s.world.get_call("createQueue", {{"createQueueInfo", "{}"}});
     }},
    {"UnknownMethod",
     "DMS.10540010",
     {"GET"},
     [](Stage&) {
       return Call{"DELETE", "/apiproxy/v3/queue/queryQueue", {{"regionId", kRegion}}, ""};
     }},
    {"EmptyListOfMessages",
     "DMS.10540010",
     {"messages", "1000"},
     [](Stage& s) { return send_with(s, s.normal, "[]"); }},
    {"TooManyMessages",
     "DMS.10540010",
     {"messages", "1000"},
     [](Stage& s) { return send_with(s, s.normal, "[" + repeated(R"({"body":0},)", 1000) + R"({"body":0}])"); }},
    {"RegionWithForbiddenCharacters",
     "DMS.10540010",
     {"regionId"},
     [](Stage& s) {
       return s.world.get_call("queryQueue", {{"regionId", "cn snxy1"}});
     }},
    {"UnknownQueueMode",
     "DMS.10540010",
     {"queueMode", "NORMAL", "FIFO", "KAFKA-HA", "KAFKA-HT"},
     [](Stage& s) { return create_with(s, R"("name":"x","description":"d","queueMode":"LIFO")"); }},
    {"UnknownRedrivePolicy",
     "DMS.10540010",
     {"redrivePolicy", "enable", "disable"},
     [](Stage& s) { return create_with(s, R"("name":"x","description":"d","redrivePolicy":"on")"); }},
    {"UnreadableTimestamp",
     "DMS.10540010",
     {"timestamp"},
     [](Stage& s) { return reset_with(s, s.fifo, R"({"timestamp":"yesterday"})"); }},

    {"BodyCutShort",
     "DMS.10240009",
     {},
     [](Stage& s) { return s.world.post_call("createQueue", R"({"createQueueInfo":{"regionId")"); }},
    {"EmptyBody", "DMS.10240009", {}, [](Stage& s) { return s.world.post_call("removeQueue", ""); }},
    {"BodyWithInvalidUtf8",
     "DMS.10240009",
     {},
     [](Stage& s) { return create_with(s, "\"name\":\"x\",\"description\":\"\xff\""); }},
    {"HeaderWithInvalidJson",
     "DMS.10240009",
     {"consumerQueueInfo"},
     [](Stage& s) {
       return s.world.get_call("consumptionMessage", {{"consumerQueueInfo", "{\"regionId\":"}});
     }},
    {"BodyNestedTooDeeply",
     "DMS.10240009",
     {"64"},
     [](Stage& s) { return send_with(s, s.normal, R"([{"body":)" + repeated("[", 80) + repeated("]", 80) + "}]"); }},

    {"UnknownPath", "DMS.00404001", {}, [](Stage& s) { return s.world.post_call("createTopic", "{}"); }},
    {"PathInTheWrongCase",
     "DMS.00404001",
     {},
     [](Stage& s) {
       return s.world.get_call("queryqueue", {{"regionId", kRegion}});
     }},

    {"QueueNameWithASpaceInside",
     "DMS.10240007",
     {"name", "A-Z"},
     [](Stage& s) { return create_with(s, R"("name":"a b","description":"d")"); }},
    {"GroupNameWithADot", "DMS.10240007", {"name"}, [](Stage& s) { return groups_with(s, groups_named({"a.b"})); }},
    {"QueueNameOf65Characters",
     "DMS.10240011",
     {"name", "64"},
     [](Stage& s) { return create_with(s, R"("name":")" + repeated("n", 65) + R"(","description":"d")"); }},
    {"EmptyQueueName",
     "DMS.10240011",
     {"name", "64"},
     [](Stage& s) { return create_with(s, R"("name":"","description":"d")"); }},
    {"GroupNameOf33Characters",
     "DMS.10240012",
     {"name", "32"},
     [](Stage& s) { return groups_with(s, groups_named({"ggggggggggggggggggggggggggggggggg"})); }},
    {"EmptyGroupName", "DMS.10240012", {"name", "32"}, [](Stage& s) { return groups_with(s, groups_named({""})); }},
    {"DescriptionWithAnAngleBracket",
     "DMS.10240010",
     {"description", "<"},
     [](Stage& s) { return create_with(s, R"("name":"x","description":"a<b")"); }},
    {"DescriptionOf161Characters",
     "DMS.10240013",
     {"description", "160"},
     [](Stage& s) { return create_with(s, R"("name":"x","description":")" + repeated("述", 161) + "\""); }},
    {"MaxConsumeCountMissing",
     "DMS.10240022",
     {"maxConsumeCount", "1", "100"},
     [](Stage& s) { return create_with(s, R"("name":"x","description":"d","redrivePolicy":"enable")"); }},
    {"MaxConsumeCountOf101",
     "DMS.10240022",
     {"maxConsumeCount", "1", "100"},
     [](Stage& s) {
       return create_with(s, R"("name":"x","description":"d","redrivePolicy":"enable","maxConsumeCount":"101")");
     }},
    {"TagWithASpace",
     "DMS.10240004",
     {"tag"},
     [](Stage& s) { return send_with(s, s.normal, R"([{"body":1},{"body":2,"tags":["a b"]}])"); }},
    {"FourTags",
     "DMS.10240004",
     {"tag", "3"},
     [](Stage& s) { return send_with(s, s.normal, R"([{"body":2,"tags":["a","b","c","d"]}])"); }},
    {"TagsInAKafkaQueue",
     "DMS.10240004",
     {"KAFKA"},
     [](Stage& s) { return send_with(s, s.kafka, R"([{"body":2,"tags":["a"]}])"); }},
    {"TagInAKafkaConsume",
     "DMS.10240004",
     {"KAFKA"},
     [](Stage& s) { return s.world.consume_call(s.kafka, {.tag = "a"}); }},
    {"MaxMsgsOfZero",
     "DMS.10240014",
     {"maxMsgs", "1", "1000"},
     [](Stage& s) { return s.world.consume_call(s.normal, {.max = "0"}); }},
    {"MaxMsgsOf1001InDeadLetters",
     "DMS.10240014",
     {"maxMsgs", "1", "1000"},
     [](Stage& s) { return s.world.consume_dead_call(s.normal, {.max = "1001"}); }},
    {"TimeWaitOf61",
     "DMS.10240021",
     {"timeWait", "1", "60"},
     [](Stage& s) { return s.world.consume_call(s.normal, {.wait = "61"}); }},
    {"AckWaitOf14",
     "DMS.10542206",
     {"ackWait", "15", "300"},
     [](Stage& s) { return s.world.consume_call(s.normal, {.ack = "14"}); }},
    {"UnknownTagType",
     "DMS.10550035",
     {"tagType", "and", "or"},
     [](Stage& s) { return s.world.consume_call(s.normal, {.tag = "a", .tag_type = "xor"}); }},
    {"UnknownConfirmStatus",
     "DMS.10540003",
     {"status", "success", "fail"},
     [](Stage& s) { return confirm_with(s, s.normal, R"([{"handler":")" + s.handler + R"(","status":"done"}])"); }},
    {"MessageWithoutBody",
     "DMS.10540001",
     {"body"},
     [](Stage& s) { return send_with(s, s.normal, R"([{"body":1},{"attributes":{}}])"); }},
    {"AttributesNotAnObject",
     "DMS.10540001",
     {"attributes"},
     [](Stage& s) { return send_with(s, s.normal, R"([{"body":1,"attributes":[1]}])"); }},

    {"PayloadOneByteTooLarge",
     "DMS.10540011",
     {"524288", "524289"},
     [](Stage& s) { return send_with(s, s.normal, R"([{"body":")" + repeated("x", 524289) + R"("}])"); }},
    {"QueueNameTaken",
     "DMS.10240017",
     {"fifo"},
     [](Stage& s) { return create_with(s, R"("name":"fifo","description":"d")"); }},
    {"GroupNameTaken",
     "DMS.10240018",
     {"g1"},
     [](Stage& s) {
       return groups_with(s, groups_named({"g2", "g1"}));
     }},
    {"GroupNamedTwice",
     "DMS.10240018",
     {"g2"},
     [](Stage& s) {
       return groups_with(s, groups_named({"g2", "g2"}));
     }},
    {"AFourthGroup",
     "DMS.10240019",
     {"3"},
     [](Stage& s) {
       return groups_with(s, groups_named({"g2", "g3", "g4"}));
     }},
    {"QueueQuotaUsedUp",
     "DMS.10240020",
     {"5"},
     [](Stage& s) {
       if (s.world.broker().inspect().size() < 5) {
         s.world.create_queue({.name = "fourth"});
         s.world.create_queue({.name = "fifth"});
       }
       return create_with(s, R"("name":"sixth","description":"d")");
     }},
    {"UnknownQueue",
     "DMS.10240401",
     {},
     [](Stage& s) {
       return s.world.get_call("querySpecifyQueue",
                               {{"regionId", kRegion}, {"queueId", "00000000-0000-4000-8000-000000000000"}});
     }},
    {"QueueOfAnotherRegion",
     "DMS.10240401",
     {},
     [](Stage& s) {
       return s.world.post_call("removeQueue", R"({"regionId":"cn-other","queueId":")" + s.normal.queue + R"("})");
     }},
    {"UnknownGroup",
     "DMS.10240405",
     {},
     [](Stage& s) {
       return s.world.consume_call({s.normal.queue, "g-00000000-0000-4000-8000-000000000000"});
     }},
    {"UnknownGroupNameToRemove",
     "DMS.10240405",
     {"g9"},
     [](Stage& s) {
       return s.world.post_call("removeSpecifyConsumerGroup", R"({"regionId":"cn-snxy1","queueId":")" + s.normal.queue +
                                                                  R"(","groups":)" + groups_named({"g1", "g9"}) + "}");
     }},
    {"AnotherTagRule",
     "DMS.10542204",
     {},
     [](Stage& s) {
       const auto fixed = s.world.begin_consume(s.fifo, {.tag = "red"});
       s.world.pass(Millis(1000));
       EXPECT_TRUE(fixed->answered());
       return s.world.consume_call(s.fifo, {.tag = "blue"});
     }},
    {"HandlerOfAnotherGroup",
     "DMS.10540004",
     {},
     [](Stage& s) { return confirm_with(s, s.fifo, R"([{"handler":")" + s.handler + R"(","status":"success"}])"); }},
    {"HandlerOfTheOtherStream",
     "DMS.10540004",
     {},
     [](Stage& s) {
       return s.world.post_call("confirmConsumeDeadlettersMessage",
                                R"({"consumedMessageInfo":{"regionId":"cn-snxy1","consumerGroupId":")" +
                                    s.normal.group + R"(","message":[{"handler":")" + s.handler +
                                    R"(","status":"success"}]}})");
     }},
    {"HandlerThatIsNone",
     "DMS.10542209",
     {},
     [](Stage& s) { return confirm_with(s, s.normal, R"([{"handler":"no such thing","status":"success"}])"); }},
    {"HandlerThatExpired",
     "DMS.10542209",
     {},
     [](Stage& s) {
       s.world.pass(std::chrono::seconds(30));
       return confirm_with(s, s.normal, R"([{"handler":")" + s.handler + R"(","status":"success"}])");
     }},
    {"HandlerConfirmedBefore",
     "DMS.10542209",
     {},
     [](Stage& s) {
       const auto call = confirm_with(s, s.normal, R"([{"handler":")" + s.handler + R"(","status":"success"}])");
       static_cast<void>(s.world.ask(call));
       return call;
     }},
    {"ResetIntoTheFuture",
     "DMS.00400142",
     {"timestamp"},
     [](Stage& s) { return reset_with(s, s.fifo, R"({"timestamp":1795420801000})"); }},
    {"ResetBeforeTheRetentionWindow",
     "DMS.00400142",
     {"timestamp"},
     [](Stage& s) { return reset_with(s, s.fifo, R"({"timestamp":"2026-11-20T07:59:59Z"})"); }},
    {"ResetWhileInFlight",
     "WMQ.RESET_BUSY",
     {"force"},
     [](Stage& s) { return reset_with(s, s.normal, R"({"timestamp":"0"})"); }},
    {"MemoryFull",
     "WMQ.MEMORY_FULL",
     {},
     [](Stage& s) { return send_with(s, s.normal, R"([{"body":")" + repeated("x", 400 * 1024) + R"("}])"); },
     little_memory},
    {"ServerIsStopping",
     "WMQ.SHUTTING_DOWN",
     {},
     [](Stage& s) {
       s.world.app().begin_shutdown();
       return s.world.get_call("queryQueue", {{"regionId", kRegion}});
     }},
};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The shape of API.md 3 (D10): these members in this order, the text in all its places, and nothing else.
std::string expected_body(std::int64_t status, const std::string& text, const std::string& code) {
  const auto t = json_text(text);
  return R"({"statusCode":)" + std::to_string(status) + R"(,"message":)" + t + R"(,"errorCode":)" + json_text(code) +
         R"(,"errorMessageString":)" + t + R"(,"errorMessageArray":[)" + t +
         R"(],"succeed":false,"returnObj":{"returnObj":"","errorMessageString":)" + t + R"(,"errorMessageArray":[)" +
         t + R"(],"succeed":false}})";
}

void expect_refusal(const Answer& answer, const std::string& code, const std::vector<std::string>& needles) {
  const int status = codes().at(code);
  EXPECT_EQ(answer.http(), status == 900 ? 200U : static_cast<unsigned>(status)) << answer;
  EXPECT_EQ(answer.status(), status) << answer;
  EXPECT_EQ(answer.code(), code) << answer;
  EXPECT_FALSE(answer.message().empty()) << answer;
  EXPECT_EQ(canonical(answer.text()), expected_body(status, answer.message(), code));
  EXPECT_EQ(answer.reply().content_type, "application/json; charset=utf-8");
  for (const auto& needle : needles) {
    EXPECT_NE(answer.message().find(needle), std::string::npos) << "the text must name `" << needle << "`: " << answer;
  }
}

class Errors : public ::testing::TestWithParam<Refusal> {};

TEST_P(Errors, RefusalIsShapedWordedAndWithoutEffect) {
  const auto& refusal = GetParam();
  Stage stage(refusal.options != nullptr ? refusal.options() : WorldOptions{});
  auto call = refusal.make(stage);
  const auto before = stage.world.snapshot();
  const auto chinese = stage.world.ask(call);
  expect_refusal(chinese, refusal.code, refusal.needles);
  EXPECT_FALSE(is_ascii(chinese.message())) << "Chinese is the default: " << chinese;
  call.headers.emplace_back("Accept-Language", "en");
  const auto english = stage.world.ask(call);
  expect_refusal(english, refusal.code, refusal.needles);
  EXPECT_TRUE(is_ascii(english.message())) << "English was asked for: " << english;
  EXPECT_EQ(stage.world.snapshot(), before) << "a refused call changes nothing";
}

INSTANTIATE_TEST_SUITE_P(Contract, Errors, ::testing::ValuesIn(kRefusals),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(ErrorTable, EveryCodeIsProducedByARealRequest) {
  std::set<std::string> produced;
  for (const auto& refusal : kRefusals) produced.insert(refusal.code);
  for (const auto& [code, status] : codes()) EXPECT_TRUE(produced.contains(code)) << code << " has no case";
  for (const auto& code : produced) EXPECT_TRUE(codes().contains(code)) << code << " is not in the contract";
}

TEST(ErrorLanguage, AcceptLanguageDecidesByPreference) {
  const std::pair<const char*, bool> cases[] = {{"en", true},
                                                {"en-US,en;q=0.9", true},
                                                {"EN-gb", true},
                                                {"en;q=0.9, zh;q=0.1", true},
                                                {"zh-CN", false},
                                                {"zh-CN,zh;q=0.9,en;q=0.8", false},
                                                {"en;q=0.2, zh;q=0.9", false},
                                                {"fr", false},
                                                {"", false},
                                                {"en;q=0", false},
                                                {";;,=", false}};
  for (const auto& [language, english] : cases) {
    World world;
    const auto answer = world.get("queryQueue", {{"Accept-Language", language}});
    EXPECT_EQ(is_ascii(answer.message()), english) << language << ": " << answer;
  }
}

TEST(HttpFaults, HaveTheShapeOfARefusalWithHttpsOwnStatus) {
  World world;
  for (const unsigned status : {400U, 404U, 408U, 411U, 413U, 431U, 503U}) {
    const Answer answer(world.app().http_fault(status, nullptr, "the body has 5000000 bytes, 4194304 are allowed"));
    EXPECT_EQ(answer.http(), status);
    EXPECT_EQ(answer.status(), static_cast<std::int64_t>(status)) << answer;
    EXPECT_FALSE(answer.code().empty()) << answer;
    EXPECT_EQ(canonical(answer.text()), expected_body(answer.status(), answer.message(), answer.code()));
  }
}

}  // namespace
}  // namespace wingmq::contract
