// Every short life in a tiny world, in step with the model: whatever five calls (WINGMQ_MODEL_DEPTH) can do to one
// queue is tried.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "model/lockstep.h"

namespace wingmq::test {
namespace {

const Project kProject{"alice", "r1"};
constexpr Millis kAckWait{10};
constexpr Millis kWait{7};

/// What stands at the beginning of every life.
struct Setting {
  std::string name;
  QueueMode mode = QueueMode::kNormal;
  std::uint32_t consume_count_max = 1;
  FailureCounting counting = FailureCounting::kDelivered;
  std::size_t groups = 1;
};

void PrintTo(const Setting& setting, std::ostream* out) { *out << setting.name; }

class TinyWorld {
 public:
  explicit TinyWorld(const Setting& setting) : world_(options(setting), 1) {
    QueueSpec spec;
    spec.name = "q";
    spec.mode = setting.mode;
    spec.consume_count_max = setting.consume_count_max;
    world_.create_queue(kProject, spec);
    queue_ = world_.known_queues().front().id;
    world_.create_groups(kProject, queue_,
                         setting.groups == 1 ? std::vector<std::string>{"x"} : std::vector<std::string>{"x", "y"});
    world_.send(kProject, queue_, {{}, {}}, 0);
  }

  [[nodiscard]] Lockstep& world() { return world_; }

  // Each operation says whether it could mean anything; if not, no life goes on from there.
  bool send_one() { return world_.send(kProject, queue_, {{"red"}}, 0), true; }
  bool take_one() { return consume(0, Stream::kQueue, 1, Millis(0)), true; }
  bool take_two_or_wait() { return consume(0, Stream::kQueue, 2, kWait), true; }
  bool take_with_the_other_group() {
    if (world_.known_groups().size() < 2) return false;
    return consume(1, Stream::kQueue, 2, kWait), true;
  }
  bool take_dead_letters() { return consume(0, Stream::kDeadLetters, 2, kWait), true; }
  bool confirm_first() { return confirm({{0, true}}, false); }
  bool confirm_all() { return confirm({{0, true}, {1, true}}, false); }
  bool confirm_first_fail_second() { return confirm({{0, true}, {1, false}}, false); }
  bool confirm_second_of_oldest() { return confirm({{1, true}}, true); }
  bool fail_first() { return confirm({{0, false}}, false); }
  bool pass_a_wait() { return world_.advance(kWait), true; }
  bool pass_a_lease() { return world_.advance(kAckWait), true; }
  bool start_over() { return world_.reset(kProject, std::nullopt, world_.known_groups().front().id, {}, true), true; }
  bool skip_everything() {
    return world_.reset(kProject, queue_, world_.known_groups().front().id, {Broker::ResetTarget::Kind::kLatest},
                        false),
           true;
  }
  bool give_back() {
    if (world_.receipts().empty()) return false;
    return world_.give_back(world_.receipts().back()), true;
  }

 private:
  static Options options(const Setting& setting) {
    Options options;
    options.failure_counting = setting.counting;
    options.limits.retention = Millis(24);
    return options;
  }

  void consume(std::size_t group, Stream stream, std::uint32_t messages_max, Millis wait) {
    ModelConsume request;
    request.group = world_.known_groups()[group].id;
    request.stream = stream;
    request.messages_max = messages_max;
    request.wait = wait;
    request.ack_wait = kAckWait;
    world_.consume(kProject, request);
  }

  bool confirm(const std::vector<std::pair<std::uint32_t, bool>>& lines, bool oldest) {
    if (world_.receipts().empty() || (oldest && world_.receipts().size() < 2)) return false;
    const Receipt& receipt = oldest ? world_.receipts().front() : world_.receipts().back();
    if (lines.size() > receipt.delivery.count) return false;
    std::vector<LockstepEntry> entries;
    for (const auto& [index, success] : lines) {
      entries.push_back(Lockstep::entry(receipt, std::min(index, receipt.delivery.count - 1), success));
    }
    world_.confirm(kProject, std::nullopt, receipt.group, receipt.stream, entries);
    return true;
  }

  Lockstep world_;
  QueueId queue_;
};

using Act = bool (TinyWorld::*)();

const std::vector<Act> kActs = {
    &TinyWorld::send_one,
    &TinyWorld::take_one,
    &TinyWorld::take_two_or_wait,
    &TinyWorld::take_with_the_other_group,
    &TinyWorld::take_dead_letters,
    &TinyWorld::confirm_first,
    &TinyWorld::confirm_all,
    &TinyWorld::confirm_first_fail_second,
    &TinyWorld::confirm_second_of_oldest,
    &TinyWorld::fail_first,
    &TinyWorld::pass_a_wait,
    &TinyWorld::pass_a_lease,
    &TinyWorld::start_over,
    &TinyWorld::skip_everything,
    &TinyWorld::give_back,
};

class ExhaustiveTest : public ::testing::TestWithParam<Setting> {
 protected:
  /// Lives the life given, whose beginnings have been checked before, and then every longer one.
  void live(std::vector<Act>& life) {
    if (!life.empty()) {
      TinyWorld tiny(GetParam());
      bool meaningful = true;
      for (const Act act : life) meaningful = (tiny.*act)();
      if (!meaningful) return;
      tiny.world().check();
      ++lives_;
      ASSERT_FALSE(HasFailure()) << tiny.world().steps();
    }
    if (life.size() == depth()) return;
    for (const Act act : kActs) {
      life.push_back(act);
      live(life);
      life.pop_back();
      if (HasFailure()) return;
    }
  }

  [[nodiscard]] static std::size_t depth() {
    static const std::size_t depth = number_from_environment("WINGMQ_MODEL_DEPTH", 5);
    return depth;
  }

  std::uint64_t lives_ = 0;
};

TEST_P(ExhaustiveTest, EveryShortLifeIsTheModels) {
  std::vector<Act> life;
  live(life);
  RecordProperty("lives", std::to_string(lives_));  // in the XML report
  EXPECT_GT(lives_, 1'000U);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, ExhaustiveTest,
    ::testing::Values(Setting{"Normal", QueueMode::kNormal, 2, FailureCounting::kDelivered, 1},
                      Setting{"Fifo", QueueMode::kFifo, 1, FailureCounting::kDelivered, 1},
                      Setting{"NormalOneStrike", QueueMode::kNormal, 1, FailureCounting::kDelivered, 1},
                      Setting{"NormalTwoGroups", QueueMode::kNormal, 1, FailureCounting::kDelivered, 2},
                      Setting{"FifoTwoGroups", QueueMode::kFifo, 2, FailureCounting::kDelivered, 2},
                      Setting{"NormalExplicit", QueueMode::kNormal, 1, FailureCounting::kExplicit, 1},
                      Setting{"FifoExplicit", QueueMode::kFifo, 1, FailureCounting::kExplicit, 1}),
    [](const ::testing::TestParamInfo<Setting>& setting) { return setting.param.name; });

}  // namespace
}  // namespace wingmq::test
