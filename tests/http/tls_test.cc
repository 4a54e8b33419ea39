#include <openssl/ssl.h>

#include <filesystem>

#include "server_fixture.h"
#include "wingmq/net/self_signed.h"

namespace wingmq::test {
namespace {

/// A TLS client over a plain test socket. Blocking, like that.
class TlsSocket {
 public:
  explicit TlsSocket(std::uint16_t port)
      : socket_(port), context_(::SSL_CTX_new(::TLS_client_method())), session_(::SSL_new(context_)) {
    ::SSL_set_fd(session_, socket_.descriptor());
    connected_ = ::SSL_connect(session_) == 1;
  }
  TlsSocket(const TlsSocket&) = delete;
  TlsSocket& operator=(const TlsSocket&) = delete;
  ~TlsSocket() {
    ::SSL_free(session_);
    ::SSL_CTX_free(context_);
  }

  [[nodiscard]] bool connected() const { return connected_; }
  void send(std::string_view bytes) { ::SSL_write(session_, bytes.data(), static_cast<int>(bytes.size())); }
  /// Receives until `text` has come; what came, or "" when the connection ended before.
  std::string receive_until(std::string_view text) {
    std::string received;
    char bytes[16384];
    while (received.find(text) == std::string::npos) {
      const int count = ::SSL_read(session_, bytes, sizeof(bytes));
      if (count <= 0) return "";
      received.append(bytes, static_cast<std::size_t>(count));
    }
    return received;
  }
  void say_goodbye() { ::SSL_shutdown(session_); }

 private:
  HttpSocket socket_;
  SSL_CTX* context_;
  SSL* session_;
  bool connected_ = false;
};

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
  net::Server server(broker_, options_);
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find("/nonexistent/cert.pem"), std::string::npos) << started.error();
}

}  // namespace
}  // namespace wingmq::test
