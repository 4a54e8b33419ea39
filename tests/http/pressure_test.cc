#include <poll.h>
#include <sys/resource.h>

#include <atomic>
#include <latch>

#include "server_fixture.h"
#include "support/make_batch.h"

namespace wingmq::test {
namespace {

/// While it lives, nobody in this process gets another file descriptor.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  NoMoreFiles(const NoMoreFiles&) = delete;
  NoMoreFiles& operator=(const NoMoreFiles&) = delete;
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

/// A socket that was made before and is connected later.
class LateClient {
 public:
  LateClient() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  LateClient(const LateClient&) = delete;
  LateClient& operator=(const LateClient&) = delete;
  ~LateClient() { ::close(descriptor_); }

  void connect(std::uint16_t port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  /// Sends `request` and returns the beginning of what comes back.
  [[nodiscard]] std::string ask(std::string_view request) const {
    ::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL);
    std::array<char, 64> bytes{};
    pollfd readable{descriptor_, POLLIN, 0};
    if (::poll(&readable, 1, 10'000) <= 0) return {};
    const auto count = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    return count <= 0 ? std::string() : std::string(bytes.data(), static_cast<std::size_t>(count));
  }

 private:
  int descriptor_;
};

class PressureTest : public ServerTest {};

TEST_F(PressureTest, ConnectionsThatCannotBeAcceptedAreTakenWhenThereAreFilesAgain) {
  std::latch complained(1);
  std::atomic<int> lines = 0;
  options_.log = [&](net::LogLevel, std::string_view line) {
    EXPECT_NE(line.find("cannot accept"), std::string_view::npos) << line;
    if (lines++ == 0) complained.count_down();
  };
  start();
  const LateClient client;
  {
    const NoMoreFiles until_told;
    client.connect(port());
    complained.wait();
  }
  EXPECT_TRUE(client.ask(get("/livez")).starts_with("HTTP/1.1 200"));
}

TEST_F(PressureTest, AConsumerThatLeavesInTheTurnInWhichItsMessageComesKeepsNothing) {
  std::latch stands_still(1);
  std::latch goes_on(1);
  std::atomic<int> lines = 0;
  options_.threads = 1;
  // The one thread complains that it cannot accept, and stands still in that line.
  options_.log = [&](net::LogLevel, std::string_view) {
    if (lines++ > 0) return;
    stands_still.count_down();
    goes_on.wait();
  };
  start();
  auto consumer = std::make_unique<HttpSocket>(port());
  consumer->send(consume_request(60));
  ASSERT_TRUE(parked(1));
  const auto project = broker_.inspect().front().queue.project;
  const LateClient late;
  {
    const NoMoreFiles until_it_stands;
    late.connect(port());
    stands_still.wait();
  }
  ASSERT_TRUE(broker_.send(project, broker_.inspect().front().queue.id, make_batch(broker_.buffers(), {{"1"}})));
  consumer.reset();
  goes_on.count_down();
  ASSERT_TRUE(late.ask(get("/livez")).starts_with("HTTP/1.1 200")) << "the turn is over";
  const auto group = broker_.inspect().front().groups.front();
  EXPECT_EQ(group.in_flight, 0U);
  EXPECT_EQ(group.available, 1U);
}

TEST_F(PressureTest, AClientThatDoesNotReadIsLeft) {
  options_.limits.write_timeout = 20ms;
  start();
  HttpSocket socket(port());
  // More than all buffers on the way hold, so that the server has to wait for the reader.
  std::string requests;
  for (int i = 0; i < 2000; ++i) requests += get("/__admin/openapi.json");
  socket.send(requests);
  pollfd state{socket.descriptor(), 0, 0};
  ASSERT_EQ(::poll(&state, 1, 10'000), 1) << "the server still waits";
  EXPECT_NE(state.revents & (POLLHUP | POLLERR), 0);
}

}  // namespace
}  // namespace wingmq::test
