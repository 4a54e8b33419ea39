#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/environment.h"
#include "base/mutex.h"
#include "queue.h"

namespace wingmq {

/// Who has which queues and groups. Finding one locks one stripe for reading; everything that changes the tree, or lists it,
/// also holds one mutex, so that quotas and names hold. Safe for concurrent use.
class Registry {
 public:
  explicit Registry(Environment& environment) : environment_(environment) {}

  /// kQueueNotFound.
  [[nodiscard]] Result<std::shared_ptr<Queue>> queue(const Project& project, QueueId id) const;
  /// kQueueNotFound (only when `queue` is given), kGroupNotFound.
  [[nodiscard]] Result<std::shared_ptr<Group>> group(const Project& project, std::optional<QueueId> queue,
                                                     GroupId id) const;
  /// Of any project; nullptr: there is none.
  [[nodiscard]] std::shared_ptr<Queue> find_queue(QueueId id) const;
  /// The same of a queue's group. kQueueNotFound, kGroupNotFound.
  [[nodiscard]] Result<std::shared_ptr<Group>> group(QueueId queue, GroupId id) const;

  /// As Broker's calls of these names.
  [[nodiscard]] Result<QueueInfo> create_queue(const Project& project, QueueSpec spec, Time now, Effects& effects)
      EXCLUDES(tree_mutex_);
  [[nodiscard]] Result<QueueGroups> declare_queue(const QueuePlan& plan, Time now, Effects& effects) EXCLUDES(tree_mutex_);
  [[nodiscard]] Result<void> remove_queue(const Project& project, QueueId id, Effects& effects) EXCLUDES(tree_mutex_);
  [[nodiscard]] Result<std::vector<GroupInfo>> create_groups(const Project& project, QueueId queue,
                                                             std::span<const std::string> names, Time now,
                                                             Effects& effects) EXCLUDES(tree_mutex_);
  [[nodiscard]] Result<void> remove_groups(const Project& project, QueueId queue, std::span<const std::string> names,
                                           Effects& effects) EXCLUDES(tree_mutex_);

  using Queues = std::vector<std::shared_ptr<Queue>>;
  /// In order of creation.
  [[nodiscard]] Queues queues(const Project& project) const EXCLUDES(tree_mutex_);
  /// By project, then in order of creation.
  [[nodiscard]] Queues queues() const EXCLUDES(tree_mutex_);
  [[nodiscard]] std::uint32_t queue_count(const Project& project) const EXCLUDES(tree_mutex_);

  /// As Broker::wipe(). Returns what was there, for the caller to let go of outside every lock.
  [[nodiscard]] Queues wipe(bool keep_queues, Effects& effects) EXCLUDES(tree_mutex_);
  /// As Broker::wipe() with plans; returns the same.
  [[nodiscard]] Result<Queues> replace_all(std::span<const QueuePlan> plans, Time now, Effects& effects)
      EXCLUDES(tree_mutex_);

 private:
  struct Stripe {
    mutable SharedMutex mutex;
    std::unordered_map<QueueId, std::shared_ptr<Queue>> queues GUARDED_BY(mutex);
    std::unordered_map<GroupId, std::shared_ptr<Group>> groups GUARDED_BY(mutex);
  };
  static constexpr std::size_t kStripes = 16;
  using Stripes = std::array<Stripe, kStripes>;

  template <typename Id>
  [[nodiscard]] static std::size_t stripe(const Id& id) {
    return std::hash<Id>{}(id) % kStripes;
  }
  using Projects = std::map<Project, Queues>;  // projects without queues are not listed

  [[nodiscard]] Uuid make_id() const;
  /// A queue, or groups, that nobody can find yet.
  [[nodiscard]] Result<std::shared_ptr<Queue>> make_queue(const Projects& projects, const Project& project, QueueSpec spec,
                                                          Time now) const;
  [[nodiscard]] Result<Queue::Groups> make_groups(Queue& queue, std::span<const std::string> names) const;
  /// Gives them their place, whole or, when it throws std::bad_alloc, not at all.
  static void add_queue(Projects& projects, Stripes& stripes, const std::shared_ptr<Queue>& queue);
  static void add_groups(Stripes& stripes, Queue& queue, const Queue::Groups& groups);
  static void enlist(Stripes& stripes, const std::shared_ptr<Queue>& queue);
  static void enlist(Stripes& stripes, const std::shared_ptr<Group>& group);
  static void delist(Stripes& stripes, const Group& group) noexcept;
  /// Puts another tree in force and returns the queues of the old one, closed.
  [[nodiscard]] Queues replace_tree(Projects& projects, Stripes& stripes, Effects& effects) REQUIRES(tree_mutex_);
  // Holds all stripes at once, which the analysis cannot follow.
  void swap_stripes(Stripes& fresh) noexcept WINGMQ_TSA(no_thread_safety_analysis);

  Environment& environment_;
  Stripes stripes_;
  mutable Mutex tree_mutex_;
  Projects projects_ GUARDED_BY(tree_mutex_);
};

}  // namespace wingmq
