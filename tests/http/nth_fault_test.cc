#include <algorithm>
#include <filesystem>
#include <functional>

#include "server_fixture.h"
#include "socket_faults.h"
#include "support/make_batch.h"
#include "wingmq/net/self_signed.h"
#include "wire_client.h"

namespace wingmq::test {
namespace {

enum class Kind : std::uint8_t { kSend, kConsume, kConfirm, kLook };

/// A request of the script: what it does, and where it ends among the bytes on the wire.
struct Step {
  Kind kind;
  std::uint64_t messages;
  std::size_t end;
};

/// What the group must look like.
struct Counts {
  std::uint64_t produced = 0;
  std::uint64_t consumed = 0;
  std::uint64_t in_flight = 0;
  bool operator==(const Counts&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << counts.produced << " produced, " << counts.consumed << " consumed, " << counts.in_flight << " in flight";
}

/// How many whole replies `bytes` holds; an invitation to send a body is none.
std::size_t whole_replies(std::string_view bytes) {
  std::size_t count = 0;
  while (true) {
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) return count;
    const auto head = bytes.substr(0, end + 4);
    bytes.remove_prefix(end + 4);
    if (head.starts_with("HTTP/1.1 100")) continue;
    const auto length = head.find("Content-Length: ");
    const auto size = static_cast<std::size_t>(std::atol(std::string(head.substr(length + 16)).c_str()));
    if (bytes.size() < size) return count;
    bytes.remove_prefix(size);
    ++count;
  }
}

std::size_t open_files() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

std::vector<std::string> handlers_of(const WireReply& reply) {
  static constexpr std::string_view kMark = R"(\"handler\":\")";
  std::vector<std::string> handlers;
  for (auto at = reply.body.find(kMark); at != std::string::npos; at = reply.body.find(kMark, at + 1)) {
    const auto from = at + kMark.size();
    handlers.push_back(reply.body.substr(from, reply.body.find('\\', from) - from));
  }
  return handlers;
}

class NthFaultTest : public ServerTest, public ::testing::WithParamInterface<Transport> {
 protected:
  static constexpr std::uint64_t kMany = 512;

