#include "model/lockstep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace wingmq::test {
namespace {

constexpr Time kStart{Millis(1'700'000'000'000)};
/// Belongs to no stream of any group.
constexpr Handle kForeignHandle{0xFFFF'FFFF, 0xFFFF'FFFF, 0, 1};

[[nodiscard]] std::string short_id(const Uuid& id) { return id.text().substr(0, 4); }

[[nodiscard]] MessageNumber number_of(const Batch& batch, std::uint32_t index) {
  return std::stoull(std::string(batch.body(index)));
}

[[nodiscard]] std::vector<ModelDelivered> messages_of(const Delivery& delivery) {
  std::vector<ModelDelivered> messages;
  for (const DeliveredRun& run : delivery.runs) {
    for (std::uint32_t i = 0; i < run.count; ++i) {
      messages.push_back({number_of(*run.batch, run.first + i), run.failures});
    }
  }
  return messages;
}

[[nodiscard]] std::string text_of(const std::vector<ModelDelivered>& messages) {
  std::string text;
  for (const ModelDelivered& each : messages) {
    text += std::to_string(each.number) + "(" + std::to_string(each.failures) + ") ";
  }
  return text;
}

[[nodiscard]] std::string text_of(const Error& error) {
  return "error " + std::to_string(static_cast<int>(error.code)) + " limit " + std::to_string(error.limit) +
         " actual " + std::to_string(error.actual);
}

template <typename T>
[[nodiscard]] std::string text_of_error(const Result<T>& result) {
  return result ? std::string("done") : text_of(result.error());
}

/// Numbers are compared where result.h says that they apply.
[[nodiscard]] bool same_error(const Error& real, const Error& model) {
  const bool numbers_apply = model.limit != 0 || model.actual != 0;
  return real.code == model.code && (!numbers_apply || real == model);
}

template <typename A, typename B>
[[nodiscard]] bool same_success(const Result<A>& real, const Result<B>& model) {
  if (real && model) return true;
  return !real && !model && same_error(real.error(), model.error());
}

using FiredKey = std::tuple<Time::rep, int, std::string, std::string>;

/// Sums what happened at the same instant to the same group: how it is split is nobody's promise.
[[nodiscard]] std::map<FiredKey, std::uint64_t> summed(const std::vector<Fired>& fired) {
  std::map<FiredKey, std::uint64_t> sums;
  for (const Fired& each : fired) {
    if (each.count == 0) continue;
    sums[{(each.at - kStart).count(), static_cast<int>(each.type), each.queue, each.group.value_or("(none)")}] +=
        each.count;
  }
  return sums;
}

}  // namespace

/// A consume call that the real broker parked.
class Lockstep::Call final : public Waiter {
 public:
  Call(Lockstep& owner, std::uint64_t number_, Project project_, ModelConsume request_, QueueId queue_)
      : number(number_), project(std::move(project_)), request(std::move(request_)), queue(queue_), owner_(owner) {}

  void on_done(Result<Delivery> result) override {
    EXPECT_FALSE(outcome) << "waiter " << number << " was answered twice";
    outcome = std::move(result);
    owner_.answered_.push_back(this);
  }

  const std::uint64_t number;
  const Project project;
  const ModelConsume request;
  const QueueId queue;
  std::optional<Result<Delivery>> outcome;

 private:
  Lockstep& owner_;
};

Lockstep::Lockstep(const Options& options, std::uint64_t seed)
    : clock_(kStart),
      random_(seed),
      broker_(options, clock_, random_),
      model_(options, kStart),
      memory_at_start_(broker_.memory().used()) {}

Lockstep::~Lockstep() { broker_.close(); }

std::string Lockstep::steps() const {
  std::string text = "steps so far:\n";
  for (const std::string& step : steps_) text += "  " + step + "\n";
  return text;
}

LockstepEntry Lockstep::entry(const Receipt& receipt, std::uint32_t index, bool success) {
  return {receipt.delivery.handle(index), ModelHandle{receipt.lease, index}, success};
}

Lockstep::Call* Lockstep::find_call(std::uint64_t number) {
  return number >= 1 && number <= calls_.size() ? calls_[number - 1].get() : nullptr;
}

// --- Operations ---

void Lockstep::create_queue(const Project& project, const QueueSpec& spec) {
  note("create_queue " + spec.name + " in " + project.region + " mode " + std::to_string(static_cast<int>(spec.mode)) +
       " consume_count_max " + std::to_string(spec.consume_count_max.value_or(0)));
  const auto real = broker_.create_queue(project, spec);
  const auto model = model_.may_create_queue(project, spec.name);
  EXPECT_TRUE(same_success(real, model)) << text_of_error(real) << " / model " << text_of_error(model);
  if (!real || !model) return;
  EXPECT_EQ(real->spec.name, spec.name);
  model_.adopt_queue(project, real->id, spec);
  queues_.push_back({project, real->id});
}

