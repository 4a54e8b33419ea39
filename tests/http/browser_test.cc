#include <gtest/gtest.h>

#include "http/server_fixture.h"

// server.md, browsers: what a page in somebody's browser can send, as bytes. tests/e2e/browser_test.sh has a real browser send it.

namespace wingmq::test {
namespace {

class BrowserTest : public ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    options_.allowed_hosts = {"mq.example"};
  }
  WireReply ask(std::string_view first_line, std::string_view headers, std::string_view body = "") {
    if (!server_) start();
    HttpSocket socket(port());
    std::string text = std::string(first_line) + " HTTP/1.1\r\n" + std::string(headers);
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    socket.send(text + "\r\n" + std::string(body));
    return socket.receive().value();
  }
  unsigned status(std::string_view first_line, std::string_view headers, std::string_view body = "") {
    return ask(first_line, headers, body).status;
  }
};

constexpr const char* kPrivate[] = {"GET /__admin", "GET /__admin/", "GET /__admin/queues", "GET /metrics"};

TEST_F(BrowserTest, WhatIsPrivateIsServedUnderOwnNamesOnly) {
  for (const auto* line : kPrivate) {
    for (const auto* host : {"localhost", "127.0.0.1:1", "[::1]", "mq.example:9080"}) {
      EXPECT_EQ(status(line, "Host: " + std::string(host) + "\r\n"), 200U) << line << ' ' << host;
    }
    const auto refused = ask(line, "Host: rebound.example:9080\r\n");
    EXPECT_EQ(refused.status, 403U) << line;
    EXPECT_TRUE(refused.says("application/json")) << refused.head;
    EXPECT_NE(refused.body.find("--allow-host"), std::string::npos) << refused.body;
  }
  EXPECT_EQ(status("POST /__admin/reset", "Host: rebound.example\r\nContent-Type: application/json\r\n", "{}"), 403U);
  EXPECT_EQ(broker_.inspect().size(), 1U);
}

TEST_F(BrowserTest, ProgramsCallOperationsAndHealthUnderAnyName) {
  const std::string program = "Host: ctyun.example\r\naccessKey: test\r\nregionId: cn-snxy1\r\n";
  for (const auto* line : {"GET /livez", "GET /readyz", "GET /apiproxy/v3/queue/queryQueue"}) {
    EXPECT_EQ(status(line, program), 200U) << line;
    const auto refused = ask(line, program + "Sec-Fetch-Mode: cors\r\nAccept-Language: en\r\n");
    EXPECT_EQ(refused.status, 403U) << line;
    EXPECT_NE(refused.body.find("--allow-host"), std::string::npos) << refused.body;
  }
  const auto refused = ask("GET /apiproxy/v3/queue/queryQueue", program + "Origin: null\r\n");
  EXPECT_NE(refused.body.find(R"("statusCode":403)"), std::string::npos) << refused.body;
  EXPECT_NE(refused.body.find("WMQ.FOREIGN_PAGE"), std::string::npos) << refused.body;
}

TEST_F(BrowserTest, APageOfAnotherOriginChangesNothing) {
  const std::string own = "Host: localhost:9080\r\n";
  for (const auto* origin : {"http://localhost:9081", "http://evil.example", "null"}) {
    const std::string page = own + "Origin: " + origin + "\r\nContent-Type: application/json\r\naccessKey: test\r\n";
    EXPECT_EQ(status("POST /__admin/reset", page, "{}"), 403U) << origin;
    EXPECT_EQ(status("POST /__admin/reset", page), 403U) << origin;
    EXPECT_EQ(status("POST /apiproxy/v3/queue/removeQueue", page, R"({"regionId":"cn-snxy1","queueId":")" + queue_ + "\"}"), 403U) << origin;
    EXPECT_EQ(status("GET /livez", page), 403U) << origin;
  }
  EXPECT_EQ(broker_.inspect().size(), 1U);
  const std::string page = own + "Origin: http://localhost:9080\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n";
  EXPECT_EQ(status("POST /__admin/reset", page, "{}"), 200U);
  EXPECT_EQ(broker_.inspect().size(), 0U);
}

TEST_F(BrowserTest, AFormOfAPageIsNotJson) {
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    const auto refused = ask("POST /__admin/reset", "Host: localhost\r\nContent-Type: " + std::string(type) + "\r\n", "{}");
    EXPECT_EQ(refused.status, 415U) << type;
    EXPECT_NE(refused.body.find("application/json"), std::string::npos) << refused.body;
  }
  EXPECT_EQ(status("POST /__admin/reset", "Host: localhost\r\n", "{}"), 415U) << "no type";
  EXPECT_EQ(broker_.inspect().size(), 1U);
  EXPECT_EQ(status("POST /__admin/reset", "Host: localhost\r\nContent-Length: 0\r\n"), 200U) << "no body";
}

