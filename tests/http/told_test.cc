// What a server tells its owner: where it is, and every request that it served.
#include <mutex>

#include "server_fixture.h"

namespace wingmq::test {
namespace {

class ToldTest : public ServerTest {
 protected:
  void watch() {
    options_.on_request = [this](const net::ServedRequest& request) {
      const std::scoped_lock lock(mutex_);
      requests_.push_back(std::string(request.method) + " " + std::string(request.path) + " " + std::to_string(request.status) + " " +
                          std::to_string(request.received_bytes) + " " + std::to_string(request.sent_bytes) + " " +
                          std::string(request.access_key));
      negative_ = negative_ || request.duration.count() < 0;
    };
  }
  /// What was told, once the server has stopped.
  std::vector<std::string> told() {
    server_->stop();
    EXPECT_FALSE(negative_);
    return requests_;
  }

  std::mutex mutex_;
  std::vector<std::string> requests_;
  bool negative_ = false;
};

TEST_F(ToldTest, EveryRequestWithItsReply) {
  watch();
  start();
  HttpSocket socket(port());
  socket.send(get("/livez?x=1"));
  ASSERT_TRUE(socket.receive());
  const std::string body = messages("1");
  socket.send(post("sendSpecifyQueueMessage", body));
  const auto sent = socket.receive();
  ASSERT_TRUE(sent);
  socket.send("nonsense\r\n\r\n");
  const auto refused = socket.receive();
  ASSERT_TRUE(refused);
  EXPECT_EQ(told(), (std::vector<std::string>{
                        "GET /livez 200 0 15 ",
                        "POST /apiproxy/v3/queue/sendSpecifyQueueMessage 200 " + std::to_string(body.size()) + " " +
                            std::to_string(sent->body.size()) + " test",
                        "  400 0 " + std::to_string(refused->body.size()) + " "}));
}

TEST_F(ToldTest, AConsumeThatWaited) {
  watch();
  start();
  HttpSocket waiting(port());
  waiting.send(consume_request(60));
  ASSERT_TRUE(parked(1));
  HttpSocket sender(port());
  sender.send(post("sendSpecifyQueueMessage", messages("1")));
  ASSERT_TRUE(sender.receive());
  const auto reply = waiting.receive();
  ASSERT_TRUE(reply);
  const auto all = told();
  ASSERT_EQ(all.size(), 2U);
  const std::string expected =
      "GET /apiproxy/v3/queue/consumptionMessage 200 0 " + std::to_string(reply->body.size()) + " test";
  EXPECT_TRUE(all[0] == expected || all[1] == expected) << all[0] << "\n" << all[1];
}

TEST_F(ToldTest, ASecretInThePlaceOfTheKeyIsNotTold) {
  options_.auth = net::AuthMode::kWarn;
  options_.credentials = {{"key", "hunter2", "alice", false}, {"same", "same", "bob", false}};
  watch();
  start();
  HttpSocket socket(port());
  for (const char* key : {"hunter2", "same", "stranger"}) {
    socket.send(get("/livez", std::string("accessKey: ") + key + "\r\n"));
    ASSERT_TRUE(socket.receive());
  }
  EXPECT_EQ(told(), (std::vector<std::string>{"GET /livez 200 0 15 ", "GET /livez 200 0 15 same", "GET /livez 200 0 15 stranger"}));
}

TEST_F(ToldTest, TheUrlIsThatOfTheFirstEndpoint) {
  EXPECT_EQ(net::Server(engine_.engine(), options_).url(), "");
  options_.listen = {{"0.0.0.0", 0}};
  start();
  EXPECT_EQ(server_->url(), "http://127.0.0.1:" + std::to_string(port()));
}

TEST_F(ToldTest, RefusalsWithoutAWishAreInTheServersLanguage) {
  options_.language = net::Language::kEnglish;
  start();
  HttpSocket socket(port());
  socket.send(get("/nowhere"));
  EXPECT_NE(socket.receive()->body.find("\"message\":\"There is no"), std::string::npos);
  socket.send(get("/nowhere", "Accept-Language: zh\r\n"));
  EXPECT_EQ(socket.receive()->body.find("\"message\":\"There is no"), std::string::npos);
  socket.send("nonsense\r\n\r\n");
  const auto refused = socket.receive();
  ASSERT_TRUE(refused);
  EXPECT_NE(refused->body.find("\"message\":\"The HTTP request is"), std::string::npos) << refused->body;
}

}  // namespace
}  // namespace wingmq::test
