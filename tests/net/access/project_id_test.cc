#include "access/project_id.h"

#include <gmock/gmock.h>

#include <set>

namespace wingmq::net {
namespace {

TEST(ProjectId, IsThirtyTwoLowerCaseHexDigits) {
  for (const Project& project : {Project{"", ""}, Project{"test", "cn-snxy1"}, Project{"天翼", "r"}}) {
    EXPECT_THAT(project_id(project), ::testing::MatchesRegex("[0-9a-f]{32}"));
  }
}

TEST(ProjectId, IsTheSameInEveryProcess) {
  // printf 'wingmq-project:4:testcn-snxy1' | sha256sum | head -c 32
  EXPECT_EQ(project_id({"test", "cn-snxy1"}), "d26c65c54da6b9f294c12e2968ef77f8");
}

TEST(ProjectId, TellsCustomerAndRegionApart) {
  const std::set<std::string> ids = {project_id({"ab", "c"}),   project_id({"a", "bc"}), project_id({"abc", ""}),
                                     project_id({"", "abc"}),   project_id({"c", "ab"}), project_id({"1:a", "b"}),
                                     project_id({"ab", "c\n"}), project_id({"AB", "c"})};
  EXPECT_EQ(ids.size(), 8U);
}

}  // namespace
}  // namespace wingmq::net
