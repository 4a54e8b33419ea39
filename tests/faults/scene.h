#pragma once

#include <array>
#include <cstdlib>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "support/broker_fixture.h"

namespace wingmq::test {

/// Listens to a broker, without needing memory for it.
class ChangesTold final : public GroupObserver {
 public:
  void on_changes(GroupId, std::uint64_t life, std::list<GroupChange> changes) noexcept override {
    if (life >= lives.size()) std::abort();  // more groups than a scene has
    lives[life].splice(lives[life].end(), changes);
  }
  std::array<std::list<GroupChange>, 64> lives;  ///< of each group, by its life
};

/// A broker in the middle of its life, the same each time it is made: queues of all modes with unread, leased, released, dead and
/// confirmed messages, tag rules, leased dead letters and parked calls.
class Scene {
 public:
  explicit Scene(FailureCounting counting = FailureCounting::kDelivered);
  ~Scene() { broker.close(); }

  /// Compares each group with what the changes that were told make of it.
  void check_replicas();
  /// All that can be seen of the broker and of the calls parked at it, but for ids and handles. Looking settles what is due.
  [[nodiscard]] std::string picture();

  void send(QueueId queue, std::initializer_list<Text> texts);
  /// Consumes at once, or parks: what came, in words.
  std::string consume(const ConsumeRequest& request);
  [[nodiscard]] static ConsumeRequest request(GroupId group, std::uint32_t messages, Millis wait = Millis(0),
                                              Stream stream = Stream::kQueue);
  /// Judges the delivery's messages by their signs: `+`, `-`, or `.` for those that are left out.
  std::string confirm(GroupId group, std::initializer_list<std::pair<Delivery*, std::string_view>> judged,
                      Stream stream = Stream::kQueue);

  static constexpr Time kStart{Millis(1'700'000'000'000)};
  ManualClock clock{kStart};
  SeededRandom random{1};
  const Project project{"alice", "r1"};
  Broker broker;
  ChangesTold told;
  std::deque<TestWaiter> waiters;

  QueueId normal;
  GroupId worker;   // of normal: two open leases, released messages, some near their death, unread ones
  GroupId reader;   // of normal: nothing read
  GroupId idle;     // of normal: everything read and confirmed, two calls parked
  QueueId fifo;
  GroupId orderly;  // of fifo: one open lease and unread messages
  QueueId mortal;
  GroupId undertaker;  // of mortal: one open lease of messages that die next, dead letters, one of them leased, a parked call
  Delivery first, second, third;  // leases of worker
  Delivery batch;                 // of orderly
  Delivery dying;                 // of undertaker
  Delivery corpse;                // of undertaker's dead letters

 private:
  [[nodiscard]] std::string messages(QueueId queue, const PeekRequest& request);
  [[nodiscard]] Delivery take(GroupId group, std::uint32_t messages, Stream stream = Stream::kQueue);
};

}  // namespace wingmq::test
