#include "group/group.h"

#include <algorithm>
#include <new>
#include <utility>

#include "group/handover.h"

namespace wingmq {
namespace {

/// When memory is short, who waits is served again after so long.
constexpr Millis kServeAgain{100};

}  // namespace

Group::Group(Environment& environment, std::shared_ptr<const QueueIdentity> queue, std::shared_ptr<Shards> shards,
             GroupId id, std::string name, std::uint32_t stream)
    : Timed(TimerRank::kGroup),
      environment_(environment),
      queue_(std::move(queue)),
      shards_(std::move(shards)),
      id_(id),
      name_(std::move(name)),
      stream_(stream),
      life_(environment.next_life.fetch_add(1, std::memory_order_relaxed)),
      state_(environment.options, queue_->spec, stream, shards_->partitions(), environment.budget) {
  if (environment_.observer != nullptr) state_.note_changes(changes_);
  state_.main.begin_at(shards_->begins());
}

Group::~Group() { environment_.budget.release(charged_); }

TagRule Group::tag_rule() {
  const MutexLock lock(mutex_);
  return state_.main.tag_rule();
}

void Group::set_tag_rule(TagRule rule) {
  Effects nobody_waits;
  const MutexLock lock(mutex_);
  const Handover handover(*this, nobody_waits);
  state_.main.set_tag_rule(std::move(rule));
}

// --- Consuming --------------------------------------------------------------------------------------------------------

std::optional<Result<Delivery>> Group::consume(const ConsumeRequest& asked, Waiter& waiter, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  if (closed_) return closed_;
  now = settle(now, effects);
  const bool has_rule = asked.stream == Stream::kQueue;
  if (const auto checked = has_rule ? check_tag_rule(asked.tags) : Result<void>(); !checked) {
    return std::unexpected(checked.error());
  }
  serve(waits(asked.stream), now, effects);  // who came first is served first
  std::optional<GroupMachine::Replaced> replaced;
  if (has_rule && state_.main.tag_rule() != asked.tags) replaced = state_.main.set_tag_rule(asked.tags, now);
  try {
    auto outcome = take_or_park(asked, waiter, now);
    if (outcome && !*outcome && replaced) state_.main.restore(std::move(*replaced));
    return outcome;
  } catch (...) {
    if (replaced) state_.main.restore(std::move(*replaced));
    throw;
  }
}

std::optional<Result<Delivery>> Group::take_or_park(const ConsumeRequest& asked, Waiter& waiter, Time now) {
  WaitList::Wish wish{asked.stream, asked.messages_max, asked.ack_wait};
  if (asked.stream == Stream::kDeadLetters) {
    wish.ack_wait = std::min(wish.ack_wait, environment_.options.limits.dead_letter_lease_max);
  }
  Delivery delivery = lease(wish, now);
  delivery.held_back = delivery.empty() && machine(asked.stream).holds_back(source(asked.stream));
  const bool may_park = asked.wait > Millis(0) && !environment_.closing.load(std::memory_order_acquire);
  if (delivery.empty() && may_park) {
    waiter.held_back_ = delivery.held_back;
    if (!park(waiter, wish, now, asked.wait)) {
      const std::uint32_t limit = environment_.options.limits.parked_calls_max;
      return std::unexpected(Error{ErrorCode::kTooManyParked, limit, limit});
    }
    // A batch stored between the look above and parking has nobody to tell: look once more.
    try {
      delivery = lease(wish, now);
    } catch (...) {
      unpark(waiter);
      throw;
    }
    if (!delivery.empty()) unpark(waiter);
  }
  arm_and_note();
  if (delivery.empty() && may_park) return std::nullopt;
  return delivery;
}

/// Whether a consume with this rule may go on: a group keeps the first rule that it was asked with.
Result<void> Group::check_tag_rule(const TagRule& rule) const {
  if (!rule.empty() && !has_tags_and_dead_letters(queue_->spec.mode)) {
    return std::unexpected(Error{ErrorCode::kTagsNotSupported});
  }
  if (state_.main.tag_rule().empty() || state_.main.tag_rule() == rule) return {};
  return std::unexpected(Error{ErrorCode::kTagRuleMismatch});
}

Delivery Group::lease(const WaitList::Wish& wish, Time now) {
  const GroupMachine::LeaseRequest asked{wish.messages_max, wish.ack_wait, environment_.random.next()};
  const bool dead = wish.stream == Stream::kDeadLetters;
  Delivery delivery = dead ? state_.dead.lease(state_.dead_letters, asked, now) : state_.main.lease(*shards_, asked, now);
  if (dead) state_.dead_letters.drop_before(state_.dead.cursor({0}).entry);
  delivery.queue = queue_->id;
  return delivery;
}

bool Group::park(Waiter& waiter, const WaitList::Wish& wish, Time now, Millis wait) {
  if (environment_.parked_calls.load(std::memory_order_relaxed) >= environment_.options.limits.parked_calls_max) return false;
  waits(wish.stream).add(waiter, std::static_pointer_cast<Group>(shared_from_this()), wish, now, wait);
  environment_.parked_calls.fetch_add(1, std::memory_order_relaxed);
  if (wish.stream == Stream::kQueue) shards_->parked.fetch_add(1);
  return true;
}

void Group::unpark(Waiter& waiter) {
  const Stream stream = WaitList::wish(waiter).stream;
  waits(stream).remove(waiter);
  environment_.parked_calls.fetch_sub(1, std::memory_order_relaxed);
  if (stream == Stream::kQueue) shards_->parked.fetch_sub(1);
}

bool Group::cancel(Waiter& waiter, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  if (!WaitList::parked(waiter)) return false;
  unpark(waiter);
  return true;
}

void Group::serve_parked(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  if (waits(Stream::kQueue).size() == 0) return;
  try {
    now = settle(now, effects);
    serve(waits(Stream::kQueue), now, effects);
  } catch (const std::bad_alloc&) {
    unserved_ = true;  // what was stored stays stored
  }
  arm_and_note();
}

void Group::serve(Time now, Effects& effects) {
  unserved_ = false;
  for (WaitList& waits : waits_) serve(waits, now, effects);
}

/// Never throws: what could not be served for lack of memory is served by the next call, or soon.
void Group::serve(WaitList& waits, Time now, Effects& effects) {
  try {
    while (Waiter* waiter = waits.first()) {
      Delivery delivery = lease(WaitList::wish(*waiter), now);
      if (delivery.empty()) return;
      unpark(*waiter);
      effects.answer(*waiter, std::move(delivery));
    }
  } catch (const std::bad_alloc&) {
    unserved_ = true;
  }
}

void Group::answer_all(const Result<Delivery>& outcome, Effects& effects) {
  for (WaitList& waits : waits_) {
    while (Waiter* waiter = waits.first()) {
      unpark(*waiter);
      effects.answer(*waiter, outcome);
    }
  }
}

void Group::answer_parked(Effects& effects) noexcept {
  const MutexLock lock(mutex_);
  answer_all(Delivery{}, effects);
}

void Group::close(const Result<Delivery>& outcome, Effects& effects) noexcept {
  const MutexLock lock(mutex_);
  closed_ = outcome;
  answer_all(outcome, effects);
  shards_->watches->end(id_, effects);
  environment_.timers.disarm(*this);
}

// --- Confirming and resetting -----------------------------------------------------------------------------------------

Result<ConfirmResult> Group::confirm(Stream stream, std::span<const ConfirmEntry> entries, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  now = settle(now, effects);
  const auto checked = machine(stream).check(entries);
  if (!checked) return std::unexpected(checked.error());
  const ConfirmResult result = machine(stream).confirm(entries, now, state_.dead_letters);
  if (stream == Stream::kDeadLetters) state_.dead_confirmed += result.success;
  serve(now, effects);
  arm_and_note();
  return result;
}

void Group::give_back(const Delivery& delivery, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  now = settle(now, effects);
  for (const Stream stream : {Stream::kQueue, Stream::kDeadLetters}) {
    const bool of_stream = delivery.first.stream == stream_ + static_cast<std::uint32_t>(stream);
    if (of_stream) machine(stream).give_back(delivery.first, now);
  }
  serve(now, effects);
  arm_and_note();
}

Result<void> Group::reset(const Broker::ResetTarget& target, bool force, Time now, Effects& effects) {
  using Kind = Broker::ResetTarget::Kind;
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  now = settle(now, effects);
  const Time oldest = now - environment_.options.limits.retention;
  if (target.kind == Kind::kTime && (target.time < oldest || target.time > now)) {
    return std::unexpected(Error{ErrorCode::kResetTimeOutOfRange});
  }
  if (state_.main.busy() && !force) return std::unexpected(Error{ErrorCode::kResetBusy});
  state_.main.reset(target.kind == Kind::kEarliest ? shards_->begins()
              : target.kind == Kind::kLatest ? shards_->ends()
                                             : shards_->places(target.time), now);
  serve(now, effects);
  arm_and_note();
  return {};
}

// --- Time -------------------------------------------------------------------------------------------------------------

void Group::fire(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  if (closed_) return;
  settle(now, effects);
  arm_and_note();
}

Time Group::settle(Time now, Effects& effects) {
  now = state_.latest = std::max(state_.latest, now);
  effects.fired(now, FiredType::kMessageExpired, queue_->spec.name, nullptr, shards_->expire(now));
  for (auto at = next_bound(); at && *at <= now; at = next_bound()) settle_at(*at, effects);
  state_.main.expire_messages(now);
  if (unserved_) serve(now, effects);  // last: what a group does never goes back in time
  return now;
}

void Group::settle_at(Time at, Effects& effects) {
  shards_->note_reclaimable();
  state_.main.expire_messages(at);
  expire_dead_letters(at, effects);
  end_leases(at, effects);
  serve(at, effects);
  end_waits(at, effects);
}

void Group::expire_dead_letters(Time at, Effects& effects) {
  const auto stored = state_.dead_letters.next_expiry();
  const auto held = state_.dead.next_expiry();
  if ((!stored || *stored > at) && (!held || *held > at)) return;
  const std::uint64_t before = state_.dead.counts(state_.dead_letters).available;
  state_.dead_letters.expire(at);
  state_.dead.expire_messages(at);
  const std::uint64_t gone = before - state_.dead.counts(state_.dead_letters).available;
  effects.fired(at, FiredType::kMessageExpired, queue_->spec.name, &name_, gone);
}

void Group::end_leases(Time at, Effects& effects) {
  for (std::uint64_t before = state_.dead_letters.produced(); const auto ended = state_.main.expire_lease(at, state_.dead_letters);
       before = state_.dead_letters.produced()) {
    effects.fired(ended->at, FiredType::kLeaseExpired, queue_->spec.name, &name_, ended->messages);
    effects.fired(ended->at, FiredType::kDeadLettered, queue_->spec.name, &name_, state_.dead_letters.produced() - before);
  }
  while (const auto ended = state_.dead.expire_lease(at, state_.dead_letters)) {
    effects.fired(ended->at, FiredType::kLeaseExpired, queue_->spec.name, &name_, ended->messages);
  }
}

void Group::end_waits(Time at, Effects& effects) {
  std::uint64_t over = 0;
  for (WaitList& waits : waits_) {
    while (Waiter* waiter = waits.due(at)) {
      unpark(*waiter);
      effects.answer(*waiter, Delivery{});
      ++over;
    }
  }
  effects.fired(at, FiredType::kWaitOver, queue_->spec.name, &name_, over);
}

std::optional<Time> Group::next_bound() const {
  std::optional<Time> next;
  for (const auto& at : {state_.main.next_lease_end(), state_.dead.next_lease_end(), waits_[0].bound(), waits_[1].bound(),
                         state_.dead_letters.next_expiry(), state_.dead.next_expiry()}) {
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

void Group::arm() {
  auto next = next_bound();
  if (unserved_) next = std::min(next.value_or(Time::max()), state_.latest + kServeAgain);
  if (next && !closed_) environment_.timers.arm(*this, *next);
}

void Group::arm_and_note() {
  arm();
  charge();
  shards_->note_reclaimable();
}

/// What the group holds besides messages counts as memory as well. Less than a step does not, so that the calls of a consumer
/// that keeps up leave the shared counter alone.
void Group::charge() {
  static constexpr std::size_t kStepBytes = 1024;
  const std::size_t held =
      state_.main.resident_bytes() + state_.dead.resident_bytes() + (waits_[0].size() + waits_[1].size()) * sizeof(Waiter);
  const std::size_t charged = held / kStepBytes * kStepBytes;
  if (charged == charged_) return;
  environment_.budget.charge(charged);
  environment_.budget.release(std::exchange(charged_, charged));
}

// --- Looking ----------------------------------------------------------------------------------------------------------

GroupInfo Group::info(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  settle(now, effects);
  arm();
  const GroupMachine::Counts counts = state_.main.counts(*shards_);
  const WatchedCounts shown = counted(counts);
  return {.id = id_,
          .name = name_,
          .produced = shown.produced,
          .consumed = shown.consumed,
          .available = shown.available,
          .in_flight = shown.in_flight,
          .dead_produced = shown.dead_produced,
          .dead_available = shown.dead_available,
          .dead_in_flight = shown.dead_in_flight,
          .parked = shown.parked,
          .tags = state_.main.tag_rule(),
          .balance = counts.balance};
}

WatchedCounts Group::counted(const GroupMachine::Counts& counts) {
  const std::uint64_t open = counts.available + counts.dead;
  // Read last, and sends go on: there are at least as many as were just counted.
  const std::uint64_t produced = std::max(shards_->sizes().messages, open);
  return {.messages = 0,
          .produced = produced,
          .consumed = produced - open,
          .available = counts.available,
          .in_flight = counts.in_flight,
          .dead_produced = state_.dead_letters.produced(),
          .dead_available = state_.dead_letters.produced() - state_.dead_confirmed,
          .dead_in_flight = state_.dead.counts(state_.dead_letters).in_flight,
          .parked = waits_[0].size() + waits_[1].size()};
}

GroupView Group::view(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  settle(now, effects);
  arm();
  GroupView view;
  state_.main.for_each_marked([&view](const Run& run, MessageState state, const std::optional<GroupMachine::Holder>& holder) {
    view.marked.push_back({run, state, holder});
  });
  std::ranges::sort(view.marked, {}, [](const MarkedRun& each) { return std::pair(each.run.partition, each.run.offset); });
  for (std::uint32_t i = 0; i < shards_->partitions(); ++i) view.cursors.push_back(state_.main.cursor({i}));
  view.tags = state_.main.tag_rule();
  return view;
}

std::vector<MarkedRun> Group::dead_letters(std::optional<Offset> after, std::uint32_t limit, Time now,
                                           Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  settle(now, effects);
  arm();
  std::vector<MarkedRun> found;
  state_.dead.for_each_marked([&found](const Run& run, MessageState state, const std::optional<GroupMachine::Holder>& holder) {
    found.push_back({run, state, holder});
  });
  std::ranges::sort(found, {}, [](const MarkedRun& each) { return each.run.offset; });
  state_.dead.for_each_unread(state_.dead_letters, {0}, [&](const Run& run) {
    if (limit == 0) return false;
    if (after && run.offset.value + run.count <= after->value + 1) return true;
    found.push_back({run, MessageState::kAvailable, std::nullopt});
    limit -= std::min(limit, run.count);
    return true;
  });
  return found;
}

GroupSnapshot Group::snapshot(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  settle(now, effects);
  arm();
  GroupSnapshot taken{.life = life_, .at = state_.latest, .begins = {}, .bytes = {}, .hash = 0};
  taken.begins.reserve(shards_->partitions());
  for (std::uint32_t i = 0; i < shards_->partitions(); ++i) {
    const Position begin = shards_->begin({i});
    taken.begins.push_back({{i}, begin.entry, begin.index, begin.offset});
  }
  state_.expire(state_.latest);
  state_.follow(taken.begins);
  taken.bytes = state_.snapshot();
  taken.hash = GroupState::hash_in(taken.bytes);
  return taken;
}

std::vector<std::uint64_t> Group::read_until(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  const Handover handover(*this, effects);
  now = settle(now, effects);
  arm();
  std::vector<std::uint64_t> entries;
  for (std::uint32_t i = 0; i < shards_->partitions(); ++i) {
    state_.main.skip_unwanted(*shards_, {i}, now);
    entries.push_back(state_.main.cursor({i}).entry);
  }
  return entries;
}

void Group::copy_out(Survivors& survivors) {
  const MutexLock lock(mutex_);
  const auto add = [&survivors](BatchRef& batch, std::uint32_t& first, std::uint32_t count) {
    survivors.add({&batch, &first, count});
  };
  state_.main.for_each_batch(add);
  state_.dead.for_each_batch(add);
  state_.dead_letters.for_each_batch(add);
  survivors.copy_out();
  state_.dead_letters.recount();
  charge();
}

}  // namespace wingmq
