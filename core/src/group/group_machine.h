#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/coding.h"
#include "group/change_log.h"
#include "group/death_sink.h"
#include "group/lease_table.h"
#include "group/run.h"
#include "log/message_source.h"
#include "wingmq/info.h"
#include "wingmq/options.h"

namespace wingmq {

class Confirmation;

/// The rules of consuming one stream by one group: cursor, leases, failure counts, tag rule and counters (API.md 4.9, 4.10,
/// 4.14, D19 to D26). Pure: no lock, no clock, no chance. What it knows about messages it reads from a MessageSource.
///
/// A message is, for the group: unread (at or behind the partition's cursor) · released (delivered before, waiting to
/// be delivered again) · leased · dead · or done with, which needs no memory.
///
/// Every transition is all or nothing: it works out what it needs, which may throw std::bad_alloc, and then commits with steps that
/// cannot throw.
class GroupMachine {
 public:
  struct Config {
    std::uint32_t stream = 0;            ///< Handle::stream
    Stream kind = Stream::kQueue;        ///< which of a group's two streams that is
    bool one_batch_at_a_time = false;    ///< FIFO (D19)
    std::optional<std::uint32_t> consume_count_max;  ///< failures after which a message is dead; nullopt: none
    FailureCounting failure_counting = FailureCounting::kDelivered;
    std::uint64_t payload_bytes_max = 0;
    Millis retention{};
    std::uint32_t slots_max = LeaseTable::kSlotsMax;  ///< of leases that are repeated: a damaged number costs memory for so many
  };

  GroupMachine(const Config& config, std::uint32_t partitions)
      : config_(config), places_(partitions), reached_(partitions) {}
  /// Begins to read at `begin`, one place for each partition, instead of at 0. For a new machine.
  void begin_at(std::span<const Position> begin) noexcept;

  /// From now on every transition is noted there, before it happens. Must outlive the machine.
  void note_changes(ChangeLog& log) noexcept { changes_ = &log; }

  // --- Delivering ---

  struct LeaseRequest {
    std::uint32_t messages_max = 0;
    Millis ack_wait{};
    std::uint64_t secret = 0;
  };
  /// Leases what is available: released messages first, in order, then unread ones. Empty when there is nothing.
  [[nodiscard]] Delivery lease(const MessageSource& source, const LeaseRequest& asked, Time now);

  /// Whether something is available that an unfinished batch keeps back (D19).
  [[nodiscard]] bool holds_back(const MessageSource& source);

  /// What a tag rule replaced.
  struct Replaced;
  /// Fixes the tag rule: messages that do not match count as consumed. Leased ones are judged when they are released.
  /// Returns what restore() needs.
  Replaced set_tag_rule(TagRule rule, Time now = {});
  /// Takes the latest set_tag_rule() back, when nothing was delivered since.
  void restore(Replaced replaced) noexcept;
  [[nodiscard]] const TagRule& tag_rule() const noexcept { return tag_rule_; }

  // --- Confirming ---

  /// Whether a confirmation may be judged (D22): kHandleForeign, kHandleInvalid.
  [[nodiscard]] Result<void> check(std::span<const ConfirmEntry> entries) const;
  /// Judges a confirmation that check() let pass (D23 to D25). Messages that died go to `sink`.
  [[nodiscard]] ConfirmResult confirm(std::span<const ConfirmEntry> entries, Time now, DeathSink& sink);
  /// Ends the lease of a handle, if it is open, without counting a failure.
  void give_back(const Handle& handle, Time now);

  /// Has what a lease holds wait again as well, with no failure counted; the lease goes on without it. Returns how many messages.
  std::uint64_t duplicate(const Handle& handle, Time now);

  // --- Time ---

  /// Ends the first lease that is due by `now`; nullopt: none is. Messages that died go to `sink`.
  struct ExpiredLease {
    Time at{};
    std::uint64_t messages = 0;
  };
  [[nodiscard]] std::optional<ExpiredLease> expire_lease(Time now, DeathSink& sink);
  /// The next instant at which a lease may end; nullopt: none.
  [[nodiscard]] std::optional<Time> next_lease_end() const noexcept { return leases_.bound(); }
  /// When the first lease ends.
  [[nodiscard]] std::optional<Time> first_lease_end() const noexcept { return leases_.next(); }

  /// Forgets messages whose retention ended by `now`.
  void expire_messages(Time now) noexcept;
  /// The lease that would end next; nullopt: there is none.
  [[nodiscard]] std::optional<Handle> next_lease();
  /// The lease of a message that is in flight.
  [[nodiscard]] std::optional<Handle> lease_of(PartitionIndex partition, Offset offset) const;
  /// Ends a lease as if its time had come; returns how many messages that concerned: 0 when it is over.
  std::uint64_t expire(const Handle& handle, Time now, DeathSink& sink);

