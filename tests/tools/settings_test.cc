#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>

#include "limit_rules.h"
#include "read_settings.h"

namespace wingmq::tools {
namespace {

using namespace std::chrono_literals;

std::expected<ServeSettings, std::string> from_options(std::vector<GivenSetting> given) {
  for (GivenSetting& each : given) each.origin = "--" + each.name;
  return resolve(given, {}, {});
}

std::string error_of(const std::string& name, const std::string& value) {
  const auto settings = from_options({{name, {value}, ""}});
  return settings ? "" : settings.error();
}

/// A configuration file that lives as long as the test.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) : path_(::testing::TempDir() + "wingmq-" + std::to_string(::getpid()) + ".toml") {
    std::ofstream(path_) << text;
  }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  ~ConfigFile() { std::remove(path_.c_str()); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(SettingsTest, DefaultsAreTheDocumentedOnes) {
  const auto settings = resolve({}, {}, {});
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->server.listen.size(), 2U);
  EXPECT_EQ(settings->server.listen[0].address, "127.0.0.1");
  EXPECT_EQ(settings->server.listen[0].port, 9080);
  EXPECT_EQ(settings->server.listen[1].address, "::1");
  EXPECT_EQ(settings->broker.limits.queues_per_project, 5U);
  EXPECT_EQ(settings->broker.limits.retention, 72h);
  EXPECT_EQ(settings->broker.memory_limit_bytes, default_memory_limit());
  EXPECT_EQ(settings->server.admin, net::AdminAccess::kFull);
  EXPECT_EQ(settings->clock, ClockMode::kReal);
}

TEST(SettingsTest, EveryRuleHasANameHelpAndATopic) {
  std::set<std::string> names;
  for (const SettingRule& rule : serve_rules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_FALSE(rule.help.empty()) << rule.name;
    EXPECT_FALSE(rule.topic.empty()) << rule.name;
    EXPECT_NE(rule.apply, nullptr) << rule.name;
  }
}

TEST(SettingsTest, NamesOfVariablesAndKeysFollowTheOption) {
  SettingRule rule;
  rule.name = "memory-limit";
  EXPECT_EQ(rule.variable(), "WINGMQ_MEMORY_LIMIT");
  EXPECT_EQ(rule.key(), "memory_limit");
}

TEST(SettingsTest, TheCommandLineBeatsTheEnvironmentWhichBeatsTheFile) {
  const std::vector<GivenSetting> line{{"threads", {"1"}, "--threads"}};
  const std::vector<GivenSetting> environment{{"threads", {"2"}, "WINGMQ_THREADS"}, {"partitions", {"2"}, "WINGMQ_PARTITIONS"}};
  const std::vector<GivenSetting> file{{"threads", {"3"}, "f:1"}, {"partitions", {"3"}, "f:2"}, {"clock", {"manual"}, "f:3"}};
  const auto settings = resolve(line, environment, file);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->server.threads, 1U);
  EXPECT_EQ(settings->broker.partitions, 2U);
  EXPECT_EQ(settings->clock, ClockMode::kManual);
}

TEST(SettingsTest, AnErrorNamesTheSourceThatWon) {
  const std::vector<GivenSetting> environment{{"threads", {"few"}, "WINGMQ_THREADS"}};
  const std::vector<GivenSetting> file{{"threads", {"many"}, "test.toml:7: threads"}, {"listen", {"10.0.0.1:1"}, "test.toml:8: listen"}};
  EXPECT_EQ(resolve({}, environment, file).error(), "WINGMQ_THREADS: `few` is given, needed is a number of 1 to 256");
  EXPECT_TRUE(resolve({}, {}, {file[1]}).error().starts_with("test.toml:8: listen: ")) << resolve({}, {}, {file[1]}).error();
}