  void SetUp() override {
    ServerTest::SetUp();
    if (GetParam() != Transport::kPlain) {
      const auto files = net::make_self_signed(::testing::TempDir());
      ASSERT_TRUE(files) << files.error();
      folder_ = std::filesystem::path(files->certificate).parent_path();
      options_.tls = {net::TlsMode::kOnly, files->certificate, files->key};
    }
    start_and_look();
    project_ = broker_.inspect().front().queue.project;
    memory_ = broker_.memory().used();
  }
  /// Starts the server and counts the files that it has while no connection is open. A worker opens its own with its first.
  void start_and_look() {
    start();
    for (std::uint32_t i = 0; i < options_.threads; ++i) {
      const auto client = connect();
      client->send(get("/livez", "Connection: close\r\n"));
      client->drain();
    }
    files_ = open_files();
  }
  void TearDown() override {
    SocketFaults::clear();
    ServerTest::TearDown();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  /// A client that has nothing left to do before its first request, nor has the server.
  [[nodiscard]] std::unique_ptr<WireClient> connect() const {
    auto client = std::make_unique<WireClient>(port(), GetParam());
    EXPECT_TRUE(client->begin());
    client->send(get("/livez"));
    EXPECT_TRUE(client->receive());
    return client;
  }

  // --- The script: everything a session does. Each part returns whether the connection goes on. ---

  /// Says `bytes` with the next request.
  void put(Kind kind, std::uint64_t messages, std::string_view bytes) {
    steps_.push_back({kind, messages, client_->put(bytes)});
  }
  void say(Kind kind, std::uint64_t messages, std::string_view bytes) {
    put(kind, messages, bytes);
    client_->flush();
  }
  [[nodiscard]] std::string send_request(std::uint64_t count, std::size_t bytes, std::string_view headers = "") const {
    std::string body = R"({"regionId":"cn-snxy1","queueId":")" + queue_ + R"(","messages":[)";
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) body += ',';
      body.append(R"({"body":")").append(bytes, 'x').append("\"}");
    }
    return post("sendSpecifyQueueMessage", body + "]}", headers);
  }
  bool send_one() {
    say(Kind::kSend, 1, send_request(1, 10));
    return client_->receive().has_value();
  }
  /// Consumes `count` messages and confirms them all at once.
  bool consume_and_confirm(std::uint64_t count) {
    say(Kind::kConsume, count, consume_request(60, 1000));
    return confirm(client_->receive());
  }
  bool confirm(const std::optional<WireReply>& reply) {
    if (!reply) return false;
    std::string entries;
    const auto handlers = handlers_of(*reply);
    for (const std::string& handler : handlers) {
      entries += (entries.empty() ? "" : ",") + (R"({"handler":")" + handler) + R"(","status":"success"})";
    }
    const std::string body = R"({"regionId":"cn-snxy1","queueId":")" + queue_ + R"(","consumerGroupId":")" + group_ +
                             R"(","message":[)" + entries + "]}";
    say(Kind::kConfirm, handlers.size(), post("confirmConsumedSpecifiedMessage", body));
    return client_->receive().has_value();
  }
  bool wait_for_a_message() {
    say(Kind::kConsume, 1, consume_request(60, 1000));
    while (true) {
      if (broker_.inspect().front().groups.front().parked == 1) break;
      if (SocketFaults::hit()) return false;
    }
    const auto sent = broker_.send(project_, *QueueId::parse(queue_), make_batch(broker_.buffers(), {{"\"woken\""}}));
    EXPECT_TRUE(sent);
    ++sent_beside_;
    return confirm(client_->receive());
  }
  bool pipeline() {
    put(Kind::kSend, 2, send_request(2, 10));
    put(Kind::kConsume, 2, consume_request(60, 1000));
    say(Kind::kLook, 0, get("/livez"));
    return client_->receive() && client_->receive() && client_->receive();
  }
  bool send_many() {
    const std::string request = send_request(kMany, 1000, "Expect: 100-continue\r\n");
    const auto head = request.find("\r\n\r\n") + 4;
    client_->send(request.substr(0, head));
    if (!client_->receive(true)) return false;
    say(Kind::kSend, kMany, std::string_view(request).substr(head));
    return client_->receive().has_value();
  }
  bool run_script() {
    return client_->begin() && send_one() && consume_and_confirm(1) && wait_for_a_message() && pipeline() && send_many() &&
           consume_and_confirm(kMany);
  }

  // --- One life of a connection ---

  void run(SocketFault fault, std::size_t nth) {
    broker_.wipe(true);
    steps_.clear();
    sent_beside_ = 0;
    client_ = std::make_unique<WireClient>(port(), GetParam());
    SocketFaults::plan(client_->port(), fault, nth);
    const bool whole = run_script();
    EXPECT_TRUE(whole || SocketFaults::hit());
    if (!whole) client_->drain();  // to the end: the session has done what it does when a connection breaks
    client_->close();
    for (int looks = 0; looks < 1'000'000 && open_files() != files_; ++looks) std::this_thread::yield();
    ASSERT_EQ(open_files(), files_) << "the session has ended";
  }

  /// What follows from the bytes that went in and out until the session ended: a request is done when it arrived whole and the
  /// replies before it left whole; what it brought is the client's when its own reply left whole.
  [[nodiscard]] Counts expected() const {
    Counts counts{.produced = sent_beside_};
    const std::size_t read = SocketFaults::bytes_read();
    const std::size_t answered = whole_replies(client_->meaning(SocketFaults::written()));
    for (std::size_t i = 0; i < steps_.size() && i <= answered && steps_[i].end <= read; ++i) {
      const Step& step = steps_[i];
      if (step.kind == Kind::kSend) counts.produced += step.messages;
      if (step.kind == Kind::kConsume && i < answered) counts.in_flight += step.messages;
      if (step.kind == Kind::kConfirm) {
        counts.consumed += step.messages;
        counts.in_flight -= step.messages;
      }
    }
    return counts;
  }
  void check_state() {
    engine_.quiesce();
    const auto group = broker_.inspect().front().groups.front();
    EXPECT_EQ((Counts{group.produced, group.consumed, group.in_flight}), expected());
    EXPECT_EQ(group.available, group.produced - group.consumed);
    EXPECT_EQ(group.parked, 0U);
    PeekRequest look;
    look.group = group.id;
    look.limit = 1000;
    const auto messages = broker_.peek(*QueueId::parse(queue_), look);
    ASSERT_TRUE(messages);
    for (const auto& message : *messages) EXPECT_EQ(message.failures, 0U);
  }
  /// Whatever happened: when the leases are over, another consumer gets all that was not confirmed, and memory is free again.
  void check_aftermath() {
    static_cast<void>(broker_.advance(clock_.now() + 30s));
    const auto left = broker_.inspect().front().groups.front();
    EXPECT_EQ(left.in_flight, 0U);
    const auto other = connect();
    std::uint64_t received = 0;
    while (received < left.available) {
      other->send(consume_request(1, 1000));
      const auto reply = other->receive();
      ASSERT_TRUE(reply);
      const auto count = handlers_of(*reply).size();
      ASSERT_GT(count, 0U) << reply->body;
      received += count;
    }
    EXPECT_EQ(received, left.available);
    broker_.wipe(true);
    EXPECT_EQ(broker_.memory().used(), memory_);
  }

  /// The script has more calls than so many, or it is not the script any more.
  [[nodiscard]] static std::size_t reads_min() { return GetParam() == Transport::kPlain ? 15 : 45; }
  [[nodiscard]] static std::size_t writes_min() { return GetParam() == Transport::kPlain ? 11 : 45; }
  /// Runs the script until `fault` in the n-th call is one call too late, and returns how often it struck.
  std::size_t run_for_every_n(SocketFault fault) {
    for (std::size_t n = 0;; ++n) {
      SCOPED_TRACE("call " + std::to_string(n));
      run(fault, n);
      if (HasFatalFailure()) return n;
      check_state();
      if (!SocketFaults::hit()) return n;
      check_aftermath();
      if (HasFailure()) return n;
    }
  }

  Project project_;
  std::unique_ptr<WireClient> client_;
  std::vector<Step> steps_;
  std::uint64_t sent_beside_ = 0;
  std::size_t files_ = 0;
  std::size_t memory_ = 0;
  std::filesystem::path folder_;
};

