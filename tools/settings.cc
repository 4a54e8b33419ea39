#include "settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <random>

#include "credential_file.h"
#include "limit_rules.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr std::size_t kJournalInTests = 1000;
constexpr std::size_t kHistoryInTests = 10'000;

template <typename T>
struct Choice {
  std::string_view name;
  T value;
};

template <typename T, std::size_t kCount>
Applied choose(const std::string& text, const Choice<T> (&choices)[kCount], T& target) {
  std::string names;
  for (const Choice<T>& choice : choices) {
    if (text == choice.name) {
      target = choice.value;
      return {};
    }
    names += (names.empty() ? "" : ", ") + std::string(choice.name);
  }
  return std::unexpected("one of " + names);
}

Applied set_switch(const std::string& text, bool& target) {
  static constexpr Choice<bool> kChoices[] = {{"true", true}, {"false", false}};
  return choose(text, kChoices, target);
}

Applied set_count(const std::string& text, std::uint32_t& target, std::uint64_t maximum) {
  return store(read_number(text, 1, maximum), target);
}

/// How many of something are kept for those who ask later.
Applied set_kept(const std::string& text, std::optional<std::size_t>& target) {
  const auto read = read_number(text, 0, 10'000'000);
  if (!read) return std::unexpected(read.error());
  target = static_cast<std::size_t>(*read);
  return {};
}

Applied set_listen(ServeSettings& settings, const std::string& text) {
  auto endpoints = read_endpoints(text);
  if (!endpoints) return std::unexpected(endpoints.error());
  if (!settings.listen_given) settings.server.listen.clear();
  settings.listen_given = true;
  // A pair stands for whatever families the machine has.
  if (endpoints->size() == 1 && is_ipv6(endpoints->front())) settings.ipv6_needed = true;
  std::ranges::move(*endpoints, std::back_inserter(settings.server.listen));
  return {};
}

Applied set_queue(ServeSettings& settings, const std::string& text) {
  auto declared = net::parse_declared_queue(text);
  if (!declared) return std::unexpected("NAME?region=…&mode=…&groups=…&dlq=…: " + declared.error());
  settings.queues.push_back(std::move(*declared));
  return {};
}

Applied set_profile(ServeSettings& settings, const std::string& text) {
  static constexpr Choice<Profile> kChoices[] = {
      {"test", Profile::kTest}, {"bench", Profile::kBench}, {"prod", Profile::kProd}};
  return choose(text, kChoices, settings.profile);
}

Applied set_auth(ServeSettings& settings, const std::string& text) {
  using net::AuthMode;
  static constexpr Choice<AuthMode> kChoices[] = {
      {"verify", AuthMode::kVerify}, {"hmac", AuthMode::kHmac}, {"warn", AuthMode::kWarn}, {"off", AuthMode::kOff}};
  settings.auth_given = true;
  return choose(text, kChoices, settings.server.auth);
}

Applied set_tls(ServeSettings& settings, const std::string& text) {
  if (text == "only") {
    settings.tls_only = true;
  } else if (text == "auto") {
    settings.tls_auto = true;
  } else {
    return std::unexpected("only (plain HTTP is refused) or auto (a self-signed certificate)");
  }
  return {};
}

Applied set_file(const std::string& text, std::string& target) {
  if (text.empty()) return std::unexpected("a file in PEM form");
  target = text;
  return {};
}

Applied set_faults(ServeSettings& settings, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return std::unexpected("a file with a JSON list of fault rules; this one cannot be read");
  if (auto checked = net::check_fault_rules(text); !checked) return std::unexpected("a file with a JSON list of fault rules: " + checked.error());
  settings.server.fault_rules = std::move(text);
  return {};
}

Applied set_seed(ServeSettings& settings, const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error != std::errc() || end != text.data() + text.size()) return std::unexpected("a whole number");
  settings.server.seed = seed;
  settings.seed_given = true;
  return {};
}

Applied set_auth_skew(ServeSettings& settings, const std::string& text) {
  if (text == "0") {
    settings.server.auth_skew = {};
    return {};
  }
  return store(read_duration(text), settings.server.auth_skew);
}

Applied add_credential(ServeSettings& settings, const std::string& text) {
  auto credential = read_credential(text);
  if (!credential) return std::unexpected(credential.error());
  settings.server.credentials.push_back(std::move(*credential));
  return {};
}

