#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/environment.h"
#include "group/death_sink.h"
#include "group/run.h"
#include "log/log.h"
#include "log/message_source.h"

namespace wingmq {

/// The messages that one group failed too often, in a log of their own that shares the batches (API.md 4.12). Not safe for
/// concurrent use: the group's lock guards it.
class DeadLetters final : public MessageSource, public DeathSink {
 public:
  explicit DeadLetters(Environment& environment)
      : log_(environment.budget), retention_(environment.options.limits.retention) {}

  void make_room(std::size_t runs) override { log_.make_room(runs); }
  void take(const Run& run, Time at) noexcept override {
    log_.append(run.batch, run.first, run.count, at);
    produced_ += run.count;
  }
  /// Messages ever taken.
  [[nodiscard]] std::uint64_t produced() const noexcept { return produced_; }
  void expire(Time now) { log_.drop_until(now - retention_); }
  /// When expire() next finds something; nullopt: it is empty.
  [[nodiscard]] std::optional<Time> next_expiry() const {
    const auto oldest = log_.oldest();
    return oldest ? std::optional(*oldest + retention_) : std::nullopt;
  }
  /// Lets go of what was delivered: from then on the lease holds it.
  void drop_before(std::uint64_t entry) { log_.drop_before(entry); }

  /// As Log::for_each_batch(), after which recount() has to follow.
  template <typename Action>
  void for_each_batch(Action action) {
    log_.for_each_batch(action);
  }
  void recount() noexcept { log_.recount(); }

  [[nodiscard]] std::uint32_t partitions() const override { return 1; }
  [[nodiscard]] Position begin(PartitionIndex) const override { return log_.begin(); }
  [[nodiscard]] Position end(PartitionIndex) const override { return log_.end(); }
  [[nodiscard]] std::size_t read(PartitionIndex, std::uint64_t entry, std::uint64_t messages,
                                 std::span<LogEntry> out) const override {
    return log_.read(entry, messages, out);
  }
  [[nodiscard]] std::uint64_t messages_from(PartitionIndex, const Position& position) const override {
    return log_.messages_from(position);
  }

 private:
  Log log_;
  const Millis retention_;
  std::uint64_t produced_ = 0;
};

}  // namespace wingmq
