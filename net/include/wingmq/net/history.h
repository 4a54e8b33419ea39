#pragma once

#include <cstddef>
#include <list>
#include <memory>

#include "wingmq/group_change.h"

namespace wingmq::net {

class EventLog;

/// What happened to messages, for `GET /__admin/queues/{q}/messages/{partition}/{offset}` (net/API.md, one message). Give it to
/// Broker::observe() before anything else is asked of the broker, and to the server by ServerOptions::history. It must outlive both. Safe for
/// concurrent use.
class History final : public GroupObserver {
 public:
  /// Keeps the last `events_max` events of all queues together; an event of neighbouring messages counts for each of them.
  explicit History(std::size_t events_max);
  History(const History&) = delete;
  History& operator=(const History&) = delete;
  virtual ~History();

  /// For the broker alone.
  void on_changes(GroupId group, std::uint64_t life, std::list<GroupChange> changes) noexcept override;
  /// For the server alone.
  [[nodiscard]] EventLog& log() noexcept { return *log_; }

 private:
  std::unique_ptr<EventLog> log_;
};

}  // namespace wingmq::net
