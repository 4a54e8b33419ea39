// A broker with its server inside a test, without any test framework. Exits 0 when a message came and its lease ended.

#include <wingmq/net/test_broker.h>

#include <cstdio>
#include <vector>

namespace {

using namespace std::chrono_literals;

class NoWaiter final : public wingmq::Waiter {
 public:
  void on_done(wingmq::Result<wingmq::Delivery>) override {}
};

}  // namespace

int main() {
  wingmq::net::TestBroker mq{"orders?groups=billing&dlq=1"};
  if (mq.url().empty()) return 1;
  mq.send("orders", {"hello"});
  {
    NoWaiter waiter;
    const auto got = mq.broker().consume(mq.project("orders"), {.queue = {}, .group = mq.group_id("orders", "billing"), .tags = {}}, waiter);
    if (!got || !*got || (*got)->count != 1) return 2;
  }
  mq.advance(30s);
  const auto dead = mq.wait("orders", "billing", "dead_available==1", 0s);
  if (!dead) std::fprintf(stderr, "%s\n%s", dead.why_not.c_str(), mq.describe().c_str());
  return dead ? 0 : 3;
}
