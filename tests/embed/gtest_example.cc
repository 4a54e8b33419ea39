// A broker inside a test, with GoogleTest. catch2_example.cc is the same with Catch2.

#include <gtest/gtest.h>
#include <wingmq/net/test_broker.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "order_service.h"

namespace {

using namespace std::chrono_literals;
using wingmq::net::TestBroker;

class OrderServiceTest : public ::testing::Test {
 protected:
  void TearDown() override {
    if (HasFailure()) std::printf("%s", mq_.describe().c_str());
  }
  OrderService service(bool billing_works) {
    return {{.url = mq_.url(), .queue_id = mq_.queue_id("orders").text(), .group_id = mq_.group_id("orders", "billing").text()},
            [this, billing_works](std::string_view order) {
              billed_.emplace_back(order);
              return billing_works;
            }};
  }

  TestBroker mq_{"orders?groups=billing&dlq=2"};
  std::vector<std::string> billed_;
};

TEST_F(OrderServiceTest, BillsEachOrderOnce) {
  OrderService bills = service(true);
  std::thread consumer([&] {
    while (billed_.size() < 2) bills.handle_one();
  });
  mq_.send("orders", {"tea", "coffee"});
  EXPECT_TRUE(mq_.wait("orders", "billing", "drained", 10s));
  consumer.join();
  EXPECT_EQ(billed_, (std::vector<std::string>{"tea", "coffee"}));
}

TEST_F(OrderServiceTest, AnOrderThatCannotBeBilledEndsAsADeadLetter) {
  OrderService fails = service(false);
  mq_.send("orders", {"tea"});
  EXPECT_TRUE(fails.handle_one());
  EXPECT_TRUE(fails.handle_one());
  const auto dead = mq_.wait("orders", "billing", "dead_available==1", 0s);
  EXPECT_TRUE(dead) << dead;
}

TEST_F(OrderServiceTest, AnOrderIsBilledAgainWhenTheServiceCrashed) {
  OrderService bills = service(true);
  mq_.send("orders", {"tea"});
  bills.crash_before_confirming = true;
  EXPECT_TRUE(bills.handle_one());
  mq_.advance(30s);  // the lease ends, in no time
  bills.crash_before_confirming = false;
  EXPECT_TRUE(bills.handle_one());
  EXPECT_EQ(billed_.size(), 2U);
  EXPECT_TRUE(mq_.wait("orders", "billing", "drained", 0s));
}

}  // namespace