TEST(SettingsTest, AListenerReplacesTheDefaults) {
  const auto settings = from_options({{"listen", {"127.0.0.1:1", "[::1]:2"}, ""}});
  ASSERT_TRUE(settings);
  ASSERT_EQ(settings->server.listen.size(), 2U);
  EXPECT_EQ(settings->server.listen[1].port, 2);
  EXPECT_TRUE(settings->listen_given);
}

TEST(SettingsTest, OnlyAnAddressThatWasWrittenOutNeedsItsFamily) {
  EXPECT_FALSE(from_options({{"listen", {"localhost:0", "127.0.0.1:1"}, ""}})->ipv6_needed);
  EXPECT_TRUE(from_options({{"listen", {"localhost:0", "[::1]:1"}, ""}})->ipv6_needed);
}

TEST(ConfigTest, LimitsMayBeATable) {
  const ConfigFile file("threads = 1\n[limit]\nqueue_quota = 7\nretention = \"1h30m\"\n");
  const auto given = read_config(file.path());
  ASSERT_TRUE(given) << given.error();
  const auto settings = resolve({}, {}, *given);
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->broker.limits.queues_per_project, 7U);
  EXPECT_EQ(settings->broker.limits.retention, 90min);
}

TEST(ConfigTest, AFaultInATableIsNamedByItsLine) {
  const ConfigFile value("[limit]\nqueue_quota = 7\nretention = 1.5\n");
  EXPECT_EQ(read_config(value.path()).error(), value.path() + ":3: limit needs NAME=VALUE, an array of them, or a table of name = value");
  const ConfigFile name("[limit]\nqueue_quota = 7\nretentoin = 1\n");
  const auto error = resolve({}, {}, *read_config(name.path())).error();
  EXPECT_TRUE(error.starts_with(name.path() + ":3: limit: `retentoin=1` is given")) << error;
}

TEST(ConfigTest, ACredentialWithoutItsSecretIsNamedByItsLine) {
  const std::string good = "[[credential]]\naccess_key = \"a\"\nsecret_key = \"b\"\n";
  const ConfigFile missing(good + "[[credential]]\naccess_key = \"c\"\n");
  EXPECT_EQ(read_config(missing.path()).error(), missing.path() + ":4: credential: secret_key is missing");
  const ConfigFile empty(good + "[[credential]]\nsecret_key = \"hunter2\"\n");
  EXPECT_EQ(read_config(empty.path()).error(), empty.path() + ":4: credential: access_key is missing");
  const ConfigFile unknown(good + "[[credential]]\nacces_key = \"c\"\n");
  EXPECT_EQ(read_config(unknown.path()).error(),
            unknown.path() + ":4: credential: `acces_key` is unknown; there are access_key, secret_key, customer, delegate");
}

TEST(SettingsTest, TheLanguageOfRefusalsIsChosen) {
  EXPECT_EQ(from_options({})->server.language, net::Language::kChinese);
  EXPECT_EQ(from_options({{"language", {"en"}, ""}})->server.language, net::Language::kEnglish);
  EXPECT_EQ(error_of("language", "fr"), "--language: `fr` is given, needed is one of zh, en");
}

TEST(SettingsTest, WarnIsShortForWarning) {
  EXPECT_EQ(from_options({{"log-level", {"warn"}, ""}})->log_level, net::LogLevel::kWarning);
}

TEST(SettingsTest, AQueueIsReadWithItsGroups) {
  const auto settings = from_options({{"queue", {"orders?mode=FIFO&groups=g1,g2&dlq=3&region=r&project=alice&description=a%20b"}, ""}});
  ASSERT_TRUE(settings) << settings.error();
  const auto& queue = settings->queues.at(0);
  EXPECT_EQ(queue.spec.name, "orders");
  EXPECT_EQ(queue.spec.mode, QueueMode::kFifo);
  EXPECT_EQ(queue.spec.description, "a b");
  EXPECT_EQ(queue.spec.consume_count_max, 3U);
  EXPECT_EQ(queue.groups, (std::vector<std::string>{"g1", "g2"}));
  EXPECT_EQ(queue.project, (Project{"alice", "r"}));
}

