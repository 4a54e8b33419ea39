#include <gtest/gtest.h>

#include "net/operations/call_fixture.h"
#include "operations/decode.h"

namespace wingmq::net {
namespace {

constexpr const char* kQueue = "c7393609-0b61-4893-ad1b-a641edc64c4f";
constexpr const char* kGroup = "g-54b783a1-62b5-41c1-9c56-05b47a00ac80";

std::string place() {
  return R"("regionId":"r","queueId":")" + std::string(kQueue) + R"(","consumerGroupId":")" + kGroup + "\"";
}

/// A consume whose info has these members beside its place.
struct Consuming : CallFixture {
  explicit Consuming(const std::string& members = "") {
    header("consumerQueueInfo", "{" + place() + (members.empty() ? "" : ",") + members + "}");
    consume = decode_consume(get(), 1000);
  }
  ConsumeCall consume;
};

TEST(DecodeConsume, DefaultsAreTheReferences) {
  const Consuming call;
  EXPECT_EQ(call.fault(), std::nullopt);
  EXPECT_EQ(call.consume.request.queue->text(), kQueue);
  EXPECT_EQ(call.consume.request.group.text(), kGroup);
  EXPECT_EQ(call.consume.request.stream, Stream::kQueue);
  EXPECT_EQ(call.consume.request.messages_max, 10U);
  EXPECT_EQ(call.consume.request.wait, std::chrono::seconds(3));
  EXPECT_EQ(call.consume.request.ack_wait, std::chrono::seconds(30));
  EXPECT_TRUE(call.consume.request.tags.empty());
  EXPECT_FALSE(call.findings.noted(18));
}

TEST(DecodeConsume, NumbersKeepToTheirRanges) {
  const auto fault = [](const std::string& members) { return Consuming(members).fault(); };
  for (const char* good : {R"("maxMsgs":1)", R"("maxMsgs":1000)", R"("timeWait":1)", R"("timeWait":"60s")",
                           R"("ackWait":15)", R"("ackWait":"300")", R"("ackWait":"")"}) {
    EXPECT_EQ(fault(good), std::nullopt) << good;
  }
  for (const char* bad : {"0", "1001"}) EXPECT_EQ(fault(R"("maxMsgs":)" + std::string(bad)), Fault::kMaxMessages);
  for (const char* bad : {"0", "61"}) EXPECT_EQ(fault(R"("timeWait":)" + std::string(bad)), Fault::kTimeWait);
  for (const char* bad : {"14", "301"}) EXPECT_EQ(fault(R"("ackWait":)" + std::string(bad)), Fault::kAckWait);
  EXPECT_EQ(Consuming(R"("timeWait":"2s","ackWait":20)").consume.request.ack_wait, std::chrono::seconds(20));
}

TEST(DecodeConsume, TagsComeInThreeFormsAndUnderThreeNames) {
  const TagRule both({"a", "b"}, TagMatch::kAny);
  for (const char* tags : {R"("tag":"a,b")", R"("tags":" b , a ")", R"("tagList":["a","b"])", R"("tag":["b","a","b"])",
                           R"("tag":"[\"a\",\"b\"]")"}) {
    const Consuming call(tags);
    EXPECT_EQ(call.fault(), std::nullopt) << tags;
    EXPECT_EQ(call.consume.request.tags, both) << tags;
    EXPECT_TRUE(call.findings.noted(18));
  }
  EXPECT_EQ(Consuming(R"("tag":"a,b","tagType":"and")").consume.request.tags, TagRule({"a", "b"}, TagMatch::kAll));
  EXPECT_TRUE(Consuming(R"("tag":"")").consume.request.tags.empty());
  EXPECT_TRUE(Consuming(R"("tags":[])").consume.request.tags.empty());
}

TEST(DecodeConsume, BadTagsAndTypesAreRefused) {
  const auto fault = [](const std::string& members) { return Consuming(members).fault(); };
  for (const char* bad : {R"("tag":"a b")", R"("tag":"a,,b")", R"("tag":[1])", R"("tag":[""])", R"("tags":"标")"}) {
    EXPECT_EQ(fault(bad), Fault::kBadTag) << bad;
  }
  EXPECT_EQ(fault(R"("tag":"a,b,c,d")"), Fault::kTooManyTags);
  EXPECT_EQ(fault(R"("tag":["a","b","c","d"])"), Fault::kTooManyTags);
  EXPECT_EQ(fault(R"("tag":7)"), Fault::kNotText);
  EXPECT_EQ(fault(R"("tagType":"xor")"), Fault::kTagType);
  EXPECT_EQ(fault(R"("tag":"a","tags":"a")"), Fault::kTwice);
}

TEST(DecodeConsumeDeadLetters, QueueMayBeLeftOutButNotMaxMsgs) {
  CallFixture good, missing, empty;
  const std::string group = R"("regionId":"r","consumerGroupId":")" + std::string(kGroup) + "\"";
  good.header("consumedMessageInfo", "{" + group + R"(,"maxMsgs":"1"})");
  const auto call = decode_consume_dead_letters(good.get(), 1000);
  EXPECT_EQ(good.fault(), std::nullopt);
  EXPECT_EQ(call.request.queue, std::nullopt);
  EXPECT_EQ(call.request.stream, Stream::kDeadLetters);
  EXPECT_EQ(call.request.messages_max, 1U);
  missing.header("consumedMessageInfo", "{" + group + "}");
  static_cast<void>(decode_consume_dead_letters(missing.get(), 1000));
  EXPECT_EQ(missing.fault(), Fault::kMissing);
  EXPECT_EQ(missing.named(), "consumedMessageInfo.maxMsgs");
}

TEST(DecodeConfirm, EntriesInTheirOrderAndUnreadableHandlersAsNone) {
  CallFixture call;
  const Handle handle{.stream = 1, .lease = 2, .index = 3, .secret = 4};
  const auto text = handle.text();
  call.body("{" + place() + R"(,"message":{"message":[{"handler":")" + std::string(text.data(), text.size()) +
            R"(","status":" success "},{"handler":"x","status":"false"},{"handler":"y","status":"fail"}]}})");
  const auto confirm = decode_confirm(call.post(), 1000);
  EXPECT_EQ(call.fault(), std::nullopt);
  ASSERT_EQ(confirm.entries.size(), 3U);
  EXPECT_EQ(confirm.entries[0].handle, handle);
  EXPECT_TRUE(confirm.entries[0].success);
  EXPECT_EQ(confirm.entries[1].handle, std::nullopt);
  EXPECT_FALSE(confirm.entries[1].success);
  EXPECT_FALSE(confirm.entries[2].success);
}

