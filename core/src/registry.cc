#include "registry.h"

#include <algorithm>
#include <utility>

namespace wingmq {
namespace {

std::unexpected<Error> refuse(ErrorCode code, std::uint64_t limit = 0, std::uint64_t actual = 0) {
  return std::unexpected(Error{code, limit, actual});
}

/// So that one more can be added without throwing.
template <typename T>
void make_room_for_one(std::vector<T>& list) {
  if (list.size() == list.capacity()) list.reserve(std::max<std::size_t>(4, 2 * list.size()));
}

}  // namespace

Uuid Registry::make_id() const {
  constexpr std::uint64_t kVersionMask = 0xF000;
  constexpr std::uint64_t kVersion4 = 0x4000;
  constexpr std::uint64_t kVariantMask = std::uint64_t{3} << 62;
  constexpr std::uint64_t kVariant = std::uint64_t{2} << 62;
  return {(environment_.random.next() & ~kVersionMask) | kVersion4,
          (environment_.random.next() & ~kVariantMask) | kVariant};
}

// --- Finding ----------------------------------------------------------------------------------------------------------

std::shared_ptr<Queue> Registry::find_queue(QueueId id) const {
  const Stripe& place = stripes_[stripe(id)];
  const ReadLock lock(place.mutex);
  const auto found = place.queues.find(id);
  return found != place.queues.end() ? found->second : nullptr;
}

Result<std::shared_ptr<Queue>> Registry::queue(const Project& project, QueueId id) const {
  auto found = find_queue(id);
  if (!found || found->identity().project != project) return refuse(ErrorCode::kQueueNotFound);
  return found;
}

Result<std::shared_ptr<Group>> Registry::group(const Project& project, std::optional<QueueId> queue_id,
                                               GroupId id) const {
  std::shared_ptr<Group> found;
  {
    const Stripe& place = stripes_[stripe(id)];
    const ReadLock lock(place.mutex);
    const auto listed = place.groups.find(id);
    if (listed != place.groups.end()) found = listed->second;
  }
  const bool ours = found && found->queue().project == project && (!queue_id || found->queue().id == *queue_id);
  if (ours) return found;
  if (queue_id && !queue(project, *queue_id)) return refuse(ErrorCode::kQueueNotFound);
  return refuse(ErrorCode::kGroupNotFound);
}

Result<std::shared_ptr<Group>> Registry::group(QueueId queue, GroupId id) const {
  const auto found = find_queue(queue);
  if (!found) return refuse(ErrorCode::kQueueNotFound);
  return found->group(id);
}

// --- Changing ---------------------------------------------------------------------------------------------------------

void Registry::enlist(Stripes& stripes, const std::shared_ptr<Queue>& queue) {
  Stripe& place = stripes[stripe(queue->identity().id)];
  const WriteLock lock(place.mutex);
  place.queues[queue->identity().id] = queue;
}

void Registry::enlist(Stripes& stripes, const std::shared_ptr<Group>& group) {
  Stripe& place = stripes[stripe(group->id())];
  const WriteLock lock(place.mutex);
  place.groups[group->id()] = group;
}

void Registry::delist(Stripes& stripes, const Group& group) noexcept {
  Stripe& place = stripes[stripe(group.id())];
  const WriteLock lock(place.mutex);
  place.groups.erase(group.id());
}

Result<std::shared_ptr<Queue>> Registry::make_queue(const Projects& projects, const Project& project, QueueSpec spec,
                                                    Time now) const {
  const auto listed = projects.find(project);
  const std::size_t count = listed != projects.end() ? listed->second.size() : 0;
  const auto named = [&spec](const std::shared_ptr<Queue>& queue) { return queue->identity().spec.name == spec.name; };
  if (count > 0 && std::ranges::any_of(listed->second, named)) return refuse(ErrorCode::kQueueNameTaken);
  const std::uint32_t limit = environment_.options.limits.queues_per_project;
  if (count + 1 > limit) return refuse(ErrorCode::kQueueQuotaExceeded, limit, count + 1);
  auto identity =
      std::make_shared<const QueueIdentity>(QueueIdentity{QueueId{make_id()}, project, std::move(spec), now});
  return std::make_shared<Queue>(environment_, std::move(identity));
}

void Registry::add_queue(Projects& projects, Stripes& stripes, const std::shared_ptr<Queue>& queue) {
  const Project& project = queue->identity().project;
  const auto listed = projects.find(project);
  if (listed == projects.end()) {
    Projects fresh;
    fresh[project].push_back(queue);
    enlist(stripes, queue);
    projects.merge(fresh);
  } else {
    make_room_for_one(listed->second);
    enlist(stripes, queue);
    listed->second.push_back(queue);
  }
}

Result<Queue::Groups> Registry::make_groups(Queue& queue, std::span<const std::string> names) const {
  std::vector<GroupId> ids;
  ids.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) ids.push_back({make_id()});
  return queue.make_groups(names, ids);
}

/// They are the queue's before anybody can find them: whoever parks is seen by every send.
void Registry::add_groups(Stripes& stripes, Queue& queue, const Queue::Groups& groups) {
  queue.add_groups(groups);
  try {
    for (const auto& group : groups) enlist(stripes, group);
  } catch (...) {
    for (const auto& group : groups) delist(stripes, *group);
    queue.take_back(groups);
    throw;
  }
}

