#include "group/group.h"

#include <algorithm>
#include <new>
#include <utility>

namespace wingmq {
namespace {

GroupMachine::Config main_config(const Options& options, const QueueSpec& spec, std::uint32_t stream) {
  return {.stream = stream,
          .one_batch_at_a_time = spec.mode == QueueMode::kFifo,
          .consume_count_max = spec.consume_count_max,
          .failure_counting = options.failure_counting,
          .payload_bytes_max = options.limits.payload_bytes_max,
          .retention = options.limits.retention};
}

GroupMachine::Config dead_config(const Options& options, const QueueSpec& spec, std::uint32_t stream) {
  GroupMachine::Config config = main_config(options, spec, stream);
  config.consume_count_max = std::nullopt;  // a dead letter does not die again
  return config;
}

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
      main_(main_config(environment.options, queue_->spec, stream), shards_->partitions()),
      dead_letters_(environment),
      dead_(dead_config(environment.options, queue_->spec, stream + 1), 1) {}

Group::~Group() { environment_.budget.release(charged_); }

TagRule Group::tag_rule() {
  const MutexLock lock(mutex_);
  return main_.tag_rule();
}

void Group::set_tag_rule(TagRule rule) {
  const MutexLock lock(mutex_);
  main_.set_tag_rule(std::move(rule));
}

// --- Consuming --------------------------------------------------------------------------------------------------------

std::optional<Result<Delivery>> Group::consume(const ConsumeRequest& asked, Waiter& waiter, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  if (closed_) return closed_;
  now = settle(now, effects);
  const bool has_rule = asked.stream == Stream::kQueue;
  if (const auto checked = has_rule ? check_tag_rule(asked.tags) : Result<void>(); !checked) {
    return std::unexpected(checked.error());
  }
  serve(waits(asked.stream), now, effects);  // who came first is served first
  std::optional<GroupMachine::Replaced> replaced;
  if (has_rule && main_.tag_rule() != asked.tags) replaced = main_.set_tag_rule(asked.tags);
  try {
    auto outcome = take_or_park(asked, waiter, now);
    if (outcome && !*outcome && replaced) main_.restore(std::move(*replaced));
    return outcome;
  } catch (...) {
    if (replaced) main_.restore(std::move(*replaced));
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
  if (main_.tag_rule().empty() || main_.tag_rule() == rule) return {};
  return std::unexpected(Error{ErrorCode::kTagRuleMismatch});
}

Delivery Group::lease(const WaitList::Wish& wish, Time now) {
  const GroupMachine::LeaseRequest asked{wish.messages_max, wish.ack_wait, environment_.random.next()};
  const bool dead = wish.stream == Stream::kDeadLetters;
  Delivery delivery = dead ? dead_.lease(dead_letters_, asked, now) : main_.lease(*shards_, asked, now);
  if (dead) dead_letters_.drop_before(dead_.cursor({0}).entry);
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

bool Group::cancel(Waiter& waiter) {
  const MutexLock lock(mutex_);
  if (!WaitList::parked(waiter)) return false;
  unpark(waiter);
  return true;
}

void Group::serve_parked(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  if (waits(Stream::kQueue).size() == 0) return;
  try {
    now = settle(now, effects);
  } catch (const std::bad_alloc&) {
    unserved_ = true;  // what was stored stays stored
  }
  serve(waits(Stream::kQueue), now, effects);
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
  environment_.timers.disarm(*this);
}

// --- Confirming and resetting -----------------------------------------------------------------------------------------

Result<ConfirmResult> Group::confirm(Stream stream, std::span<const ConfirmEntry> entries, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  now = settle(now, effects);
  const auto checked = machine(stream).check(entries);
  if (!checked) return std::unexpected(checked.error());
  const ConfirmResult result = machine(stream).confirm(entries, now, dead_letters_);
  if (stream == Stream::kDeadLetters) dead_confirmed_ += result.success;
  serve(now, effects);
  arm_and_note();
  return result;
}

void Group::give_back(const Delivery& delivery, Time now, Effects& effects) {
  const MutexLock lock(mutex_);
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
  now = settle(now, effects);
  const Time oldest = now - environment_.options.limits.retention;
  if (target.kind == Kind::kTime && (target.time < oldest || target.time > now)) {
    return std::unexpected(Error{ErrorCode::kResetTimeOutOfRange});
  }
  if (main_.busy() && !force) return std::unexpected(Error{ErrorCode::kResetBusy});
  main_.reset(target.kind == Kind::kEarliest ? shards_->begins()
              : target.kind == Kind::kLatest ? shards_->ends()
                                             : shards_->places(target.time));
  serve(now, effects);
  arm_and_note();
  return {};
}

// --- Time -------------------------------------------------------------------------------------------------------------

void Group::fire(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  if (closed_) return;
  settle(now, effects);
  arm_and_note();
}

Time Group::settle(Time now, Effects& effects) {
  now = latest_ = std::max(latest_, now);
  if (unserved_) serve(now, effects);
  effects.fired(now, FiredType::kMessageExpired, queue_->spec.name, nullptr, shards_->expire(now));
  for (auto at = next_event(); at && *at <= now; at = next_event()) settle_at(*at, effects);
  main_.expire_messages(now);
  return now;
}

void Group::settle_at(Time at, Effects& effects) {
  shards_->note_reclaimable();
  main_.expire_messages(at);
  expire_dead_letters(at, effects);
  end_leases(at, effects);
  serve(at, effects);
  end_waits(at, effects);
}

void Group::expire_dead_letters(Time at, Effects& effects) {
  const auto stored = dead_letters_.next_expiry();
  const auto held = dead_.next_expiry();
  if ((!stored || *stored > at) && (!held || *held > at)) return;
  const std::uint64_t before = dead_.counts(dead_letters_).available;
  dead_letters_.expire(at);
  dead_.expire_messages(at);
  const std::uint64_t gone = before - dead_.counts(dead_letters_).available;
  effects.fired(at, FiredType::kMessageExpired, queue_->spec.name, &name_, gone);
}

void Group::end_leases(Time at, Effects& effects) {
  for (std::uint64_t before = dead_letters_.produced(); const auto ended = main_.expire_lease(at, dead_letters_);
       before = dead_letters_.produced()) {
    effects.fired(ended->at, FiredType::kLeaseExpired, queue_->spec.name, &name_, ended->messages);
    effects.fired(ended->at, FiredType::kDeadLettered, queue_->spec.name, &name_, dead_letters_.produced() - before);
  }
  while (const auto ended = dead_.expire_lease(at, dead_letters_)) {
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

std::optional<Time> Group::next_event() const {
  std::optional<Time> next;
  for (const auto& at : {main_.next_lease_end(), dead_.next_lease_end(), waits_[0].bound(), waits_[1].bound(),
                         dead_letters_.next_expiry(), dead_.next_expiry()}) {
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

void Group::arm() {
  auto next = next_event();
  if (unserved_) next = std::min(next.value_or(Time::max()), latest_ + kServeAgain);
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
      main_.resident_bytes() + dead_.resident_bytes() + (waits_[0].size() + waits_[1].size()) * sizeof(Waiter);
  const std::size_t charged = held / kStepBytes * kStepBytes;
  if (charged == charged_) return;
  environment_.budget.charge(charged);
  environment_.budget.release(std::exchange(charged_, charged));
}

// --- Looking ----------------------------------------------------------------------------------------------------------

GroupInfo Group::info(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  settle(now, effects);
  arm();
  const GroupMachine::Counts counts = main_.counts(*shards_);
  const std::uint64_t open = counts.available + counts.dead;
  // Read last, and sends go on: there are at least as many as were just counted.
  const std::uint64_t produced = std::max(shards_->sizes().messages, open);
  return {.id = id_,
          .name = name_,
          .produced = produced,
          .consumed = produced - open,
          .available = counts.available,
          .in_flight = counts.in_flight,
          .dead_produced = dead_letters_.produced(),
          .dead_available = dead_letters_.produced() - dead_confirmed_,
          .dead_in_flight = dead_.counts(dead_letters_).in_flight,
          .parked = waits_[0].size() + waits_[1].size(),
          .tags = main_.tag_rule()};
}

GroupView Group::view(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  settle(now, effects);
  arm();
  GroupView view;
  main_.for_each_marked([&view](const Run& run, MessageState state, std::optional<Time> deadline) {
    view.marked.push_back({run, state, deadline});
  });
  std::ranges::sort(view.marked, {}, [](const MarkedRun& each) { return std::pair(each.run.partition, each.run.offset); });
  for (std::uint32_t i = 0; i < shards_->partitions(); ++i) view.cursors.push_back(main_.cursor({i}));
  view.tags = main_.tag_rule();
  return view;
}

std::vector<MarkedRun> Group::dead_letters(std::optional<Offset> after, std::uint32_t limit, Time now,
                                           Effects& effects) {
  const MutexLock lock(mutex_);
  settle(now, effects);
  arm();
  std::vector<MarkedRun> found;
  dead_.for_each_marked([&found](const Run& run, MessageState state, std::optional<Time> deadline) {
    found.push_back({run, state, deadline});
  });
  std::ranges::sort(found, {}, [](const MarkedRun& each) { return each.run.offset; });
  dead_.for_each_unread(dead_letters_, {0}, [&](const Run& run) {
    if (limit == 0) return false;
    if (after && run.offset.value + run.count <= after->value + 1) return true;
    found.push_back({run, MessageState::kAvailable, std::nullopt});
    limit -= std::min(limit, run.count);
    return true;
  });
  return found;
}

std::vector<std::uint64_t> Group::read_until(Time now, Effects& effects) {
  const MutexLock lock(mutex_);
  settle(now, effects);
  arm();
  std::vector<std::uint64_t> entries;
  for (std::uint32_t i = 0; i < shards_->partitions(); ++i) {
    main_.skip_unwanted(*shards_, {i});
    entries.push_back(main_.cursor({i}).entry);
  }
  return entries;
}

void Group::copy_out(Survivors& survivors) {
  const MutexLock lock(mutex_);
  const auto add = [&survivors](BatchRef& batch, std::uint32_t& first, std::uint32_t count) {
    survivors.add({&batch, &first, count});
  };
  main_.for_each_batch(add);
  dead_.for_each_batch(add);
  dead_letters_.for_each_batch(add);
  survivors.copy_out();
  dead_letters_.recount();
  charge();
}

}  // namespace wingmq
