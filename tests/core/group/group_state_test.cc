#include "group/group_state.h"

#include <gtest/gtest.h>

#include <string>

namespace wingmq::test {
namespace {

/// A group that exists only as changes: no message is anywhere.
class GroupStateTest : public ::testing::Test {
 protected:
  static Time at(int ms) { return Time(Millis(ms)); }
  static Options options() {
    Options made;
    made.limits.retention = Millis(1000);
    return made;
  }
  static QueueSpec spec() { return {.name = "q", .description = "", .mode = QueueMode::kNormal, .consume_count_max = 2}; }
  GroupState fresh() { return {options(), spec(), 1, 1, budget_}; }

  template <typename What>
  std::string apply(int ms, What what, Stream stream = Stream::kQueue) {
    const auto applied = state_.apply({.at = at(ms), .stream = stream, .what = std::move(what)});
    return applied ? "" : applied.error();
  }
  /// The first `count` messages of the log, not read before, in one lease.
  static LeaseOpened lease(std::uint32_t slot, std::uint64_t from, std::uint32_t count, Time expires = Time(Millis(1000))) {
    LeasedRun run{{{0}, {from}, count}, 0, expires, {0}, {from}};
    return {.slot = slot, .secret = 7, .span = Millis(100), .runs = {run}, .places = {{{0}, 1, 0, {from + count}}}};
  }
  /// The same messages once more, released and failed so often.
  static LeaseOpened again(std::uint32_t slot, std::uint64_t from, std::uint32_t count, std::uint32_t failures) {
    LeaseOpened opened = lease(slot, from, count);
    opened.runs[0].failures = failures;
    opened.places.clear();
    return opened;
  }
  static LeaseEnded ended(std::uint32_t slot, std::vector<Fate> fates) {
    return {.slot = slot, .cause = LeaseEnded::Cause::kFailed, .fates = std::move(fates)};
  }
  [[nodiscard]] std::uint64_t hash() const { return GroupState::hash_in(state_.snapshot()); }
  /// That a change is refused for this reason, and nothing has changed.
  template <typename What>
  void expect_refused(What what, const std::string& reason, Stream stream = Stream::kQueue) {
    const auto before = hash();
    EXPECT_EQ(apply(0, std::move(what), stream), reason);
    EXPECT_EQ(hash(), before);
  }

