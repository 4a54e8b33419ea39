#include "wingmq/types.h"

#include <gtest/gtest.h>

#include <string>

namespace wingmq {
namespace {

constexpr Uuid kSample{0x0123456789abcdefULL, 0xfedcba9876543210ULL};
constexpr std::string_view kSampleText = "01234567-89ab-cdef-fedc-ba9876543210";

TEST(UuidTest, IsWrittenInLowerCaseWithFourDashes) { EXPECT_EQ(kSample.text(), kSampleText); }

TEST(UuidTest, KeepsLeadingZeros) { EXPECT_EQ(Uuid{}.text(), "00000000-0000-0000-0000-000000000000"); }

TEST(UuidTest, ReadsWhatItWrote) { EXPECT_EQ(Uuid::parse(kSampleText), kSample); }

TEST(UuidTest, ReadsUpperCaseToo) { EXPECT_EQ(Uuid::parse("01234567-89AB-CDEF-FEDC-BA9876543210"), kSample); }

TEST(UuidTest, RefusesEveryOtherLength) {
  for (std::size_t length = 0; length < kSampleText.size(); ++length) {
    EXPECT_FALSE(Uuid::parse(kSampleText.substr(0, length))) << length;
  }
  EXPECT_FALSE(Uuid::parse(std::string(kSampleText).append("0")));
  EXPECT_FALSE(Uuid::parse(std::string(kSampleText).append(" ")));
}

TEST(UuidTest, RefusesAForeignCharacterAnywhere) {
  for (std::size_t at = 0; at < kSampleText.size(); ++at) {
    for (const char wrong : {'g', 'G', ' ', '/', ':', '@', '`', '_', '\0', '\xff'}) {
      std::string text(kSampleText);
      text[at] = wrong;
      EXPECT_FALSE(Uuid::parse(text)) << at << " " << static_cast<int>(wrong);
    }
  }
}

TEST(UuidTest, RefusesDigitsWhereDashesBelongAndTheReverse) {
  for (std::size_t at = 0; at < kSampleText.size(); ++at) {
    std::string text(kSampleText);
    text[at] = text[at] == '-' ? '0' : '-';
    EXPECT_FALSE(Uuid::parse(text)) << at;
  }
}

TEST(QueueIdTest, IsTheBareUuid) {
  EXPECT_EQ(QueueId{kSample}.text(), kSampleText);
  EXPECT_EQ(QueueId::parse(kSampleText), QueueId{kSample});
  EXPECT_FALSE(QueueId::parse(std::string("g-").append(kSampleText)));
  EXPECT_FALSE(QueueId::parse(""));
}

TEST(GroupIdTest, HasAPrefix) {
  EXPECT_EQ(GroupId{kSample}.text(), std::string("g-").append(kSampleText));
  EXPECT_EQ(GroupId::parse(std::string("g-").append(kSampleText)), GroupId{kSample});
}

TEST(GroupIdTest, RefusesAMissingOrWrongPrefix) {
  EXPECT_FALSE(GroupId::parse(kSampleText));
  EXPECT_FALSE(GroupId::parse(std::string("q-").append(kSampleText)));
  EXPECT_FALSE(GroupId::parse(std::string("g").append(kSampleText)));
  EXPECT_FALSE(GroupId::parse(std::string("g-g-").append(kSampleText)));
  EXPECT_FALSE(GroupId::parse("g-"));
  EXPECT_FALSE(GroupId::parse(""));
}

TEST(QueueModeTest, HasItsNameOnTheWire) {
  EXPECT_EQ(to_string(QueueMode::kNormal), "NORMAL");
  EXPECT_EQ(to_string(QueueMode::kFifo), "FIFO");
  EXPECT_EQ(to_string(QueueMode::kKafkaHa), "KAFKA-HA");
  EXPECT_EQ(to_string(QueueMode::kKafkaHt), "KAFKA-HT");
}

TEST(QueueModeTest, OnlyNormalAndFifoHaveTagsAndDeadLetters) {
  EXPECT_TRUE(has_tags_and_dead_letters(QueueMode::kNormal));
  EXPECT_TRUE(has_tags_and_dead_letters(QueueMode::kFifo));
  EXPECT_FALSE(has_tags_and_dead_letters(QueueMode::kKafkaHa));
  EXPECT_FALSE(has_tags_and_dead_letters(QueueMode::kKafkaHt));
}

TEST(ProjectTest, DiffersByCustomerAndByRegion) {
  const Project project{"alice", "r1"};
  EXPECT_EQ(project, (Project{"alice", "r1"}));
  EXPECT_NE(project, (Project{"bob", "r1"}));
  EXPECT_NE(project, (Project{"alice", "r2"}));
}

}  // namespace
}  // namespace wingmq
