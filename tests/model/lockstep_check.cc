// How both sides are compared: answers as they come, and everything that can be looked at.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "model/lockstep_call.h"

namespace wingmq::test {
namespace {

/// Belongs to no stream of any group.
constexpr Handle kForeignHandle{0xFFFF'FFFF, 0xFFFF'FFFF, 0, 1};

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

}  // namespace

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
  const GroupBalance& balance = real.balance;
  EXPECT_EQ(balance.available, real.available);
  EXPECT_EQ(balance.in_flight, real.in_flight);
  EXPECT_TRUE(balance.balanced()) << "produced " << balance.produced << " confirmed " << balance.confirmed << " available " << balance.available
                                  << " dead " << balance.dead << " skipped " << balance.skipped << " expired " << balance.expired;
  replicas_.check(queue.project, real.id, model_.queue_info(queue.id).spec);
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
  const auto next = broker_.next_event();
  EXPECT_EQ(next ? (next->at - kStart).count() : -1, model ? (*model - kStart).count() : -1) << "the next event";
  if (!model) return;
  ASSERT_TRUE(real.has_value()) << "the model has something to do at " << (*model - kStart).count();
  EXPECT_LE((*real - kStart).count(), (*model - kStart).count());
}

}  // namespace wingmq::test
