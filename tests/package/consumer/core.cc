// An embedded broker, made only of what an installation offers: one message through a queue. Exits 0 when it came.

#include <wingmq/broker.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view kBody = "\"hello\"";

class NoWaiter final : public wingmq::Waiter {
 public:
  void on_done(wingmq::Result<wingmq::Delivery>) override {}
};

wingmq::BatchRef batch_of(wingmq::BufferPool& buffers, std::string_view body) {
  const auto bytes = static_cast<std::uint32_t>(body.size());
  const std::vector<wingmq::Message> messages = {{.body_bytes = bytes, .payload_bytes = bytes}};
  return wingmq::Batch::make(buffers, buffers.copy(body), messages);
}

}  // namespace

int main() {
  wingmq::SystemClock clock;
  wingmq::SystemRandom random;
  wingmq::Broker broker({}, clock, random);
  const wingmq::Project project{.customer = "me", .region = "here"};

  const auto queue = broker.create_queue(project, {.name = "orders", .description = {}, .consume_count_max = {}});
  if (!queue) return 1;
  const std::vector<std::string> names = {"g1"};
  const auto groups = broker.create_groups(project, queue->id, names);
  if (!groups) return 2;
  if (!broker.send(project, queue->id, batch_of(broker.buffers(), kBody))) return 3;

  NoWaiter waiter;
  const auto got = broker.consume(
      project, {.queue = queue->id, .group = groups->front().id, .wait = wingmq::Millis(0), .tags = {}}, waiter);
  if (!got || !*got || (*got)->count != 1) return 4;
  const wingmq::DeliveredRun& run = (*got)->runs.front();
  if (run.batch->body(run.first) != kBody) return 5;
  const std::vector<wingmq::ConfirmEntry> entries = {{.handle = (*got)->handle(0), .success = true}};
  const auto done = broker.confirm(project, queue->id, groups->front().id, wingmq::Stream::kQueue, entries);
  return done && done->success == 1 ? 0 : 6;
}
