#include <gmock/gmock.h>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

using ::testing::HasSubstr;

class AdminQueuesTest : public AdminTest {
 protected:
  QueueId make_queue_in(const Project& project, const std::string& name) {
    const auto made = broker_->create_queue(project, QueueSpec{name, {}, QueueMode::kNormal, {}});
    EXPECT_TRUE(made);
    return made ? made->id : QueueId{};
  }
  std::string names(std::string_view target) {
    std::string text;
    const auto listing = get(target);
    for (const auto& queue : listing.at("queues").as_array()) {
      text += (text.empty() ? "" : " ") + std::string(queue.at("name").as_string());
    }
    return text;
  }
};

TEST_F(AdminQueuesTest, NoQueuesAreAnEmptyList) {
  const auto reply = get("/__admin/queues");
  EXPECT_EQ(text_of(reply.at("queues")), "[]");
  EXPECT_EQ(reply.at("total").as_int64(), 0);
  EXPECT_EQ(reply.at("memory_limit_bytes").as_int64(), std::int64_t{1} << 30);
}

TEST_F(AdminQueuesTest, QueueIsShownWithAllThatIsKnownOfIt) {
  const auto made = broker_->create_queue(
      project_, {.name = "orders", .description = "\"冬\"", .mode = QueueMode::kFifo, .consume_count_max = 3});
  ASSERT_TRUE(made);
  send(made->id, "1 22");
  auto shown = get("/__admin/queues/orders").as_object();
  EXPECT_GT(shown.at("resident_bytes").as_int64(), 3);
  shown.stable_erase("resident_bytes");
  EXPECT_EQ(
      text_of(shown),
      compact(R"({"id":")" + made->id.text() + R"(","name":"orders","project_id":")" + project_id(project_) +
              R"(","customer":"alice","region":"r1","description":"\"冬\"","mode":"FIFO","redrive_policy":"enable",
                    "created":1700000000000,"messages":2,"payload_bytes":3,"max_consume_count":3,"groups":[]})"));
}

TEST_F(AdminQueuesTest, GroupIsShownWithItsCountsAndParkedConsumers) {
  const auto queue = make_queue("orders", QueueMode::kNormal, 1);
  const auto group = make_group(queue, "billing");
  send(queue, "1 2 3");
  EXPECT_TRUE(confirm(group, consume(group, 1), "+"));
  EXPECT_TRUE(confirm(group, consume(group, 1), "-"));
  EXPECT_EQ(consume(group, 1).count, 1U);
  park(group);
  const auto shown = get("/__admin/queues/orders").at("groups").at(0);
  EXPECT_EQ(text_of(shown), compact(R"({"id":")" + group.text() + R"(","name":"billing","produced":3,"consumed":1,
      "available":1,"in_flight":1,"dead_produced":1,"dead_available":1,"dead_in_flight":0,"parked":1,"tags":[]})"));
}

TEST_F(AdminQueuesTest, TagRuleOfAGroupIsShown) {
  const auto queue = make_queue("orders");
  const auto group = make_group(queue);
  (void)consume(tagged(group, {"b", "a"}, TagMatch::kAll));
  const auto shown = get("/__admin/queues/orders").at("groups").at(0);
  EXPECT_EQ(text_of(shown.at("tags")), R"(["a","b"])");
  EXPECT_EQ(shown.at("tag_type").as_string(), "and");
}

TEST_F(AdminQueuesTest, QueueWithoutDeadLettersHasNoMaxConsumeCount) {
  make_queue("orders");
  const auto shown = get("/__admin/queues/orders").as_object();
  EXPECT_EQ(shown.at("redrive_policy").as_string(), "disable");
  EXPECT_FALSE(shown.contains("max_consume_count"));
}

TEST_F(AdminQueuesTest, RegionCustomerAndProjectIdNarrowTheList) {
  make_queue_in({"alice", "r1"}, "a1");
  make_queue_in({"alice", "r2"}, "a2");
  make_queue_in({"bob", "r1"}, "b1");
  EXPECT_EQ(get("/__admin/queues").at("total").as_int64(), 3);
  EXPECT_EQ(names("/__admin/queues?region=r2"), "a2");
  EXPECT_EQ(names("/__admin/queues?project=bob"), "b1");
  EXPECT_EQ(names("/__admin/queues?project=" + project_id({"alice", "r1"})), "a1");
  EXPECT_EQ(names("/__admin/queues?region=r1&project=alice"), "a1");
  EXPECT_EQ(names("/__admin/queues?region=r2&project=bob"), "");
  EXPECT_EQ(names("/__admin/queues?region=r3"), "");
}