void Lockstep::remove_queue(const Project& project, QueueId id) {
  note("remove_queue " + short_id(id.value));
  const auto model = model_.remove_queue(project, id);
  const auto real = broker_.remove_queue(project, id);
  EXPECT_TRUE(same_success(real, model)) << text_of_error(real) << " / model " << text_of_error(model);
  compare_outcomes();
  if (!model) return;
  for (KnownQueue& queue : queues_) queue.removed = queue.removed || queue.id == id;
}

void Lockstep::create_groups(const Project& project, QueueId queue, const std::vector<std::string>& names) {
  std::string text = "create_groups of " + short_id(queue.value) + ":";
  for (const std::string& name : names) text += " " + name;
  note(std::move(text));
  const auto real = broker_.create_groups(project, queue, names);
  const auto model = model_.may_create_groups(project, queue, names);
  EXPECT_TRUE(same_success(real, model)) << text_of_error(real) << " / model " << text_of_error(model);
  if (!real || !model) return;
  ASSERT_EQ(real->size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ((*real)[i].name, names[i]);
    model_.adopt_group(queue, (*real)[i].id, names[i]);
    groups_.push_back({project, queue, (*real)[i].id, names[i]});
  }
}

void Lockstep::remove_groups(const Project& project, QueueId queue, const std::vector<std::string>& names) {
  std::string text = "remove_groups of " + short_id(queue.value) + ":";
  for (const std::string& name : names) text += " " + name;
  note(std::move(text));
  const auto model = model_.remove_groups(project, queue, names);
  const auto real = broker_.remove_groups(project, queue, names);
  EXPECT_TRUE(same_success(real, model)) << text_of_error(real) << " / model " << text_of_error(model);
  compare_outcomes();
}

void Lockstep::send(const Project& project, QueueId queue, const std::vector<std::vector<std::string>>& tags,
                    std::size_t filler) {
  std::vector<Text> texts;
  std::vector<ModelMessage> messages;
  std::string step = "send to " + short_id(queue.value) + ":";
  for (const auto& each : tags) {
    const MessageNumber number = ++last_message_;
    texts.push_back(Text{std::to_string(number) + std::string(filler, ' '), each});
    messages.push_back({number, each, texts.back().body.size() + tags_json(each).size()});
    step += " " + std::to_string(number) + tags_json(each);
  }
  note(step + " with " + std::to_string(filler) + " bytes more");
  const auto model = model_.send(project, queue, messages);
  const auto real = broker_.send(project, queue, make_batch(broker_.buffers(), texts));
  EXPECT_TRUE(same_success(real, model)) << text_of_error(real) << " / model " << text_of_error(model);
  compare_outcomes();
}

void Lockstep::consume(const Project& project, const ModelConsume& request) {
  const std::uint64_t number = calls_.size() + 1;
  note("consume " + std::to_string(number) + " group " + short_id(request.group.value) +
       (request.stream == Stream::kQueue ? "" : " dead letters") + " max " + std::to_string(request.messages_max) +
       " wait " + std::to_string(request.wait.count()) + " ack_wait " + std::to_string(request.ack_wait.count()) +
       " tags " + tags_json(request.tags) + (request.match == TagMatch::kAny ? " any" : " all"));
  const auto queue_of = [this](GroupId id) {
    for (const KnownGroup& group : groups_) {
      if (group.id == id) return group.queue;
    }
    return QueueId{};
  };
  calls_.push_back(std::make_unique<Call>(*this, number, project, request, queue_of(request.group)));
  Call& call = *calls_.back();
  ConsumeRequest real_request;
  real_request.queue = request.queue;
  real_request.group = request.group;
  real_request.stream = request.stream;
  real_request.messages_max = request.messages_max;
  real_request.wait = request.wait;
  real_request.ack_wait = request.ack_wait;
  real_request.tags = TagRule(request.tags, request.match);

  auto model = model_.consume(project, request, number);
  auto real = broker_.consume(project, real_request, call);
  EXPECT_EQ(real.has_value(), model.has_value()) << "parked by one side only";
  if (!real) parked_.push_back(&call);
  if (real && model) {
    EXPECT_TRUE(same_success(*real, *model)) << text_of_error(*real) << " / model " << text_of_error(*model);
    if (*real && *model) compare_delivery(call, **real, **model);
  }
  compare_outcomes();
}