  /// When expire_messages() may next find a message outside the source; nullopt: never.
  [[nodiscard]] std::optional<Time> next_expiry() const;

  // --- Resetting (API.md 4.14) ---

  [[nodiscard]] bool busy() const noexcept { return leases_.size() != 0; }
  /// Starts again at `place` (one for each partition): leases, failure counts and later deaths are forgotten.
  void reset(std::span<const Position> place, Time now = {});

  // --- Redriving (redrive.cc): dead letters become messages again ---
  // The machine of the messages revives them, that of the dead letters withdraws them. Both are worked out first, which may throw, and
  // then committed.

  /// Calls action(run) for what waits to be delivered, in order, until it returns false.
  template <typename Action>
  void for_each_waiting(const MessageSource& source, Action action) const;
  struct Revival;
  struct Withdrawal;
  [[nodiscard]] Revival begin_revival() const;
  /// Has the messages that these dead letters were wait again, up to `messages_max` of them: those that are still dead here, whose retention
  /// is not over and which the tag rule wants. Adds them to `runs`; `origin` says which letter each was.
  void revive(const Run& letter, std::uint64_t messages_max, Revival& revival, std::vector<Run>& runs) const;
  /// The same for what another machine revived. False: it is not dead here.
  [[nodiscard]] bool revive(const Run& run, Revival& revival) const;
  /// The error says which of the runs' letters does not wait.
  [[nodiscard]] std::expected<Withdrawal, std::string> prepare_withdrawal(const MessageSource& letters, std::span<const Run> runs) const;
  void commit(Revival& revival) noexcept;
  void commit(Withdrawal& withdrawal) noexcept;

  // --- Looking ---

  struct Counts {
    std::uint64_t available = 0;  ///< leased ones included
    std::uint64_t in_flight = 0;
    std::uint64_t dead = 0;  ///< still retained
    GroupBalance balance;
  };
  [[nodiscard]] Counts counts(const MessageSource& source);

  [[nodiscard]] Position cursor(PartitionIndex partition) const { return places_[partition.value].cursor; }
  /// Moves the cursor over messages that the tag rule does not want, so that they can be reclaimed.
  void skip_unwanted(const MessageSource& source, PartitionIndex partition, Time now = {});

  /// The lease of a run: when it ends, and the handle of the run's first message.
  struct Holder {
    Time deadline{};
    Handle handle;
  };
  /// Calls action(run, state, holder or nullopt) for each run that is released, leased or dead, in no order.
  template <typename Action>
  void for_each_marked(Action action) const {
    for (const auto& [key, run] : released_.runs) action(run, MessageState::kAvailable, std::optional<Holder>());
    for (const auto& [key, run] : dead_.runs) action(run, MessageState::kDead, std::optional<Holder>());
    leases_.for_each([&](const Lease& lease) {
      lease.for_each_pending([&](const Run& run, std::uint32_t index) {
        Holder holder{lease.deadline(), leases_.handle(lease, config_.stream)};
        holder.handle.index = static_cast<std::uint16_t>(index);
        action(run, MessageState::kInFlight, std::optional(holder));
      });
    });
  }

  /// Calls action(batch, first, count) for each stretch that is leased or released; as LeaseTable::for_each_batch().
  template <typename Action>
  void for_each_batch(Action action) {
    leases_.for_each_batch(action);
    for (auto& [key, run] : released_.runs) {
      if (run.batch) action(run.batch, run.first, run.count);
    }
  }
  /// Bytes that leases and marked runs occupy.
  [[nodiscard]] std::size_t resident_bytes() const noexcept {
    return leases_.resident_bytes() + (released_.runs.size() + dead_.runs.size()) * kMarkBytes;
  }

  /// Calls action(run) for each unread stretch that the tag rule wants, in order, until it returns false.
  template <typename Action>
  void for_each_unread(const MessageSource& source, PartitionIndex partition, Action action) const;

  // --- Repeating what another machine did (machine_changes.cc) ---
  // Nothing here looks at a message. A change that does not fit is refused with what is wrong, and has changed nothing.

  using Applied = std::expected<void, std::string>;
  [[nodiscard]] Applied apply(const LeaseOpened& change, Time at);
  [[nodiscard]] Applied apply(const Confirmed& change, Time at);
  /// Messages that died go to `sink`.
  [[nodiscard]] Applied apply(const LeaseEnded& change, Time at, DeathSink& sink);
  [[nodiscard]] Applied apply(const TagRuleFixed& change, Time at);
  [[nodiscard]] Applied apply(const PlacesMoved& change, Time at);
  [[nodiscard]] Applied apply(const GroupReset& change, Time at);
  [[nodiscard]] Applied apply(const Duplicated& change, Time at);
  /// Moves the cursor over what lies before `begin`, where the partition's log begins now.
  void follow(PartitionIndex partition, const Position& begin) noexcept;
  /// Writes the state down; equal machines write equal bytes.
  void encode(std::string& out) const;
  /// Makes a new machine one that encode() wrote down. What is wrong with the bytes is the reader's fault().
  void decode(ByteReader& in);

