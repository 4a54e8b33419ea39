#include <gmock/gmock.h>

#include <map>
#include <string>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

using ::testing::HasSubstr;

struct Listed {
  const char* method;
  const char* path;
};
constexpr Listed kCalls[] = {{"GET", "/__admin"},
                             {"GET", "/__admin/clock"},
                             {"POST", "/__admin/clock/advance"},
                             {"POST", "/__admin/reset"},
                             {"GET", "/__admin/queues"},
                             {"GET", "/__admin/queues/{q}"},
                             {"POST", "/__admin/queues"},
                             {"DELETE", "/__admin/queues/{q}"},
                             {"POST", "/__admin/queues/{q}/messages"},
                             {"POST", "/__admin/queues/{q}/purge"},
                             {"POST", "/__admin/queues/{q}/groups/{g}/redrive"},
                             {"POST", "/__admin/queues/{q}/groups/{g}/expire"},
                             {"GET", "/__admin/queues/{q}/messages"},
                             {"GET", "/__admin/queues/{q}/messages/{partition}/{offset}"},
                             {"GET", "/__admin/queues/{q}/balance"},
                             {"GET", "/__admin/wait"},
                             {"GET", "/__admin/faults"},
                             {"POST", "/__admin/faults"},
                             {"DELETE", "/__admin/faults"},
                             {"DELETE", "/__admin/faults/{id}"},
                             {"GET", "/__admin/deviations"},
                             {"GET", "/__admin/requests"},
                             {"GET", "/__admin/requests/count"},
                             {"GET", "/__admin/requests/{id}"},
                             {"GET", "/__admin/openapi.json"}};

class AdminAccessTest : public AdminTest {
 protected:
  Reply ask_with(const std::string& authorization, std::string_view target = "/__admin/clock") {
    return ask("GET", target, {}, {{"authorization", authorization}});
  }
};

TEST_F(AdminAccessTest, OffRefusesEveryCallWith403) {
  options_.admin = AdminAccess::kOff;
  options_.admin_token = "secret";
  for (const Listed& call : kCalls) {
    EXPECT_THAT(error_of(ask(call.method, call.path, "{}", {{"Authorization", "Bearer secret"}}), 403),
                HasSubstr("switched off"));
  }
  EXPECT_EQ(ask("GET", "/__admin/nothing").status, 403U);
}

TEST_F(AdminAccessTest, MissingTokenIsRefusedWithAChallenge) {
  options_.admin_token = "secret";
  const Reply reply = ask("GET", "/__admin/clock");
  EXPECT_EQ(error_of(reply, 401), "the control plane needs a token");
  EXPECT_EQ(header_of(reply, "WWW-Authenticate"), "Bearer realm=\"wingmq\"");
}

TEST_F(AdminAccessTest, WrongTokenIsRefusedAndNotRepeated) {
  options_.admin_token = "secret";
  for (const char* wrong : {"Bearer secreT", "Bearer secre", "Bearer secrets", "Bearer ", "Bearer", "secret",
                            "Basic secret", "Bearersecret", ""}) {
    const Reply reply = ask_with(wrong);
    EXPECT_EQ(error_of(reply, 401), "the token is wrong") << wrong;
    EXPECT_THAT(header_of(reply, "WWW-Authenticate"), HasSubstr("invalid_token"));
    EXPECT_EQ(reply.body.find("secre"), std::string::npos);
  }
}

TEST_F(AdminAccessTest, RightTokenPassesWhateverTheCaseOfTheScheme) {
  options_.admin_token = "secret";
  for (const char* right : {"Bearer secret", "bearer secret", "BEARER   secret "}) {
    EXPECT_EQ(ask_with(right).status, 200U) << right;
  }
}

TEST_F(AdminAccessTest, NothingIsToldAboutPathsAndMethodsWithoutTheToken) {
  options_.admin_token = "secret";
  EXPECT_EQ(ask("GET", "/__admin/nothing").status, 401U);
  EXPECT_EQ(ask("DELETE", "/__admin/clock").status, 401U);
  EXPECT_EQ(ask("GET", "/__admin/clock?x=1").status, 401U);
}

TEST_F(AdminAccessTest, ReadOnlyAllowsLookingAndRefusesChanging) {
  options_.admin = AdminAccess::kReadOnly;
  make_queue("orders");
  EXPECT_THAT(post_error("/__admin/reset", "{}", 403), HasSubstr("read-only"));
  EXPECT_THAT(post_error("/__admin/clock/advance", R"({"by":1})", 403), HasSubstr("read-only"));
  EXPECT_EQ(clock_.now(), kStart);
  EXPECT_EQ(get("/__admin/queues").at("total").as_int64(), 1);
  EXPECT_EQ(get("/__admin/").at("access").as_string(), "read-only");
}

TEST_F(AdminAccessTest, WrongMethodIs405AndSaysWhichIsRight) {
  std::map<std::string, std::string> allowed;
  for (const Listed& call : kCalls) {
    std::string& methods = allowed[call.path];
    methods += (methods.empty() ? "" : ", ") + std::string(call.method);
  }
  for (const auto& [path, methods] : allowed) {
    for (const char* method : {"GET", "POST", "PUT", "DELETE", "HEAD", "get"}) {
      if (methods.find(method) != std::string::npos) continue;
      const Reply reply = ask(method, path, "{}");
      EXPECT_THAT(error_of(reply, 405), HasSubstr("does not take")) << method << path;
      EXPECT_EQ(header_of(reply, "Allow"), methods);
    }
  }
}

