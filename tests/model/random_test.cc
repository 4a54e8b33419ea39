// Random lives of a broker, in step with the model. Small limits and short spans make everything happen often.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/lockstep.h"

namespace wingmq::test {
namespace {

const std::vector<Project> kProjects = {{"alice", "r1"}, {"alice", "r2"}};
const std::vector<std::string> kQueueNames = {"a", "b", "c", "d"};
const std::vector<std::string> kGroupNames = {"x", "y", "z", "w"};
const std::vector<std::string> kTags = {"red", "green", "blue"};

[[nodiscard]] Options any_options(Rng& rng) {
  Options options;
  options.limits.queues_per_project = static_cast<std::uint32_t>(rng.between(1, 3));
  options.limits.groups_per_queue = static_cast<std::uint32_t>(rng.between(1, 3));
  options.limits.payload_bytes_max = rng.percent(50) ? 60 : 1'000;
  options.limits.retention = Millis(rng.between(20, 400));
  options.limits.dead_letter_lease_max = Millis(rng.between(5, 40));
  options.failure_counting = rng.percent(50) ? FailureCounting::kDelivered : FailureCounting::kExplicit;
  return options;
}

/// One world and one random life in it.
class Life {
 public:
  explicit Life(std::uint64_t seed) : rng_(seed), world_(any_options(rng_), rng_.next()) {
    tag_percent_ = rng_.percent(40) ? 60 : 0;
    make_queue();
    make_groups();
  }

  void step() {
    struct Choice {
      unsigned weight;
      void (Life::*act)();
    };
    static constexpr Choice choices[] = {
        {22, &Life::send},      {26, &Life::consume},         {22, &Life::confirm},      {16, &Life::advance},
        {4, &Life::reset},      {3, &Life::give_back},        {3, &Life::cancel},        {3, &Life::move_unseen},
        {3, &Life::make_queue}, {3, &Life::make_groups},      {1, &Life::remove_groups}, {1, &Life::remove_queue},
        {1, &Life::purge},      {3, &Life::redrive},          {2, &Life::expire},
        {1, &Life::wipe},       {1, &Life::call_the_unknown},
    };
    unsigned total = 0;
    for (const Choice& choice : choices) total += choice.weight;
    auto ticket = static_cast<unsigned>(rng_.below(total));
    for (const Choice& choice : choices) {
      if (ticket < choice.weight) return (this->*choice.act)();
      ticket -= choice.weight;
    }
  }

  [[nodiscard]] Lockstep& world() { return world_; }

 private:
  /// Mostly a queue or group made lately, so that it probably still exists.
  template <typename T>
  [[nodiscard]] const T& recent(const std::vector<T>& all) {
    const std::size_t window = rng_.percent(90) ? 4 : 1'000;
    const std::size_t from = all.size() > window ? all.size() - window : 0;
    return all[rng_.between(from, all.size() - 1)];
  }

  [[nodiscard]] std::vector<std::string> any_tags() {
    std::vector<std::string> tags;
    for (const std::string& tag : kTags) {
      if (rng_.percent(40)) tags.push_back(tag);
    }
    return tags;
  }

  [[nodiscard]] std::optional<QueueId> maybe(QueueId id) { return rng_.percent(50) ? std::optional(id) : std::nullopt; }

  [[nodiscard]] Stream any_stream() { return rng_.percent(75) ? Stream::kQueue : Stream::kDeadLetters; }

  void make_queue() {
    QueueSpec spec;
    spec.name = rng_.pick(kQueueNames);
    const auto kind = rng_.below(10);
    spec.mode = kind < 5 ? QueueMode::kNormal : kind < 9 ? QueueMode::kFifo : QueueMode::kKafkaHt;
    if (kind < 9 && rng_.percent(70)) spec.consume_count_max = static_cast<std::uint32_t>(rng_.between(1, 3));
    world_.create_queue(rng_.percent(80) ? kProjects[0] : kProjects[1], spec);
  }

  void make_groups() {
    const KnownQueue& queue = recent(world_.known_queues());
    std::vector<std::string> names;
    for (std::uint64_t left = rng_.between(1, 2); left > 0; --left) names.push_back(rng_.pick(kGroupNames));
    world_.create_groups(queue.project, queue.id, names);
  }

