#include "server_fixture.h"
#include "socket_faults.h"

namespace wingmq::test {
namespace {

class LifecycleTest : public ServerTest {};

TEST_F(LifecycleTest, AddressesThatAskForAnyPortShareOne) {
  options_.listen = {{"127.0.0.1", 0}, {"127.0.0.2", 0}};
  start();
  ASSERT_EQ(server_->endpoints().size(), 2U);
  EXPECT_NE(port(), 0);
  EXPECT_EQ(server_->endpoints()[1].port, port());
  EXPECT_EQ(server_->endpoints()[1].address, "127.0.0.2");
}

TEST_F(LifecycleTest, BothLoopbackAddressesShareAPort) {
  options_.listen = {{"127.0.0.1", 0}, {"::1", 0}};
  server_ = std::make_unique<net::Server>(engine_.engine(), options_);
  const auto started = server_->start();
  if (!started && started.error().find("[::1]") != std::string::npos) GTEST_SKIP() << started.error();
  ASSERT_TRUE(started) << started.error();
  ASSERT_EQ(server_->endpoints().size(), 2U);
  EXPECT_EQ(server_->endpoints()[1].address, "::1");
  EXPECT_EQ(server_->endpoints()[1].port, port());
}

/// Makes binds fail as long as it lives.
struct FailingBinds {
  FailingBinds(std::size_t passes, std::size_t fails) { SocketFaults::plan_binds(passes, fails); }
  FailingBinds(const FailingBinds&) = delete;
  FailingBinds& operator=(const FailingBinds&) = delete;
  ~FailingBinds() { SocketFaults::clear(); }
};

TEST_F(LifecycleTest, APortThatIsTakenAtTheSecondAddressIsGivenUpForAnother) {
  options_.listen = {{"127.0.0.1", 0}, {"127.0.0.2", 0}};
  const FailingBinds taken(1, 1);
  start();
  ASSERT_EQ(server_->endpoints().size(), 2U);
  EXPECT_EQ(server_->endpoints()[1].port, port());
}

TEST_F(LifecycleTest, WhenNoPortIsFreeAtBothAddressesTheStartFails) {
  options_.listen = {{"127.0.0.1", 0}, {"127.0.0.1", 0}};
  server_ = std::make_unique<net::Server>(engine_.engine(), options_);
  const auto started = server_->start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find("Address already in use"), std::string::npos) << started.error();
  EXPECT_TRUE(server_->endpoints().empty());
}

TEST_F(LifecycleTest, AGivenPortThatIsTakenIsNotTriedAgain) {
  options_.listen = {{"127.0.0.1", 0}};
  const FailingBinds taken(0, 1);
  server_ = std::make_unique<net::Server>(engine_.engine(), options_);
  EXPECT_FALSE(server_->start());
}

TEST_F(LifecycleTest, AStartThatFailedMayBeTriedAgain) {
  start();
  net::ServerOptions options;
  options.listen = {{"127.0.0.1", port()}};
  Broker other({}, clock_, random_);
  MemoryEngine engine(other);
  net::Server second(engine, options);
  ASSERT_FALSE(second.start());
  const auto freed = port();
  server_->stop();
  const auto started = second.start();
  ASSERT_TRUE(started) << started.error();
  HttpSocket socket(freed);
  socket.send(get("/livez"));
  EXPECT_EQ(socket.receive()->status, 200U);
  second.stop();
  other.close();
}

TEST_F(LifecycleTest, ATakenPortIsNamedAndNothingListens) {
  start();
  net::ServerOptions options;
  options.listen = {{"127.0.0.3", 0}, {"127.0.0.1", port()}};
  Broker other({}, clock_, random_);
  MemoryEngine engine(other);
  net::Server second(engine, options);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find("127.0.0.1:" + std::to_string(port())), std::string::npos) << started.error();
  EXPECT_NE(started.error().find("in use"), std::string::npos) << started.error();
  EXPECT_TRUE(second.endpoints().empty());
}

TEST_F(LifecycleTest, SomethingElseThanAnAddressIsRefused) {
  options_.listen = {{"nowhere", 0}};
  net::Server server(engine_.engine(), options_);
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_NE(started.error().find("nowhere"), std::string::npos);
}

