#include <gtest/gtest.h>

#include "net/operations/call_fixture.h"
#include "operations/decode.h"

namespace wingmq::net {
namespace {

/// A createQueue whose info has these members beside regionId.
struct Creating : CallFixture {
  explicit Creating(const std::string& members) {
    body(R"({"createQueueInfo":{"regionId":"r",)" + members + "}}");
    queue = decode_create_queue(post());
  }
  CreateQueue queue;
};

std::optional<Fault> fault_of(const std::string& members) { return Creating(members).fault(); }

std::string quoted_text(const std::string& text) { return "\"" + text + "\""; }

TEST(DecodeCreateQueue, DefaultsAreNormalAndNoDeadLetters) {
  const Creating call(R"("name":"q","description":"")");
  EXPECT_EQ(call.fault(), std::nullopt);
  EXPECT_EQ(call.queue.region, "r");
  EXPECT_EQ(call.queue.spec.name, "q");
  EXPECT_EQ(call.queue.spec.mode, QueueMode::kNormal);
  EXPECT_EQ(call.queue.spec.consume_count_max, std::nullopt);
}

TEST(DecodeCreateQueue, NameLengthAndCharacters) {
  const auto named = [](const std::string& name) { return fault_of(R"("description":"","name":)" + quoted_text(name)); };
  EXPECT_EQ(named("a"), std::nullopt);
  EXPECT_EQ(named(std::string(64, 'n')), std::nullopt);
  EXPECT_EQ(named(std::string(65, 'n')), Fault::kQueueNameLength);
  EXPECT_EQ(named(""), Fault::kQueueNameLength);
  EXPECT_EQ(named("a.b"), Fault::kNameCharacters);
  EXPECT_EQ(named("队"), Fault::kNameCharacters);
  EXPECT_EQ(fault_of(R"("description":"")"), Fault::kMissing);
  EXPECT_EQ(fault_of(R"("description":"","name":null)"), Fault::kMissing);
}

TEST(DecodeCreateQueue, DescriptionLengthAndBrackets) {
  const auto described = [](const std::string& text) { return fault_of(R"("name":"q","description":)" + quoted_text(text)); };
  std::string longest;
  for (int i = 0; i < 160; ++i) longest += "述";
  EXPECT_EQ(described(longest), std::nullopt);
  EXPECT_EQ(described(longest + "x"), Fault::kDescriptionLength);
  EXPECT_EQ(described("a<b"), Fault::kDescriptionBrackets);
  EXPECT_EQ(described("\\u003e"), Fault::kDescriptionBrackets);
  EXPECT_EQ(fault_of(R"("name":"q")"), Fault::kMissing);
}

TEST(DecodeCreateQueue, ModesAndTheirLenientSpellings) {
  const auto mode = [](const std::string& member) { return Creating(R"("name":"q","description":"",)" + member).queue.spec.mode; };
  EXPECT_EQ(mode(R"("queueMode":"FIFO")"), QueueMode::kFifo);
  EXPECT_EQ(mode(R"("queueMod":" KAFKA-HA")"), QueueMode::kKafkaHa);
  EXPECT_EQ(mode(R"("queueMode":"KAFKA_HT")"), QueueMode::kKafkaHt);
  EXPECT_EQ(mode(R"("queueMode":"")"), QueueMode::kNormal);
  EXPECT_EQ(fault_of(R"("name":"q","description":"","queueMode":"fifo")"), Fault::kNotOneOf);
  EXPECT_EQ(fault_of(R"("name":"q","description":"","queueMode":"FIFO","queueMod":"FIFO")"), Fault::kTwice);
  EXPECT_TRUE(Creating(R"("name":"q","description":"","queueMod":"FIFO")").findings.noted(5));
  EXPECT_FALSE(Creating(R"("name":"q","description":"","queueMode":"FIFO")").findings.noted(5));
}

TEST(DecodeCreateQueue, ConsumeCountOnlyMattersWithRedrive) {
  const std::string start = R"("name":"q","description":"","redrivePolicy":"enable")";
  EXPECT_EQ(Creating(start + R"(,"maxConsumeCount":1)").queue.spec.consume_count_max, 1U);
  EXPECT_EQ(Creating(start + R"(,"maxConsumeCount":"100")").queue.spec.consume_count_max, 100U);
  for (const char* bad : {"0", "101", "-1", "\"x\"", "1.5", "\"\""}) {
    EXPECT_EQ(fault_of(start + R"(,"maxConsumeCount":)" + bad), Fault::kConsumeCount) << bad;
  }
  EXPECT_EQ(fault_of(start), Fault::kConsumeCount);
  EXPECT_EQ(fault_of(R"("name":"q","description":"","redrivePolicy":"disable","maxConsumeCount":[])"), std::nullopt);
  EXPECT_EQ(fault_of(R"("name":"q","description":"","redrivePolicy":"on")"), Fault::kNotOneOf);
}

TEST(DecodeCreateQueue, KafkaModesTakeNoRedrive) {
  const Creating call(R"("name":"q","description":"","queueMode":"KAFKA-HA","redrivePolicy":"enable","maxConsumeCount":1)");
  EXPECT_EQ(call.fault(), Fault::kNoDeadLettersInKafka);
  EXPECT_TRUE(call.findings.noted(11));
}

TEST(DecodeRegion, FromOneTo64OfItsCharacters) {
  const auto fault = [](const std::string& region) {
    CallFixture call;
    static_cast<void>(decode_region(call.header("regionId", region).get()));
    return call.fault();
  };
  EXPECT_EQ(fault("r"), std::nullopt);
  EXPECT_EQ(fault(std::string(64, '.')), std::nullopt);
  EXPECT_EQ(fault(std::string(65, 'r')), Fault::kBadRegion);
  EXPECT_EQ(fault("a b"), Fault::kBadRegion);
  EXPECT_EQ(fault("a/b"), Fault::kBadRegion);
  EXPECT_EQ(fault(""), Fault::kMissing);
}

TEST(DecodeQueueCall, IdThatIsNoneNamesNothing) {
  CallFixture good, bad, empty;
  const std::string id = "c7393609-0b61-4893-ad1b-a641edc64c4f";
  const auto call = decode_queue_call(good.header("regionId", "r").header("queueId", id).get(), DeadLetterFlag::kYes);
  EXPECT_EQ(call.queue.text(), id);
  EXPECT_FALSE(call.include_dead_letters);
  EXPECT_EQ(decode_queue_call(bad.header("regionId", "r").header("queueId", "x").get(), DeadLetterFlag::kYes).queue, QueueId{});
  EXPECT_EQ(bad.fault(), std::nullopt);
  static_cast<void>(decode_queue_call(empty.header("regionId", "r").header("queueId", "").get(), DeadLetterFlag::kYes));
  EXPECT_EQ(empty.fault(), Fault::kMissing);
}

TEST(DecodeGroups, NamesInTheirOrder) {
  const auto decode = [](CallFixture& call, const std::string& groups) {
    return decode_groups(call.body(R"({"regionId":"r","queueId":"q","groups":)" + groups + "}").post(), 3).names;
  };
  CallFixture good, text, long_name, none, four, other;
  EXPECT_EQ(decode(good, R"([{"name":"b"},{"name":" a "}])"), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(decode(text, R"("[{\"name\":\"b\"}]")"), (std::vector<std::string>{"b"}));
  EXPECT_TRUE(text.findings.noted(4));
  static_cast<void>(decode(long_name, "[{\"name\":\"" + std::string(33, 'g') + "\"}]"));
  EXPECT_EQ(long_name.fault(), Fault::kGroupNameLength);
  EXPECT_EQ(long_name.named(), "groups[0].name");
  static_cast<void>(decode(none, "[]"));
  EXPECT_EQ(none.fault(), Fault::kEmptyList);
  static_cast<void>(decode(four, R"([{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}])"));
  EXPECT_EQ(four.fault(), Fault::kTooManyEntries);
  static_cast<void>(decode(other, R"(["a"])"));
  EXPECT_EQ(other.fault(), Fault::kNotObject);
}

}  // namespace
}  // namespace wingmq::net
