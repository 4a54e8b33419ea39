// A life of the broker, in step with the model (tests/model/lockstep.h): bytes are calls and moves of the clock. A call is a
// letter with its arguments behind it, digits for small numbers, so that the corpus can be read; any other byte means
// something as well. Differences print the steps that led there.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "model/lockstep.h"

namespace wingmq::test {
namespace {

constexpr int kStepsMax = 80;

/// Numbers out of an input. At its end everything is 0.
class Choices {
 public:
  explicit Choices(std::string_view input) : input_(input) {}

  [[nodiscard]] bool done() const { return input_.empty(); }
  /// A digit counts as its number.
  unsigned next() {
    const unsigned byte = take_byte(input_);
    return byte >= '0' && byte <= '9' ? byte - '0' : byte;
  }
  std::size_t below(std::size_t end) { return next() % end; }
  bool flag() { return (next() & 1U) != 0; }

 private:
  std::string_view input_;
};

Options any_options(Choices& choices) {
  const unsigned bits = choices.next();
  Options options;
  options.limits.queues_per_project = 2;
  options.limits.groups_per_queue = 2;
  options.limits.payload_bytes_max = (bits & 1U) != 0 ? 60 : 1'000;
  options.limits.retention = Millis((bits & 2U) != 0 ? 40 : 400);
  options.limits.dead_letter_lease_max = Millis(20);
  options.failure_counting = (bits & 4U) != 0 ? FailureCounting::kExplicit : FailureCounting::kDelivered;
  return options;
}

class Life {
 public:
  explicit Life(std::string_view input) : choices_(input), world_(any_options(choices_), 1) {
    make_queue();
    make_groups();
  }

  [[nodiscard]] bool done() const { return choices_.done(); }
  [[nodiscard]] Lockstep& world() { return world_; }

  void step() {
    switch (letter()) {
      case 's': return send();
      case 'c': return consume(Stream::kQueue);
      case 'd': return consume(Stream::kDeadLetters);
      case 'f': return confirm_in_order();
      case 'm': return confirm_anything();
      case 't': return world_.advance(Millis(choices_.next()));
      case 'u': return move_unseen();
      case 'r': return reset();
      case 'b': return give_back();
      case 'k': return cancel();
      case 'q': return make_queue();
      case 'g': return make_groups();
      case 'x': return remove_groups();
      case 'z': return remove_queue();
      case 'w': return world_.wipe(choices_.flag());
      default: return call_as_stranger();
    }
  }

 private:
  char letter() {
    static constexpr std::string_view kLetters = "scdfmturbkqgxzwo";
    const auto byte = static_cast<char>(choices_.next());
    return kLetters.find(byte) != std::string_view::npos ? byte : kLetters[static_cast<unsigned char>(byte) % kLetters.size()];
  }
  /// Counted from the end: what was made last is what probably still exists.
  template <typename T>
  const T& recent(const std::vector<T>& all) {
    return all[all.size() - 1 - choices_.below(all.size())];
  }
  std::optional<QueueId> maybe(QueueId id) { return choices_.flag() ? std::nullopt : std::optional(id); }
  std::vector<std::string> any_tags() {
    static constexpr std::string_view kTags[] = {"red", "green", "blue"};
    const unsigned bits = choices_.next();
    std::vector<std::string> tags;
    for (unsigned i = 0; i < 3; ++i) {
      if ((bits >> i & 1U) != 0) tags.emplace_back(kTags[i]);
    }
    return tags;
  }
  std::vector<std::string> any_names() {
    const unsigned bits = choices_.next();
    std::vector<std::string> names = {std::string(1, static_cast<char>('x' + bits % 3))};
    if ((bits & 4U) != 0) names.emplace_back(1, static_cast<char>('x' + (bits >> 3U) % 3));
    return names;
  }