TEST(SettingsTest, AQueuesModeIsReadInAnyCase) {
  const auto mode = [](const std::string& text) {
    return from_options({{"queue", {"orders?mode=" + text}, ""}})->queues.at(0).spec.mode;
  };
  for (const char* text : {"FIFO", "fifo", "Fifo"}) EXPECT_EQ(mode(text), QueueMode::kFifo) << text;
  for (const char* text : {"KAFKA-HA", "kafka-ha", "kafka_ha", "Kafka_HA"}) EXPECT_EQ(mode(text), QueueMode::kKafkaHa) << text;
  EXPECT_EQ(mode("kafka_ht"), QueueMode::kKafkaHt);
  EXPECT_NE(error_of("queue", "orders?mode=lifo").find("queueMode"), std::string::npos);
}

TEST(SettingsTest, EveryDocumentedLimitCanBeSet) {
  const auto settings = from_options({{"limit",
                                       {"queue_quota=50", "groups_per_queue=9", "batch_messages=10", "payload_bytes=1k", "retention=1h",
                                        "dead_letter_lease=5s", "max_connections=7", "parked_calls=8", "max_connections_per_address=3", "body_bytes=2k", "header_bytes=3k", "header_timeout=1s",
                                        "body_timeout=2s", "write_timeout=3s", "idle_timeout=4s"},
                                       ""}});
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->broker.limits.queues_per_project, 50U);
  EXPECT_EQ(settings->broker.limits.groups_per_queue, 9U);
  EXPECT_EQ(settings->broker.limits.payload_bytes_max, 1024U);
  EXPECT_EQ(settings->broker.limits.retention, 1h);
  EXPECT_EQ(settings->broker.limits.dead_letter_lease_max, 5s);
  EXPECT_EQ(settings->broker.limits.parked_calls_max, 8U);
  const net::NetLimits& net = settings->server.limits;
  EXPECT_EQ(net.batch_messages_max, 10U);
  EXPECT_EQ(net.connections_max, 7U);
  EXPECT_EQ(net.connections_per_address_max, 3U);
  EXPECT_EQ(net.body_bytes_max, 2048U);
  EXPECT_EQ(net.header_bytes_max, 3072U);
  EXPECT_EQ(net.header_timeout, 1s);
  EXPECT_EQ(net.body_timeout, 2s);
  EXPECT_EQ(net.write_timeout, 3s);
  EXPECT_EQ(net.idle_timeout, 4s);
}

TEST(SettingsTest, OnlyProductionLimitsTheConnectionsOfOneAddressUnasked) {
  const auto most = [](std::vector<GivenSetting> given) {
    given.push_back({"credential", {"a:b"}, ""});
    const auto settings = from_options(std::move(given));
    EXPECT_TRUE(settings) << settings.error();
    return settings->server.limits.connections_per_address_max;
  };
  EXPECT_EQ(most({}), 0U);
  EXPECT_EQ(most({{"profile", {"bench"}, ""}}), 0U);
  EXPECT_EQ(most({{"profile", {"prod"}, ""}}), 1000U);
  EXPECT_EQ(most({{"profile", {"prod"}, ""}, {"limit", {"max_connections_per_address=0"}, ""}}), 0U);
  EXPECT_EQ(most({{"profile", {"prod"}, ""}, {"limit", {"max_connections_per_address=5"}, ""}}), 5U);
}

TEST(SettingsTest, LimitsAreBounded) {
  const std::pair<const char*, const char*> bounds[] = {{"payload_bytes=1G", "payload_bytes=1025m"},
                                                        {"body_bytes=2G", "body_bytes=2049m"},
                                                        {"header_bytes=16m", "header_bytes=17m"},
                                                        {"batch_messages=65535", "batch_messages=65536"},
                                                        {"retention=36500d", "retention=36501d"}};
  for (const auto& [most, more] : bounds) {
    EXPECT_EQ(error_of("limit", most), "");
    EXPECT_NE(error_of("limit", more).find("needed is"), std::string::npos) << more;
  }
}