TEST_F(AdminQueuesTest, QueueIsFoundByIdInEitherCaseAndByEncodedName) {
  const auto queue = make_queue("orders");
  std::string upper = queue.text();
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const std::string& name : {queue.text(), upper, std::string("orders"), std::string("%6Frders")}) {
    EXPECT_EQ(get("/__admin/queues/" + name).at("id").as_string(), queue.text()) << name;
  }
}

TEST_F(AdminQueuesTest, IdWinsOverAQueueThatIsNamedLikeIt) {
  const auto queue = make_queue("orders");
  make_queue(queue.text());
  EXPECT_EQ(get("/__admin/queues/" + queue.text()).at("name").as_string(), "orders");
}

TEST_F(AdminQueuesTest, NameThatIsNotUniqueIs409AndTheCandidatesAreListed) {
  const auto first = make_queue_in({"alice", "r1"}, "orders");
  const auto second = make_queue_in({"alice", "r2"}, "orders");
  make_queue_in({"alice", "r2"}, "other");
  const auto body = opened(ask("GET", "/__admin/queues/orders"), 409);
  EXPECT_EQ(body.at("error").as_string(), "2 queues have the name \"orders\"");
  EXPECT_EQ(text_of(body.at("candidates")),
            compact(R"([{"id":")" + first.text() + R"(","region":"r1","customer":"alice","project_id":")" +
                    project_id({"alice", "r1"}) + R"("},{"id":")" + second.text() +
                    R"(","region":"r2","customer":"alice","project_id":")" + project_id({"alice", "r2"}) + R"("}])"));
  EXPECT_EQ(get("/__admin/queues/orders?region=r2").at("id").as_string(), second.text());
  EXPECT_EQ(get("/__admin/queues/orders?project=" + project_id({"alice", "r1"})).at("id").as_string(), first.text());
  EXPECT_EQ(get("/__admin/queues/" + second.text()).at("id").as_string(), second.text());
  EXPECT_EQ(ask("GET", "/__admin/queues/orders/messages").status, 409U);
}

TEST_F(AdminQueuesTest, UnknownQueueIs404AndTheHintNamesOthers) {
  EXPECT_THAT(std::string(opened(ask("GET", "/__admin/queues/orders"), 404).at("hint").as_string()),
              HasSubstr("There is no queue"));
  const auto queue = make_queue("orders");
  const auto body = opened(ask("GET", "/__admin/queues/order"), 404);
  EXPECT_EQ(body.at("error").as_string(), "no queue has the id or name \"order\"");
  EXPECT_THAT(std::string(body.at("hint").as_string()), HasSubstr("Queues here: orders."));
  EXPECT_EQ(ask("GET", "/__admin/queues/" + queue.text() + "?region=r2").status, 404U);
  EXPECT_EQ(ask("GET", "/__admin/queues/Orders").status, 404U);
}

TEST_F(AdminQueuesTest, HintOfAnUnknownQueueNamesTenOthersAtMost) {
  Options options;
  options.limits.queues_per_project = 11;
  start(options);
  for (int i = 0; i < 10; ++i) make_queue("q" + std::to_string(i));
  auto hint = std::string(opened(ask("GET", "/__admin/queues/x"), 404).at("hint").as_string());
  EXPECT_THAT(hint, HasSubstr("q9."));
  make_queue("q10");
  hint = std::string(opened(ask("GET", "/__admin/queues/x"), 404).at("hint").as_string());
  EXPECT_THAT(hint, HasSubstr("q9 and 1 more."));
}

TEST_F(AdminQueuesTest, NameThatIsNotTextIsRefused) {
  EXPECT_THAT(get_error("/__admin/queues/%", 400), HasSubstr("percent-encoded"));
  EXPECT_THAT(get_error("/__admin/queues/%ff", 400), HasSubstr("percent-encoded"));
}

}  // namespace
}  // namespace wingmq::net