void Lockstep::cancel_parked(std::size_t n) {
  Call* call = parked_.at(n);
  note("cancel " + std::to_string(call->number));
  EXPECT_TRUE(model_.cancel(call->number));
  EXPECT_TRUE(broker_.cancel(*call));
  parked_.erase(parked_.begin() + static_cast<std::ptrdiff_t>(n));
  EXPECT_FALSE(broker_.cancel(*call)) << "taken back twice";
  compare_outcomes();
}

void Lockstep::confirm(const Project& project, std::optional<QueueId> queue, GroupId group, Stream stream,
                       const std::vector<LockstepEntry>& entries) {
  std::string step = "confirm group " + short_id(group.value) + (stream == Stream::kQueue ? ":" : " dead letters:");
  std::vector<ConfirmEntry> real_entries;
  std::vector<ModelConfirmEntry> model_entries;
  for (const LockstepEntry& each : entries) {
    real_entries.push_back({each.real, each.success});
    model_entries.push_back({each.model, each.success});
    step += " lease" + std::to_string(each.model.lease) + "[" + std::to_string(each.model.index) + "]" +
            (each.success ? "+" : "-");
  }
  note(std::move(step));
  const auto model = model_.confirm(project, queue, group, stream, model_entries);
  const auto real = broker_.confirm(project, queue, group, stream, real_entries);
  EXPECT_TRUE(same_success(real, model)) << text_of_error(real) << " / model " << text_of_error(model);
  if (real && model) {
    EXPECT_EQ(real->success, model->success);
    EXPECT_EQ(real->fail, model->fail);
  }
  compare_outcomes();
}

void Lockstep::give_back(const Receipt& receipt) {
  note("give_back lease" + std::to_string(receipt.lease));
  model_.give_back(receipt.lease);
  broker_.give_back(receipt.project, receipt.group, receipt.delivery);
  compare_outcomes();
}

void Lockstep::reset(const Project& project, std::optional<QueueId> queue, GroupId group, Broker::ResetTarget target,
                     bool force) {
  using Kind = Broker::ResetTarget::Kind;
  note("reset group " + short_id(group.value) + " to " +
       (target.kind == Kind::kEarliest ? "earliest"
        : target.kind == Kind::kLatest ? "latest"
                                       : "now" + std::to_string((target.time - now()).count())) +
       (force ? " by force" : ""));
  const auto model = model_.reset(project, queue, group, target, force);
  const auto real = broker_.reset(project, queue, group, target, force);
  EXPECT_TRUE(same_success(real, model)) << text_of_error(real) << " / model " << text_of_error(model);
  compare_outcomes();
}

void Lockstep::advance(Millis by) {
  note("advance by " + std::to_string(by.count()));
  if (std::exchange(unseen_, false)) broker_.run_due();
  const Time from = model_.now();
  const Time to = from + by;
  const auto model = model_.advance(to);
  const AdvanceReport real = broker_.advance(to);
  EXPECT_EQ((real.from - kStart).count(), (from - kStart).count());
  EXPECT_EQ((real.to - kStart).count(), (to - kStart).count());
  EXPECT_EQ(clock_.now(), to);
  EXPECT_TRUE(
      std::is_sorted(real.fired.begin(), real.fired.end(), [](const Fired& a, const Fired& b) { return a.at < b.at; }));
  EXPECT_EQ(summed(real.fired), summed(model));
  compare_outcomes();
}

void Lockstep::move_clock_unseen(Millis by) {
  note("clock moves unseen by " + std::to_string(by.count()));
  ASSERT_EQ(parked(), 0U);
  clock_.move_to(clock_.now() + by);
  static_cast<void>(model_.advance(model_.now() + by));
  unseen_ = true;
}

void Lockstep::wipe(bool keep_queues) {
  note(keep_queues ? "wipe keeping queues" : "wipe");
  model_.wipe(keep_queues);
  broker_.wipe(keep_queues);
  if (!keep_queues) {
    for (KnownQueue& queue : queues_) queue.removed = true;
  }
  compare_outcomes();
}

void Lockstep::close() {
  note("close");
  model_.close();
  broker_.close();
  compare_outcomes();
}

// --- Comparing ---

void Lockstep::compare_delivery(const Call& call, const Delivery& real, const ModelDelivery& model) {
  const auto messages = messages_of(real);
  EXPECT_EQ(text_of(messages), text_of(model.messages)) << "delivered to call " << call.number;
  EXPECT_EQ(real.count, messages.size());
  EXPECT_EQ(real.empty(), model.lease == 0);
  if (real.empty() || model.lease == 0) return;
  EXPECT_EQ((real.deadline - kStart).count(), (model.deadline - kStart).count());
  receipts_.push_back({call.project, call.queue, call.request.group, call.request.stream, real, model.lease});
  steps_.back() += " -> lease" + std::to_string(model.lease) + ": " + text_of(model.messages);
}