TEST(SettingsTest, LimitsAreListedAsTheyAreGiven) {
  const auto listed = list_limits({});
  EXPECT_EQ(listed.size(), 15U);
  EXPECT_EQ(listed.front(), "queue_quota=5");
  for (const std::string& limit : listed) EXPECT_EQ(error_of("limit", limit), "") << limit;
  ServeSettings settings;
  ASSERT_TRUE(set_limit(settings, "retention=90s"));
  EXPECT_EQ(std::ranges::count(list_limits(settings), "retention=90s"), 1);
}

TEST(SettingsTest, AMisspeltLimitIsNamedWithTheOneThatWasMeant) {
  EXPECT_NE(error_of("limit", "queue_qouta=3").find("did you mean `queue_quota`"), std::string::npos);
}

TEST(SettingsTest, AWrongValueIsNamedWithWhatWouldBeRight) {
  const std::pair<const char*, const char*> cases[] = {
      {"threads", "0"}, {"partitions", "65"}, {"memory-limit", "much"}, {"clock", "slow"}, {"handlers", "xml"},
      {"admin", "maybe"}, {"log-level", "loud"}, {"listen", "here"}, {"profile", "best"}, {"count-failures", "no"},
      {"limit", "queue_quota"}, {"limit", "quota=3"}, {"limit", "retention=never"}, {"queue", "bad name"},
      {"queue", "q?dlq=0"}, {"queue", "q?colour=red"}, {"queue", "q?mode=KAFKA-HA&dlq=3"}, {"queue", "q?groups=a,a b"}};
  for (const auto& [name, value] : cases) {
    const auto error = error_of(name, value);
    EXPECT_TRUE(error.starts_with(std::string("--") + name)) << name << ": " << error;
    EXPECT_NE(error.find(value), std::string::npos) << error;
    EXPECT_NE(error.find("needed is"), std::string::npos) << error;
  }
}

TEST(SettingsTest, MemoryTouchedAtTheStartStaysWithinTheLimit) {
  EXPECT_EQ(from_options({})->broker.prefault_bytes, 0U);
  EXPECT_EQ(from_options({{"prefault", {"64M"}, ""}})->broker.prefault_bytes, std::size_t{64} << 20);
  const auto refused = from_options({{"prefault", {"2M"}, ""}, {"memory-limit", {"1M"}, ""}});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("memory limit"), std::string::npos) << refused.error();
}

TEST(SettingsTest, TlsNeedsACertificateAndItsKey) {
  using net::TlsMode;
  EXPECT_EQ(from_options({})->server.tls.mode, TlsMode::kOff);
  EXPECT_EQ(from_options({{"tls", {"auto"}, ""}})->server.tls.mode, TlsMode::kOptional);
  EXPECT_EQ(from_options({{"tls", {"auto", "only"}, ""}})->server.tls.mode, TlsMode::kOnly);
  EXPECT_EQ(from_options({{"tls-cert", {"c"}, ""}, {"tls-key", {"k"}, ""}})->server.tls.mode, TlsMode::kOptional);
  EXPECT_EQ(from_options({{"tls-cert", {"c"}, ""}, {"tls-key", {"k"}, ""}, {"tls", {"only"}, ""}})->server.tls.mode, TlsMode::kOnly);
  EXPECT_NE(error_of("tls", "only").find("--tls-cert"), std::string::npos);
  EXPECT_NE(error_of("tls-cert", "c").find("--tls-key"), std::string::npos);
  EXPECT_NE(error_of("tls-key", "k").find("--tls-cert"), std::string::npos);
  EXPECT_NE(error_of("tls", "maybe").find("needed is"), std::string::npos);
  EXPECT_FALSE(from_options({{"tls-cert", {"c"}, ""}, {"tls-key", {"k"}, ""}, {"tls", {"auto"}, ""}}));
}

