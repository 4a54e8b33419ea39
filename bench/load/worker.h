#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "load/channel.h"
#include "load/plan.h"
#include "load/reply.h"
#include "load/request.h"
#include "load/signer.h"
#include "load/stats.h"

namespace wingmq::load {

/// One of a worker's connections: who it is, what it waits for, and its bytes on the way out and in.
struct Connection {
  /// kPrimary does what the mode is about, and keeps to the rate; kReader receives and confirms beside it, in a mix.
  enum class Role : std::uint8_t { kPrimary, kReader };
  enum class Step : std::uint8_t { kIdle, kSend, kConsume, kConfirm, kReset, kOver };

  Connection(const Plan& plan, Role its_role, std::size_t its_queue, std::size_t its_group);

  Role role;
  std::size_t queue;
  std::size_t group;
  std::unique_ptr<Channel> channel;

  Step step = Step::kIdle;
  std::int64_t intended = 0;  ///< when the present request was to be sent
  std::int64_t issued = 0;    ///< when it was
  std::int64_t began = 0;     ///< when the present cycle was to begin
  std::uint32_t owed = 0;     ///< messages of the present cycle that the present group has still to receive
  std::size_t entries = 0;    ///< of the present confirmation

  std::array<iovec, 3> out{};
  std::size_t out_first = 0;
  std::size_t out_count = 0;
  std::size_t out_bytes = 0;

  std::unique_ptr<char[]> in;
  std::size_t in_size = 0;
  std::size_t in_room = 0;
  std::size_t in_bytes = 0;  ///< of the reply that was completed last
  std::optional<ReplyHead> head;

  std::optional<SendRequest> send;
  std::vector<ConsumeRequest> consumes;  ///< of each group that this connection reads, else of one
  std::vector<ConfirmRequest> confirms;
  std::optional<ConsumeRequest> rest;  ///< for less than a batch
  std::optional<RawRequest> raw_send;
  std::optional<RawRequest> raw_consume;
  std::optional<RawRequest> raw_confirm;
  std::string control;

  /// Makes room for a reply of so many bytes; what was received stays.
  void reserve(std::size_t bytes);
};

/// A thread's share of the load: its connections and the epoll loop that serves them. Made by one thread, run() by one
/// thread; its stats may be read when run() has returned.
class Worker {
 public:
  Worker(const Plan& plan, Shared& shared, unsigned index);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  void add(Connection::Role role, std::size_t queue, std::size_t group);
  void run();
  [[nodiscard]] const Stats& stats() const { return stats_; }
  /// When the last measured request was done.
  [[nodiscard]] std::int64_t last() const { return last_; }
  /// When run() returned.
  [[nodiscard]] std::int64_t ended() const { return ended_; }

 private:
  using Step = Connection::Step;

  // The loop.
  void wait_and_serve();
  [[nodiscard]] std::int64_t patience(std::int64_t now) const;
  void start_due(std::int64_t now);
  [[nodiscard]] bool may_start(std::int64_t now);
  void stop_starting(std::int64_t now);
  [[nodiscard]] bool is_too_late(std::int64_t now) const;
  void end_if_done(std::int64_t now);
  [[nodiscard]] bool all_delivered() const;
  void look_for_silence(std::int64_t now);

  // Bytes.
  void issue(Connection& connection, Step step, std::span<const iovec> parts, std::int64_t intended);
  void flush(Connection& connection);
  void receive(Connection& connection);
  void complete(Connection& connection);
  void connect(Connection& connection);
  void lost(Connection& connection, const std::string& kind, std::string_view why);

  // What a connection does next.
  void begin(Connection& connection, std::int64_t intended);
  void consume(Connection& connection, std::int64_t now);
  void on_sent(Connection& connection, std::string_view body, std::int64_t now);
  void on_consumed(Connection& connection, std::string_view body, std::int64_t now);
  void on_confirmed(Connection& connection, std::string_view body, std::int64_t now);
  void confirm(Connection& connection, std::int64_t now);
  void after_reading(Connection& connection, std::uint64_t messages, std::int64_t now);
  void reset(Connection& connection, std::int64_t now);
  void rest(Connection& connection, std::int64_t now);

  // Accounts.
  void account(Op op, const Connection& connection, std::uint64_t messages, std::int64_t now);
  void account_latency(Op op, std::int64_t intended, std::int64_t now);
  void refuse(Connection& connection, unsigned status, std::string_view head, std::string_view body);
  [[nodiscard]] std::atomic<std::uint64_t>& passed(const Connection& connection);

  const Plan& plan_;
  Shared& shared_;
  int poller_;
  std::optional<Signer> signer_;
  DeliveryScanner scanner_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  // primary ones
  std::vector<std::string_view> handlers_;
  std::string good_send_;  // the body of a good reply to a send: all of them are alike
  double due_ = 0;         // when the next request is to be sent, at a given rate
  double interval_ = 0;
  std::int64_t looked_ = 0;  // for silence
  std::int64_t last_ = 0;
  std::int64_t ended_ = 0;
  std::uint64_t misses_ = 0;                                         // errors since something worked
  bool starting_ = true;                                             // something new may begin
  std::int64_t stopped_ = std::numeric_limits<std::int64_t>::max();  // since when not
  Stats stats_;
};

}  // namespace wingmq::load