 private:
  /// How far the group has read a partition.
  struct Place {
    Position cursor;
    // Messages between the cursor and here that the tag rule wants; counted when asked for, remembered from there on.
    Position counted;
    std::uint64_t wanted = 0;
    // Messages that the cursor passed over since the tally began.
    std::uint64_t skipped = 0;
    std::uint64_t expired = 0;
  };
  /// What became of messages, since the group began or was last put back. Not part of the state that changes tell of.
  struct Tally {
    std::uint64_t before = 0;  ///< messages that lie before what is counted
    std::uint64_t confirmed = 0;
    std::uint64_t dead = 0;
    std::uint64_t skipped = 0;  ///< and those that places count
    std::uint64_t expired = 0;
  };
  /// Counts from here on; what is done with lies before.
  void begin_tally() noexcept;
  void pass_over(std::span<const Position> place) noexcept;
  /// Where a run begins. Runs never overlap.
  struct Key {
    PartitionIndex partition;
    Offset offset;
    auto operator<=>(const Key&) const = default;
  };
  using Runs = std::map<Key, Run>;
  static constexpr std::size_t kMarkBytes = sizeof(Runs::value_type) + 4 * sizeof(void*);  // a node of the map
  /// Marked messages, and how many they are.
  struct Marked {
    void add(const Run& run);
    void merge(Marked& others) noexcept;
    void clear() noexcept { *this = {}; }
    /// Takes the first `count` messages off a run, or all of it.
    void take_front(Runs::iterator of, std::uint32_t count) noexcept;
    /// Takes a stretch out of the run that holds it. False: none does.
    [[nodiscard]] bool take_out(PartitionIndex partition, Offset offset, std::uint32_t count);
    /// The run that a message is in; nullptr: none.
    [[nodiscard]] const Run* holder(PartitionIndex partition, Offset offset) const;
    /// What `all` has and this, which has parts of its runs, does not.
    [[nodiscard]] std::vector<Stretch> missing_from(const Marked& all) const;
    /// Forgets what was retained until `now`. In a partition, what lies behind expires no sooner.
    void drop_expired(std::uint32_t partitions, Time now) noexcept;

    Runs runs;
    std::uint64_t messages = 0;
    Time next_expiry = Time::max();  ///< none expires before it
  };

  /// How much of released_ a delivery takes.
  struct TakenReleased {
    std::uint32_t runs = 0;  ///< whole ones
    std::uint32_t part = 0;  ///< messages of the next one
  };
  [[nodiscard]] TakenReleased take_released(Room& room, std::vector<Run>& runs) const;
  void remove_taken(const TakenReleased& taken) noexcept;
  void take_unread(const MessageSource& source, PartitionIndex partition, Place& place, Room& room,
                   std::vector<Run>& runs) const;
  [[nodiscard]] Run unread_part(const MessageSource& source, const LogEntry& entry, PartitionIndex partition, const Position& cursor) const;
  [[nodiscard]] Position take_entry(const LogEntry& entry, const Run& unread, Room& room, std::vector<Run>& runs) const;
  /// Moves cursors over what the source has dropped.
  void follow(const MessageSource& source) noexcept;
  static void move_cursor(Place& place, const Position& to, std::uint64_t taken) noexcept;
  /// Moves on to an entry when those before it are gone.
  static void enter(Place& place, const LogEntry& entry) noexcept;
  static void recount(Place& place) noexcept;
  void skip_unwanted(const MessageSource& source, PartitionIndex partition, Place& place) const;
  std::uint64_t count_wanted(const MessageSource& source, PartitionIndex partition);

  /// Why a lease ends.
  struct Cause {
    enum class Kind : std::uint8_t { kFailed, kExpired, kGivenBack };
    Kind kind = Kind::kFailed;
    Time at{};
    std::optional<std::uint32_t> failed = std::nullopt;  ///< index of the message that an explicit `fail` named
  };
  /// The end of a lease, worked out: where its messages go.
  struct Ending {
    Lease* lease = nullptr;
    Cause::Kind cause = Cause::Kind::kFailed;
    Time at{};
    std::uint64_t leased = 0;    ///< messages that are leased no longer
    std::uint64_t messages = 0;  ///< those of them that are released or died
    Marked released;
    Marked dead;
    std::vector<Run> died;       ///< those in `dead`, with their batches
    std::vector<Fate> fates;     ///< the same as a change says it; when changes are noted
  };
  [[nodiscard]] Ending prepare_ending(Lease& lease, const Cause& cause) const;
  void add_to(Ending& ending, Run run, std::uint32_t index, bool failed) const;
  void note_fate(Ending& ending, std::uint32_t index, std::uint32_t count, Fate::Kind kind) const;
  void commit(Ending& ending, DeathSink* sink) noexcept;
  std::uint64_t duplicate(Lease& lease, Time now);
  std::uint64_t end_expired(Lease& lease, Time at, DeathSink& sink);

