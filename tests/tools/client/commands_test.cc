#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <sstream>

#include "client/command.h"
#include "tools/client/fake_server.h"

namespace wingmq::tools {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr auto kQueue = R"({"id":"Q1","name":"orders","customer":"test","region":"r1","redrive_policy":"enable","groups":[
  {"id":"g-1","name":"g1","produced":2,"consumed":0,"available":1,"in_flight":1,"dead_produced":0,"dead_available":0,"dead_in_flight":0,
   "parked":0,"tags":["a","b"],"tag_type":"or"}]})";

std::string envelope(const std::string& inner) {
  std::string escaped;
  for (const char c : inner) escaped += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return R"({"statusCode":800,"returnObj":{"returnObj":")" + escaped + R"(","succeed":true}})";
}

/// Command lines, and what comes of them.
class CommandsTest : public ::testing::Test {
 protected:
  struct Outcome {
    int code = 0;
    std::string out;
    std::string err;
  };

  Outcome run(std::vector<std::string> words) {
    CLI::App app("", "wingmq");
    const auto commands = make_client_commands(app);
    std::ranges::reverse(words);
    app.parse(words);
    const auto chosen = std::ranges::find_if(commands, [](const auto& each) { return each->chosen(); });
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = (*chosen)->run(server_);
    std::fflush(stdout);
    return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
  }

  void give_queue() { server_.answer("GET /__admin/queues/orders", 200, kQueue); }
  void give_clock(const std::string& mode) { server_.answer("GET /__admin/clock", 200, R"({"now":0,"mode":")" + mode + R"(","offset_ms":0})"); }

  FakeServer server_;
};

TEST_F(CommandsTest, GroupsShowsCountsUnderTheNamesThatWaitKnows) {
  give_queue();
  const auto outcome = run({"groups", "orders"});
  EXPECT_EQ(outcome.code, kStopped);
  EXPECT_EQ(outcome.out,
            "name  produced  consumed  available  in_flight  dead_produced  dead_available  dead_in_flight  parked  tags      id\n"
            "g1           2         0          1          1              0               0               0       0  a,b (or)  g-1\n");
}

TEST_F(CommandsTest, WithoutAControlPlaneNamesAreLookedUpWithAnOperation) {
  server_.answer("GET /__admin/queues/orders", 403, R"({"error":"the control plane is switched off","hint":"x"})");
  server_.answer("GET /apiproxy/v3/queue/queryQueue", 200, R"({"statusCode":800,"queues":[{"id":"Q7","name":"orders"}],"total":1})");
  server_.answer("GET /apiproxy/v3/queue/querySpecifyQueueAllConsumerGroup", 200,
                 R"({"statusCode":800,"groups":[{"id":"g-7","name":"g1","available_messages":4}]})");
  const auto outcome = run({"groups", "orders"});
  EXPECT_EQ(outcome.code, kStopped);
  EXPECT_EQ(outcome.out, "name  available  id\ng1            4  g-7\n");
}

TEST_F(CommandsTest, AnUnknownNameIsToldWhatThereIs) {
  give_queue();
  const auto outcome = run({"recv", "orders", "g2"});
  EXPECT_EQ(outcome.code, kRefused);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("the queue `orders` has no group `g2`"), HasSubstr("did you mean `g1`?")));
}

TEST_F(CommandsTest, ANameOfSeveralQueuesListsHowToNarrowIt) {
  const auto several = R"({"error":"2 queues have the name","hint":"x","candidates":[{"id":"A","region":"r1","customer":"alice"}]})";
  server_.answer("GET /__admin/queues/orders", 409, several);
  server_.answer("GET /__admin/queues/orders?project=test", 404, R"({"error":"none","hint":""})");
  const auto outcome = run({"groups", "orders"});
  EXPECT_EQ(outcome.code, kRefused);
  EXPECT_THAT(outcome.err, HasSubstr("--project alice --region r1   (id A)"));
}