  void remove_queue() {
    const KnownQueue& queue = recent(world_.known_queues());
    world_.remove_queue(queue.project, queue.id);
  }

  void remove_groups() {
    const KnownQueue& queue = recent(world_.known_queues());
    std::vector<std::string> names = {rng_.pick(kGroupNames)};
    if (rng_.percent(30)) names.push_back(rng_.pick(kGroupNames));
    world_.remove_groups(queue.project, queue.id, names);
  }

  void send() {
    const KnownQueue& queue = recent(world_.known_queues());
    std::vector<std::vector<std::string>> tags(rng_.between(1, 4));
    for (auto& each : tags) {
      if (rng_.percent(tag_percent_)) each = any_tags();
    }
    world_.send(queue.project, queue.id, tags, rng_.percent(60) ? 0 : rng_.below(25));
  }

  void consume() {
    if (world_.known_groups().empty()) return make_groups();
    const KnownGroup& group = recent(world_.known_groups());
    ModelConsume request;
    request.queue = maybe(group.queue);
    request.group = group.id;
    request.stream = any_stream();
    request.messages_max = static_cast<std::uint32_t>(rng_.percent(80) ? rng_.between(1, 4) : 1'000);
    request.wait = Millis(rng_.percent(50) ? 0 : rng_.between(1, 30));
    request.ack_wait = Millis(rng_.between(1, 30));
    if (tag_percent_ != 0 && rng_.percent(50)) {
      request.tags = rng_.percent(70) ? std::vector<std::string>{kTags[0], kTags[1]} : any_tags();
      request.match = rng_.percent(80) ? TagMatch::kAny : TagMatch::kAll;
    }
    world_.consume(group.project, request);
  }

  void confirm() {
    if (world_.receipts().empty()) return consume();
    const Receipt& receipt = recent(world_.receipts());
    std::vector<LockstepEntry> entries;
    const std::uint32_t count = receipt.delivery.count;
    const Stream stream = rng_.percent(97) ? receipt.stream : any_stream();
    const auto manner = rng_.below(10);
    if (manner < 7) {  // in order, from somewhere near the cursor, perhaps with a failure
      const auto upto = static_cast<std::uint32_t>(rng_.between(1, count));
      std::uint32_t from = 0;
      while (from + 1 < upto && was_confirmed(receipt, from)) ++from;
      for (std::uint32_t index = from; index < upto; ++index) {
        entries.push_back(Lockstep::entry(receipt, index, rng_.percent(80)));
      }
    } else {  // anything from several leases
      for (std::uint64_t left = rng_.between(1, 4); left > 0; --left) entries.push_back(any_entry(receipt, stream));
    }
    note_confirmed(receipt, entries);
    world_.confirm(receipt.project, maybe(receipt.queue), receipt.group, stream, entries);
  }

  [[nodiscard]] LockstepEntry any_entry(const Receipt& main, Stream stream) {
    const bool success = rng_.percent(70);
    if (rng_.percent(3)) return Lockstep::unreadable(success);
    // A guess, everything right except the secret. (In another stream it would be foreign before it is wrong.)
    if (stream == main.stream && rng_.percent(3)) {
      LockstepEntry guess = Lockstep::entry(main, 0, success);
      guess.real->secret ^= 1;
      guess.model.lease = 0;
      return guess;
    }
    const Receipt* from = &main;
    if (rng_.percent(40)) from = &recent(world_.receipts());
    if (rng_.percent(95) && (from->group != main.group || from->stream != main.stream)) from = &main;
    const std::uint32_t beyond = rng_.percent(3) ? 1 : 0;
    return Lockstep::entry(*from, static_cast<std::uint32_t>(rng_.below(from->delivery.count) + beyond), success);
  }

  // A guess at the cursor, so that long batches get confirmed in pieces; wrong guesses are welcome too.
  [[nodiscard]] bool was_confirmed(const Receipt& receipt, std::uint32_t index) const {
    return receipt.lease < confirmed_upto_.size() && index < confirmed_upto_[receipt.lease];
  }
  void note_confirmed(const Receipt& receipt, const std::vector<LockstepEntry>& entries) {
    if (confirmed_upto_.size() <= receipt.lease) confirmed_upto_.resize(receipt.lease + 1);
    for (const LockstepEntry& each : entries) {
      if (!each.success) break;
      confirmed_upto_[receipt.lease] = std::max(confirmed_upto_[receipt.lease], each.model.index + 1);
    }
  }

  void advance() { world_.advance(Millis(rng_.percent(80) ? rng_.below(20) : rng_.below(300))); }

  void move_unseen() {
    if (world_.parked() != 0) return advance();
    world_.move_clock_unseen(Millis(rng_.percent(80) ? rng_.below(20) : rng_.below(300)));
  }

  void give_back() {
    if (world_.receipts().empty()) return consume();
    world_.give_back(recent(world_.receipts()));
  }

  void cancel() {
    if (world_.parked() == 0) return consume();
    world_.cancel_parked(rng_.below(world_.parked()));
  }

  void reset() {
    using Kind = Broker::ResetTarget::Kind;
    if (world_.known_groups().empty()) return make_groups();
    const KnownGroup& group = recent(world_.known_groups());
    Broker::ResetTarget target;
    const auto kind = rng_.below(4);
    target.kind = kind == 0 ? Kind::kEarliest : kind == 1 ? Kind::kLatest : Kind::kTime;
    if (target.kind == Kind::kTime) target.time = world_.now() + Millis(2) - Millis(rng_.below(100));
    world_.reset(group.project, maybe(group.queue), group.id, target, rng_.percent(60));
  }

  void wipe() { world_.wipe(rng_.percent(70)); }

  void purge() {
    if (world_.known_groups().empty()) return;
    const KnownGroup& group = recent(world_.known_groups());
    world_.purge(group.queue, rng_.percent(60) ? std::optional(group.id) : std::nullopt);
  }
  void redrive() {
    if (world_.known_groups().empty()) return;
    const KnownGroup& group = recent(world_.known_groups());
    world_.redrive(group.queue, group.id, rng_.percent(50) ? UINT64_MAX : rng_.between(0, 3));
  }
  void expire() {
    if (world_.known_groups().empty()) return;
    const KnownGroup& group = recent(world_.known_groups());
    world_.expire(group.queue, group.id);
  }

  void call_the_unknown() {
    const KnownQueue& queue = recent(world_.known_queues());
    const Project stranger{"mallory", "r1"};
    world_.send(stranger, queue.id, {{}}, 0);
    world_.remove_queue(stranger, queue.id);
    world_.create_groups(stranger, queue.id, {"x"});
    world_.remove_groups(stranger, queue.id, {"x"});
    if (world_.known_groups().empty()) return;
    const KnownGroup& group = recent(world_.known_groups());
    ModelConsume request;
    request.group = group.id;
    request.queue = maybe(queue.id);
    request.ack_wait = Millis(5);
    world_.consume(rng_.percent(50) ? stranger : group.project, request);
    world_.reset(stranger, std::nullopt, group.id, {}, true);
    world_.confirm(group.project, queue.id, group.id, Stream::kQueue, {Lockstep::unreadable(true)});
  }

  Rng rng_;
  Lockstep world_;
  unsigned tag_percent_ = 0;
  std::vector<std::uint32_t> confirmed_upto_;
};

TEST(RandomTest, TheBrokerDoesWhatTheModelDoes) {
  const std::uint64_t rounds = number_from_environment("WINGMQ_MODEL_ROUNDS", 8'000);
  const std::uint64_t seed = first_seed(20'261'123);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    Life life(seed + round);
    for (int step = 0; step < 80 && !HasFailure(); ++step) {
      life.step();
      // Not after every step, so that calls also meet what is overdue.
      if (step % 8 != 7) life.world().check();
    }
    if (!HasFailure()) life.world().finish();
    ASSERT_FALSE(HasFailure()) << repeat_hint(seed + round) << " WINGMQ_MODEL_ROUNDS=1\n" << life.world().steps();
  }
}

}  // namespace
}  // namespace wingmq::test
