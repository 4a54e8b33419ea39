#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/environment.h"
#include "group/death_sink.h"
#include "group/run.h"
#include "log/log.h"
#include "log/message_source.h"

namespace wingmq {

/// The messages that one group failed too often, in a log of their own that shares the batches (API.md 4.12), and where each of them
/// came from. Not safe for concurrent use: the group's lock guards it.
class DeadLetters final : public MessageSource, public DeathSink {
 public:
  explicit DeadLetters(Environment& environment) : DeadLetters(environment.budget, environment.options.limits.retention) {}
  DeadLetters(MemoryBudget& budget, Millis retention) : log_(budget), retention_(retention) {}

  void make_room(std::size_t runs) override {
    log_.make_room(runs);
    if (origins_.capacity() < origins_.size() + runs) origins_.reserve(2 * origins_.size() + runs);
  }
  void take(const Run& run, Time at) noexcept override {
    origins_.push_back({run.partition, run.offset});
    log_.append(run.batch, run.first, run.count, at);
    produced_ += run.count;
  }
  /// Messages ever taken.
  [[nodiscard]] std::uint64_t produced() const noexcept { return produced_; }
  void expire(Time now) noexcept {
    log_.drop_until(now - retention_);
    forget_origins();
  }
  /// When expire() next finds something; nullopt: it is empty.
  [[nodiscard]] std::optional<Time> next_expiry() const {
    const auto oldest = log_.oldest();
    return oldest ? std::optional(*oldest + retention_) : std::nullopt;
  }
  /// Lets go of what was delivered: from then on the lease holds it.
  void drop_before(std::uint64_t entry) noexcept {
    log_.drop_before(entry);
    forget_origins();
  }
  /// Begins at a place, with so many messages taken before. Must be empty.
  void begin_at(const Position& place, std::uint64_t taken_before) noexcept {
    log_.begin_at(place);
    first_origin_ = place.entry;
    produced_ = taken_before;
  }

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
  [[nodiscard]] Origin origin(std::uint64_t entry) const override { return origins_[gone_ + (entry - first_origin_)]; }

 private:
  /// Those of entries that are gone. Moves the others to the front when they have become few: at constant cost for each entry.
  void forget_origins() noexcept {
    const std::uint64_t first = log_.begin().entry;
    gone_ += first - first_origin_;
    first_origin_ = first;
    if (2 * gone_ <= origins_.size()) return;
    origins_.erase(origins_.begin(), origins_.begin() + static_cast<std::ptrdiff_t>(gone_));
    gone_ = 0;
  }

  Log log_;
  const Millis retention_;
  std::uint64_t produced_ = 0;
  std::vector<Origin> origins_;    // of the log's entries, behind `gone_` others
  std::uint64_t gone_ = 0;
  std::uint64_t first_origin_ = 0;  // number of the first entry
};

}  // namespace wingmq