TEST_F(CommandsTest, ANameOfSeveralQueuesMeansTheCallersOwn) {
  server_.answer("GET /__admin/queues/orders", 409, R"({"error":"2 queues have the name","hint":"x"})");
  server_.answer("GET /__admin/queues/orders?project=w1", 200, kQueue);
  EXPECT_EQ(run({"groups", "orders", "--access-key", "w1"}).code, kStopped);
}

TEST_F(CommandsTest, SendSendsTextAsTextAndJsonAsJson) {
  give_queue();
  give_queue();
  const auto path = "POST /apiproxy/v3/queue/sendSpecifyQueueMessage";
  const auto stored = R"({"statusCode":800,"messages":[{"error":null,"state":0,"error_code":null}]})";
  server_.answer(path, 200, stored);
  server_.answer(path, 200, stored);
  EXPECT_EQ(run({"send", "orders", R"({"n":1.50})"}).out, "sent to orders\n");
  EXPECT_THAT(server_.requests.back().body, HasSubstr(R"("messages":[{"body":"{\"n\":1.50}"}])"));
  EXPECT_EQ(run({"send", "orders", R"({"n":1.50})", "--json-body", "--tag", "a,b", "--attribute", "x=y=z"}).code, kStopped);
  EXPECT_THAT(server_.requests.back().body, HasSubstr(R"("messages":[{"body":{"n":1.50},"attributes":{"x":"y=z"},"tags":["a","b"]}])"));
  EXPECT_EQ(run({"send", "orders", "{x", "--json-body"}).code, kBadOption);
  give_queue();
  server_.answer(path, 200, stored);
  EXPECT_EQ(run({"send", "orders", "[1,2]"}).code, kStopped);
  EXPECT_THAT(server_.requests.back().body, HasSubstr(R"([{"body":"[1,2]"}])"));
}

TEST_F(CommandsTest, RecvShowsWhatCameAndConfirmsIt) {
  give_queue();
  give_clock("real");
  server_.answer("GET /apiproxy/v3/queue/consumptionMessage", 200,
                 envelope(R"([{"handler":"H1","message":{"body":1.50,"attributes":{},"tags":["a"]}},{"handler":"H2","message":{"body":"x","attributes":{},"tags":[]}}])"));
  server_.answer("GET /__admin/queues/Q1/messages?group=g-1&state=in_flight&limit=1000", 200,
                 R"({"messages":[{"body":1.50,"attributes":{},"tags":["a"],"failed_count":2},{"body":"x","attributes":{},"tags":[],"failed_count":0},)"
                 R"({"body":"x","attributes":{},"tags":[],"failed_count":1}],"next":null})");
  server_.answer("POST /apiproxy/v3/queue/confirmConsumedSpecifiedMessage", 200, envelope(R"({"success":2,"fail":0})"));
  const auto outcome = run({"recv", "orders", "g1", "-n", "2", "--confirm"});
  EXPECT_EQ(outcome.code, kStopped);
  // Two messages look like the second, and they disagree.
  EXPECT_EQ(outcome.out, "handler  failed  tags  body\nH1            2  a     1.50\nH2                     x\n2 confirmed, 0 failed\n");
  EXPECT_THAT(server_.requests.back().body, HasSubstr(R"("message":[{"handler":"H1","status":"success"},{"handler":"H2","status":"success"}])"));
}

TEST_F(CommandsTest, RecvDoesNotWaitForAManualClock) {
  give_queue();
  give_clock("manual");
  server_.fall_silent();
  const auto outcome = run({"recv", "orders", "g1", "--wait", "2s"});
  EXPECT_EQ(outcome.code, kNotMet);
  EXPECT_THAT(outcome.err, HasSubstr("nothing came within 2s"));
  EXPECT_EQ(server_.requests.back().patience, std::chrono::seconds(2));
}

TEST_F(CommandsTest, ConfirmTellsWhenSomeOfItFailed) {
  give_queue();
  server_.answer("POST /apiproxy/v3/queue/confirmConsumedSpecifiedMessage", 200, envelope(R"({"success":1,"fail":1})"));
  const auto outcome = run({"confirm", "orders", "g1", "H1", "H3"});
  EXPECT_EQ(outcome.code, kNotMet);
  EXPECT_EQ(outcome.out, "1 confirmed, 1 failed\n");
}

