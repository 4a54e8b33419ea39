// Every call of the broker is all or nothing, whichever of its allocations fails; who waits is answered all the same.
#include <gtest/gtest.h>

#include <cctype>
#include <functional>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <vector>

#include "faults/failing_allocations.h"
#include "faults/scene.h"

namespace wingmq::test {
namespace {

using namespace std::chrono_literals;

struct Operation {
  std::string name;
  std::function<std::string(Scene& scene)> run;  ///< what it answered, in words
  /// Time moves in it: when it fails, what was due by then has been done, and calling it again does the rest.
  bool moves_time = false;
};

template <typename T>
std::string text_of(const Result<T>& result) {
  return result ? "done" : "refused " + std::to_string(static_cast<int>(result.error().code));
}

ConsumeRequest tagged(GroupId group, Millis wait = 0ms) {
  ConsumeRequest request = Scene::request(group, 4, wait);
  request.tags = TagRule({"a tag that is too long to be kept in place", "x"}, TagMatch::kAny);
  return request;
}

BatchRef batch_for(Scene& scene) {
  return make_batch(scene.broker.buffers(), {{"s1", {"x"}}, {"s2", {}}, {"s3", {"y"}}});
}

Operation send_to(std::string name, QueueId Scene::* queue) {
  return {std::move(name), [queue](Scene& scene) {
            const BatchRef batch = batch_for(scene);
            return text_of(scene.broker.send(scene.project, scene.*queue, batch));
          }};
}

Operation take(std::string name, GroupId Scene::* group, std::uint32_t messages, Millis wait, Stream stream = Stream::kQueue) {
  return {std::move(name), [=](Scene& scene) { return scene.consume(Scene::request(scene.*group, messages, wait, stream)); }};
}

Operation pass(std::string name, Millis span) {
  return {std::move(name), [span](Scene& scene) {
            std::ignore = scene.broker.advance(Scene::kStart + span);
            return std::string();
          },
          true};
}

Operation reset(std::string name, Broker::ResetTarget target) {
  return {std::move(name), [target](Scene& scene) {
            return text_of(scene.broker.reset(scene.project, std::nullopt, scene.worker, target, true));
          }};
}

std::vector<Operation> sending_and_consuming() {
  return {
      send_to("send to a queue where calls are parked", &Scene::normal),
      send_to("send to a FIFO queue", &Scene::fifo),
      take("consume released and unread messages", &Scene::worker, 100, 0ms),
      take("consume a part of what was released", &Scene::worker, 1, 0ms),
      take("consume what nobody has read", &Scene::reader, 7, 0ms),
      take("consume with a new span", &Scene::reader, 1, 0ms),
      take("consume from a busy FIFO group", &Scene::orderly, 1, 5s),
      take("consume dead letters", &Scene::undertaker, 5, 0ms, Stream::kDeadLetters),
      take("park", &Scene::idle, 3, 7s),
      take("park a second call for the same span", &Scene::idle, 3, 20s),
      {"consume and fix the tags over released messages",
       [](Scene& scene) { return scene.consume(tagged(scene.worker)); }},
      {"consume and fix the tags of an unread queue", [](Scene& scene) { return scene.consume(tagged(scene.reader, 5s)); }},
      {"consume and fix tags behind parked calls", [](Scene& scene) { return scene.consume(tagged(scene.idle, 5s)); }},
  };
}

std::vector<Operation> confirming() {
  return {
      {"confirm a batch", [](Scene& scene) { return scene.confirm(scene.worker, {{&scene.first, "++"}}); }},
      {"confirm a beginning", [](Scene& scene) { return scene.confirm(scene.worker, {{&scene.second, "+"}}); }},
      {"confirm three batches in three ways",
       [](Scene& scene) {
         return scene.confirm(scene.worker, {{&scene.third, "++-"}, {&scene.first, "+"}, {&scene.second, ".+"}});
       }},
      {"fail a batch of a FIFO group", [](Scene& scene) { return scene.confirm(scene.orderly, {{&scene.batch, "-"}}); }},
      {"fail messages that die", [](Scene& scene) { return scene.confirm(scene.undertaker, {{&scene.dying, "+-"}}); }},
      {"fail a dead letter",
       [](Scene& scene) { return scene.confirm(scene.undertaker, {{&scene.corpse, "-"}}, Stream::kDeadLetters); }},
      {"confirm a dead letter",
       [](Scene& scene) { return scene.confirm(scene.undertaker, {{&scene.corpse, "+"}}, Stream::kDeadLetters); }},
      {"give a delivery back",
       [](Scene& scene) {
         scene.broker.give_back(scene.project, scene.worker, scene.third);
         return std::string();
       }},
      {"cancel", [](Scene& scene) { return std::string(scene.broker.cancel(scene.waiters.front()) ? "yes" : "no"); }},
  };
}

std::vector<Operation> resetting() {
  using Kind = Broker::ResetTarget::Kind;
  return {
      reset("reset to the earliest", {Kind::kEarliest, {}}),
      reset("reset to the latest", {Kind::kLatest, {}}),
      reset("reset to a time", {Kind::kTime, Scene::kStart}),
      {"reset a group at which calls are parked",
       [](Scene& scene) { return text_of(scene.broker.reset(scene.project, scene.normal, scene.idle, {}, false)); }},
  };
}

std::vector<Operation> steering() {
  return {
      {"redrive dead letters", [](Scene& scene) { return text_of(scene.broker.redrive(scene.normal, scene.undertaker, 100)); }},
      {"redrive one dead letter", [](Scene& scene) { return text_of(scene.broker.redrive(scene.normal, scene.undertaker, 1)); }},
      {"end the lease of a message",
       [](Scene& scene) {
         const DeliveredRun& run = scene.first.runs.front();
         return text_of(scene.broker.expire(scene.normal, scene.worker, {ExpireRequest::Which::kMessage, run.partition, run.offset, {}}));
       }},
      {"purge a group", [](Scene& scene) { return text_of(scene.broker.purge(scene.normal, scene.worker)); }},
      {"declare a queue with groups",
       [](Scene& scene) {
         const QueuePlan plan{scene.project, {.name = "declared", .description = "", .mode = QueueMode::kFifo, .consume_count_max = {}}, {"g1", "g2"}};
         return text_of(scene.broker.declare_queue(plan));
       }},
  };
}

std::vector<Operation> changing_queues() {
  return {
      {"create a queue",
       [](Scene& scene) {
         const auto made = scene.broker.create_queue(
             scene.project, {.name = "another queue with a long name", .description = "a description that takes memory",
                             .mode = QueueMode::kNormal, .consume_count_max = {}});
         const Undisturbed now;
         return made ? made->spec.name : "refused";
       }},
      {"create the first queue of a project",
       [](Scene& scene) {
         const auto made = scene.broker.create_queue({"somebody whose name is long", "r2"},
                                                     {.name = "first", .description = "", .mode = QueueMode::kNormal, .consume_count_max = {}});
         const Undisturbed now;
         return made ? made->spec.name : "refused";
       }},
      {"create groups",
       [](Scene& scene) {
         const std::vector<std::string> names{"one more group with a long name", "two more"};
         const auto made = scene.broker.create_groups(scene.project, scene.fifo, names);
         return made ? std::to_string(made->size()) : "refused";
       }},
      {"remove a queue at which calls are parked",
       [](Scene& scene) { return text_of(scene.broker.remove_queue(scene.project, scene.normal)); }},
      {"remove groups at which calls are parked",
       [](Scene& scene) {
         const std::vector<std::string> names{"idle", "reader"};
         return text_of(scene.broker.remove_groups(scene.project, scene.normal, names));
       }},
  };
}

std::vector<Operation> wiping_and_passing_time() {
  return {
      {"wipe messages",
       [](Scene& scene) {
         scene.broker.wipe(true);
         return std::string();
       }},
      {"wipe everything",
       [](Scene& scene) {
         scene.broker.wipe(false);
         return std::string();
       }},
      {"wipe and make other queues",
       [](Scene& scene) {
         const std::vector<QueuePlan> plans{{scene.project, {.name = "new", .description = "", .mode = QueueMode::kFifo, .consume_count_max = {}}, {"g1", "g2"}}};
         return text_of(scene.broker.wipe(plans));
       }},
      {"make room when memory is full",
       [](Scene& scene) { return text_of(scene.broker.make_room(scene.broker.memory().limit())); }, true},
      {"close",
       [](Scene& scene) {
         scene.broker.close();
         return std::string();
       }},
      {"look at everything", [](Scene& scene) { return scene.picture(); }},
      pass("the first waits are over", 20s),
      pass("all leases end, and messages die", 31s),
      pass("leases of dead letters end", 101s),
      pass("everything expires", 73h),
      {"what is due at once",
       [](Scene& scene) {
         scene.clock.move_to(Scene::kStart + 31s);
         scene.broker.run_due();
         return std::string();
       },
       true},
  };
}

/// Every call of the broker, in every way that takes memory of its own.
std::vector<Operation> operations() {
  std::vector<Operation> all;
  for (auto* some : {sending_and_consuming, confirming, resetting, steering, changing_queues, wiping_and_passing_time}) {
    for (Operation& each : some()) all.push_back(std::move(each));
  }
  return all;
}

std::ostream& operator<<(std::ostream& out, const Operation& operation) { return out << operation.name; }

struct Case {
  Operation operation;
  FailureCounting counting = FailureCounting::kDelivered;
};

std::ostream& operator<<(std::ostream& out, const Case& each) { return out << each.operation; }

class AllocationTest : public ::testing::TestWithParam<Case> {
 protected:
  [[nodiscard]] static std::unique_ptr<Scene> make() { return std::make_unique<Scene>(GetParam().counting); }
  [[nodiscard]] static std::string run(Scene& scene) { return GetParam().operation.run(scene); }
};

TEST_P(AllocationTest, AFailedCallHasDoneAllOrNothingAndCanBeRepeated) {
  const bool moves_time = GetParam().operation.moves_time;
  const std::string before = make()->picture();
  const auto twin = make();
  const std::string answer = run(*twin);
  const std::string after = twin->picture();
  for (std::uint64_t n = 1;; ++n) {
    SCOPED_TRACE("allocation " + std::to_string(n));
    const auto scene = make();
    std::string answered;
    bool threw = false;
    bool reached = false;
    {
      const FailingAllocation failing(n);
      try {
        answered = run(*scene);
      } catch (const std::bad_alloc&) {
        threw = true;
      }
      reached = failing.reached();
    }
    scene->check_replicas();
    if (threw && !moves_time) {
      ASSERT_EQ(scene->picture(), before) << "a failed call changed something";
    }
    if (threw) answered = run(*scene);
    ASSERT_EQ(answered, answer);
    EXPECT_EQ(scene->picture(), after);
    if (!reached) break;
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const FailureCounting counting : {FailureCounting::kDelivered, FailureCounting::kExplicit}) {
    for (Operation& operation : operations()) all.push_back({std::move(operation), counting});
  }
  return all;
}

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.counting == FailureCounting::kExplicit ? "Explicit_" : "Delivered_";
  for (const char c : info.param.operation.name) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(EveryCall, AllocationTest, ::testing::ValuesIn(cases()), name_of);

}  // namespace
}  // namespace wingmq::test
