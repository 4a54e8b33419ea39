#include <gmock/gmock.h>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

using ::testing::HasSubstr;

class AdminMessagesTest : public AdminTest {
 protected:
  void SetUp() override {
    queue_ = make_queue("orders", QueueMode::kFifo, 1);
    group_ = make_group(queue_, "billing");
  }
  boost::json::value list(const std::string& query = {}) { return get("/__admin/queues/orders/messages" + query); }
  /// Bodies of a listing, separated by spaces, and `+` when there is more.
  std::string bodies_in(const boost::json::value& listing) {
    std::string text;
    for (const auto& message : listing.at("messages").as_array()) {
      text += (text.empty() ? "" : " ") + text_of(message.at("body"));
    }
    return listing.at("next").is_null() ? text : text + " +";
  }
  std::string bodies_of(const std::string& query) { return bodies_in(list(query)); }
  std::string error(const std::string& query, unsigned status) {
    return get_error("/__admin/queues/orders/messages" + query, status);
  }

  QueueId queue_;
  GroupId group_;
};

TEST_F(AdminMessagesTest, EmptyQueueHasAnEmptyListing) {
  EXPECT_EQ(ask("GET", "/__admin/queues/orders/messages").body, R"({"messages":[],"next":null})");
}

TEST_F(AdminMessagesTest, PartsComeOutAsTheyWereSent) {
  const auto sent = test::make_batch(
      broker_->buffers(),
      {{.body = R"({"z":1.50,"a":1E2,"t":"\u00e9\"冬"})", .tags = {"new"}, .attributes = R"({"k":[null]})"},
       {.body = R"("text")"}});
  ASSERT_TRUE(broker_->send(project_, queue_, sent));
  EXPECT_EQ(ask("GET", "/__admin/queues/orders/messages").body,
            R"({"messages":[{"partition":0,"offset":0,"sent":1700000000000,"body":{"z":1.50,"a":1E2,"t":"\u00e9\"冬"},)"
            R"("attributes":{"k":[null]},"tags":["new"]},)"
            R"({"partition":0,"offset":1,"sent":1700000000000,"body":"text","attributes":{},"tags":[]}],"next":null})");
}

TEST_F(AdminMessagesTest, ForAGroupStateFailuresAndLeaseAreShown) {
  send(queue_, "1 2");
  (void)consume(group_, 1);
  const auto listing = list("?group=billing");
  EXPECT_EQ(text_of(listing.at("messages").at(0)),
            compact(R"({"partition":0,"offset":0,"sent":1700000000000,"body":1,"attributes":{},"tags":[],
                       "state":"in_flight","failed_count":0,"lease_deadline":1700000030000})"));
  EXPECT_EQ(text_of(listing.at("messages").at(1)),
            compact(R"({"partition":0,"offset":1,"sent":1700000000000,"body":2,"attributes":{},"tags":[],
                       "state":"available","failed_count":0,"lease_deadline":null})"));
}

TEST_F(AdminMessagesTest, FailuresAreCounted) {
  const auto patient = make_queue("patient", QueueMode::kNormal, 3);
  const auto group = make_group(patient, "g");
  send(patient, "1");
  EXPECT_TRUE(confirm(group, consume(group), "-"));
  EXPECT_TRUE(confirm(group, consume(group), "-"));
  EXPECT_EQ(get("/__admin/queues/patient/messages?group=g").at("messages").at(0).at("failed_count").as_int64(), 2);
}

TEST_F(AdminMessagesTest, StateChoosesAndLookingChangesNothing) {
  send(queue_, "1 2 3 4");
  EXPECT_TRUE(confirm(group_, consume(group_, 1), "+"));
  EXPECT_TRUE(confirm(group_, consume(group_, 1), "-"));
  (void)consume(group_, 1);
  const auto before = text_of(get("/__admin/queues"));
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(bodies_of("?group=billing"), "1 2 3 4");
    EXPECT_EQ(bodies_of("?group=billing&state=confirmed"), "1");
    EXPECT_EQ(bodies_of("?group=billing&state=dead"), "2");
    EXPECT_EQ(bodies_of("?group=billing&state=in_flight"), "3");
    EXPECT_EQ(bodies_of("?group=billing&state=available"), "4");
  }
  EXPECT_EQ(text_of(get("/__admin/queues")), before);
}

TEST_F(AdminMessagesTest, GroupMayBeNamedByItsId) {
  send(queue_, "1");
  EXPECT_EQ(list("?group=" + group_.text()).at("messages").at(0).at("state").as_string(), "available");
}