std::string name_of(const ::testing::TestParamInfo<Transport>& info) {
  return std::vector{"Plain", "Tls12", "Tls13"}[static_cast<std::size_t>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Over, NthFaultTest, ::testing::Values(Transport::kPlain, Transport::kTls12, Transport::kTls13), name_of);

TEST_P(NthFaultTest, TheScriptReachesItsEndWhenNothingFails) {
  run(SocketFault::kNone, 0);
  EXPECT_FALSE(SocketFaults::hit());
  EXPECT_EQ(expected(), (Counts{.produced = kMany + 4, .consumed = kMany + 2, .in_flight = 2}));
  check_state();
  check_aftermath();
}

TEST_P(NthFaultTest, AConnectionThatBreaksInItsNthReadLeavesNothingHalfDone) {
  EXPECT_GT(run_for_every_n(SocketFault::kReadReset), reads_min());
}

TEST_P(NthFaultTest, AConnectionThatEndsInItsNthReadLeavesNothingHalfDone) {
  EXPECT_GT(run_for_every_n(SocketFault::kReadEnd), reads_min());
}

TEST_P(NthFaultTest, AConnectionThatBreaksInItsNthWriteLeavesNothingHalfDone) {
  EXPECT_GT(run_for_every_n(SocketFault::kWriteReset), writes_min());
}

TEST_P(NthFaultTest, AConnectionThatBreaksInTheMiddleOfItsNthWriteLeavesNothingHalfDone) {
  EXPECT_GT(run_for_every_n(SocketFault::kWriteCut), writes_min());
}

class SlowReaderTest : public NthFaultTest {
 protected:
  SlowReaderTest() {
    // Long enough for a busy machine to move what the script moves.
    options_.limits.write_timeout = 100ms;
    options_.limits.body_timeout = 500ms;    // the invitation to send a body is written in it
    options_.limits.header_timeout = 500ms;  // and what a handshake writes in this
  }
};

// Every call takes its whole deadline, and the versions of TLS write alike.
INSTANTIATE_TEST_SUITE_P(Over, SlowReaderTest, ::testing::Values(Transport::kPlain, Transport::kTls13), name_of);

TEST_P(SlowReaderTest, AReaderThatStandsStillInTheNthWriteIsLeftAndItsMessagesAreGivenBack) {
  EXPECT_GT(run_for_every_n(SocketFault::kWriteStall), writes_min());
}

TEST_P(NthFaultTest, WhatCouldNotBeSentGoesToTheNextInLineAtOnce) {
  const auto broken = connect();
  SocketFaults::plan(broken->port(), SocketFault::kWriteReset, 0);
  broken->send(consume_request(60));
  ASSERT_TRUE(parked(1));
  const auto next = connect();
  next->send(consume_request(60));
  ASSERT_TRUE(parked(2));
  ASSERT_TRUE(broker_.send(project_, *QueueId::parse(queue_), make_batch(broker_.buffers(), {{"\"inherited\""}})));
  const auto reply = next->receive();
  ASSERT_TRUE(reply);
  EXPECT_NE(reply->body.find("inherited"), std::string::npos) << reply->body;
  EXPECT_TRUE(SocketFaults::hit());
}

TEST_P(NthFaultTest, AReplyThatLeftWholeStaysLeasedThoughTheConnectionBreaksAfterIt) {
  ASSERT_TRUE(broker_.send(project_, *QueueId::parse(queue_), make_batch(broker_.buffers(), {{"1"}})));
  auto client = connect();
  SocketFaults::plan(client->port(), SocketFault::kWriteReset, 1);
  client->send(consume_request(60) + get("/livez"));  // the second reply cannot be sent
  client->drain();
  client.reset();
  EXPECT_TRUE(SocketFaults::hit());
  EXPECT_EQ(broker_.inspect().front().groups.front().in_flight, 1U);
  static_cast<void>(broker_.advance(clock_.now() + 30s));
  EXPECT_EQ(broker_.inspect().front().groups.front().in_flight, 0U);
}

}  // namespace
}  // namespace wingmq::test