Applied set_credential_file(ServeSettings& settings, const std::string& text) {
  if (text.empty()) return std::unexpected("a file with a credential a line");
  settings.credential_file = text;
  return {};
}

Applied set_language(ServeSettings& settings, const std::string& text) {
  static constexpr Choice<net::Language> kChoices[] = {{"zh", net::Language::kChinese}, {"en", net::Language::kEnglish}};
  return choose(text, kChoices, settings.server.language);
}

Applied set_admin(ServeSettings& settings, const std::string& text) {
  using net::AdminAccess;
  static constexpr Choice<AdminAccess> kChoices[] = {
      {"full", AdminAccess::kFull}, {"read-only", AdminAccess::kReadOnly}, {"off", AdminAccess::kOff}};
  settings.admin_given = true;
  return choose(text, kChoices, settings.server.admin);
}

Applied set_admin_token(ServeSettings& settings, const std::string& text) {
  if (text.empty()) return std::unexpected("a token of at least one character");
  settings.server.admin_token = text;
  return {};
}

Applied set_metrics(ServeSettings& settings, const std::string& text) {
  using net::MetricsAccess;
  static constexpr Choice<MetricsAccess> kChoices[] = {{"open", MetricsAccess::kOpen}, {"token", MetricsAccess::kToken}};
  settings.metrics_given = true;
  return choose(text, kChoices, settings.server.metrics);
}

Applied allow_host(ServeSettings& settings, const std::string& text) {
  if (!is_host(text)) return std::unexpected("a name or an address without a port, such as mq.example; every port of it is allowed");
  settings.server.allowed_hosts.push_back(text);
  return {};
}

Applied set_handlers(ServeSettings& settings, const std::string& text) {
  using net::HandleFormat;
  static constexpr Choice<HandleFormat> kChoices[] = {{"compact", HandleFormat::kCompact}, {"json", HandleFormat::kJson}};
  return choose(text, kChoices, settings.server.handles);
}

Applied set_failure_counting(ServeSettings& settings, const std::string& text) {
  static constexpr Choice<FailureCounting> kChoices[] = {{"delivered", FailureCounting::kDelivered},
                                                         {"explicit", FailureCounting::kExplicit}};
  return choose(text, kChoices, settings.broker.failure_counting);
}

Applied set_clock(ServeSettings& settings, const std::string& text) {
  static constexpr Choice<ClockMode> kChoices[] = {{"real", ClockMode::kReal}, {"manual", ClockMode::kManual}};
  return choose(text, kChoices, settings.clock);
}

Applied set_log_level(ServeSettings& settings, const std::string& text) {
  using net::LogLevel;
  static constexpr Choice<LogLevel> kChoices[] = {
      {"debug", LogLevel::kDebug}, {"info", LogLevel::kInfo}, {"warning", LogLevel::kWarning}, {"error", LogLevel::kError}};
  return choose(text == "warn" ? "warning" : text, kChoices, settings.log_level);
}

Applied set_log_format(ServeSettings& settings, const std::string& text) {
  static constexpr Choice<LogFormat> kChoices[] = {{"text", LogFormat::kText}, {"json", LogFormat::kJson}};
  return choose(text, kChoices, settings.log_format);
}


