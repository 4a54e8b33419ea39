#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <vector>

#include "wingmq/net/declared_queue.h"
#include "wingmq/net/server.h"
#include "wingmq/options.h"

namespace wingmq::tools {

enum class Profile : std::uint8_t { kTest, kBench, kProd };
enum class ClockMode : std::uint8_t { kReal, kManual };
enum class LogFormat : std::uint8_t { kText, kJson };

/// Everything `wingmq serve` can be told, with its defaults.
struct ServeSettings {
  Options broker;
  net::ServerOptions server;
  bool listen_given = false;
  bool ipv6_needed = false;  ///< false: without IPv6 on this machine, its addresses are left out
  std::vector<net::DeclaredQueue> queues;
  Profile profile = Profile::kTest;
  bool admin_given = false;
  bool auth_given = false;
  bool metrics_given = false;
  bool per_address_given = false;
  bool seed_given = false;
  std::optional<std::size_t> journal;  ///< calls to keep; complete() fills it in
  std::optional<std::size_t> history;  ///< events of messages, likewise
  bool tls_only = false;
  bool tls_auto = false;  ///< with a certificate that is made at the start
  ClockMode clock = ClockMode::kReal;
  bool exit_with_parent = false;
  net::LogLevel log_level = net::LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;
  std::string credential_file;
  std::vector<std::string> remarks;  ///< worth a warning at the start
  /// Where each setting that was given comes from, by its name: `listen` -> `--listen`, `WINGMQ_LISTEN`, `test.toml:3: listen`.
  std::map<std::string, std::string> origins;
  /// The values of each setting that was given, by its name. Some are secrets.
  std::map<std::string, std::vector<std::string>> given;

  /// Where the setting was given; as an option when it was not.
  [[nodiscard]] std::string origin_of(const std::string& name) const;
};

/// One thing that can be set: an option, an environment variable and a key of the configuration file.
struct SettingRule {
  std::string name;         ///< `memory-limit`
  std::string placeholder;  ///< `SIZE`; empty for a switch
  std::string help;
  std::string topic;        ///< headline in --help
  bool repeatable = false;
  bool secret = false;      ///< values are never shown
  /// Applies one value; otherwise says what would be right: `a number of 1 to 64`. A switch gets `true` or `false`.
  std::expected<void, std::string> (*apply)(ServeSettings&, const std::string& value) = nullptr;

  [[nodiscard]] bool is_switch() const { return placeholder.empty(); }
  /// `WINGMQ_MEMORY_LIMIT`
  [[nodiscard]] std::string variable() const;
  /// `memory_limit`
  [[nodiscard]] std::string key() const;
};

/// All of them, in the order of --help.
[[nodiscard]] const std::vector<SettingRule>& serve_rules();

/// What the settings say together that none says alone: an open control plane on a network, the profile's defaults.
[[nodiscard]] std::expected<void, std::string> complete(ServeSettings& settings);

}  // namespace wingmq::tools
