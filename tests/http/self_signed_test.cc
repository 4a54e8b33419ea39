// The certificate that --tls auto makes: who may read it.
#include <sys/stat.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "wingmq/net/self_signed.h"

namespace wingmq::test {
namespace {

mode_t permissions_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

/// A shell that takes no permission away, for as long as this lives.
class OpenMask {
 public:
  OpenMask() : before_(::umask(0)) {}
  OpenMask(const OpenMask&) = delete;
  OpenMask& operator=(const OpenMask&) = delete;
  ~OpenMask() { ::umask(before_); }

 private:
  const mode_t before_;
};

TEST(SelfSignedTest, TheKeyIsForItsUserAloneWhateverTheMaskIs) {
  const OpenMask mask;
  const auto files = net::make_self_signed(::testing::TempDir());
  ASSERT_TRUE(files) << files.error();
  const std::filesystem::path folder = std::filesystem::path(files->key).parent_path();
  EXPECT_EQ(permissions_of(files->key), mode_t{0600});
  EXPECT_EQ(permissions_of(files->certificate), mode_t{0600});
  EXPECT_EQ(permissions_of(folder), mode_t{0700}) << "nobody else may even list it";
  std::filesystem::remove_all(folder);
}

TEST(SelfSignedTest, AFolderThatIsNotThereIsNamed) {
  const auto files = net::make_self_signed("/no-such-folder");
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error(), "no folder can be made in `/no-such-folder`: No such file or directory");
}

}  // namespace
}  // namespace wingmq::test