std::vector<SettingRule> server_and_broker_rules() {
  return {
      {.name = "profile", .placeholder = "test|bench|prod",
       .help = "test: auth warn, control plane open. bench: auth off, control plane read-only. prod: auth verify, control plane "
               "read-only and with a token (default test)",
       .topic = "Server", .apply = set_profile},
      {.name = "listen", .placeholder = "ADDR:PORT",
       .help = "Where to serve; localhost or a port alone: this machine only; :PORT: the network, too; port 0: any free one "
               "(default 9080)", .topic = "Server",
       .repeatable = true, .apply = set_listen},
      {.name = "threads", .placeholder = "N", .help = "Event loops (default one for each processor)", .topic = "Server",
       .apply = [](ServeSettings& s, const std::string& v) { return set_count(v, s.server.threads, 256); }},
      {.name = "exit-with-parent", .placeholder = "", .help = "Stop when standard input closes", .topic = "Server",
       .apply = [](ServeSettings& s, const std::string& v) { return set_switch(v, s.exit_with_parent); }},

      {.name = "queue", .placeholder = "SPEC",
       .help = "A queue that exists before the first request: NAME?region=R&mode=M&groups=G,G&dlq=N&description=D&project=C",
       .topic = "Broker", .repeatable = true, .apply = set_queue},
      {.name = "memory-limit", .placeholder = "SIZE", .help = "Memory for messages (default half of the machine's, or of its control group's)",
       .topic = "Broker",
       .apply = [](ServeSettings& s, const std::string& v) { return store(read_size(v), s.broker.memory_limit_bytes); }},
      {.name = "prefault", .placeholder = "SIZE",
       .help = "Memory for messages that is touched before the first request, so that sends need not (default none)",
       .topic = "Broker",
       .apply = [](ServeSettings& s, const std::string& v) { return store(read_size(v), s.broker.prefault_bytes); }},
      {.name = "limit", .placeholder = "NAME=VALUE", .help = "Sets a limit of the list below", .topic = "Broker",
       .repeatable = true, .apply = set_limit},
      {.name = "partitions", .placeholder = "N", .help = "Shards of a queue, 1 to 64; a FIFO queue has one (default 1)",
       .topic = "Broker",
       .apply = [](ServeSettings& s, const std::string& v) { return set_count(v, s.broker.partitions, 64); }},
      {.name = "clock", .placeholder = "real|manual", .help = "manual: time moves only by POST /__admin/clock/advance (default real)",
       .topic = "Broker", .apply = set_clock},
      {.name = "faults", .placeholder = "FILE", .help = "Calls to break on purpose: a JSON list of rules, as POST /__admin/faults takes them",
       .topic = "Broker", .apply = set_faults},
      {.name = "seed", .placeholder = "N", .help = "Of what faults leave to chance (default: another one each time, told in the log)",
       .topic = "Broker", .apply = set_seed},
      {.name = "journal", .placeholder = "N",
       .help = "Calls that GET /__admin/requests can tell about (default in profile test: 1000, else 0)", .topic = "Broker",
       .apply = [](ServeSettings& s, const std::string& v) { return set_kept(v, s.journal); }},
      {.name = "history", .placeholder = "N",
       .help = "Events of messages that GET /__admin/queues/{q}/messages/{partition}/{offset} can tell about (default in profile test: 10000, else 0)",
       .topic = "Broker",
       .apply = [](ServeSettings& s, const std::string& v) { return set_kept(v, s.history); }},
      {.name = "handlers", .placeholder = "compact|json", .help = "Look of a message's handler (default compact)",
       .topic = "Broker", .apply = set_handlers},
      {.name = "count-failures", .placeholder = "delivered|explicit",
       .help = "What counts as a failed consumption: every release, or only an explicit fail (default delivered)",
       .topic = "Broker", .apply = set_failure_counting},
  };
}

