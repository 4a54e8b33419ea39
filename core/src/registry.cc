#include "registry.h"

#include <algorithm>
#include <utility>

namespace wingmq {
namespace {

std::unexpected<Error> refuse(ErrorCode code, std::uint64_t limit = 0, std::uint64_t actual = 0) {
  return std::unexpected(Error{code, limit, actual});
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

void Registry::delist(const Group& group) {
  Stripe& place = stripes_[stripe(group.id())];
  const WriteLock lock(place.mutex);
  place.groups.erase(group.id());
}

Result<std::shared_ptr<Queue>> Registry::add_queue(Projects& projects, Stripes& stripes, const Project& project,
                                                   QueueSpec spec, Time now) const {
  const auto listed = projects.find(project);
  const std::size_t count = listed != projects.end() ? listed->second.size() : 0;
  const auto named = [&spec](const std::shared_ptr<Queue>& queue) { return queue->identity().spec.name == spec.name; };
  if (count > 0 && std::ranges::any_of(listed->second, named)) return refuse(ErrorCode::kQueueNameTaken);
  const std::uint32_t limit = environment_.options.limits.queues_per_project;
  if (count + 1 > limit) return refuse(ErrorCode::kQueueQuotaExceeded, limit, count + 1);
  auto identity =
      std::make_shared<const QueueIdentity>(QueueIdentity{QueueId{make_id()}, project, std::move(spec), now});
  auto created = std::make_shared<Queue>(environment_, std::move(identity));
  projects[project].push_back(created);
  enlist(stripes, created);
  return created;
}

Result<Queue::Groups> Registry::add_groups(Stripes& stripes, Queue& queue, std::span<const std::string> names) const {
  std::vector<GroupId> ids;
  ids.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) ids.push_back({make_id()});
  auto created = queue.create_groups(names, ids);
  if (!created) return std::unexpected(created.error());
  for (const auto& group : *created) enlist(stripes, group);
  return created;
}

Result<std::shared_ptr<Queue>> Registry::create_queue(const Project& project, QueueSpec spec, Time now) {
  const MutexLock lock(tree_mutex_);
  return add_queue(projects_, stripes_, project, std::move(spec), now);
}

Result<void> Registry::remove_queue(const Project& project, QueueId id, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  const auto found = queue(project, id);
  if (!found) return std::unexpected(found.error());
  auto& siblings = projects_[project];
  std::erase(siblings, *found);
  if (siblings.empty()) projects_.erase(project);
  {
    Stripe& place = stripes_[stripe(id)];
    const WriteLock stripe_lock(place.mutex);
    place.queues.erase(id);
  }
  for (const auto& group : (*found)->groups()) delist(*group);
  (*found)->close(refuse(ErrorCode::kQueueNotFound), effects);
  return {};
}

Result<Queue::Groups> Registry::create_groups(const Project& project, QueueId queue_id,
                                              std::span<const std::string> names) {
  const MutexLock lock(tree_mutex_);
  const auto found = queue(project, queue_id);
  if (!found) return std::unexpected(found.error());
  return add_groups(stripes_, **found, names);
}

Result<void> Registry::remove_groups(const Project& project, QueueId queue_id, std::span<const std::string> names,
                                     Effects& effects) {
  const MutexLock lock(tree_mutex_);
  const auto found = queue(project, queue_id);
  if (!found) return std::unexpected(found.error());
  const auto removed = (*found)->remove_groups(names);
  if (!removed) return std::unexpected(removed.error());
  for (const auto& group : *removed) {
    delist(*group);
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

// All at once: nobody finds a wiped queue beside one that is still full.
void Registry::swap_stripes(Stripes& fresh) {
  for (Stripe& each : stripes_) each.mutex.lock();
  for (std::size_t i = 0; i < kStripes; ++i) {
    stripes_[i].queues.swap(fresh[i].queues);
    stripes_[i].groups.swap(fresh[i].groups);
  }
  for (Stripe& each : stripes_) each.mutex.unlock();
}

Registry::Queues Registry::wipe(bool keep_queues, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  Queues old;
  Stripes fresh;
  for (auto& [project, queues] : projects_) {
    for (auto& queue : queues) {
      old.push_back(queue);
      if (!keep_queues) continue;
      queue = queue->emptied();
      enlist(fresh, queue);
      for (const auto& group : queue->groups()) enlist(fresh, group);
    }
  }
  if (!keep_queues) projects_.clear();
  swap_stripes(fresh);
  for (const auto& queue : old) queue->close(Delivery{}, effects);
  return old;
}

Result<Registry::Queues> Registry::replace_all(std::span<const QueuePlan> plans, Time now, Effects& effects) {
  const MutexLock lock(tree_mutex_);
  Projects projects;
  Stripes fresh;
  for (const QueuePlan& plan : plans) {
    const auto queue = add_queue(projects, fresh, plan.project, plan.spec, now);
    if (!queue) return std::unexpected(queue.error());
    const auto groups = add_groups(fresh, **queue, plan.groups);
    if (!groups) return std::unexpected(groups.error());
  }
  Queues old;
  for (const auto& [project, queues] : projects_) old.insert(old.end(), queues.begin(), queues.end());
  projects_.swap(projects);
  swap_stripes(fresh);
  for (const auto& queue : old) queue->close(Delivery{}, effects);
  return old;
}

}  // namespace wingmq
