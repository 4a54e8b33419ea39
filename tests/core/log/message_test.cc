#include "wingmq/message.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/make_batch.h"

namespace wingmq {
namespace {

using test::make_batch;
using test::Text;

class BatchTest : public ::testing::Test {
 protected:
  MemoryBudget budget_{1'000'000};
  BufferPool pool_{budget_};
};

TEST_F(BatchTest, ShowsEveryPartOfEveryMessage) {
  const BatchRef batch = make_batch(pool_, {Text{"1"}, Text{R"("two")", {"a", "b"}, R"({"k":1})"}});
  ASSERT_EQ(batch->count(), 2U);
  EXPECT_EQ(batch->body(0), "1");
  EXPECT_EQ(batch->attributes(0), "");
  EXPECT_EQ(batch->tags(0), "");
  EXPECT_EQ(batch->body(1), R"("two")");
  EXPECT_EQ(batch->attributes(1), R"({"k":1})");
  EXPECT_EQ(batch->tags(1), R"(["a","b"])");
}

TEST_F(BatchTest, SumsThePayloadOfItsMessages) {
  const std::vector<Message> messages = {Message{.body_bytes = 3, .payload_bytes = 30},
                                         Message{.body_at = 3, .body_bytes = 2, .payload_bytes = 12}};
  const BatchRef batch = Batch::make(pool_, pool_.copy("12345"), messages);
  EXPECT_EQ(batch->payload_bytes(), 42U);
  EXPECT_EQ(batch->message(1).payload_bytes, 12U);
  EXPECT_EQ(batch->messages().size(), 2U);
}

TEST_F(BatchTest, KnowsWhetherAnyMessageHasTags) {
  EXPECT_FALSE(make_batch(pool_, {Text{"1"}, Text{"2"}})->has_tags());
  EXPECT_TRUE(make_batch(pool_, {Text{"1"}, Text{"2", {"a"}}})->has_tags());
}

TEST_F(BatchTest, IsChargedForAtLeastItsBufferUntilTheLastShareIsGone) {
  {
    const BatchRef batch = make_batch(pool_, {Text{std::string(5'000, '1')}});
    EXPECT_GE(batch->resident_bytes(), 5'000U);
    EXPECT_EQ(budget_.used(), batch->resident_bytes());
    {
      const BatchRef share = batch;
      EXPECT_EQ(budget_.used(), batch->resident_bytes());
    }
    EXPECT_GE(budget_.used(), 5'000U);
  }
  EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(BatchTest, SharesAreCounted) {
  BatchRef first = make_batch(pool_, {Text{"1"}});
  EXPECT_TRUE(first.unique());
  BatchRef second = first;
  EXPECT_FALSE(first.unique());
  EXPECT_EQ(first, second);
  second = BatchRef();
  EXPECT_TRUE(first.unique());
  BatchRef third = std::move(first);
  EXPECT_TRUE(third.unique());
}

TEST_F(BatchTest, AnEmptyReferenceIsFalseAndNotUnique) {
  const BatchRef none;
  EXPECT_FALSE(none);
  EXPECT_FALSE(none.unique());
}

TEST_F(BatchTest, HoldsAThousandMessages) {
  std::vector<Text> texts;
  for (int number = 0; number < 1'000; ++number) texts.push_back(Text{std::to_string(number)});
  const BatchRef batch = make_batch(pool_, texts);
  ASSERT_EQ(batch->count(), 1'000U);
  for (std::uint32_t index = 0; index < 1'000; ++index) ASSERT_EQ(batch->body(index), std::to_string(index));
}

}  // namespace
}  // namespace wingmq