  template <typename What>
  void note(Time at, What what) const {
    if (changes_ != nullptr) changes_->note(at, config_.kind, what());
  }
  [[nodiscard]] std::size_t noted() const noexcept { return changes_ != nullptr ? changes_->size() : 0; }
  void forget_noted(std::size_t from) const noexcept {
    if (changes_ != nullptr) changes_->cut(from);
  }
  [[nodiscard]] LeasedRun described(const Run& run) const noexcept;
  // Out of the way of who has no observer: these are called when changes are noted.
  void note_opened(Lease& opened, std::uint32_t visits, Time now);
  void note_passed_over(std::uint32_t visits, Time now) const;
  void note_ended(const Ending& ending) const;
  [[nodiscard]] static LeaseEnded described(const Ending& ending);
  [[nodiscard]] static PlaceOf described(PartitionIndex partition, const Position& position) noexcept;
  /// Where the delivery in the making has got to, of the partitions that it visited.
  [[nodiscard]] std::vector<PlaceOf> moved_places(std::uint32_t visits) const;
  void note_confirmation(const Confirmation& judged, std::span<const Ending> endings, Time now) const;

  [[nodiscard]] Position place_at(const MessageSource& source, Offset offset) const;
  [[nodiscard]] Applied check_places(std::span<const PlaceOf> places) const;
  [[nodiscard]] Applied check_opened(const LeaseOpened& change) const;
  [[nodiscard]] Applied check_unread(const LeasedRun& run, const LeaseOpened& change) const;
  [[nodiscard]] Applied check_fates(const LeaseEnded& change, const Lease& lease, Time at) const;
  [[nodiscard]] bool is_dead_stream() const noexcept { return config_.kind == Stream::kDeadLetters; }
  [[nodiscard]] Run undescribed(const LeasedRun& run) const noexcept;
  void move_to(std::span<const PlaceOf> places) noexcept;
  void encode_lease(std::string& out, const Lease& lease) const;
  void decode_lease(ByteReader& in);
  void decode_marked(ByteReader& in, Marked& marked);

  const Config config_;
  ChangeLog* changes_ = nullptr;
  TagRule tag_rule_;
  std::vector<Place> places_;
  LeaseTable leases_;
  Marked released_;
  Marked dead_;  // without their batches: nobody reads them here any more
  std::uint64_t leased_count_ = 0;
  Tally tally_;
  std::vector<Place> reached_;        // where a delivery would move places_; in the making of one only
  std::uint32_t next_partition_ = 0;  // where the next delivery begins to look
};

struct GroupMachine::Replaced {
  TagRule rule;
  Marked released;
  std::vector<Place> places;  // a delivery that found nothing may have passed over what the new rule does not want
  std::size_t noted = 0;
};

struct GroupMachine::Revival {
  Marked released;  // besides what is
  Marked dead;      // in place of what is
};

struct GroupMachine::Withdrawal {
  Marked released;  // in place of what is
  Place place;
};

template <typename Action>
void GroupMachine::for_each_waiting(const MessageSource& source, Action action) const {
  for (const auto& [key, run] : released_.runs) {
    if (!action(run)) return;
  }
  bool go_on = true;
  for (std::uint32_t i = 0; i < places_.size() && go_on; ++i) {
    for_each_unread(source, {i}, [&](const Run& run) { return go_on = action(run); });
  }
}

template <typename Action>
void GroupMachine::for_each_unread(const MessageSource& source, PartitionIndex partition, Action action) const {
  std::array<LogEntry, 64> entries;
  std::uint64_t from = places_[partition.value].cursor.entry;
  while (const std::size_t read = source.read(partition, from, UINT64_MAX, entries)) {
    for (const LogEntry& entry : std::span(entries).first(read)) {
      bool go_on = true;
      for_each_wanted(unread_part(source, entry, partition, places_[partition.value].cursor), tag_rule_,
                      [&](const Run& run) { go_on = go_on && action(run); });
      if (!go_on) return;
    }
    from = entries[read - 1].number + 1;
  }
}

}  // namespace wingmq