std::vector<SettingRule> access_and_log_rules() {
  return {
      {.name = "admin", .placeholder = "full|read-only|off", .help = "Control plane under /__admin/ (default full)",
       .topic = "Access", .apply = set_admin},
      {.name = "admin-token", .placeholder = "TOKEN",
       .help = "Asked of every call to the control plane, as a bearer token; a secret, better in WINGMQ_ADMIN_TOKEN",
       .topic = "Access", .secret = true, .apply = set_admin_token},
      {.name = "metrics", .placeholder = "open|token",
       .help = "Whether /metrics asks for the admin token (default in profile prod: token, else open)", .topic = "Access",
       .apply = set_metrics},
      {.name = "allow-host", .placeholder = "NAME",
       .help = "A name, at any port, for browsers and for /__admin and /metrics, besides localhost and the machine's own addresses",
       .topic = "Access", .repeatable = true, .apply = allow_host},
      {.name = "auth", .placeholder = "verify|hmac|warn|off",
       .help = "How signatures are checked: whole; without the digest; only reported; not at all (default by profile)",
       .topic = "Access", .apply = set_auth},
      {.name = "auth-skew", .placeholder = "SPAN",
       .help = "How far requestDate may be from the wall clock, 0 for as far as it likes (default 15m)", .topic = "Access",
       .apply = set_auth_skew},
      {.name = "credential-file", .placeholder = "FILE",
       .help = "Who may call: a line AK:SK[:CUSTOMER][:delegate] each, # begins a comment; read again on SIGHUP",
       .topic = "Access", .apply = set_credential_file},
      {.name = "credential", .placeholder = "AK:SK[:CUSTOMER][:delegate]",
       .help = "The same as an option, which every user of the machine can read: better in a --credential-file, in "
               "WINGMQ_CREDENTIAL or as [[credential]] in the --config (default in profile test: test:test)",
       .topic = "Access", .repeatable = true, .secret = true, .apply = add_credential},
      {.name = "tls", .placeholder = "only|auto",
       .help = "only: refuse plain HTTP, which is served beside TLS otherwise. auto: make a self-signed certificate and say where it lies",
       .topic = "Access", .repeatable = true, .apply = set_tls},
      {.name = "tls-cert", .placeholder = "FILE", .help = "Certificate with its chain, PEM; read again on SIGHUP", .topic = "Access",
       .apply = [](ServeSettings& s, const std::string& v) { return set_file(v, s.server.tls.certificate_file); }},
      {.name = "tls-key", .placeholder = "FILE", .help = "Its private key, PEM", .topic = "Access",
       .apply = [](ServeSettings& s, const std::string& v) { return set_file(v, s.server.tls.key_file); }},

      {.name = "language", .placeholder = "zh|en",
       .help = "Of refusals, when a caller's Accept-Language wants neither (default zh)", .topic = "Access", .apply = set_language},

      {.name = "log-level", .placeholder = "LEVEL",
       .help = "debug (with a line for each request), info, warning or error (default info)", .topic = "Logs",
       .apply = set_log_level},
      {.name = "log-format", .placeholder = "text|json", .help = "Lines on standard error (default text)", .topic = "Logs",
       .apply = set_log_format},
  };
}