TEST(SettingsTest, ASecretIsNotShown) {
  for (const char* text : {"key:hunter2:", "hunter2", ":hunter2"}) {
    const auto error = error_of("credential", text);
    EXPECT_NE(error.find("ACCESSKEY:SECRETKEY"), std::string::npos) << error;
    EXPECT_EQ(error.find("hunter2"), std::string::npos) << error;
  }
}

TEST(SettingsTest, TheTestProfileReportsSignaturesAndKnowsOneKey) {
  const auto settings = from_options({});
  EXPECT_EQ(settings->server.auth, net::AuthMode::kWarn);
  ASSERT_EQ(settings->server.credentials.size(), 1U);
  EXPECT_EQ(settings->server.credentials[0].access_key, "test");
  EXPECT_TRUE(settings->server.explain_signatures);
  EXPECT_EQ(from_options({{"auth", {"off"}, ""}})->server.auth, net::AuthMode::kOff);
}

TEST(SettingsTest, ACredentialMayNameItsCustomerAndDelegate) {
  const auto settings = from_options({{"credential", {"a:b", "c:d:carol", "e:f:eve:delegate", "g:h:delegate"}, ""}});
  ASSERT_TRUE(settings) << settings.error();
  const auto& all = settings->server.credentials;
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].customer, "a");
  EXPECT_FALSE(all[0].may_delegate);
  EXPECT_EQ(all[1].customer, "carol");
  EXPECT_EQ(all[2].customer, "eve");
  EXPECT_TRUE(all[2].may_delegate);
  EXPECT_EQ(all[3].customer, "g");
  EXPECT_TRUE(all[3].may_delegate);
}

TEST(SettingsTest, SignaturesThatNobodyCanGiveAreNotAskedFor) {
  for (const char* mode : {"verify", "hmac"}) {
    const auto closed = from_options({{"profile", {"bench"}, ""}, {"auth", {mode}, ""}});
    ASSERT_FALSE(closed) << mode;
    EXPECT_TRUE(closed.error().starts_with("--auth: no call could be signed")) << closed.error();
    EXPECT_TRUE(from_options({{"profile", {"bench"}, ""}, {"auth", {mode}, ""}, {"credential", {"a:b"}, ""}})) << mode;
  }
  EXPECT_TRUE(from_options({{"profile", {"bench"}, ""}, {"auth", {"warn"}, ""}}));
}

TEST(SettingsTest, ProductionIsSafeOrDoesNotStart) {
  const auto safe = from_options({{"profile", {"prod"}, ""}, {"credential", {"a:b"}, ""}, {"listen", {"0.0.0.0:1"}, ""}});
  ASSERT_TRUE(safe) << safe.error();
  EXPECT_EQ(safe->server.auth, net::AuthMode::kVerify);
  EXPECT_EQ(safe->server.admin, net::AdminAccess::kOff);
  EXPECT_FALSE(safe->server.explain_signatures);
  const auto watched = from_options({{"profile", {"prod"}, ""}, {"credential", {"a:b"}, ""}, {"admin-token", {"t"}, ""}});
  EXPECT_EQ(watched->server.admin, net::AdminAccess::kReadOnly);
  EXPECT_EQ(watched->server.metrics, net::MetricsAccess::kToken);
  const auto measured = from_options({{"profile", {"prod"}, ""}, {"credential", {"a:b"}, ""}, {"metrics", {"open"}, ""}});
  EXPECT_EQ(measured->server.metrics, net::MetricsAccess::kOpen);
  EXPECT_EQ(from_options({})->server.metrics, net::MetricsAccess::kOpen);
  EXPECT_EQ(from_options({{"metrics", {"token"}, ""}})->server.metrics, net::MetricsAccess::kToken);
  const std::pair<const char*, const char*> unsafe[] = {
      {"auth", "off"}, {"auth", "warn"}, {"auth", "hmac"}, {"clock", "manual"}, {"admin", "full"}};
  for (const auto& [name, value] : unsafe) {
    const auto settings = from_options({{"profile", {"prod"}, ""}, {"credential", {"a:b"}, ""}, {name, {value}, ""}});
    ASSERT_FALSE(settings) << name;
    EXPECT_TRUE(settings.error().starts_with(std::string("--") + name)) << settings.error();
  }
  const auto open = from_options({{"profile", {"prod"}, ""}});
  ASSERT_FALSE(open);
  EXPECT_NE(open.error().find("credential"), std::string::npos) << open.error();
}