TEST_F(CommandsTest, WaitAsksForAllConditionsAndSaysThatTheyHold) {
  server_.answer("GET /__admin/wait?queue=orders&group=g1&until=parked%3E%3D1&until=drained&timeout=1500ms", 200,
                 R"({"met":true,"waited_ms":41,"counts":{"available":0,"parked":1}})");
  const auto outcome = run({"wait", "orders", "g1", "parked>=1", "drained", "--timeout", "1500ms"});
  EXPECT_EQ(outcome.code, kStopped);
  EXPECT_EQ(outcome.out, "met after 41 ms: available 0, parked 1\n");
}

TEST_F(CommandsTest, WaitListsWhatStandsInTheWay) {
  server_.answer("GET /__admin/wait?queue=orders&group=g1&until=drained&timeout=10000ms", 408,
                 R"({"error":"not drained after 10 s","hint":"advance 30s","counts":{"available":0,"in_flight":1},"holding":[)"
                 R"({"partition":0,"offset":7,"state":"in_flight","handler":"AQ1","lease_deadline":1795476006839,"leased_by":"test"}]})");
  const auto outcome = run({"wait", "orders", "g1", "drained"});
  EXPECT_EQ(outcome.code, kNotMet);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("not drained after 10 s"), HasSubstr("hint: advance 30s"), HasSubstr("in_flight 1")));
  EXPECT_EQ(outcome.out,
            "partition  offset  state      leased until             by    handler\n"
            "        0       7  in_flight  2026-11-23 23:20:06.839  test  AQ1\n");
}

TEST_F(CommandsTest, WaitTellsABrokenPromiseFromARefusal) {
  const std::string path = "GET /__admin/wait?queue=orders&never=messages%3E0&for=2000ms";
  server_.answer(path, 409, R"({"error":"messages is 1","hint":"","counts":{"messages":1}})");
  server_.answer(path, 409, R"({"error":"2 queues have the name","hint":""})");
  EXPECT_EQ(run({"wait", "orders", "--never", "messages>0"}).code, kNotMet);
  EXPECT_EQ(run({"wait", "orders", "--never", "messages>0"}).code, kRefused);
  EXPECT_EQ(run({"wait", "orders", "g1"}).code, kBadOption);
}

TEST_F(CommandsTest, ClockShowsWhatIsDueAndGoesThere) {
  server_.answer("GET /__admin/clock", 200,
                 R"({"now":1795476006839,"mode":"manual","offset_ms":30000,"next":{"at":1795476011839,"type":"lease_expired","queue":"orders","group":"g1"}})");
  EXPECT_EQ(run({"clock"}).out, "2026-11-23 23:20:06.839 UTC, manual, 30s ahead\nnext: lease_expired in 5s, queue orders, group g1\n");
  server_.answer("POST /__admin/clock/advance", 200,
                 R"({"from":1795476006839,"to":1795476011839,"fired":[{"at":1795476011839,"type":"lease_expired","queue":"orders","group":"g1","count":2}]})");
  EXPECT_EQ(run({"clock", "advance", "next"}).out,
            "2026-11-23 23:20:11.839 UTC, +5s\n at  what           queue   group  count\n+5s  lease_expired  orders  g1         2\n");
  EXPECT_EQ(server_.requests.back().body, R"({"to":"next"})");
  EXPECT_EQ(run({"clock", "advance"}).code, kBadOption);
  EXPECT_EQ(run({"clock", "turn"}).code, kBadOption);
}

TEST_F(CommandsTest, FaultMakesARuleOfItsOptions) {
  server_.answer("POST /__admin/faults", 201, R"({"id":"f1"})");
  EXPECT_EQ(run({"fault", "add", "lose_reply", "--operation", "queryQueue", "--caller", "k", "--times", "2", "--probability", "0.5"}).out, "f1\n");
  EXPECT_EQ(server_.requests.back().body,
            R"({"match":{"operation":"queryQueue","access_key":"k"},"when":{"times":2,"probability":5E-1},"do":{"type":"lose_reply"}})");
  EXPECT_EQ(run({"fault", "add", "lose_reply", "--times", "x"}).code, kBadOption);
  EXPECT_EQ(run({"fault", "list", "--times", "1"}).code, kBadOption);
}

