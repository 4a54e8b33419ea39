#include "queue.h"

#include <algorithm>
#include <set>
#include <utility>

#include "peek.h"

namespace wingmq {
namespace {

std::uint32_t partitions_of(const Options& options, QueueMode mode) {
  return mode == QueueMode::kFifo ? 1 : options.partitions;
}

}  // namespace

Queue::Queue(Environment& environment, std::shared_ptr<const QueueIdentity> identity)
    : Timed(TimerRank::kQueue),
      environment_(environment),
      identity_(std::move(identity)),
      shards_(std::make_shared<Shards>(environment, identity_->id, partitions_of(environment.options, identity_->spec.mode))) {}

std::shared_ptr<Queue> Queue::emptied() {
  auto fresh = std::make_shared<Queue>(environment_, identity_);
  const ReadLock lock(groups_mutex_);
  Groups groups;
  for (const auto& old : groups_) {
    groups.push_back(
        std::make_shared<Group>(environment_, identity_, fresh->shards_, old->id(), old->name(), old->stream()));
    groups.back()->set_tag_rule(old->tag_rule());
  }
  const WriteLock fresh_lock(fresh->groups_mutex_);
  fresh->groups_ = std::move(groups);
  return fresh;
}

// --- Messages ---------------------------------------------------------------------------------------------------------

Stored Queue::send(BatchRef batch, Time now, Effects& effects) {
  const auto stored = shards_->append(std::move(batch), now);
  note_reclaimable();  // perhaps no group wants it
  if (stored.was_empty) environment_.timers.arm(*this, now + environment_.options.limits.retention, true);
  if (shards_->parked.load() != 0 || shards_->watches->active()) tell_groups(now, effects);
  return stored.place;
}

void Queue::tell_groups(Time now, Effects& effects) {
  {
    const ReadLock lock(groups_mutex_);
    for (const auto& group : groups_) group->serve_parked(now, effects);
  }
  if (shards_->watches->active()) shards_->watches->judge(std::nullopt, counted(), effects);
}

WatchedCounts Queue::counted() const { return {.messages = shards_->sizes().messages}; }

std::optional<Result<WatchedCounts>> Queue::watch(const WatchRequest& request, Watcher& watcher, Time now, Effects& effects) {
  if (environment_.closing.load(std::memory_order_acquire)) return std::unexpected(Error{ErrorCode::kShuttingDown});
  if (request.group) {
    const auto member = group(*request.group);
    if (!member) return std::unexpected(member.error());
    return (*member)->watch(request, watcher, now, effects);
  }
  expire(now, effects);
  return Watches::watch(shards_->watches, watcher, request, [this] { return counted(); });
}

Result<std::uint64_t> Queue::purge(std::optional<GroupId> only, Time now, Effects& effects) {
  if (only) {
    const auto member = group(*only);
    if (!member) return std::unexpected(member.error());
    return (*member)->purge(false, now, effects);
  }
  expire(now, effects);
  const std::vector<Position> ends = shards_->ends();
  for (const auto& member : groups()) static_cast<void>(member->purge(true, now, effects));
  const std::uint64_t messages = shards_->drop_before(ends);
  note_reclaimable();
  if (shards_->watches->active()) tell_groups(now, effects);
  return messages;
}

void Queue::fire(Time now, Effects& effects) {
  expire(now, effects);
  if (const auto next = shards_->next_expiry()) environment_.timers.arm(*this, *next, true);
}

void Queue::expire(Time now, Effects& effects) {
  effects.fired(now, FiredType::kMessageExpired, identity_->spec.name, nullptr, shards_->expire(now));
  if (shards_->watches->active()) tell_groups(now, effects);
}

std::optional<Upcoming> Queue::next_event(Time now, Effects& effects) {
  expire(now, effects);
  std::optional<Upcoming> first;
  if (const auto at = shards_->next_expiry()) first = {.at = *at, .type = FiredType::kMessageExpired, .queue = identity_->spec.name, .group = {}};
  for (const auto& group : groups()) {
    auto next = group->next_event(now, effects);
    if (next && (!first || next->at < first->at)) first = std::move(next);
  }
  return first;
}

std::optional<Time> Queue::oldest() const {
  const auto expiry = shards_->next_expiry();
  return expiry ? std::optional(*expiry - environment_.options.limits.retention) : std::nullopt;
}

/// For each partition the number of the first log entry that a group still needs; empty when the queue has no groups.
std::vector<std::uint64_t> Queue::finished_until(Time now, Effects& effects) const {
  std::vector<std::uint64_t> finished;
  for (const auto& group : groups()) {
    const auto read = group->read_until(now, effects);
    if (finished.empty()) finished = read;
    for (std::size_t i = 0; i < read.size(); ++i) finished[i] = std::min(finished[i], read[i]);
  }
  return finished;
}

std::size_t Queue::reclaim(std::size_t bytes, Time now, Effects& effects) {
  const std::vector<std::uint64_t> finished = finished_until(now, effects);
  std::size_t freed = 0;
  for (std::uint32_t i = 0; i < finished.size() && freed < bytes; ++i) {
    freed += shards_->reclaim({i}, finished[i], bytes - freed);
  }
  return freed;
}

std::ptrdiff_t Queue::copy_survivors(Time now, Effects& effects) {
  const std::vector<std::uint64_t> finished = finished_until(now, effects);
  std::vector<BatchRef> shared;
  for (std::uint32_t i = 0; i < finished.size(); ++i) shards_->shared_before({i}, finished[i], shared);
  const Groups members = groups();
  Survivors survivors(environment_.buffers, std::move(shared), members.size());
  for (const auto& group : members) group->copy_out(survivors);
  if (survivors.shared_by_others()) note_reclaimable();
  return survivors.cost();
}

// --- Groups -----------------------------------------------------------------------------------------------------------

Result<Queue::Groups> Queue::make_groups(std::span<const std::string> names, std::span<const GroupId> ids) {
  const WriteLock lock(groups_mutex_);
  std::set<std::string> taken;
  for (const auto& group : groups_) taken.insert(group->name());
  for (const std::string& name : names) {
    if (!taken.insert(name).second) return std::unexpected(Error{ErrorCode::kGroupNameTaken});
  }
  const std::uint32_t limit = environment_.options.limits.groups_per_queue;
  if (taken.size() > limit) return std::unexpected(Error{ErrorCode::kGroupLimitExceeded, limit, taken.size()});
  Groups created;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::uint32_t stream = environment_.next_stream.fetch_add(2);
    created.push_back(std::make_shared<Group>(environment_, identity_, shards_, ids[i], names[i], stream));
  }
  groups_.reserve(groups_.size() + created.size());
  return created;
}