TEST(SettingsTest, AnOpenControlPlaneOnANetworkMustBeADecision) {
  EXPECT_NE(error_of("listen", "0.0.0.0:1").find("--admin-token"), std::string::npos);
  EXPECT_TRUE(from_options({{"listen", {"0.0.0.0:1"}, ""}, {"admin", {"off"}, ""}}));
  EXPECT_TRUE(from_options({{"listen", {"0.0.0.0:1"}, ""}, {"admin-token", {"t"}, ""}}));
}

TEST(SettingsTest, TheBenchProfileOnlyLooks) {
  EXPECT_EQ(from_options({{"profile", {"bench"}, ""}})->server.admin, net::AdminAccess::kReadOnly);
  EXPECT_EQ(from_options({{"profile", {"bench"}, ""}, {"admin", {"full"}, ""}})->server.admin, net::AdminAccess::kFull);
}

TEST(ReadConfigTest, ReadsEveryKindOfValue) {
  const ConfigFile file("threads = 2\nexit_with_parent = true\nmemory_limit = \"1G\"\nqueue = [\"a\", \"b?groups=g\"]\n");
  const auto read = read_config(file.path());
  ASSERT_TRUE(read) << read.error();
  const auto settings = resolve({}, {}, *read);
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->server.threads, 2U);
  EXPECT_TRUE(settings->exit_with_parent);
  EXPECT_EQ(settings->broker.memory_limit_bytes, std::size_t{1} << 30);
  EXPECT_EQ(settings->queues.size(), 2U);
}

TEST(ReadConfigTest, AnUnknownKeyIsNamedWithItsLineAndTheOneThatWasMeant) {
  const ConfigFile file("threads = 2\nmemory_limits = \"1G\"\n");
  const auto read = read_config(file.path());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().find(file.path() + ":2"), std::string::npos) << read.error();
  EXPECT_NE(read.error().find("did you mean `memory_limit`"), std::string::npos) << read.error();
}

TEST(ReadConfigTest, WhatIsNotTomlIsNamedWithItsLine) {
  const ConfigFile file("threads = 2\nclock = = 1\n");
  const auto read = read_config(file.path());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().find(file.path() + ":2"), std::string::npos) << read.error();
}

TEST(ReadConfigTest, AValueOfTheWrongKindIsRefused) {
  const ConfigFile list("threads = [1, 2]\n");
  EXPECT_FALSE(read_config(list.path()));
  const ConfigFile table("[threads]\nx = 1\n");
  EXPECT_FALSE(read_config(table.path()));
}

TEST(ReadConfigTest, AnEmptyFileSetsNothing) {
  const ConfigFile file("");
  const auto read = read_config(file.path());
  ASSERT_TRUE(read) << read.error();
  EXPECT_TRUE(read->empty());
}

TEST(ReadConfigTest, AFolderIsNoFile) {
  const auto read = read_config(::testing::TempDir());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().find("cannot be read: Is a directory"), std::string::npos) << read.error();
}

