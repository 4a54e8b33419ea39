#include "usable_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace wingmq::tools {
namespace {

namespace fs = std::filesystem;

/// A folder that plays the machine's root, gone with the test.
class UsableMemoryTest : public ::testing::Test {
 protected:
  UsableMemoryTest() { fs::remove_all(root_); }
  ~UsableMemoryTest() override { fs::remove_all(root_); }

  void put(const std::string& file, const std::string& text) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << '\n';
  }
  [[nodiscard]] std::size_t usable() const { return usable_memory(root_); }

  const fs::path root_ = fs::path(::testing::TempDir()) / ("wingmq-root-" + std::to_string(::getpid()));
};

TEST_F(UsableMemoryTest, WithoutControlGroupsItIsTheMachines) {
  const auto machine = static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  EXPECT_EQ(usable(), machine);
}

TEST_F(UsableMemoryTest, AContainersLimitStandsAtTheRoot) {
  put("proc/self/cgroup", "0::/");
  put("sys/fs/cgroup/memory.max", "104857600");
  EXPECT_EQ(usable(), 104857600U);
}

TEST_F(UsableMemoryTest, TheTightestGroupOnTheWayUpDecides) {
  put("proc/self/cgroup", "0::/system.slice/wingmq.service");
  put("sys/fs/cgroup/system.slice/memory.max", "50000000");
  put("sys/fs/cgroup/system.slice/wingmq.service/memory.max", "max");
  EXPECT_EQ(usable(), 50000000U);
  put("sys/fs/cgroup/system.slice/wingmq.service/memory.max", "40000000");
  EXPECT_EQ(usable(), 40000000U);
}

TEST_F(UsableMemoryTest, TheFirstVersionOfControlGroupsCountsToo) {
  put("proc/self/cgroup", "5:cpu,cpuacct:/other\n4:hugetlb,memory:/docker/abc");
  put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  put("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "30000000");
  put("sys/fs/cgroup/memory/other/memory.limit_in_bytes", "1000");
  EXPECT_EQ(usable(), 30000000U);
}

}  // namespace
}  // namespace wingmq::tools
