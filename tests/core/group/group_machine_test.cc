#include "group/group_machine.h"

#include <gtest/gtest.h>

#include "group/dead_letters.h"
#include "support/dead_runs.h"
#include "support/make_batch.h"
#include "support/rng.h"

// The rules alone, over a log without partitions or locks. What they look like through Broker is tested there.

namespace wingmq::test {
namespace {

class GroupMachineTest : public ::testing::Test {
 protected:
  static Time at(int ms) { return Time(Millis(ms)); }

  /// Messages named by their text, one batch.
  void append(std::initializer_list<Text> texts, int ms = 0) {
    wingmq::Run run;
    run.batch = make_batch(environment_.buffers, texts);
    run.count = run.batch->count();
    source_.make_room(1);
    source_.take(run, at(ms));
  }
  Delivery lease(std::uint32_t messages_max, int now = 0) {
    return machine_.lease(source_, {messages_max, Millis(100), ++secret_}, at(now));
  }
  static std::string bodies(const Delivery& delivery) {
    std::string text;
    for (const DeliveredRun& run : delivery.runs) {
      for (std::uint32_t i = 0; i < run.count; ++i) text += std::string(run.batch->body(run.first + i));
    }
    return text;
  }
  ConfirmResult confirm(const Delivery& delivery, std::string_view signs, int now = 0) {
    std::vector<ConfirmEntry> entries;
    for (std::uint32_t i = 0; i < signs.size(); ++i) entries.push_back({delivery.handle(i), signs[i] == '+'});
    EXPECT_TRUE(machine_.check(entries));
    return machine_.confirm(entries, at(now), died_);
  }
  std::string died() const {
    std::string text;
    for (const wingmq::Run& run : died_.runs) {
      for (std::uint32_t i = 0; i < run.count; ++i) text += std::string(run.batch->body(run.first + i));
    }
    return text;
  }
  GroupMachine::Counts counts() { return machine_.counts(source_); }

  static GroupMachine::Config config(FailureCounting counting = FailureCounting::kDelivered) {
    return {.stream = 1, .one_batch_at_a_time = false, .consume_count_max = 2, .failure_counting = counting,
            .payload_bytes_max = 1000, .retention = Millis(1000)};
  }
  static Options options() {
    Options made;
    made.limits.retention = Millis(1000);
    return made;
  }

