#include "start_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "limit_rules.h"

namespace wingmq::tools {
namespace {

std::string_view name_of(Profile profile) {
  switch (profile) {
    case Profile::kTest: return "test";
    case Profile::kBench: return "bench";
    case Profile::kProd: return "prod";
  }
  return "";
}

std::string_view name_of(net::AuthMode mode) {
  switch (mode) {
    case net::AuthMode::kOff: return "off";
    case net::AuthMode::kWarn: return "warn";
    case net::AuthMode::kHmac: return "hmac";
    case net::AuthMode::kVerify: return "verify";
  }
  return "";
}

/// Settings that have a place of their own in the line.
constexpr std::array<std::string_view, 6> kToldAnyhow{"profile", "listen", "auth", "clock", "limit", "seed"};

std::vector<std::string> differences(const ServeSettings& settings) {
  std::vector<std::string> all;
  for (const SettingRule& rule : serve_rules()) {
    const auto given = settings.given.find(rule.name);
    if (given == settings.given.end() || std::ranges::find(kToldAnyhow, rule.name) != kToldAnyhow.end()) continue;
    for (const std::string& value : given->second) {
      all.push_back(fmt::format("{}={}", rule.name, rule.secret ? "(secret)" : value));
    }
  }
  const auto defaults = list_limits({});
  for (const std::string& limit : list_limits(settings)) {
    if (std::ranges::find(defaults, limit) == defaults.end()) all.push_back(limit);
  }
  return all;
}

}  // namespace

std::vector<std::string> urls_of(const std::vector<net::Endpoint>& bound, net::TlsMode tls) {
  std::vector<std::string> urls;
  const auto add = [&](std::string_view scheme) {
    for (const net::Endpoint& endpoint : bound) urls.push_back(fmt::format("{}://{}", scheme, net::to_string(endpoint)));
  };
  if (tls != net::TlsMode::kOnly) add("http");
  if (tls != net::TlsMode::kOff) add("https");
  return urls;
}

std::string start_line(const ServeSettings& settings, const std::vector<net::Endpoint>& bound) {
  const auto different = differences(settings);
  return fmt::format("wingmq {} on {}: profile {}, auth {}, clock {}; {}{}", WINGMQ_VERSION,
                     fmt::join(urls_of(bound, settings.server.tls.mode), " "), name_of(settings.profile),
                     name_of(settings.server.auth), settings.clock == ClockMode::kReal ? "real" : "manual",
                     different.empty() ? "all else as by default" : "set: ", fmt::join(different, ", "));
}

}  // namespace wingmq::tools