void Lockstep::compare_outcomes() {
  struct Ended {
    Call* call = nullptr;
    const ModelOutcome* model = nullptr;
  };
  const auto kind = [](const Call& call, bool delivered) {
    return std::tuple(call.request.group, call.request.stream, delivered);
  };
  // Messages come in arrival order (API.md 4.9); the order of empty answers is nobody's promise.
  std::vector<std::tuple<decltype(kind(*calls_.front(), true)), std::uint64_t, Ended>> real;
  std::uint64_t rank = 0;
  for (Call* call : answered_) {
    const bool delivered = call->outcome->has_value() && !(*call->outcome)->empty();
    real.emplace_back(kind(*call, delivered), delivered ? ++rank : call->number, Ended{call, nullptr});
    std::erase(parked_, call);
  }
  answered_.clear();
  const std::vector<ModelOutcome> outcomes = model_.take_outcomes();
  decltype(real) model;
  for (const ModelOutcome& outcome : outcomes) {
    Call* call = find_call(outcome.waiter);
    const bool delivered = outcome.result.has_value() && outcome.result->lease != 0;
    model.emplace_back(kind(*call, delivered), delivered ? ++rank : call->number, Ended{call, &outcome});
  }
  const auto by_kind_and_rank = [](const auto& a, const auto& b) {
    return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
  };
  std::sort(real.begin(), real.end(), by_kind_and_rank);
  std::sort(model.begin(), model.end(), by_kind_and_rank);
  EXPECT_EQ(real.size(), model.size()) << "parked calls that ended";
  for (std::size_t i = 0; i < std::min(real.size(), model.size()); ++i) {
    const Ended& a = std::get<2>(real[i]);
    const Ended& b = std::get<2>(model[i]);
    EXPECT_EQ(a.call->number, b.call->number) << "order in which parked calls were answered";
    if (a.call != b.call) continue;
    const Result<Delivery>& result = *a.call->outcome;
    EXPECT_TRUE(same_success(result, b.model->result))
        << text_of_error(result) << " / model " << text_of_error(b.model->result);
    if (result && b.model->result) compare_delivery(*a.call, *result, *b.model->result);
  }
}

void Lockstep::check() {
  std::map<Project, std::vector<QueueId>> by_project;
  for (const KnownQueue& queue : queues_) {
    auto& ids = by_project[queue.project];
    if (queue.removed) {
      const auto gone = broker_.queue(queue.project, queue.id);
      EXPECT_TRUE(!gone && gone.error().code == ErrorCode::kQueueNotFound);
      continue;
    }
    ids.push_back(queue.id);
    check_queue(queue);
  }
  for (const auto& [project, ids] : by_project) {
    std::vector<QueueId> real;
    for (const QueueInfo& info : broker_.queues(project)) real.push_back(info.id);
    EXPECT_EQ(real, ids) << "queues are listed in order of creation";
    EXPECT_EQ(broker_.quota(project).used, ids.size());
  }
  check_handles();
  compare_outcomes();
  check_next_deadline();
}

void Lockstep::check_queue(const KnownQueue& queue) {
  const auto real = broker_.groups(queue.project, queue.id);
  ASSERT_TRUE(real) << text_of(real.error());
  const QueueInfo model = model_.queue_info(queue.id);
  const auto fields = [](const QueueInfo& info) {
    return std::tuple(info.id.text(), info.project.customer, info.project.region, info.spec.name, info.spec.mode,
                      info.created, info.messages, info.payload_bytes, info.group_count);
  };
  EXPECT_EQ(fields(real->queue), fields(model));
  const std::vector<GroupInfo> groups = model_.group_infos(queue.id);
  ASSERT_EQ(real->groups.size(), groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) check_group(queue, real->groups[i], groups[i]);
  PeekRequest everything;
  everything.limit = 10'000;
  const auto peeked = broker_.peek(queue.id, everything);
  ASSERT_TRUE(peeked) << text_of(peeked.error());
  std::vector<MessageNumber> numbers;
  for (const PeekedMessage& each : *peeked) numbers.push_back(number_of(*each.batch, each.index));
  EXPECT_EQ(numbers, model_.retained(queue.id)) << "retained messages";
}