TEST_F(CommandsTest, FaultTakesRulesAsTheyAre) {
  server_.answer("POST /__admin/faults", 201, R"({"id":"a"})");
  server_.answer("POST /__admin/faults", 201, R"({"id":"b"})");
  EXPECT_EQ(run({"fault", "add", R"([{"do":{"type":"close"}}, {"do":{"type":"expire"}}])"}).out, "a\nb\n");
  EXPECT_EQ(server_.requests.front().body, R"({"do":{"type":"close"}})");
  EXPECT_EQ(server_.requests.back().body, R"({"do":{"type":"expire"}})");
}

TEST_F(CommandsTest, FaultListsAndRemoves) {
  server_.answer("GET /__admin/faults", 200,
                 R"({"faults":[{"id":"a","match":{"operation":"queryQueue"},"when":{"skip":1},"do":{"type":"delay","for":"1s"},"seen":3,"hits":2}]})");
  EXPECT_EQ(run({"fault"}).out, "id  what          operation   when    seen  hits\na   delay for=1s  queryQueue  skip=1     3     2\n");
  server_.answer("DELETE /__admin/faults/a", 200, "{}");
  EXPECT_EQ(run({"fault", "rm", "a"}).out, "removed a\n");
  EXPECT_EQ(run({"fault", "rm"}).code, kBadOption);
}

TEST_F(CommandsTest, ExportPassesOnWhatComesAndImportWhatItReads) {
  server_.answer("GET /__admin/export?queue=orders", 200, "{\"wingmq_export\":1}\n");
  const std::string file = testing::TempDir() + "wingmq_export_test.jsonl";
  EXPECT_EQ(run({"export", "--queue", "orders", "--output", file}).code, kStopped);
  server_.answer("POST /__admin/import", 200, R"({"queues":1,"messages":20})");
  EXPECT_EQ(run({"import", file}).out, "1 queue, 20 messages\n");
  EXPECT_EQ(server_.requests.back().body, "{\"wingmq_export\":1}\n");
  server_.answer("GET /__admin/export", 403, R"({"error":"off","hint":"on"})");
  const auto refused = run({"export"});
  EXPECT_EQ(refused.code, kRefused);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(run({"import", file + ".none"}).code, kBadOption);
}

TEST_F(CommandsTest, HealthcheckAsksUntilTheServerIsReady) {
  server_.answer("GET /readyz", 503, R"({"status":"not ready","reason":"starting"})");
  const auto once = run({"healthcheck"});
  EXPECT_EQ(once.code, kNotMet);
  EXPECT_THAT(once.err, HasSubstr("not ready: starting"));
  server_.answer("GET /readyz", 503, R"({"status":"not ready","reason":"starting"})");
  server_.answer("GET /readyz", 200, R"({"status":"ok"})");
  EXPECT_EQ(run({"healthcheck", "--wait", "1h"}).out, "ready\n");
}

TEST_F(CommandsTest, TheTokenGoesToTheControlPlaneAlone) {
  give_queue();
  server_.answer("POST /apiproxy/v3/queue/sendSpecifyQueueMessage", 200, R"({"statusCode":800,"messages":[]})");
  EXPECT_EQ(run({"send", "orders", "x", "--admin-token", "T"}).code, kStopped);
  EXPECT_THAT(server_.requests.front().headers, testing::Contains(testing::Pair("Authorization", "Bearer T")));
  EXPECT_THAT(server_.requests.back().headers, testing::Not(testing::Contains(testing::Key("Authorization"))));
}

TEST_F(CommandsTest, AMissingWordIsNamed) {
  const auto outcome = run({"recv", "orders"});
  EXPECT_EQ(outcome.code, kBadOption);
  EXPECT_THAT(outcome.err, HasSubstr("the GROUP is missing"));
}

}  // namespace
}  // namespace wingmq::tools