TEST(DecodeConfirm, FaultyEntriesAreNamed) {
  const std::pair<const char*, Fault> cases[] = {{"[]", Fault::kEmptyList},
                                                 {"7", Fault::kNotList},
                                                 {"null", Fault::kMissing},
                                                 {"{}", Fault::kMissing},
                                                 {R"({"message":[]})", Fault::kEmptyList},
                                                 {R"({"message":{}})", Fault::kNotList},
                                                 {"[7]", Fault::kNotObject},
                                                 {"[{}]", Fault::kMissing},
                                                 {R"([{"handler":"x"}])", Fault::kMissing},
                                                 {R"([{"handler":"","status":"fail"}])", Fault::kMissing},
                                                 {R"([{"status":"fail"}])", Fault::kMissing},
                                                 {R"([{"handler":7,"status":"fail"}])", Fault::kNotText},
                                                 {R"([{"handler":"x","status":""}])", Fault::kBadStatus},
                                                 {R"([{"handler":"x","status":"SUCCESS"}])", Fault::kBadStatus},
                                                 {R"([{"handler":"x","status":false}])", Fault::kNotText}};
  for (const auto& [message, fault] : cases) {
    CallFixture call;
    call.body("{" + place() + R"(,"message":)" + message + "}");
    static_cast<void>(decode_confirm(call.post(), 2));
    EXPECT_EQ(call.fault(), fault) << message;
  }
  CallFixture three;
  const std::string entry = R"({"handler":"x","status":"fail"})";
  three.body("{" + place() + R"(,"message":[)" + entry + "," + entry + "," + entry + "]}");
  static_cast<void>(decode_confirm(three.post(), 2));
  EXPECT_EQ(three.fault(), Fault::kTooManyEntries);
}

TEST(DecodeReset, TimestampAsTextOrNumberAndForce) {
  const auto decode = [](CallFixture& call, const std::string& config) {
    return decode_reset(call.body(R"({"consumedMessageInfo":{)" + place() + R"(,"config":)" + config + "}}").post());
  };
  CallFixture earliest, number, forced, missing, word, flag;
  EXPECT_EQ(decode(earliest, R"({"timestamp":"0"})").target.kind, ResetTarget::Kind::kEarliest);
  EXPECT_FALSE(earliest.findings.noted(27));
  const auto at = decode(number, R"({"timestamp":1795420810000})");
  EXPECT_EQ(at.target.time.time_since_epoch().count(), 1795420810000);
  EXPECT_TRUE(number.findings.noted(27));
  EXPECT_FALSE(at.force);
  EXPECT_TRUE(decode(forced, R"({"timestamp":"latest","force":"true"})").force);
  static_cast<void>(decode(missing, "{}"));
  EXPECT_EQ(missing.fault(), Fault::kMissing);
  static_cast<void>(decode(word, R"({"timestamp":"yesterday"})"));
  EXPECT_EQ(word.fault(), Fault::kBadTimestamp);
  static_cast<void>(decode(flag, R"({"timestamp":"0","force":2})"));
  EXPECT_EQ(flag.fault(), Fault::kNotBoolean);
}

}  // namespace
}  // namespace wingmq::net
