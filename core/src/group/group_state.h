#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "group/dead_letters.h"
#include "group/group_machine.h"
#include "wingmq/group_change.h"
#include "wingmq/info.h"
#include "wingmq/options.h"

namespace wingmq {

/// What a consumer group is, without its lock, its clock and the calls that wait at it: the machine of its queue's messages, its dead letters
/// and their machine. A group has one; whoever repeats a group's changes has another. Not safe for concurrent use.
class GroupState {
 public:
  /// `stream` is the number of the queue's stream; the next one is that of the dead letters. `budget` must outlive the state.
  /// `slots_max`: leases that apply() and restore() let there be at a time.
  GroupState(const Options& options, const QueueSpec& spec, std::uint32_t stream, std::uint32_t partitions, MemoryBudget& budget,
             std::uint32_t slots_max = LeaseTable::kSlotsMax);

  GroupMachine main;
  DeadLetters dead_letters;
  GroupMachine dead;
  std::uint64_t dead_confirmed = 0;
  Time latest{};  ///< it never goes back in time

  /// Makes up to so many of the dead letters that wait messages again, where they stood, with no failure; returns how many. Those stay whose
  /// messages a reset made available again, or whose own retention is over. All or nothing; throws std::bad_alloc.
  std::uint64_t redrive(std::uint64_t messages_max, Time now);
  /// Forgets the dead letters; returns how many waited or were leased.
  std::uint64_t purge_dead_letters(Time now);

  /// Notes every change from now on.
  void note_changes(ChangeLog& log) noexcept;

  /// Forgets what retention takes by `now`, in both streams.
  void expire(Time now) noexcept;
  /// Moves on to where the queue's logs begin.
  void follow(std::span<const PlaceOf> begins) noexcept;

  /// Repeats a change, after expire() to its time, which stays done. The error says why the change does not fit; then it has changed nothing.
  /// Throws std::bad_alloc.
  [[nodiscard]] std::expected<void, std::string> apply(const GroupChange& change);

  /// The whole state: version, state and a hash of it. Equal states, of one time and followed to one place, write equal bytes.
  [[nodiscard]] std::string snapshot() const;
  /// The hash that a snapshot ends with.
  [[nodiscard]] static std::uint64_t hash_in(std::string_view snapshot);
  /// Makes a new state the one that was written down. The error says what is wrong with the bytes; then this is of no use any more.
  [[nodiscard]] std::expected<void, std::string> restore(std::string_view snapshot);

 private:
  [[nodiscard]] std::expected<void, std::string> apply(const Redriven& change);
  std::uint64_t commit(GroupMachine::Revival& revival, GroupMachine::Withdrawal& withdrawal) noexcept;
  [[nodiscard]] std::expected<void, std::string> apply_to_stream(const GroupChange& change);
  void encode_dead_letters(std::string& out) const;
  void decode_dead_letters(ByteReader& in);

  ChangeLog* changes_ = nullptr;  // nobody listens
};

}  // namespace wingmq