TEST_F(AdminAccessTest, UnknownPathIs404AndTheHintListsWhatExists) {
  for (const char* path : {"/__admin/nothing", "/__admin/clock/", "/__admin//clock", "/__admin/Clock",
                           "/__admin/queues/", "/__admin/queues//messages", "/__admin/queues/a/b", "/__admin/\xff"}) {
    const auto body = opened(ask("GET", path), 404);
    EXPECT_THAT(std::string(body.at("error").as_string()), HasSubstr("no such path"));
    for (const Listed& call : kCalls) {
      EXPECT_THAT(std::string(body.at("hint").as_string()), HasSubstr(std::string(call.method) + " " + call.path));
    }
  }
}

TEST_F(AdminAccessTest, IndexListsEveryCall) {
  for (const char* path : {"/__admin", "/__admin"}) {
    const auto index = get(path);
    EXPECT_EQ(index.at("access").as_string(), "full");
    const auto& calls = index.at("calls").as_array();
    ASSERT_EQ(calls.size(), std::size(kCalls));
    for (std::size_t i = 0; i < calls.size(); ++i) {
      EXPECT_EQ(calls[i].at("method").as_string(), kCalls[i].method);
      EXPECT_EQ(calls[i].at("path").as_string(), kCalls[i].path);
      EXPECT_FALSE(calls[i].at("summary").as_string().empty());
    }
  }
}

TEST_F(AdminAccessTest, QueryParametersAreNeverGuessedAt) {
  make_queue("orders");
  EXPECT_EQ(get_error("/__admin/clock?x=1", 400), "unknown query parameter \"x\"");
  EXPECT_EQ(get_error("/__admin/queues?group=g", 400), "unknown query parameter \"group\"");
  EXPECT_EQ(get_error("/__admin/queues?Region=r1", 400), "unknown query parameter \"Region\"");
  EXPECT_EQ(get_error("/__admin/queues?region=r1&region=r1", 400), "query parameter \"region\" is given twice");
  EXPECT_EQ(get_error("/__admin/queues?region", 400), "query parameter \"region\" has no readable value");
  EXPECT_EQ(get_error("/__admin/queues?region=", 400), "query parameter \"region\" has no readable value");
  EXPECT_EQ(get_error("/__admin/queues?region=%4", 400), "query parameter \"region\" has no readable value");
  EXPECT_EQ(get_error("/__admin/queues?region=%ff", 400), "query parameter \"region\" has no readable value");
  EXPECT_EQ(get_error("/__admin/queues?%zz=1", 400), "the query string is not percent-encoded UTF-8");
  EXPECT_EQ(get_error("/__admin/queues?&region=r1", 400), "unknown query parameter \"\"");
  EXPECT_EQ(opened(ask("POST", "/__admin/reset?keep=queues", "{}"), 400).at("hint").as_string(),
            "This call takes no query parameters.");
  EXPECT_EQ(get("/__admin/queues?").at("total").as_int64(), 1);
}

TEST_F(AdminAccessTest, ABodyNeedsTheTypeOfJson) {
  make_queue("orders");
  for (const char* type : {"text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                           "", "application/jsonx", "application/json, text/plain", "text/plain; application/json"}) {
    const Reply reply = ask("POST", "/__admin/reset", "{}", {{"Content-Type", type}});
    EXPECT_THAT(error_of(reply, 415), HasSubstr("Content-Type")) << type;
    EXPECT_EQ(get("/__admin/queues").at("total").as_int64(), 1) << type;
  }
  EXPECT_EQ(error_of(ask("POST", "/__admin/reset", "{}", {{"Content-Type", "application/json"}, {"content-type", "text/plain"}}), 415),
            "the body's Content-Type is application/json");
  for (const char* type : {"application/json", "Application/JSON ; charset=utf-8", " application/json;x=\"y\""}) {
    EXPECT_EQ(ask("POST", "/__admin/clock/advance", R"({"by":1})", {{"Content-Type", type}}).status, 200U) << type;
  }
  EXPECT_EQ(ask("POST", "/__admin/reset", "", {{"Content-Type", "text/plain"}}).status, 200U) << "there is nothing that has a type";
}

TEST_F(AdminAccessTest, RepliesAreNotForOtherSites) {
  const Reply reply = ask("GET", "/__admin/clock");
  EXPECT_EQ(header_of(reply, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header_of(reply, "Cross-Origin-Resource-Policy"), "same-origin");
  for (const auto& [name, value] : reply.headers) EXPECT_FALSE(name.starts_with("Access-Control")) << name;
}

TEST_F(AdminAccessTest, RepliesAreNotToBeCached) {
  EXPECT_EQ(header_of(ask("GET", "/__admin/clock"), "Cache-Control"), "no-store");
}

}  // namespace
}  // namespace wingmq::net