TEST_F(LifecycleTest, StoppingAnswersParkedConsumersEmptyAndEndsIdleConnections) {
  start();
  HttpSocket idle(port());
  idle.send(get("/livez"));
  ASSERT_TRUE(idle.receive());
  std::vector<std::unique_ptr<HttpSocket>> parked_sockets;
  for (int i = 0; i < 20; ++i) {
    parked_sockets.push_back(std::make_unique<HttpSocket>(port()));
    parked_sockets.back()->send(consume_request(60));
  }
  ASSERT_TRUE(parked(20));
  server_->stop();
  for (const auto& socket : parked_sockets) {
    const auto reply = socket->receive();
    ASSERT_TRUE(reply);
    EXPECT_NE(reply->body.find(R"("returnObj":"[]")"), std::string::npos) << reply->body;
    EXPECT_TRUE(socket->closed());
  }
  EXPECT_TRUE(idle.closed());
}

TEST_F(LifecycleTest, AResetLeavesTheDeclaredQueuesAndAnswersParkedConsumersEmpty) {
  options_.declared_queues = {*net::parse_declared_queue("again?groups=g")};
  start();
  HttpSocket socket(port());
  socket.send(consume_request(30));
  ASSERT_TRUE(parked(1));
  ASSERT_TRUE(server_->reset());
  const auto reply = socket.receive();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find(R"("returnObj":"[]")"), std::string::npos) << reply->body;
  const auto left = broker_.inspect();
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().queue.spec.name, "again");
  EXPECT_EQ(left.front().groups.size(), 1U);
}

TEST_F(LifecycleTest, AResetThatCannotMakeTheDeclaredQueuesForgetsNothing) {
  const auto twice = *net::parse_declared_queue("twice");
  options_.declared_queues = {twice, twice};
  start();
  const auto refused = server_->reset();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("nothing was forgotten"), std::string::npos) << refused.error();
  EXPECT_EQ(broker_.inspect().front().queue.id.text(), queue_);
}

TEST_F(LifecycleTest, StoppingTwiceIsHarmless) {
  start();
  server_->stop();
  server_->stop();
}

TEST_F(LifecycleTest, AClientThatNeverFinishesDoesNotKeepTheServer) {
  start();
  HttpSocket half(port());
  half.send("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  HttpSocket probe(port());
  probe.send(get("/livez"));
  ASSERT_TRUE(probe.receive());
  server_->stop(10ms);
  EXPECT_TRUE(half.closed());
}

TEST_F(LifecycleTest, ARequestThatIsOnItsWayIsAnsweredBeforeTheEnd) {
  options_.threads = 1;
  start();
  HttpSocket idle(port());
  HttpSocket half(port());
  for (HttpSocket* socket : {&idle, &half}) {
    socket->send(get("/livez"));
    ASSERT_TRUE(socket->receive());
  }
  half.send("GET /livez HTTP/1.1\r\n");
  idle.send(get("/livez"));
  ASSERT_TRUE(idle.receive()) << "what came before this has been read";
  std::thread stopping([this] { server_->stop(10s); });
  EXPECT_TRUE(idle.closed()) << "from here on the server is stopping";
  half.send("Host: x\r\n\r\n");
  const auto reply = half.receive();
  stopping.join();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200U);
  EXPECT_TRUE(reply->says("Connection: close"));
  EXPECT_TRUE(half.closed());
}

TEST_F(LifecycleTest, StoppingBeforeTheStartDoesNotKeepFromStoppingLater) {
  server_ = std::make_unique<net::Server>(engine_.engine(), options_);
  server_->stop();
  const auto started = server_->start();
  ASSERT_TRUE(started) << started.error();
  HttpSocket socket(port());
  socket.send(get("/livez"));
  EXPECT_EQ(socket.receive()->status, 200U);
  server_->stop();
  EXPECT_TRUE(socket.closed());
}

TEST_F(LifecycleTest, AServerThatWasNeverStartedCanBeDestroyed) { const net::Server server(engine_.engine(), options_); }

TEST_F(LifecycleTest, ReadyzTellsWhetherTheServerServes) {
  start();
  HttpSocket socket(port());
  socket.send(get("/readyz"));
  EXPECT_EQ(socket.receive()->status, 200U);
}

}  // namespace
}  // namespace wingmq::test