std::string with(std::string name, char separator, bool upper) {
  for (char& c : name) {
    if (c == '-') c = separator;
    if (upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

}  // namespace

std::string ServeSettings::origin_of(const std::string& name) const {
  const auto found = origins.find(name);
  return found != origins.end() ? found->second : "--" + name;
}

std::string SettingRule::variable() const { return "WINGMQ_" + with(name, '_', true); }
std::string SettingRule::key() const { return with(name, '_', false); }

const std::vector<SettingRule>& serve_rules() {
  static const std::vector<SettingRule> rules = [] {
    auto all = server_and_broker_rules();
    std::ranges::move(access_and_log_rules(), std::back_inserter(all));
    return all;
  }();
  return rules;
}

namespace {

/// Nobody opens the control plane to a network by accident (server.md).
Applied check_exposure(const ServeSettings& settings) {
  if (settings.profile != Profile::kTest) return {};
  if (settings.server.admin == net::AdminAccess::kOff || !settings.server.admin_token.empty()) return {};
  const auto exposed = std::ranges::find_if_not(settings.server.listen, is_loopback);
  if (exposed == settings.server.listen.end()) return {};
  return std::unexpected(fmt::format(
      "{}: whoever reaches {} could use the open control plane: add --admin-token TOKEN, or --admin off",
      settings.origin_of("listen"), exposed->address));
}

/// Nobody breaks what others rely on.
Applied check_faults(const ServeSettings& settings) {
  if (settings.profile == Profile::kTest || settings.server.fault_rules.empty()) return {};
  return std::unexpected(settings.origin_of("faults") + ": faults are for profile test");
}

/// What each profile adds to what was not said.
void apply_profile(ServeSettings& settings) {
  net::ServerOptions& server = settings.server;
  if (!settings.auth_given) {
    server.auth = settings.profile == Profile::kProd    ? net::AuthMode::kVerify
                  : settings.profile == Profile::kBench ? net::AuthMode::kOff
                                                        : net::AuthMode::kWarn;
  }
  const bool test = settings.profile == Profile::kTest;
  server.faults = test;
  if (!settings.journal) settings.journal = test ? kJournalInTests : 0;
  if (!settings.history) settings.history = test ? kHistoryInTests : 0;
  server.journal = *settings.journal;
  if (!settings.seed_given) server.seed = std::random_device()();
  if (settings.profile == Profile::kTest && server.credentials.empty()) {
    server.credentials.push_back({"test", "test", "test", false});
  }
  if (settings.profile == Profile::kBench && !settings.admin_given) server.admin = net::AdminAccess::kReadOnly;
  if (settings.profile != Profile::kProd) return;
  // A twentieth of what all have: nobody alone can take every place, and no pool of connections needs more. Not in tests,
  // where everything comes from one address.
  if (!settings.per_address_given) server.limits.connections_per_address_max = 1000;
  server.explain_signatures = false;
  if (!settings.metrics_given) server.metrics = net::MetricsAccess::kToken;
  server.admin = server.admin_token.empty() ? net::AdminAccess::kOff : net::AdminAccess::kReadOnly;
}

/// Production has one way to be: nobody calls unsigned, nobody moves time.
Applied check_production(const ServeSettings& settings) {
  const auto refuse = [&settings](const char* name, const std::string& why) {
    return std::unexpected(fmt::format("{}: {} in profile prod", settings.origin_of(name), why));
  };
  if (settings.auth_given && settings.server.auth != net::AuthMode::kVerify) return refuse("auth", "only verify is safe");
  if (settings.server.credentials.empty()) return refuse("credential", "at least one is needed");
  if (settings.clock == ClockMode::kManual) return refuse("clock", "time cannot be moved");
  if (settings.admin_given && settings.server.admin == net::AdminAccess::kFull) {
    return refuse("admin", "the control plane can only be read-only or off");
  }
  return {};
}

/// Signatures that nobody can give would refuse every call.
Applied check_credentials(const ServeSettings& settings) {
  using enum net::AuthMode;
  const bool needed = settings.server.auth == kVerify || settings.server.auth == kHmac;
  if (!needed || !settings.server.credentials.empty()) return {};
  return std::unexpected(settings.origin_of("auth") + ": no call could be signed: add --credential-file FILE, or --auth off");
}

Applied check_memory(const ServeSettings& settings) {
  const Options& broker = settings.broker;
  if (broker.prefault_bytes <= broker.memory_limit_bytes) return {};
  return std::unexpected(fmt::format("{}: {} bytes are more than the memory limit of {} bytes",
                                     settings.origin_of("prefault"), broker.prefault_bytes, broker.memory_limit_bytes));
}

/// In front of what the profile adds when there is nobody.
Applied add_credentials_of_file(ServeSettings& settings) {
  if (settings.credential_file.empty()) return {};
  auto credentials = read_credential_file(settings.credential_file);
  if (!credentials) return std::unexpected(fmt::format("{}: {}", settings.origin_of("credential-file"), credentials.error()));
  std::ranges::move(*credentials, std::back_inserter(settings.server.credentials));
  return {};
}

/// TLS needs a certificate and its key, given or made.
Applied complete_tls(ServeSettings& settings) {
  net::TlsOptions& tls = settings.server.tls;
  const bool certificate = !tls.certificate_file.empty();
  const bool key = !tls.key_file.empty();
  const auto refuse = [&settings](const char* name, const char* why) {
    return std::unexpected(fmt::format("{}: {}", settings.origin_of(name), why));
  };
  if (certificate && !key) return refuse("tls-cert", "--tls-key is needed as well");
  if (key && !certificate) return refuse("tls-key", "--tls-cert is needed as well");
  if (certificate && settings.tls_auto) return refuse("tls", "auto makes a certificate, and --tls-cert gives one");
  if (settings.tls_only && !certificate && !settings.tls_auto) {
    return refuse("tls", "only needs a certificate: add --tls-cert and --tls-key, or --tls auto");
  }
  if (certificate || settings.tls_auto) tls.mode = settings.tls_only ? net::TlsMode::kOnly : net::TlsMode::kOptional;
  return {};
}

}  // namespace

std::expected<void, std::string> complete(ServeSettings& settings) {
  if (auto completed = complete_tls(settings); !completed) return completed;
  if (auto added = add_credentials_of_file(settings); !added) return added;
  if (settings.profile == Profile::kProd) {
    if (auto checked = check_production(settings); !checked) return checked;
  }
  const bool wants_admin_off = settings.admin_given && settings.server.admin == net::AdminAccess::kOff;
  apply_profile(settings);
  if (wants_admin_off) settings.server.admin = net::AdminAccess::kOff;
  if (auto checked = check_credentials(settings); !checked) return checked;
  if (auto checked = check_memory(settings); !checked) return checked;
  if (auto checked = check_faults(settings); !checked) return checked;
  return check_exposure(settings);
}

}  // namespace wingmq::tools
