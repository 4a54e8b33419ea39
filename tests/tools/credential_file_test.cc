#include "credential_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "read_settings.h"
#include "start_line.h"

namespace wingmq::tools {
namespace {

class CredentialFileTest : public ::testing::Test {
 protected:
  void TearDown() override { std::remove(path_.c_str()); }

  void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
  [[nodiscard]] std::string error() const {
    const auto read = read_credential_file(path_);
    return read ? "" : read.error();
  }

  const std::string path_ = ::testing::TempDir() + "wingmq-keys-" + std::to_string(::getpid());
};

TEST_F(CredentialFileTest, HasACredentialInALine) {
  write("# who may call\r\n\n  a:b#c \r\nc:d:cust\n\t#x:y\ne:f:delegate\ng:h:cust:delegate");
  const auto read = read_credential_file(path_);
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 4U);
  EXPECT_EQ((*read)[0].secret_key, "b#c");
  EXPECT_EQ((*read)[0].customer, "a");
  EXPECT_EQ((*read)[1].customer, "cust");
  EXPECT_FALSE((*read)[1].may_delegate);
  EXPECT_TRUE((*read)[2].may_delegate);
  EXPECT_EQ((*read)[3].customer, "cust");
}

TEST_F(CredentialFileTest, MayBeEmpty) {
  write("");
  EXPECT_EQ(error(), "");
}

TEST_F(CredentialFileTest, ItsErrorNamesFileAndLineAndNoSecret) {
  const std::string form = "ACCESSKEY:SECRETKEY[:CUSTOMER][:delegate]";
  write("a:b\n\nhunter2\n");
  EXPECT_EQ(error(), path_ + ":3: needed is " + form + "; the secret is missing");
  write("a:\n");
  EXPECT_EQ(error(), path_ + ":1: needed is " + form + "; the secret is missing");
  write(":hunter2\n");
  EXPECT_EQ(error(), path_ + ":1: needed is " + form);
  write("a:hunter2:b:c\n");
  EXPECT_EQ(error(), path_ + ":1: needed is " + form);
  std::remove(path_.c_str());
  EXPECT_EQ(error(), "`" + path_ + "` cannot be read: No such file or directory");
}

TEST_F(CredentialFileTest, JoinsWhatTheOptionsSay) {
  write("a:b\n");
  const auto settings = resolve({{"credential", {"c:d"}, "--credential"}}, {{"credential-file", {path_}, "WINGMQ_CREDENTIAL_FILE"}}, {});
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->server.credentials.size(), 2U);
  write("a\n");
  EXPECT_TRUE(resolve({}, {{"credential-file", {path_}, "WINGMQ_CREDENTIAL_FILE"}}, {}).error().starts_with("WINGMQ_CREDENTIAL_FILE: " + path_ + ":1: "));
}

TEST(StartLineTest, SaysWhatDiffersAndNoSecret) {
  const std::vector<net::Endpoint> bound{{"127.0.0.1", 9080}, {"::1", 9080}};
  EXPECT_EQ(start_line(*resolve({}, {}, {}), bound),
            "wingmq " WINGMQ_VERSION " on http://127.0.0.1:9080 http://[::1]:9080: profile test, auth warn, clock real; all else as by default");
  const auto settings = resolve({{"profile", {"prod"}, ""},
                                 {"credential", {"ak:hunter2"}, ""},
                                 {"admin-token", {"hunter3"}, ""},
                                 {"queue", {"a", "b"}, ""},
                                 {"limit", {"queue_quota=5", "retention=1h"}, ""},
                                 {"tls", {"auto", "only"}, ""}},
                                {}, {});
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(start_line(*settings, {bound[0]}),
            "wingmq " WINGMQ_VERSION " on https://127.0.0.1:9080: profile prod, auth verify, clock real; set: queue=a, queue=b, "
            "admin-token=(secret), credential=(secret), tls=auto, tls=only, retention=1h, max_connections_per_address=1000");
}

}  // namespace
}  // namespace wingmq::tools