Result<QueueInfo> Registry::create_queue(const Project& project, QueueSpec spec, Time now, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  const auto created = make_queue(projects_, project, std::move(spec), now);
  if (!created) return std::unexpected(created.error());
  QueueInfo info = (*created)->info(now, effects);
  add_queue(projects_, stripes_, *created);
  return info;
}

Result<QueueGroups> Registry::declare_queue(const QueuePlan& plan, Time now, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  const auto created = make_queue(projects_, plan.project, plan.spec, now);
  if (!created) return std::unexpected(created.error());
  const auto groups = make_groups(**created, plan.groups);
  if (!groups) return std::unexpected(groups.error());
  add_groups(stripes_, **created, *groups);
  try {
    QueueGroups declared = (*created)->inspect(now, effects);
    add_queue(projects_, stripes_, *created);
    return declared;
  } catch (...) {
    for (const auto& group : *groups) delist(stripes_, *group);
    throw;
  }
}

Result<void> Registry::remove_queue(const Project& project, QueueId id, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  const auto found = queue(project, id);
  if (!found) return std::unexpected(found.error());
  const Queue::Groups groups = (*found)->groups();
  // Nothing throws from here on.
  const auto siblings = projects_.find(project);
  std::erase(siblings->second, *found);
  if (siblings->second.empty()) projects_.erase(siblings);
  {
    Stripe& place = stripes_[stripe(id)];
    const WriteLock stripe_lock(place.mutex);
    place.queues.erase(id);
  }
  for (const auto& group : groups) delist(stripes_, *group);
  (*found)->close(refuse(ErrorCode::kQueueNotFound), effects);
  return {};
}

Result<std::vector<GroupInfo>> Registry::create_groups(const Project& project, QueueId queue_id,
                                                       std::span<const std::string> names, Time now, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  const auto found = queue(project, queue_id);
  if (!found) return std::unexpected(found.error());
  const auto created = make_groups(**found, names);
  if (!created) return std::unexpected(created.error());
  std::vector<GroupInfo> infos;
  for (const auto& group : *created) infos.push_back(group->info(now, effects));
  add_groups(stripes_, **found, *created);
  return infos;
}

Result<void> Registry::remove_groups(const Project& project, QueueId queue_id, std::span<const std::string> names,
                                     Effects& effects) {
  const MutexLock lock(tree_mutex_);
  const auto found = queue(project, queue_id);
  if (!found) return std::unexpected(found.error());
  const auto removed = (*found)->remove_groups(names);
  if (!removed) return std::unexpected(removed.error());
  for (const auto& group : *removed) {
    delist(stripes_, *group);
    group->close(refuse(ErrorCode::kGroupNotFound), effects);
  }
  return {};
}

// --- Listing ----------------------------------------------------------------------------------------------------------

Registry::Queues Registry::queues(const Project& project) const {
  const MutexLock lock(tree_mutex_);
  const auto listed = projects_.find(project);
  return listed != projects_.end() ? listed->second : Queues{};
}

Registry::Queues Registry::queues() const {
  const MutexLock lock(tree_mutex_);
  Queues all;
  for (const auto& [project, queues] : projects_) all.insert(all.end(), queues.begin(), queues.end());
  return all;
}

std::uint32_t Registry::queue_count(const Project& project) const {
  const MutexLock lock(tree_mutex_);
  const auto listed = projects_.find(project);
  return listed != projects_.end() ? static_cast<std::uint32_t>(listed->second.size()) : 0;
}

// --- Wiping -----------------------------------------------------------------------------------------------------------

void Registry::swap_stripes(Stripes& fresh) noexcept {
  for (Stripe& each : stripes_) each.mutex.lock();
  for (std::size_t i = 0; i < kStripes; ++i) {
    stripes_[i].queues.swap(fresh[i].queues);
    stripes_[i].groups.swap(fresh[i].groups);
  }
  for (Stripe& each : stripes_) each.mutex.unlock();
}

/// All at once: nobody finds a wiped queue beside one that is still full.
Registry::Queues Registry::replace_tree(Projects& projects, Stripes& stripes, Effects& effects) {
  Queues old;
  for (const auto& [project, queues] : projects_) old.insert(old.end(), queues.begin(), queues.end());
  // Nothing throws from here on.
  projects_.swap(projects);
  swap_stripes(stripes);
  for (const auto& queue : old) queue->close(Delivery{}, effects);
  return old;
}

Registry::Queues Registry::wipe(bool keep_queues, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  Projects projects;
  Stripes fresh;
  if (keep_queues) {
    for (const auto& [project, queues] : projects_) {
      for (const auto& queue : queues) {
        const auto emptied = queue->emptied();
        add_queue(projects, fresh, emptied);
        for (const auto& group : emptied->groups()) enlist(fresh, group);
      }
    }
  }
  return replace_tree(projects, fresh, effects);
}

Result<Registry::Queues> Registry::replace_all(std::span<const QueuePlan> plans, Time now, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  Projects projects;
  Stripes fresh;
  for (const QueuePlan& plan : plans) {
    const auto queue = make_queue(projects, plan.project, plan.spec, now);
    if (!queue) return std::unexpected(queue.error());
    const auto groups = make_groups(**queue, plan.groups);
    if (!groups) return std::unexpected(groups.error());
    add_queue(projects, fresh, *queue);
    add_groups(fresh, **queue, *groups);
  }
  return replace_tree(projects, fresh, effects);
}

}  // namespace wingmq