TEST_F(BrowserTest, NobodyIsToldThatAnotherOriginMayAsk) {
  for (const auto* path : {"/__admin/reset", "/__admin/queues", "/metrics", "/livez", "/apiproxy/v3/queue/createQueue", "/", "*"}) {
    for (const auto* origin : {"http://localhost:9080", "http://evil.example"}) {
      const auto reply = ask("OPTIONS " + std::string(path), "Host: localhost:9080\r\nOrigin: " + std::string(origin) +
                                                               "\r\nAccess-Control-Request-Method: POST\r\n"
                                                               "Access-Control-Request-Headers: content-type\r\n");
      EXPECT_GE(reply.status, 400U) << path;
      EXPECT_FALSE(reply.says("Access-Control-")) << reply.head;
    }
  }
}

TEST_F(BrowserTest, TheMetricsMayBeForTheHolderOfTheToken) {
  options_.metrics = net::MetricsAccess::kToken;
  options_.admin_token = "secret";
  EXPECT_EQ(status("GET /metrics", "Host: localhost\r\n"), 401U);
  EXPECT_EQ(status("GET /metrics", "Host: localhost\r\nAuthorization: Bearer wrong\r\n"), 401U);
  const auto shown = ask("GET /metrics", "Host: localhost\r\nAuthorization: Bearer secret\r\n");
  EXPECT_EQ(shown.status, 200U);
  EXPECT_TRUE(shown.says("text/plain; version=0.0.4"));
  EXPECT_EQ(status("GET /livez", "Host: localhost\r\n"), 200U) << "health is for all";
}

TEST_F(BrowserTest, WithoutATokenTheMetricsCanBeForNobody) {
  options_.metrics = net::MetricsAccess::kToken;
  const auto refused = ask("GET /metrics", "Host: localhost\r\n");
  EXPECT_EQ(refused.status, 403U);
  EXPECT_NE(refused.body.find("--metrics open"), std::string::npos) << refused.body;
}

TEST_F(BrowserTest, ABrowserGetsAPageAndProgramsWhatTheyAlwaysGot) {
  const std::string browser = "Host: localhost\r\nSec-Fetch-Mode: navigate\r\nAccept: application/xhtml+xml, Text/HTML;q=0.9, */*;q=0.8\r\n";
  for (const auto* path : {"/", "/__admin", "/__admin/"}) {
    const auto page = ask("GET " + std::string(path), browser);
    EXPECT_EQ(page.status, 200U) << path;
    EXPECT_TRUE(page.says("Content-Type: text/html; charset=utf-8")) << page.head;
    EXPECT_TRUE(page.says("Content-Security-Policy: default-src 'none'")) << page.head;
    for (const auto* link : {"/livez", "/metrics", "/__admin/queues", "/__admin/openapi.json"}) {
      EXPECT_NE(page.body.find("<a href=\"" + std::string(link) + "\">"), std::string::npos) << link;
    }
    EXPECT_EQ(page.body.find("<script"), std::string::npos);
    EXPECT_EQ(page.body.find("src="), std::string::npos) << "it loads nothing";
  }
  EXPECT_EQ(status("POST /", browser, "x"), 404U);
  EXPECT_EQ(status("GET /", "Host: localhost\r\nAccept: */*\r\n"), 404U) << "as ever";
  EXPECT_EQ(ask("GET /__admin", "Host: localhost\r\nAccept: */*\r\n").body.find(R"({"access":"full")"), 0U);
  EXPECT_EQ(status("GET /", "Host: rebound.example\r\nAccept: text/html\r\n"), 403U);
}

TEST_F(BrowserTest, ThePageLeadsNowhereThatIsClosed) {
  options_.admin = net::AdminAccess::kOff;
  const auto page = ask("GET /", "Host: localhost\r\nAccept: text/html\r\n");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.body.find("<a href=\"/__admin"), std::string::npos) << page.body;
  EXPECT_EQ(status("GET /__admin", "Host: localhost\r\nAccept: text/html\r\n"), 403U);
}

TEST_F(BrowserTest, HttpOneZeroWithoutHostIsNoBrowser) {
  start();
  const auto ask10 = [&](const std::string& line, const std::string& headers) {
    HttpSocket socket(port());
    socket.send(line + " HTTP/1.0\r\n" + headers + "\r\n");
    return socket.receive().value().status;
  };
  EXPECT_EQ(ask10("GET /livez", ""), 200U);
  EXPECT_EQ(ask10("GET /livez", "Sec-Fetch-Site: none\r\n"), 403U);
  EXPECT_EQ(ask10("GET /metrics", ""), 403U);
  EXPECT_EQ(ask10("GET /metrics", "Host: 127.0.0.1\r\n"), 200U);
}

}  // namespace
}  // namespace wingmq::test
