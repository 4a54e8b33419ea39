#include "group/run.h"

#include <gtest/gtest.h>

#include "support/make_batch.h"

namespace wingmq::test {
namespace {

class RunTest : public ::testing::Test {
 protected:
  wingmq::Run run(std::initializer_list<Text> texts) {
    wingmq::Run made;
    made.batch = make_batch(pool_, texts);
    made.count = made.batch->count();
    made.offset = {100};
    return made;
  }
  std::string wanted(const wingmq::Run& from, const TagRule& rule) {
    std::string text;
    for_each_wanted(from, rule, [&text](const wingmq::Run& part) {
      text += "[" + std::to_string(part.first) + "+" + std::to_string(part.count) + "@" + std::to_string(part.offset.value) + "]";
    });
    return text;
  }
  MemoryBudget budget_{std::size_t{1} << 30};
  BufferPool pool_{budget_};
};

TEST_F(RunTest, APartKeepsItsPlaceInTheLog) {
  const wingmq::Run part = run({{"a"}, {"b"}, {"c"}}).part(1, 2);
  EXPECT_EQ(part.first, 1U);
  EXPECT_EQ(part.count, 2U);
  EXPECT_EQ(part.offset, Offset{101});
}

TEST_F(RunTest, WithoutARuleTheWholeRunIsWanted) { EXPECT_EQ(wanted(run({{"a"}, {"b"}}), {}), "[0+2@100]"); }

TEST_F(RunTest, ARuleCutsOutWhatItDoesNotWant) {
  const wingmq::Run tagged = run({{"a", {"x"}}, {"b", {"x"}}, {"c"}, {"d", {"x"}}, {"e", {"y"}}});
  EXPECT_EQ(wanted(tagged, TagRule({"x"}, TagMatch::kAny)), "[0+2@100][3+1@103]");
  EXPECT_EQ(wanted(tagged, TagRule({"z"}, TagMatch::kAny)), "");
}

TEST_F(RunTest, RoomTakesWhatFitsAndNothingBehindIt) {
  const wingmq::Run four = run({{"aaaa"}, {"bbbb"}, {"cccc"}, {"d"}});
  Room room{.messages = 10, .payload_bytes = 9};
  EXPECT_EQ(room.take(*four.batch, 0, 4), 2U);
  EXPECT_TRUE(room.full()) << "the last one would fit, and must not overtake";
  EXPECT_EQ(room.messages, 8U);
}

TEST_F(RunTest, TheFirstMessageIsTakenHoweverLargeItIs) {
  const wingmq::Run one = run({{"aaaaaaaaaa"}, {"b"}});
  Room room{.messages = 10, .payload_bytes = 3};
  EXPECT_EQ(room.take(*one.batch, 0, 2), 1U);
  EXPECT_TRUE(room.full());
}

TEST_F(RunTest, RoomIsFullWhenTheNumberIsReached) {
  const wingmq::Run three = run({{"a"}, {"b"}, {"c"}});
  Room room{.messages = 2, .payload_bytes = 1000};
  EXPECT_EQ(room.take(*three.batch, 0, 3), 2U);
  EXPECT_TRUE(room.full());
}

}  // namespace
}  // namespace wingmq::test