  void make_queue() {
    const unsigned bits = choices_.next();
    QueueSpec spec;
    spec.name = std::string(1, static_cast<char>('a' + (bits >> 3U & 1U) + (bits >> 5U & 1U)));
    spec.mode = (bits & 3U) == 1 ? QueueMode::kFifo : (bits & 3U) == 3 ? QueueMode::kKafkaHt : QueueMode::kNormal;
    if (spec.mode != QueueMode::kKafkaHt && (bits & 4U) != 0) spec.consume_count_max = 1 + (bits >> 4U & 1U);
    world_.create_queue({"alice", "r1"}, spec);
  }
  void make_groups() {
    const KnownQueue& queue = recent(world_.known_queues());
    world_.create_groups(queue.project, queue.id, any_names());
  }
  void remove_queue() {
    const KnownQueue& queue = recent(world_.known_queues());
    world_.remove_queue(queue.project, queue.id);
  }
  void remove_groups() {
    const KnownQueue& queue = recent(world_.known_queues());
    world_.remove_groups(queue.project, queue.id, any_names());
  }
  void send() {
    const KnownQueue& queue = recent(world_.known_queues());
    std::vector<std::vector<std::string>> tags(1 + choices_.below(4));
    if (choices_.flag()) {
      for (auto& each : tags) each = any_tags();
    }
    world_.send(queue.project, queue.id, tags, choices_.below(30));
  }
  void consume(Stream stream) {
    if (world_.known_groups().empty()) return make_groups();
    const KnownGroup& group = recent(world_.known_groups());
    ModelConsume request;
    request.queue = maybe(group.queue);
    request.group = group.id;
    request.stream = stream;
    request.messages_max = 1 + static_cast<std::uint32_t>(choices_.below(5));
    request.wait = Millis(choices_.below(32));
    request.ack_wait = Millis(1 + choices_.below(32));
    const unsigned bits = choices_.next();
    if ((bits & 1U) != 0) request.tags = any_tags();
    if ((bits & 2U) != 0) request.match = TagMatch::kAll;
    world_.consume(group.project, request);
  }
  /// The first messages of a delivery, the last of them perhaps with `fail`.
  void confirm_in_order() {
    if (world_.receipts().empty()) return consume(Stream::kQueue);
    const Receipt& receipt = recent(world_.receipts());
    const auto from = static_cast<std::uint32_t>(choices_.below(receipt.delivery.count));
    const auto count = 1 + static_cast<std::uint32_t>(choices_.below(receipt.delivery.count - from));
    const bool fails = choices_.flag();
    std::vector<LockstepEntry> entries;
    entries.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) entries.push_back(Lockstep::entry(receipt, from + i, !fails || i + 1 < count));
    world_.confirm(receipt.project, maybe(receipt.queue), receipt.group, receipt.stream, entries);
  }
  /// Handles of any deliveries, of anybody.
  void confirm_anything() {
    if (world_.receipts().empty()) return consume(Stream::kDeadLetters);
    const Receipt& main = recent(world_.receipts());
    std::vector<LockstepEntry> entries;
    for (std::size_t left = 1 + choices_.below(4); left > 0; --left) {
      const unsigned bits = choices_.next();
      const bool success = (bits & 1U) == 0;
      if ((bits & 0xC0U) == 0xC0U) {
        entries.push_back(Lockstep::unreadable(success));
        continue;
      }
      const Receipt& from = (bits & 2U) != 0 ? recent(world_.receipts()) : main;
      const bool same_stream = from.group == main.group && from.stream == main.stream;
      entries.push_back(Lockstep::entry(from, (bits >> 2U & 15U) % (from.delivery.count + 1), success));
      if ((bits & 0xC0U) != 0x80U || !same_stream) continue;
      entries.back().real->secret ^= 1;  // a guess: everything is right but the secret
      entries.back().model.lease = 0;
    }
    world_.confirm(main.project, maybe(main.queue), main.group, main.stream, entries);
  }
  void move_unseen() {
    const Millis by(choices_.next());
    if (world_.parked() != 0) return world_.advance(by);
    world_.move_clock_unseen(by);
  }
  void give_back() {
    if (world_.receipts().empty()) return consume(Stream::kQueue);
    world_.give_back(recent(world_.receipts()));
  }
  void cancel() {
    if (world_.parked() == 0) return consume(Stream::kQueue);
    world_.cancel_parked(choices_.below(world_.parked()));
  }
  void reset() {
    using Kind = Broker::ResetTarget::Kind;
    if (world_.known_groups().empty()) return make_groups();
    const KnownGroup& group = recent(world_.known_groups());
    const unsigned bits = choices_.next();
    Broker::ResetTarget target;
    target.kind = (bits & 3U) == 0 ? Kind::kEarliest : (bits & 3U) == 1 ? Kind::kLatest : Kind::kTime;
    if (target.kind == Kind::kTime) target.time = world_.now() + Millis(2) - Millis(choices_.next());
    world_.reset(group.project, maybe(group.queue), group.id, target, (bits & 4U) != 0);
  }
  void call_as_stranger() {
    const Project stranger{"mallory", "r1"};
    const KnownQueue& queue = recent(world_.known_queues());
    world_.send(stranger, queue.id, {{}}, 0);
    world_.remove_groups(stranger, queue.id, {"x"});
    world_.remove_queue(stranger, queue.id);
    if (world_.known_groups().empty()) return;
    const KnownGroup& group = recent(world_.known_groups());
    world_.reset(stranger, std::nullopt, group.id, {}, true);
    world_.confirm(group.project, queue.id, group.id, Stream::kQueue, {Lockstep::unreadable(true)});
  }

  Choices choices_;
  Lockstep world_;
};

void require_no_difference(const Lockstep& world) {
  if (testing::Test::HasFailure()) require(false, "the broker does what the model does", world.steps());
}

}  // namespace
}  // namespace wingmq::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wingmq::test;
  Life life({reinterpret_cast<const char*>(data), size});
  for (int step = 0; step < kStepsMax && !life.done(); ++step) {
    life.step();
    if (step % 8 == 7) life.world().check();  // not always, so that calls also meet what is overdue
    require_no_difference(life.world());
  }
  life.world().check();
  require_no_difference(life.world());
  life.world().finish();
  require_no_difference(life.world());
  return 0;
}