TEST(ReadConfigTest, CredentialsAreTables) {
  const ConfigFile file(
      "[[credential]]\naccess_key = \"a\"\nsecret_key = \"b:c\"\n[[credential]]\naccess_key = \"d\"\nsecret_key = \"e\"\n"
      "customer = \"f\"\ndelegate = true\n");
  const auto read = read_config(file.path());
  ASSERT_TRUE(read) << read.error();
  const auto settings = resolve({}, {}, *read);
  ASSERT_TRUE(settings) << settings.error();
  const auto& all = settings->server.credentials;
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].secret_key, "b:c");
  EXPECT_EQ(all[0].customer, "a");
  EXPECT_EQ(all[1].customer, "f");
  EXPECT_TRUE(all[1].may_delegate);
  for (const char* wrong : {"[[credential]]\naccess_key = \"a\"\n", "[[credential]]\naccess_key = \"a\"\nsecret_key = 7\n",
                            "[[credential]]\naccess_key = \"a\"\nsecret_key = \"hunter2\"\nsecret = true\n"}) {
    const ConfigFile other(wrong);
    const auto refused = read_config(other.path());
    ASSERT_FALSE(refused) << wrong;
    EXPECT_NE(refused.error().find(":1: credential: "), std::string::npos) << refused.error();
    EXPECT_EQ(refused.error().find("hunter2"), std::string::npos) << refused.error();
  }
}

TEST(ReadConfigTest, AMissingFileIsNamed) {
  const auto read = read_config("/nonexistent/x.toml");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().find("/nonexistent/x.toml"), std::string::npos);
}

TEST(ReadEnvironmentTest, RepeatableSettingsAreSeparatedBySpaces) {
  const auto given = read_environment({{"WINGMQ_QUEUE", "a b?groups=g"}, {"WINGMQ_LOG_LEVEL", "debug"}});
  ASSERT_TRUE(given);
  const auto settings = resolve({}, *given, {});
  ASSERT_TRUE(settings) << settings.error();
  EXPECT_EQ(settings->queues.size(), 2U);
  EXPECT_EQ(settings->log_level, net::LogLevel::kDebug);
}

TEST(ReadEnvironmentTest, AMisspeltVariableIsNamedWithTheOneThatWasMeant) {
  const auto given = read_environment({{"WINGMQ_LISTN", "127.0.0.1:1"}});
  ASSERT_FALSE(given);
  EXPECT_TRUE(given.error().starts_with("WINGMQ_LISTN: ")) << given.error();
  EXPECT_NE(given.error().find("did you mean `WINGMQ_LISTEN`"), std::string::npos) << given.error();
}

TEST(ReadEnvironmentTest, VariablesOfOtherProgramsAreOnlyRemarkedOn) {
  // What Kubernetes sets beside a service called wingmq, and what a client's tests may.
  const Environment variables{{"HOME", "/"}, {"WINGMQ_CONFIG", "x"}, {"WINGMQ_PORT", "tcp://10.0.0.1:9080"},
                              {"WINGMQ_SERVICE_HOST", "10.0.0.1"}, {"WINGMQ_THREADS", "2"}, {"WINGMQ_URL", "http://x"}};
  ASSERT_TRUE(read_environment(variables));
  EXPECT_EQ(unused_variables(variables), (std::vector<std::string>{"WINGMQ_PORT", "WINGMQ_SERVICE_HOST", "WINGMQ_URL"}));
}

TEST(Settings, HostsAreNamesOrAddressesWithoutPorts) {
  const auto hosts = [](const std::string& value) { return from_options({{"allow-host", {value}, ""}}); };
  for (const char* good : {"mq", "mq.example", "MQ-1.example.", "10.0.0.7", "2001:db8::1", "[2001:db8::1]", "xn--fiq228c"}) {
    const auto settings = hosts(good);
    ASSERT_TRUE(settings) << good;
    EXPECT_EQ(settings->server.allowed_hosts, std::vector<std::string>{good});
  }
  for (const char* bad : {"", "mq:9080", "http://mq", "*", "a b", "a,b", "[::1", "[::1]:80", "mq/", "中"}) EXPECT_FALSE(hosts(bad)) << bad;
  EXPECT_EQ(from_options({{"allow-host", {"a", "b"}, ""}})->server.allowed_hosts.size(), 2U);
}

}  // namespace
}  // namespace wingmq::tools
