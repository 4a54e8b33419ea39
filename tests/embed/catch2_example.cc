// A broker inside a test, with Catch2, version 2 or 3. gtest_example.cc is the same with GoogleTest.

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif
#include <wingmq/net/test_broker.h>

#include <string>
#include <thread>
#include <vector>

#include "order_service.h"

namespace {

using namespace std::chrono_literals;
using wingmq::net::TestBroker;

/// A broker for each test case and each of its sections.
struct OrderServiceFixture {
  OrderService service(bool billing_works) {
    return {{.url = mq.url(), .queue_id = mq.queue_id("orders").text(), .group_id = mq.group_id("orders", "billing").text()},
            [this, billing_works](std::string_view order) {
              billed.emplace_back(order);
              return billing_works;
            }};
  }

  TestBroker mq{"orders?groups=billing&dlq=2"};
  std::vector<std::string> billed;
};

TEST_CASE_METHOD(OrderServiceFixture, "each order is billed once") {
  OrderService bills = service(true);
  std::thread consumer([&] {
    while (billed.size() < 2) bills.handle_one();
  });
  mq.send("orders", {"tea", "coffee"});
  const auto drained = mq.wait("orders", "billing", "drained", 10s);
  consumer.join();
  INFO(mq.describe());
  CHECK(drained);
  CHECK(billed == std::vector<std::string>{"tea", "coffee"});
}

TEST_CASE_METHOD(OrderServiceFixture, "an order that cannot be billed ends as a dead letter") {
  OrderService fails = service(false);
  mq.send("orders", {"tea"});
  CHECK(fails.handle_one());
  CHECK(fails.handle_one());
  INFO(mq.describe());
  CHECK(mq.wait("orders", "billing", "dead_available==1", 0s));
}

TEST_CASE_METHOD(OrderServiceFixture, "an order is billed again when the service crashed") {
  OrderService bills = service(true);
  mq.send("orders", {"tea"});
  bills.crash_before_confirming = true;
  CHECK(bills.handle_one());
  mq.advance(30s);  // the lease ends, in no time
  bills.crash_before_confirming = false;
  CHECK(bills.handle_one());
  CHECK(billed.size() == 2);
  INFO(mq.describe());
  CHECK(mq.wait("orders", "billing", "drained", 0s));
}

}  // namespace
