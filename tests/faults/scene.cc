#include "faults/scene.h"

#include "group/group_state.h"

#include "faults/failing_allocations.h"

namespace wingmq::test {
namespace {

Options options_of(FailureCounting counting) {
  Options options;
  options.partitions = 2;
  options.failure_counting = counting;
  return options;
}

std::string text_of(const Result<Delivery>& outcome) {
  if (!outcome) return "refused " + std::to_string(static_cast<int>(outcome.error().code));
  return "[" + bodies(*outcome) + "] failures [" + failures(*outcome) + "]";
}

std::string text_of(const PeekedMessage& message) {
  const auto state = message.state ? std::to_string(static_cast<int>(*message.state)) : "-";
  const auto deadline = message.lease_deadline ? std::to_string((*message.lease_deadline - Scene::kStart).count()) : "-";
  return "    " + std::to_string(message.partition.value) + ":" + std::to_string(message.offset.value) + " " +
         std::string(message.batch->body(message.index)) + " sent " +
         std::to_string((message.sent - Scene::kStart).count()) + " state " + state + " failed " +
         std::to_string(message.failures) + " until " + deadline + "\n";
}

std::string text_of(const GroupInfo& group) {
  std::string text = "  " + group.name;
  for (const std::uint64_t count : {group.produced, group.consumed, group.available, group.in_flight, group.dead_produced,
                                    group.dead_available, group.dead_in_flight, group.parked}) {
    text += " " + std::to_string(count);
  }
  for (const std::string& tag : group.tags.tags()) text += " #" + tag;
  return text + "\n";
}

}  // namespace

void Scene::check_replicas() {
  MemoryBudget budget(std::size_t{1} << 30);
  for (const QueueGroups& each : broker.inspect()) {
    for (const GroupInfo& group : each.groups) {
      const auto real = broker.snapshot(each.queue.project, group.id);
      ASSERT_TRUE(real);
      GroupState replica(broker.options(), each.queue.spec, 1, static_cast<std::uint32_t>(real->begins.size()), budget);
      for (const GroupChange& change : told.lives[real->life]) {
        const auto applied = replica.apply(change);
        ASSERT_TRUE(applied) << applied.error();
      }
      replica.expire(real->at);
      replica.follow(real->begins);
      EXPECT_EQ(GroupState::hash_in(replica.snapshot()), real->hash) << group.name;
    }
  }
}

Scene::Scene(FailureCounting counting) : broker(options_of(counting), clock, random) {
  broker.observe(told);
  const auto queue = [this](const char* name, QueueMode mode, std::optional<std::uint32_t> deaths) {
    return broker.create_queue(project, {.name = name, .description = "", .mode = mode, .consume_count_max = deaths})->id;
  };
  normal = queue("normal queue with a long name", QueueMode::kNormal, 3);
  const std::vector<std::string> names{"worker with a long name too", "reader", "idle"};
  const auto groups = *broker.create_groups(project, normal, names);
  worker = groups[0].id;
  reader = groups[1].id;
  idle = groups[2].id;
  fifo = queue("fifo", QueueMode::kFifo, std::nullopt);
  orderly = broker.create_groups(project, fifo, std::vector<std::string>{"orderly"})->front().id;
  mortal = queue("mortal", QueueMode::kNormal, 1);
  undertaker = broker.create_groups(project, mortal, std::vector<std::string>{"undertaker"})->front().id;

  send(normal, {{"a1", {"x"}}, {"a2", {"y"}}, {"a3", {"x"}}, {"a4", {}}, {"a5", {"x", "y"}}});
  send(normal, {{"b1", {"y"}}, {"b2", {"x"}}, {"b3", {"x"}}});
  Delivery failed = take(worker, 8);
  confirm(worker, {{&failed, "+-"}});
  first = take(worker, 2);
  second = take(worker, 2);
  send(normal, {{"c1", {"x"}}, {"c2", {"z"}}, {"c3", {"x"}}});
  third = take(worker, 6);
  failed = third;
  send(normal, {{"d1", {"z"}}, {"d2", {"x"}}});
  Delivery all = take(idle, 100);
  confirm(idle, {{&all, std::string(all.count, '+')}});
  send(fifo, {{"f1"}, {"f2"}, {"f3"}});
  send(fifo, {{"g1"}});
  batch = take(orderly, 2);
  send(mortal, {{"m1"}, {"m2"}, {"m3"}});
  Delivery dead = take(undertaker, 3);
  confirm(undertaker, {{&dead, "-"}});
  corpse = take(undertaker, 1, Stream::kDeadLetters);
  send(mortal, {{"n1"}, {"n2"}});
  dying = take(undertaker, 2);
  consume(request(idle, 2, std::chrono::seconds(20)));
  consume(request(idle, 5, std::chrono::seconds(40)));
  consume(request(undertaker, 3, std::chrono::seconds(20)));
}

void Scene::send(QueueId queue, std::initializer_list<Text> texts) {
  ASSERT_TRUE(broker.send(project, queue, make_batch(broker.buffers(), texts)));
}

ConsumeRequest Scene::request(GroupId group, std::uint32_t messages, Millis wait, Stream stream) {
  ConsumeRequest request;
  request.group = group;
  request.messages_max = messages;
  request.wait = wait;
  request.stream = stream;
  return request;
}

std::string Scene::consume(const ConsumeRequest& request) {
  TestWaiter& waiter = waiters.emplace_back();
  std::optional<Result<Delivery>> outcome;
  try {
    outcome = broker.consume(project, request, waiter);
  } catch (...) {
    waiters.pop_back();
    throw;
  }
  const Undisturbed now;
  if (!outcome) return "parked";
  waiters.pop_back();
  return text_of(*outcome);
}

Delivery Scene::take(GroupId group, std::uint32_t messages, Stream stream) {
  TestWaiter nobody;
  return std::move(**broker.consume(project, request(group, messages, Millis(0), stream), nobody));
}

std::string Scene::confirm(GroupId group, std::initializer_list<std::pair<Delivery*, std::string_view>> judged, Stream stream) {
  std::vector<ConfirmEntry> entries;
  for (const auto& [delivery, signs] : judged) {
    for (std::uint32_t i = 0; i < signs.size(); ++i) {
      if (signs[i] != '.') entries.push_back({delivery->handle(i), signs[i] == '+'});
    }
  }
  const auto result = broker.confirm(project, std::nullopt, group, stream, entries);
  const Undisturbed now;
  if (!result) return "refused " + std::to_string(static_cast<int>(result.error().code));
  return std::to_string(result->success) + " of " + std::to_string(result->success + result->fail);
}

std::string Scene::messages(QueueId queue, const PeekRequest& request) {
  std::string text;
  const auto messages = broker.peek(queue, request);
  for (const PeekedMessage& message : *messages) text += text_of(message);
  return text;
}

std::string Scene::picture() {
  std::string text;
  std::ignore = broker.inspect();  // settles what is due, so that the rest sees one state
  const auto queues = broker.inspect();
  for (const QueueGroups& each : queues) {
    text += each.queue.spec.name + " " + std::to_string(each.queue.messages) + "\n" + messages(each.queue.id, {});
    for (const GroupInfo& group : each.groups) {
      PeekRequest request;
      request.group = group.id;
      text += text_of(group) + messages(each.queue.id, request);
      request.state = MessageState::kDead;
      text += "   dead:\n" + messages(each.queue.id, request);
    }
  }
  for (const TestWaiter& waiter : waiters) {
    text += std::to_string(waiter.answers) + " " + (waiter.result ? text_of(*waiter.result) : "waits") + "\n";
  }
  return text;
}

}  // namespace wingmq::test
