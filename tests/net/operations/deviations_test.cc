#include <set>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

class DeviationsTest : public AdminTest {};

TEST_F(DeviationsTest, AllDecisionsAreListedInOrderWithTheirHits) {
  deviations_.hit(1);
  deviations_.hit(30);
  deviations_.hit(30);
  const auto list = get("/__admin/deviations").as_array();
  ASSERT_EQ(list.size(), 30U);
  std::set<std::string> rules;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string id = (i < 9 ? "D0" : "D") + std::to_string(i + 1);
    EXPECT_EQ(list[i].at("id").as_string(), id);
    EXPECT_EQ(list[i].at("hits").as_int64(), i == 0 ? 1 : i == 29 ? 2 : 0);
    EXPECT_EQ(list[i].as_object().size(), 3U);
    const auto rule = std::string(list[i].at("rule").as_string());
    EXPECT_EQ(rule.back(), '.') << id;
    EXPECT_EQ(rule.find(". "), std::string::npos) << id << " takes more than one sentence";
    rules.insert(rule);
  }
  EXPECT_EQ(rules.size(), 30U);
}

TEST_F(DeviationsTest, ClearingTouchesEveryCounter) {
  for (std::uint8_t number = 1; number <= kDecisionCount; ++number) deviations_.hit(number);
  deviations_.clear();
  const auto list = get("/__admin/deviations").as_array();
  for (const auto& each : list) EXPECT_EQ(each.at("hits").as_int64(), 0);
}

}  // namespace
}  // namespace wingmq::net