void Queue::add_groups(const Groups& groups) noexcept {
  const WriteLock lock(groups_mutex_);
  groups_.insert(groups_.end(), groups.begin(), groups.end());
}

void Queue::take_back(const Groups& groups) noexcept {
  const WriteLock lock(groups_mutex_);
  std::erase_if(groups_, [&groups](const auto& each) { return std::ranges::find(groups, each) != groups.end(); });
}

Result<Queue::Groups> Queue::remove_groups(std::span<const std::string> names) {
  const WriteLock lock(groups_mutex_);
  const auto named = [](const std::string& name) {
    return [&name](const std::shared_ptr<Group>& group) { return group->name() == name; };
  };
  for (const std::string& name : names) {
    if (std::ranges::none_of(groups_, named(name))) return std::unexpected(Error{ErrorCode::kGroupNotFound});
  }
  Groups removed;
  removed.reserve(names.size());
  for (const std::string& name : names) {
    const auto found = std::ranges::find_if(groups_, named(name));
    if (found == groups_.end()) continue;  // named twice
    removed.push_back(std::move(*found));
    groups_.erase(found);
  }
  note_reclaimable();  // the others may have finished with what these had not
  return removed;
}

Queue::Groups Queue::groups() const {
  const ReadLock lock(groups_mutex_);
  return groups_;
}

Result<std::shared_ptr<Group>> Queue::group(GroupId id) const {
  const ReadLock lock(groups_mutex_);
  const auto found = std::ranges::find(groups_, id, &Group::id);
  if (found == groups_.end()) return std::unexpected(Error{ErrorCode::kGroupNotFound});
  return *found;
}

void Queue::close(const Result<Delivery>& outcome, Effects& effects) noexcept {
  environment_.timers.disarm(*this);
  shards_->watches->close(ErrorCode::kQueueNotFound, effects);
  const ReadLock lock(groups_mutex_);
  for (const auto& group : groups_) group->close(outcome, effects);
}

void Queue::answer_parked(Effects& effects) noexcept {
  const ReadLock lock(groups_mutex_);
  for (const auto& group : groups_) group->answer_parked(effects);
  shards_->watches->close(ErrorCode::kShuttingDown, effects);
}

// --- Looking ----------------------------------------------------------------------------------------------------------

QueueInfo Queue::info(Time now, Effects& effects) {
  expire(now, effects);
  const Partition::Sizes sizes = shards_->sizes();
  return {.id = identity_->id,
          .project = identity_->project,
          .spec = identity_->spec,
          .created = identity_->created,
          .messages = sizes.messages,
          .payload_bytes = sizes.payload_bytes,
          .resident_bytes = sizes.resident_bytes,
          .group_count = static_cast<std::uint32_t>(groups().size())};
}

QueueGroups Queue::inspect(Time now, Effects& effects) {
  QueueGroups shown{info(now, effects), {}};
  for (const auto& group : groups()) shown.groups.push_back(group->info(now, effects));
  shown.queue.group_count = static_cast<std::uint32_t>(shown.groups.size());
  return shown;
}

Result<std::vector<PeekedMessage>> Queue::peek(const PeekRequest& request, Time now, Effects& effects) {
  expire(now, effects);
  if (!request.group) return peek_messages(*shards_, nullptr, request);
  const auto member = group(*request.group);
  if (!member) return std::unexpected(member.error());
  if (request.state == MessageState::kDead) {
    const auto dead = (*member)->dead_letters(request.after, request.limit, now, effects);
    return peek_dead_letters(dead, environment_.options.limits.retention, request);
  }
  const GroupView view = (*member)->view(now, effects);
  return peek_messages(*shards_, &view, request);
}

}  // namespace wingmq