  SeededRandom random_{1};
  Environment environment_{options(), random_};
  DeadLetters source_{environment_};  // a log is a log
  GroupMachine machine_{config(), 1};
  DeadRuns died_;
  std::uint64_t secret_ = 0;
};

TEST_F(GroupMachineTest, AWholeBatchIsOneRunHoweverLongItIs) {
  append({{"a"}, {"b"}, {"c"}});
  append({{"d"}});
  const Delivery delivery = lease(10);
  EXPECT_EQ(bodies(delivery), "abcd");
  EXPECT_EQ(delivery.runs.size(), 2U);
  EXPECT_EQ(delivery.deadline, at(100));
}

TEST_F(GroupMachineTest, ABatchMayBeReadInPieces) {
  append({{"a"}, {"b"}, {"c"}});
  EXPECT_EQ(bodies(lease(1)), "a");
  EXPECT_EQ(bodies(lease(1)), "b");
  EXPECT_EQ(bodies(lease(5)), "c");
  EXPECT_TRUE(lease(5).empty());
}

TEST_F(GroupMachineTest, CountsFollowEveryMessage) {
  append({{"a"}, {"b"}, {"c"}, {"d"}});
  EXPECT_EQ(counts().available, 4U);
  const Delivery delivery = lease(3);
  EXPECT_EQ(counts().available, 4U);
  EXPECT_EQ(counts().in_flight, 3U);
  confirm(delivery, "+");
  EXPECT_EQ(counts().available, 3U);
  EXPECT_EQ(counts().in_flight, 2U);
  const std::vector<ConfirmEntry> rest{{delivery.handle(1), false}};
  ASSERT_TRUE(machine_.check(rest));
  EXPECT_EQ(machine_.confirm(rest, at(0), died_), (ConfirmResult{0, 1}));
  EXPECT_EQ(counts().available, 3U);
  EXPECT_EQ(counts().in_flight, 0U);
}

TEST_F(GroupMachineTest, AtItsLastFailureAMessageDies) {
  append({{"a"}, {"b"}});
  confirm(lease(2), "-");
  EXPECT_EQ(died(), "");
  const Delivery again = lease(1);
  EXPECT_EQ(again.runs[0].failures, 1U);
  confirm(again, "-");
  EXPECT_EQ(died(), "a");
  EXPECT_EQ(counts().dead, 1U);
  EXPECT_EQ(counts().available, 1U);
}

TEST_F(GroupMachineTest, CountingExplicitFailuresOnlyTheNamedMessageFails) {
  GroupMachine machine(config(FailureCounting::kExplicit), 1);
  append({{"a"}, {"b"}, {"c"}});
  for (int i = 0; i < 2; ++i) {
    const Delivery delivery = machine.lease(source_, {3, Millis(100), ++secret_}, at(0));
    const std::vector<ConfirmEntry> entries{{delivery.handle(1), false}};
    ASSERT_TRUE(machine.check(entries));
    EXPECT_EQ(machine.confirm(entries, at(0), died_), (ConfirmResult{0, 1}));
  }
  EXPECT_EQ(died(), "b");
  EXPECT_EQ(bodies(machine.lease(source_, {3, Millis(100), ++secret_}, at(0))), "ac");
}

TEST_F(GroupMachineTest, ReleasedMessagesComeFirstAndInOrder) {
  append({{"a"}, {"b"}, {"c"}, {"d"}});
  const Delivery first = lease(1);
  const Delivery second = lease(1);
  confirm(second, "-");
  confirm(first, "-");
  EXPECT_EQ(bodies(lease(3)), "abc");
}

TEST_F(GroupMachineTest, AReleasedRunMayBeTakenInPieces) {
  append({{"a"}, {"b"}, {"c"}});
  confirm(lease(3), "-");
  EXPECT_EQ(bodies(lease(2)), "ab");
  EXPECT_EQ(counts().available, 3U);
  EXPECT_EQ(bodies(lease(2)), "c");
}

TEST_F(GroupMachineTest, ATagRuleMovesTheCursorOverTheRest) {
  append({{"a", {"x"}}, {"b", {"y"}}, {"c", {"x"}}});
  machine_.set_tag_rule(TagRule({"x"}, TagMatch::kAny));
  EXPECT_EQ(counts().available, 2U);
  EXPECT_EQ(bodies(lease(1)), "a");
  EXPECT_EQ(counts().available, 2U);
  EXPECT_EQ(bodies(lease(5)), "c");
  append({{"d", {"y"}}});
  EXPECT_EQ(counts().available, 2U);
  machine_.skip_unwanted(source_, {0});
  EXPECT_EQ(machine_.cursor({0}), source_.end({0}));
}

TEST_F(GroupMachineTest, AnExpiredLeaseReleasesAtItsOwnInstant) {
  append({{"a"}, {"b"}});
  lease(2, 5);
  EXPECT_FALSE(machine_.expire_lease(at(104), died_));
  const auto ended = machine_.expire_lease(at(200), died_);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->at, at(105));
  EXPECT_EQ(ended->messages, 2U);
  EXPECT_EQ(bodies(lease(2, 200)), "ab");
}

TEST_F(GroupMachineTest, ReleasedAndDeadMessagesEndWithTheirRetention) {
  append({{"a"}, {"b"}}, 10);
  confirm(lease(1, 20), "-", 20);
  confirm(lease(1, 30), "-", 30);
  confirm(lease(1, 40), "-", 40);
  EXPECT_EQ(counts().dead, 1U);
  EXPECT_EQ(counts().available, 1U);
  source_.expire(at(1010));
  machine_.expire_messages(at(1009));
  EXPECT_EQ(counts().available, 1U);
  machine_.expire_messages(at(1010));
  EXPECT_EQ(counts().dead, 0U);
  EXPECT_EQ(counts().available, 0U);
}

TEST_F(GroupMachineTest, GivingBackCountsNoFailure) {
  append({{"a"}});
  machine_.give_back(lease(1).first, at(0));
  EXPECT_EQ(lease(1).runs[0].failures, 0U);
}

TEST_F(GroupMachineTest, AResetForgetsLeasesAndFailures) {
  append({{"a"}, {"b"}});
  confirm(lease(1), "-");
  const Delivery delivery = lease(2);
  EXPECT_TRUE(machine_.busy());
  const std::vector<Position> begin{source_.begin({0})};
  machine_.reset(begin);
  EXPECT_FALSE(machine_.busy());
  EXPECT_FALSE(machine_.check(std::vector<ConfirmEntry>{{delivery.handle(0), true}}));
  const Delivery again = lease(2);
  EXPECT_EQ(bodies(again), "ab");
  EXPECT_EQ(again.runs[0].failures, 0U);
}

TEST_F(GroupMachineTest, TheFirstFaultyEntryDecidesWhyAConfirmationIsRefused) {
  append({{"a"}, {"b"}});
  const Delivery delivery = lease(2);
  Handle foreign = delivery.handle(0);
  foreign.stream = 9;
  Handle beyond = delivery.handle(2);
  const auto error = [this](std::vector<ConfirmEntry> entries) { return machine_.check(entries).error().code; };
  EXPECT_EQ(error({{delivery.handle(0), true}, {foreign, true}, {beyond, true}}), ErrorCode::kHandleForeign);
  EXPECT_EQ(error({{beyond, true}, {foreign, true}}), ErrorCode::kHandleInvalid);
  EXPECT_EQ(error({{std::nullopt, true}}), ErrorCode::kHandleInvalid);
}

}  // namespace
}  // namespace wingmq::test
