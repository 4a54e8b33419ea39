#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/socket.h>

#include <filesystem>
#include <mutex>

#include "server_fixture.h"
#include "tls_socket.h"
#include "wingmq/net/self_signed.h"

namespace wingmq::test {
namespace {

class TlsTest : public ServerTest {
 protected:
  void start_tls(net::TlsMode mode) {
    const auto files = net::make_self_signed(::testing::TempDir());
    ASSERT_TRUE(files) << files.error();
    folder_ = std::filesystem::path(files->certificate).parent_path();
    options_.tls = {mode, files->certificate, files->key};
    start();
  }
  void TearDown() override {
    ServerTest::TearDown();
    std::filesystem::remove_all(folder_);
  }
  std::filesystem::path folder_;
};

TEST_F(TlsTest, TheFirstByteTellsTlsFromPlain) {
  start_tls(net::TlsMode::kOptional);
  TlsSocket encrypted(port());
  ASSERT_TRUE(encrypted.connected());
  HttpSocket plain(port());
  for (int i = 0; i < 2; ++i) {
    encrypted.send(get("/livez"));
    EXPECT_NE(encrypted.receive_until("\"ok\"}"), "");
    plain.send(get("/livez"));
    EXPECT_EQ(plain.receive()->status, 200U);
  }
}

TEST_F(TlsTest, WhereOnlyTlsIsSpokenPlainHttpIsToldSo) {
  start_tls(net::TlsMode::kOnly);
  HttpSocket plain(port());
  plain.send(get("/livez"));
  const auto reply = plain.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400U);
  EXPECT_NE(reply->body.find("https"), std::string::npos) << reply->body;
  EXPECT_TRUE(plain.closed());
}

TEST_F(TlsTest, ALargeMessageGoesInAndOut) {
  start_tls(net::TlsMode::kOnly);
  TlsSocket socket(port());
  socket.send(post("sendSpecifyQueueMessage", messages("\"" + std::string(500'000, 'x') + "\"")));
  EXPECT_NE(socket.receive_until("\"state\":0"), "");
  socket.send(consume_request(1));
  EXPECT_GT(socket.receive_until("\"succeed\":true}}").size(), 500'000U);
}

TEST_F(TlsTest, AParkedConsumerThatSaysGoodbyeLeavesNothingBehind) {
  start_tls(net::TlsMode::kOnly);
  {
    TlsSocket socket(port());
    socket.send(consume_request(30));
    ASSERT_TRUE(parked(1));
    socket.say_goodbye();
  }
  EXPECT_TRUE(parked(0));
}

class TlsVersionTest : public TlsTest, public ::testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Each, TlsVersionTest, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION));

TEST_P(TlsVersionTest, AParkedConsumerThatOnlySaysGoodbyeIsGone) {
  start_tls(net::TlsMode::kOnly);
  TlsSocket socket(port(), GetParam());
  socket.send(get("/livez"));
  ASSERT_NE(socket.receive_until("\"ok\"}"), "");  // tickets have come as well: closing does not reset the connection
  socket.send(consume_request(60));
  ASSERT_TRUE(parked(1));
  socket.say_goodbye();
  EXPECT_TRUE(parked(0));
}

TEST_P(TlsVersionTest, AGoodbyeThatComesWithTheRequestIsHeard) {
  start_tls(net::TlsMode::kOnly);
  TlsSocket socket(port(), GetParam());
  socket.send(get("/livez"));
  ASSERT_NE(socket.receive_until("\"ok\"}"), "");
  const auto hold_back = [&](int on) { ::setsockopt(::SSL_get_fd(socket.native()), IPPROTO_TCP, TCP_CORK, &on, sizeof(on)); };
  hold_back(1);
  socket.send(consume_request(60));
  socket.say_goodbye();
  hold_back(0);  // both go at once
  EXPECT_TRUE(socket.told_goodbye());
  EXPECT_TRUE(parked(0));
}

TEST_P(TlsVersionTest, WhatIsPipelinedBehindAParkedCallIsAnsweredAfterIt) {
  start_tls(net::TlsMode::kOnly);
  TlsSocket socket(port(), GetParam());
  socket.send(consume_request(60));
  ASSERT_TRUE(parked(1));
  socket.send(get("/livez"));
  TlsSocket sender(port());
  sender.send(post("sendSpecifyQueueMessage", messages("\"late\"")));
  ASSERT_NE(sender.receive_until("\"state\":0"), "");
  const std::string replies = socket.receive_until("\"ok\"}");
  EXPECT_LT(replies.find("late"), replies.find("\"ok\"}")) << replies;
}

TEST_P(TlsVersionTest, TheServerSaysGoodbyeBeforeItCloses) {
  options_.limits.idle_timeout = 300ms;
  start_tls(net::TlsMode::kOnly);
  TlsSocket closing(port(), GetParam());
  closing.send(get("/livez", "Connection: close\r\n"));
  ASSERT_NE(closing.receive_until("\"ok\"}"), "");
  EXPECT_TRUE(closing.told_goodbye());
  TlsSocket refused(port(), GetParam());
  refused.send("no request\r\n\r\n");
  ASSERT_NE(refused.receive_until("WMQ.BAD_HTTP"), "");
  while (::SSL_pending(refused.native()) > 0) {
    char rest[4096];
    ::SSL_read(refused.native(), rest, sizeof(rest));
  }
  EXPECT_TRUE(refused.told_goodbye());
  TlsSocket idle(port(), GetParam());
  EXPECT_TRUE(idle.told_goodbye());
}

TEST_F(TlsTest, AClientCannotNegotiateAgain) {
  start_tls(net::TlsMode::kOnly);
  TlsSocket socket(port(), TLS1_2_VERSION);
  ASSERT_TRUE(socket.connected());
  EXPECT_EQ(::SSL_renegotiate(socket.native()), 1);
  EXPECT_NE(::SSL_do_handshake(socket.native()), 1);
}

TEST_F(TlsTest, TlsWhereItIsOffIsRefusedAtOnceAndLogged) {
  std::mutex mutex;
  std::string log;
  options_.log = [&](net::LogLevel, std::string_view line) {
    const std::scoped_lock lock(mutex);
    log.append(line);
  };
  start();
  HttpSocket socket(port());
  socket.send(std::string("\x16\x03\x01\x02\x00", 5));
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 400U);
  EXPECT_NE(reply->body.find("use http"), std::string::npos) << reply->body;
  EXPECT_TRUE(socket.closed());
  const std::scoped_lock lock(mutex);
  EXPECT_NE(log.find("speaks TLS"), std::string::npos) << log;
}

TEST_F(TlsTest, AKeyUnderAPassphraseIsRefusedWithoutAskingForIt) {
  start_tls(net::TlsMode::kOnly);
  EVP_PKEY* key = ::EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  std::FILE* file = std::fopen(options_.tls.key_file.c_str(), "w");
  const unsigned char phrase[] = "secret";
  EXPECT_EQ(::PEM_write_PrivateKey(file, key, ::EVP_aes_256_cbc(), phrase, 6, nullptr, nullptr), 1);
  std::fclose(file);
  ::EVP_PKEY_free(key);
  const auto failed = server_->reload_tls();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().find("passphrase"), std::string::npos) << failed.error();
}

TEST_F(TlsTest, AHandshakeThatIsNotFinishedIsCutOff) {
  options_.limits.header_timeout = 20ms;
  start_tls(net::TlsMode::kOptional);
  HttpSocket socket(port());
  socket.send("\x16\x03\x01");
  EXPECT_TRUE(socket.closed());
}

TEST_F(TlsTest, SomethingElseThanAHandshakeEndsTheConnection) {
  start_tls(net::TlsMode::kOptional);
  HttpSocket socket(port());
  socket.send(std::string("\x16\x03\x01\x00\x05hello", 10));
  while (socket.receive()) {
  }
  TlsSocket fine(port());
  EXPECT_TRUE(fine.connected());
}

TEST_F(TlsTest, TheKeyIsForThisUserAlone) {
  const auto permissions = [](const std::string& file) { return std::filesystem::status(file).permissions(); };
  start_tls(net::TlsMode::kOptional);
  using std::filesystem::perms;
  EXPECT_EQ(permissions(options_.tls.key_file), perms::owner_read | perms::owner_write);
  EXPECT_EQ(permissions(folder_), perms::owner_all);
  EXPECT_EQ(server_->url(), "http://127.0.0.1:" + std::to_string(port()));
}

TEST_F(TlsTest, ACertificateIsReplacedWhileConnectionsGoOn) {
  start_tls(net::TlsMode::kOnly);
  EXPECT_EQ(server_->url(), "https://127.0.0.1:" + std::to_string(port()));
  TlsSocket before(port());
  std::filesystem::remove(options_.tls.key_file);
  const auto failed = server_->reload_tls();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().find(options_.tls.key_file), std::string::npos) << failed.error();
  const auto files = net::make_self_signed(::testing::TempDir());
  ASSERT_TRUE(files);
  std::filesystem::rename(files->certificate, options_.tls.certificate_file);
  std::filesystem::rename(files->key, options_.tls.key_file);
  std::filesystem::remove_all(std::filesystem::path(files->certificate).parent_path());
  EXPECT_TRUE(server_->reload_tls());
  before.send(get("/livez"));
  EXPECT_NE(before.receive_until("\"ok\"}"), "");
  TlsSocket after(port());
  EXPECT_TRUE(after.connected());
}

TEST_F(TlsTest, WithoutItsFilesAServerDoesNotStart) {
  options_.tls = {net::TlsMode::kOptional, "/nonexistent/cert.pem", "/nonexistent/key.pem"};
  net::Server server(engine_.engine(), options_);
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find("/nonexistent/cert.pem"), std::string::npos) << started.error();
}

}  // namespace
}  // namespace wingmq::test