  MemoryBudget budget_{1 << 20};
  GroupState state_ = fresh();
};

TEST_F(GroupStateTest, ALeaseIsRetainedWithoutBeingLoaded) {
  EXPECT_EQ(apply(0, lease(0, 0, 3)), "");
  int runs = 0;
  state_.main.for_each_marked([&](const wingmq::Run& run, MessageState state, const std::optional<GroupMachine::Holder>& holder) {
    ++runs;
    EXPECT_TRUE(run.retained);
    EXPECT_FALSE(run.batch);
    EXPECT_EQ(run.count, 3U);
    EXPECT_EQ(state, MessageState::kInFlight);
    EXPECT_EQ(holder->deadline, at(100));
  });
  EXPECT_EQ(runs, 1);
  ASSERT_EQ(apply(1, ended(0, {{0, 3, Fate::Kind::kReleased}})), "");
  state_.expire(at(1000));
  state_.main.for_each_marked([](const wingmq::Run&, MessageState, const std::optional<GroupMachine::Holder>&) { ADD_FAILURE() << "its retention is over"; });
}

TEST_F(GroupStateTest, WhatDiesBecomesADeadLetterThatKnowsWhereItCameFrom) {
  ASSERT_EQ(apply(0, lease(0, 40, 3)), "");
  ASSERT_EQ(apply(1, ended(0, {{0, 1, Fate::Kind::kReleased}, {1, 2, Fate::Kind::kDied}})), "");
  EXPECT_EQ(state_.dead_letters.produced(), 2U);
  EXPECT_EQ(state_.dead_letters.origin(0).offset, Offset{41});
  LeasedRun run{{{0}, {0}, 2}, 0, at(1001), {0}, {41}};
  const LeaseOpened opened{.slot = 0, .secret = 9, .span = Millis(50), .runs = {run}, .places = {{{0}, 1, 0, {2}}}};
  ASSERT_EQ(apply(1, opened, Stream::kDeadLetters), "");
  ASSERT_EQ(apply(2, Confirmed{0, 2}, Stream::kDeadLetters), "");
  EXPECT_EQ(state_.dead_confirmed, 2U);
  EXPECT_EQ(state_.dead_letters.end({0}), state_.dead_letters.begin({0}));
}

TEST_F(GroupStateTest, ReleasedMessagesAreLeasedAgainInParts) {
  ASSERT_EQ(apply(0, lease(0, 0, 4)), "");
  ASSERT_EQ(apply(0, ended(0, {{0, 4, Fate::Kind::kFailed}})), "");
  EXPECT_EQ(apply(0, again(5, 0, 1, 1)), "") << "the front of what waits, in any free slot";
  EXPECT_EQ(apply(0, again(6, 1, 3, 1)), "");
  expect_refused(again(7, 1, 3, 1), "a lease has messages that were read before and do not wait");
}

TEST_F(GroupStateTest, ChangesThatDoNotFitAreRefusedAndChangeNothing) {
  ASSERT_EQ(apply(0, lease(0, 0, 4)), "");
  expect_refused(lease(0, 4, 1), "a lease begins in the slot of another");
  expect_refused(lease(LeaseTable::kSlotsMax, 4, 1), "a lease has a slot that there is not");
  expect_refused(LeaseOpened{1, 0, {}, {}, {}}, "a lease is empty");
  expect_refused(again(1, 4, 1, 0), "a lease has messages that were not read");
  expect_refused(again(1, 0, 1, 0), "a lease has messages that were read before and do not wait");
  LeaseOpened elsewhere = lease(1, 4, 1);
  elsewhere.runs[0].partition = {3};
  expect_refused(elsewhere, "a lease has messages of a partition that there is not");
  LeaseOpened twice = lease(1, 4, 1);
  twice.runs.push_back(twice.runs[0]);
  expect_refused(twice, "a lease has messages twice");
  expect_refused(Confirmed{1, 1}, "there is no such lease to confirm");
  expect_refused(Confirmed{0, 5}, "more is confirmed than is leased");
  expect_refused(Confirmed{0, 0}, "more is confirmed than is leased");
  expect_refused(ended(1, {}), "there is no such lease to end");
  expect_refused(ended(0, {{3, 2, Fate::Kind::kFailed}}), "a fate is of a message that was not leased");
  expect_refused(ended(0, {{1, 1, Fate::Kind::kFailed}, {0, 1, Fate::Kind::kFailed}}), "the fates of a lease's messages are not in order");
  expect_refused(PlacesMoved{{{{0}, 0, 0, {1}}}}, "a place lies before what was read");
  expect_refused(PlacesMoved{{{{1}, 9, 0, {9}}}}, "a place is in a partition that there is not");
  expect_refused(GroupReset{}, "a reset has not one place for each partition");
  expect_refused(TagRuleFixed{TagRule({"a"}, TagMatch::kAny), {{{0}, {0}, 1}}}, "a tag rule drops messages that do not wait");
  ASSERT_EQ(apply(9, Confirmed{0, 1}), "");
  EXPECT_EQ(apply(8, Confirmed{0, 1}), "a change lies before the one that came first");
}

TEST_F(GroupStateTest, AFateOfWhatIsGoneIsRefused) {
  ASSERT_EQ(apply(0, lease(0, 0, 4, at(10))), "");
  EXPECT_EQ(apply(10, ended(0, {{0, 4, Fate::Kind::kReleased}})), "a fate is of a message that is gone");
  EXPECT_EQ(apply(10, ended(0, {})), "");
}

TEST_F(GroupStateTest, ATagRuleDropsWhatItSaysAndNothingElse) {
  ASSERT_EQ(apply(0, lease(0, 0, 6)), "");
  ASSERT_EQ(apply(0, ended(0, {{0, 6, Fate::Kind::kReleased}})), "");
  ASSERT_EQ(apply(0, TagRuleFixed{TagRule({"a"}, TagMatch::kAny), {{{0}, {1}, 2}, {{0}, {5}, 1}}}), "");
  std::string left;
  state_.main.for_each_marked([&](const wingmq::Run& run, MessageState, const std::optional<GroupMachine::Holder>&) {
    left += std::to_string(run.offset.value) + "+" + std::to_string(run.count) + " ";
  });
  EXPECT_EQ(left, "0+1 3+2 ");
}

TEST_F(GroupStateTest, ASnapshotMakesTheSameGroup) {
  ASSERT_EQ(apply(0, lease(0, 0, 4)), "");
  ASSERT_EQ(apply(1, lease(2, 4, 4)), "");
  ASSERT_EQ(apply(2, Confirmed{2, 1}), "");
  ASSERT_EQ(apply(3, ended(0, {{0, 2, Fate::Kind::kFailed}, {2, 2, Fate::Kind::kDied}})), "");
  const std::string written = state_.snapshot();
  GroupState other = fresh();
  ASSERT_TRUE(other.restore(written));
  EXPECT_EQ(other.snapshot(), written);
  EXPECT_EQ(other.latest, at(3));
  EXPECT_EQ(other.dead_letters.origin(0).offset, Offset{2});
}

TEST_F(GroupStateTest, ADamagedOrNewerSnapshotIsRefusedWithTheReason) {
  ASSERT_EQ(apply(0, lease(0, 0, 4)), "");
  const std::string written = state_.snapshot();
  const auto refusal = [this](const std::string& bytes) {
    GroupState other = fresh();
    const auto restored = other.restore(bytes);
    return restored ? std::string() : restored.error();
  };
  EXPECT_EQ(refusal(""), "this is no snapshot of a group");
  EXPECT_EQ(refusal("anything but a snapshot"), "this is no snapshot of a group");
  std::string newer = written;
  newer[4] = 9;
  EXPECT_EQ(refusal(newer), "the snapshot has format 9, this program knows those up to 1");
  for (std::size_t i = 5; i < written.size(); ++i) {
    std::string damaged = written;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_EQ(refusal(damaged), "the snapshot is damaged: its hash is another") << "byte " << i;
  }
}

TEST_F(GroupStateTest, BytesThatAreNoChangeAreRefusedWithTheReason) {
  const auto refusal = [](std::string_view bytes) {
    const auto read = GroupChange::decode(bytes);
    return read ? std::string() : read.error();
  };
  EXPECT_EQ(refusal(""), "the bytes end in a number");
  EXPECT_EQ(refusal(std::string_view("\x10\x00", 2)), "there is no change of this type");
  EXPECT_EQ(refusal(std::string_view("\x80\x00\x00", 3)), "a number is written in no way that numbers are");
  EXPECT_EQ(refusal(std::string_view("\x0A\x00\x7F", 3)), "a list is longer than the bytes that follow");
}

}  // namespace
}  // namespace wingmq::test