void Lockstep::check_group(const KnownQueue& queue, const GroupInfo& real, const GroupInfo& model) {
  const auto fields = [](const GroupInfo& info) {
    return "produced " + std::to_string(info.produced) + " consumed " + std::to_string(info.consumed) + " available " +
           std::to_string(info.available) + " in_flight " + std::to_string(info.in_flight) + " dead_produced " +
           std::to_string(info.dead_produced) + " dead_available " + std::to_string(info.dead_available) +
           " dead_in_flight " + std::to_string(info.dead_in_flight) + " parked " + std::to_string(info.parked) +
           " tags " + std::to_string(info.tags.tags().size());
  };
  EXPECT_EQ(real.id, model.id);
  EXPECT_EQ(real.name, model.name);
  EXPECT_EQ(fields(real), fields(model)) << "counts of group " << model.name << " " << short_id(model.id.value);
  EXPECT_EQ(real.tags, model.tags);
  check_messages(queue.id, real.id, Stream::kQueue);
  check_messages(queue.id, real.id, Stream::kDeadLetters);
}

void Lockstep::check_messages(QueueId queue, GroupId group, Stream stream) {
  PeekRequest request;
  request.group = group;
  request.limit = 10'000;
  const bool dead = stream == Stream::kDeadLetters;
  if (dead) request.state = MessageState::kDead;
  const auto peeked = broker_.peek(queue, request);
  ASSERT_TRUE(peeked) << text_of(peeked.error());
  const auto line = [dead](MessageNumber number, Time born, MessageState state, std::uint32_t failures,
                           std::optional<Time> deadline) {
    const bool pending = state == MessageState::kAvailable || state == MessageState::kInFlight || dead;
    std::string text = std::to_string(number) + " born " + std::to_string((born - kStart).count());
    if (!dead) text += " state " + std::to_string(static_cast<int>(state));
    if (pending) text += " failures " + std::to_string(failures);
    if (deadline) text += " leased until " + std::to_string((*deadline - kStart).count());
    return text + "\n";
  };
  std::string real;
  for (const PeekedMessage& each : *peeked) {
    ASSERT_TRUE(each.state.has_value());
    if (dead && *each.state == MessageState::kConfirmed) continue;
    real += line(number_of(*each.batch, each.index), each.sent, *each.state, each.failures, each.lease_deadline);
  }
  std::string model;
  for (const ModelEntry& each : model_.entries(group, stream)) {
    if (dead && each.state == MessageState::kConfirmed) continue;
    model += line(each.message.number, each.born, each.state, each.failures, each.lease_deadline);
  }
  EXPECT_EQ(real, model) << (dead ? "dead letters" : "messages") << " as group " << short_id(group.value)
                         << " sees them";
}

void Lockstep::check_handles() {
  constexpr std::size_t receipts_checked = 16;
  const std::size_t from = receipts_.size() > receipts_checked ? receipts_.size() - receipts_checked : 0;
  for (std::size_t r = from; r < receipts_.size(); ++r) {
    const Receipt& receipt = receipts_[r];
    for (std::uint32_t index = 0; index < receipt.delivery.count; ++index) {
      // The second handle is always refused, so nothing happens; which refusal comes tells whether the first one lives.
      const ConfirmEntry entries[] = {{receipt.delivery.handle(index), true}, {kForeignHandle, true}};
      const auto probed = broker_.confirm(receipt.project, std::nullopt, receipt.group, receipt.stream, entries);
      ASSERT_FALSE(probed);
      if (probed.error().code == ErrorCode::kGroupNotFound) continue;
      const bool alive = model_.alive(receipt.group, receipt.stream, {receipt.lease, index});
      EXPECT_EQ(static_cast<int>(probed.error().code),
                static_cast<int>(alive ? ErrorCode::kHandleForeign : ErrorCode::kHandleInvalid))
          << "handle " << index << " of lease" << receipt.lease << " is " << (alive ? "alive" : "dead")
          << " in the model";
    }
  }
}

void Lockstep::check_next_deadline() {
  const auto real = broker_.next_deadline();
  const auto model = model_.next_deadline();
  if (!model) return;
  ASSERT_TRUE(real.has_value()) << "the model has something to do at " << (*model - kStart).count();
  EXPECT_LE((*real - kStart).count(), (*model - kStart).count());
}

void Lockstep::finish() {
  close();
  EXPECT_EQ(parked(), 0U) << "calls that were never answered";
  wipe(false);
  receipts_.clear();
  for (const auto& call : calls_) call->outcome.reset();
  EXPECT_EQ(broker_.memory().used(), memory_at_start_) << "message memory that nobody gave back";
}

}  // namespace wingmq::test
