#include "access/browser_guard.h"

#include <gtest/gtest.h>

namespace wingmq::net {
namespace {

using Headers = std::vector<Header>;

enum class For : bool { kAnyName, kOwnNames };

/// Why a request to a connection at 10.0.0.7 is not served: "" when it is, else `host` or `origin`.
std::string refused(const Headers& headers, For what = For::kAnyName, const std::string& local = "10.0.0.7") {
  static const BrowserGuard guard({"mq.example", "2001:db8::5"});
  Request request;
  request.headers = headers;
  request.local_address = local;
  const auto foreign = guard.check(request, what == For::kOwnNames);
  if (!foreign) return "";
  return foreign->kind == ForeignRequest::Kind::kHost ? "host" : "origin";
}
std::string refused_host(const char* host, const std::string& local = "10.0.0.7") {
  return refused({{"Host", host}}, For::kOwnNames, local);
}
std::string refused_page(const char* host, const char* origin) {
  return refused({{"Host", host}, {"Origin", origin}});
}

TEST(BrowserGuard, ProgramsMayUseAnyNameForWhatIsForAny) {
  for (const char* host : {"mq.ctyun.cn", "evil.example:9080", "10.0.0.8", "a b"}) {
    EXPECT_EQ(refused({{"Host", host}}), "") << host;
    EXPECT_EQ(refused({{"Host", host}}, For::kOwnNames), "host") << host;
  }
  EXPECT_EQ(refused({}), "") << "HTTP/1.0 without Host";
  EXPECT_EQ(refused({}, For::kOwnNames), "host");
  EXPECT_EQ(refused({{"Host", ""}}, For::kOwnNames), "host");
}

TEST(BrowserGuard, OwnNamesHaveAnyPortAndAnyCase) {
  for (const char* host : {"localhost", "localhost:9080", "LocalHost:1", "localhost.", "localhost.:9080", "127.0.0.1", "127.0.0.1:65535",
                           "127.8.9.10", "[::1]", "[::1]:9080", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]:80", "10.0.0.7:9080", "[::ffff:10.0.0.7]",
                           "mq.example", "MQ.Example:9080", "mq.example.", "[2001:DB8:0::5]:1"}) {
    EXPECT_EQ(refused_host(host), "") << host;
    EXPECT_EQ(refused({{"host", host}, {"Sec-Fetch-Site", "same-origin"}}), "") << host;
  }
}

TEST(BrowserGuard, NamesThatOnlyLookLikeOwnOnesAreForeign) {
  for (const char* host : {"evil.example", "localhost.evil.example", "evil-localhost", "xlocalhost", "localhos", "127.0.0.1.evil.example",
                           "evil.localhost", "10.0.0.8", "0.0.0.0", "[::]", "[::2]", "126.255.255.255", "128.0.0.1", "2130706433", "127.1", "0x7f.1",
                           "mq.example.evil", "sub.mq.example", "localhost..", "localhost@evil.example", "evil.example@localhost", "[::1", "::1",
                           "localhost:x", "localhost:99999"}) {
    EXPECT_EQ(refused_host(host), "host") << host;
    EXPECT_EQ(refused({{"Host", host}, {"sec-fetch-mode", "no-cors"}}), "host") << host;
  }
}

TEST(BrowserGuard, TheAddressOfTheConnectionIsAnOwnName) {
  EXPECT_EQ(refused_host("[2001:db8::7]:9080", "2001:db8::7"), "");
  EXPECT_EQ(refused_host("[fe80::1]", "fe80::1%eth0"), "") << "browsers do not send the interface";
  EXPECT_EQ(refused_host("192.0.2.1", "::ffff:192.0.2.1"), "") << "one socket for both families";
  EXPECT_EQ(refused_host("192.0.2.1", ""), "host");
  EXPECT_EQ(refused_host("10.0.0.7", "192.0.2.1"), "host");
}

TEST(BrowserGuard, ABrowserIsKnownByOriginAndFetchMetadata) {
  for (const char* name : {"Origin", "ORIGIN", "Sec-Fetch-Site", "sec-fetch-mode", "SEC-FETCH-DEST", "Sec-Fetch-User", "Sec-Fetch-Storage-Access"}) {
    EXPECT_EQ(refused({{"Host", "evil.example"}, {name, "http://evil.example"}}), "host") << name;
  }
  for (const char* name : {"Origins", "X-Origin", "Sec-Fetch", "Sec-CH-UA", "Referer", "User-Agent", "User-Agents"}) {
    EXPECT_EQ(refused({{"Host", "evil.example"}, {name, "http://evil.example"}}), "") << name;
  }
  EXPECT_EQ(refused({{"Sec-Fetch-Site", "none"}}), "host") << "a browser without Host";
  EXPECT_EQ(refused({{"Host", "rebound.example"}, {"user-agent", "Mozilla/5.0 (X11; Linux x86_64)"}}), "host");
  EXPECT_EQ(refused({{"Host", "localhost"}, {"user-agent", "Mozilla/5.0 (X11; Linux x86_64)"}}), "");
  EXPECT_EQ(refused({{"Host", "rebound.example"}, {"user-agent", "curl/8.0 Mozilla/5.0"}}), "");
}

TEST(BrowserGuard, OriginIsTheHostAndPortOfHost) {
  EXPECT_EQ(refused_page("localhost:9080", "http://localhost:9080"), "");
  EXPECT_EQ(refused_page("LOCALHOST:9080", "HTTP://LocalHost:9080"), "");
  EXPECT_EQ(refused_page("127.0.0.1:9080", "http://127.0.0.1:9080"), "");
  EXPECT_EQ(refused_page("[::1]:9080", "http://[::1]:9080"), "");
  EXPECT_EQ(refused_page("localhost:9080", "https://localhost:9080"), "") << "TLS on the same port";
  EXPECT_EQ(refused_page("mq.example", "https://mq.example"), "") << "behind a proxy that ends TLS";
  EXPECT_EQ(refused_page("mq.example:443", "https://mq.example"), "");
  EXPECT_EQ(refused_page("localhost", "http://localhost"), "");
  EXPECT_EQ(refused_page("localhost:80", "http://localhost"), "");
  EXPECT_EQ(refused_page("localhost", "http://localhost:80"), "");
  EXPECT_EQ(refused_page("localhost.:80", "http://localhost"), "");
}

TEST(BrowserGuard, PagesOfOtherOriginsAreForeign) {
  for (const char* origin : {"http://localhost:9081", "http://localhost", "https://localhost", "http://127.0.0.1:9080", "http://evil.example:9080",
                             "http://evil.example", "null", "", "localhost:9080", "file://", "chrome-extension://abc", "ftp://localhost:9080",
                             "http://localhost:9080 http://localhost:9080", "http://localhost:9080@evil.example", "http://evil.example@localhost:9080",
                             "http://localhost:9080/", "http://localhost:", "http://", "http:localhost:9080"}) {
    EXPECT_EQ(refused_page("localhost:9080", origin), "origin") << origin;
  }
  EXPECT_EQ(refused_page("localhost:443", "http://localhost"), "origin");
  EXPECT_EQ(refused_page("localhost:80", "https://localhost"), "origin");
  EXPECT_EQ(refused({{"Host", "localhost:9080"}, {"Origin", "http://localhost:9080"}, {"Origin", "http://localhost:9080"}}), "origin")
      << "two of them";
}

TEST(BrowserGuard, NothingThatAProxyAddsIsBelieved) {
  for (const char* name : {"X-Forwarded-Host", "Forwarded", "X-Forwarded-For", "X-Real-IP"}) {
    EXPECT_EQ(refused({{"Host", "evil.example"}, {name, "localhost"}}, For::kOwnNames), "host") << name;
    EXPECT_EQ(refused({{"Host", "localhost"}, {name, "evil.example"}}, For::kOwnNames), "") << name;
  }
}

}  // namespace
}  // namespace wingmq::net
