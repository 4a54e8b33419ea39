#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>

#include "group/group_state.h"
#include "support/rng.h"
#include "wingmq/broker.h"

namespace wingmq::test {

/// Groups rebuilt from their changes alone, each twice: from its beginning, and from a snapshot taken at some time. No message is looked at.
class Replicas final : public GroupObserver {
 public:
  /// Listens to a new broker. `seed` decides when snapshots are taken.
  Replicas(Broker& broker, std::uint64_t seed);

  /// Compares a group of the broker with what its changes make of it: state and hash must be equal.
  void check(const Project& project, GroupId group, const QueueSpec& spec);
  /// Changes that were repeated.
  [[nodiscard]] std::uint64_t repeated() const noexcept { return repeated_; }

 private:
  struct Life {
    std::list<GroupChange> told;  ///< and not repeated yet
    std::unique_ptr<GroupState> whole;
    std::unique_ptr<GroupState> later;
  };

  void on_changes(GroupId group, std::uint64_t life, std::list<GroupChange> changes) noexcept override;
  [[nodiscard]] std::unique_ptr<GroupState> fresh(const GroupSnapshot& of, const QueueSpec& spec);
  void repeat(Life& life, GroupState& state);
  static void compare(GroupState& state, const GroupSnapshot& real);

  Broker& broker_;
  MemoryBudget budget_{std::size_t{1} << 30};
  Rng rng_;
  std::map<std::uint64_t, Life> lives_;
  std::uint64_t repeated_ = 0;
};

}  // namespace wingmq::test
