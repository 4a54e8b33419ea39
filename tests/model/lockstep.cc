#include "model/lockstep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "model/lockstep_call.h"

namespace wingmq::test {
namespace {

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

Lockstep::Lockstep(const Options& options, std::uint64_t seed)
    : clock_(kStart),
      random_(seed),
      broker_(options, clock_, random_),
      replicas_(broker_, seed),
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

template <typename T>
void Lockstep::compare(const Result<T>& real, const Result<T>& model) {
  EXPECT_TRUE(same_success(real, model)) << text_of_error(real) << " / model " << text_of_error(model);
  if (real && model) {
    EXPECT_EQ(*real, *model);
  }
  compare_outcomes();
}

void Lockstep::purge(QueueId queue, std::optional<GroupId> group) {
  note("purge " + short_id(queue.value) + (group ? " for group " + short_id(group->value) : ""));
  const auto model = model_.purge(queue, group);
  compare(broker_.purge(queue, group), model);
}

void Lockstep::redrive(QueueId queue, GroupId group, std::uint64_t messages_max) {
  note("redrive group " + short_id(group.value) + " up to " + std::to_string(messages_max));
  const auto model = model_.redrive(queue, group, messages_max);
  compare(broker_.redrive(queue, group, messages_max), model);
}

void Lockstep::expire(QueueId queue, GroupId group) {
  note("expire leases of group " + short_id(group.value));
  const auto model = model_.expire(queue, group);
  compare(broker_.expire(queue, group, {}), model);
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

void Lockstep::finish() {
  close();
  EXPECT_EQ(parked(), 0U) << "calls that were never answered";
  wipe(false);
  receipts_.clear();
  for (const auto& call : calls_) call->outcome.reset();
  EXPECT_EQ(broker_.memory().used(), memory_at_start_) << "message memory that nobody gave back";
}

}  // namespace wingmq::test