TEST_F(AdminMessagesTest, CursorLeadsThroughAllOfIt) {
  send(queue_, "1 2 3 4 5");
  std::string query = "?limit=2";
  std::string seen;
  for (int page = 0; page < 3; ++page) {
    const auto listing = list(query);
    seen += "[" + bodies_in(listing) + "]";
    if (!listing.at("next").is_null()) query = "?limit=2&after=" + std::string(listing.at("next").as_string());
  }
  EXPECT_EQ(seen, "[1 2 +][3 4 +][5]");
}

TEST_F(AdminMessagesTest, PageThatIsExactlyFullSaysThatThereIsNoMore) {
  send(queue_, "1 2");
  EXPECT_EQ(bodies_of("?limit=2"), "1 2");
  EXPECT_EQ(bodies_of("?limit=1"), "1 +");
}

TEST_F(AdminMessagesTest, DeadLettersHaveACursorOfTheirOwn) {
  send(queue_, "1 2 3");
  EXPECT_TRUE(confirm(group_, consume(group_), "-"));
  const auto dead = list("?group=billing&state=dead&limit=2");
  EXPECT_EQ(bodies_in(dead), "1 2 +");
  const std::string after = std::string(dead.at("next").as_string());
  EXPECT_EQ(bodies_of("?group=billing&state=dead&after=" + after), "3");
  EXPECT_THAT(error("?group=billing&after=" + after, 400), HasSubstr("\"after\" is not a cursor of this listing"));
}

TEST_F(AdminMessagesTest, LimitIsFrom1To1000AndOtherwise100) {
  std::string words;
  for (int i = 0; i < 1001; ++i) words += std::to_string(i) + " ";
  send(queue_, words);
  EXPECT_EQ(list().at("messages").as_array().size(), 100U);
  EXPECT_EQ(list("?limit=1").at("messages").as_array().size(), 1U);
  EXPECT_EQ(list("?limit=1000").at("messages").as_array().size(), 1000U);
  EXPECT_FALSE(list("?limit=1000").at("next").is_null());
  for (const char* wrong : {"0", "1001", "-1", "+1", "1.0", "ten", "99999999999999999999"}) {
    EXPECT_THAT(error(std::string("?limit=") + wrong, 400), HasSubstr("\"limit\"")) << wrong;
  }
}

TEST_F(AdminMessagesTest, ReplyOfLargeMessagesIsCutAndGoesOn) {
  const std::string half_megabyte = "\"" + std::string(Limits{}.payload_bytes_max - 2, 'x') + "\"";
  constexpr std::size_t kFit = kPeekBytesMax / Limits{}.payload_bytes_max;
  for (std::size_t i = 0; i < kFit + 1; ++i) send(queue_, half_megabyte);
  const auto listing = list();
  EXPECT_EQ(listing.at("messages").as_array().size(), kFit);
  const auto rest = list("?after=" + std::string(listing.at("next").as_string()));
  EXPECT_EQ(rest.at("messages").as_array().size(), 1U);
  EXPECT_TRUE(rest.at("next").is_null());
}

TEST_F(AdminMessagesTest, UnreadableCursorIsRefused) {
  for (const char* wrong : {"x", "m", "m0", "m0-", "m-0", "0-0", "m0-x", "m0-1-2", "m4294967296-0", "m0--1", "M0-0",
                            "m0-18446744073709551616", "d0-0"}) {
    EXPECT_THAT(error(std::string("?after=") + wrong, 400), HasSubstr("cursor")) << wrong;
  }
}

TEST_F(AdminMessagesTest, StateNeedsAGroupAndAKnownName) {
  EXPECT_EQ(error("?state=available", 400), "\"state\" is given without \"group\"");
  EXPECT_EQ(error("?group=billing&state=Available", 400), "\"state\" is \"Available\"");
  EXPECT_EQ(error("?group=billing&state=", 400), "query parameter \"state\" has no readable value");
}

TEST_F(AdminMessagesTest, UnknownGroupIs404AndTheHintNamesOthers) {
  const auto body = opened(ask("GET", "/__admin/queues/orders/messages?group=audit"), 404);
  EXPECT_EQ(body.at("error").as_string(), "no group of this queue has the id or name \"audit\"");
  EXPECT_EQ(body.at("hint").as_string(), "Its groups: billing.");
  make_queue("bare");
  EXPECT_EQ(opened(ask("GET", "/__admin/queues/bare/messages?group=audit"), 404).at("hint").as_string(),
            "The queue has no groups.");
}

TEST_F(AdminMessagesTest, GroupOfAnotherQueueIsNotFound) {
  const auto other = make_group(make_queue("other"), "audit");
  EXPECT_EQ(ask("GET", "/__admin/queues/orders/messages?group=" + other.text()).status, 404U);
}

TEST_F(AdminMessagesTest, UnknownQueueIs404) { EXPECT_EQ(ask("GET", "/__admin/queues/x/messages").status, 404U); }

}  // namespace
}  // namespace wingmq::net
