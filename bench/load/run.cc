#include "load/run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <expected>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "load/child.h"
#include "load/engine.h"
#include "load/report.h"
#include "load/scene.h"
#include "load/usage.h"

namespace wingmq::load {
namespace {

constexpr std::int64_t kTick = 50'000'000;
constexpr std::int64_t kSameRequest = 250'000'000;
constexpr std::uint64_t kBacklogBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kBacklogMessagesMax = 200'000;

/// SIGINT and SIGTERM, held back for as long as it lives, in this thread and those that it starts.
class HeldSignals {
 public:
  HeldSignals() {
    ::signal(SIGPIPE, SIG_IGN);
    ::sigemptyset(&set_);
    ::sigaddset(&set_, SIGINT);
    ::sigaddset(&set_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;
  ~HeldSignals() { release(); }

  /// Waits; true when one of them came.
  [[nodiscard]] bool wait(std::int64_t nanoseconds) const {
    const timespec limit{nanoseconds / kSecond, nanoseconds % kSecond};
    return ::sigtimedwait(&set_, nullptr, &limit) > 0;
  }
  /// From now on they end the process.
  void release() const { ::pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }
  /// Ends the process as if they had never been held back.
  void give_in() const {
    release();
    ::raise(SIGINT);
  }

 private:
  sigset_t set_{};
};

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(fmt::format("cannot read `{}`", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The earlier figures, read before minutes are spent on new ones.
std::optional<boost::json::object> read_earlier(const std::string& path) {
  if (path.empty()) return std::nullopt;
  boost::system::error_code error;
  auto value = boost::json::parse(read_file(path), error);
  if (error || !value.is_object() || !value.as_object().contains("operations")) {
    throw std::runtime_error(fmt::format("--compare: `{}` is not what `wingmq bench --json FILE` writes", path));
  }
  return value.as_object();
}

/// Shows on a terminal how far it is. Silent elsewhere.
class Progress {
 public:
  explicit Progress(std::string_view what, std::uint32_t message_bytes)
      : what_(what), message_bytes_(message_bytes), shown_(::isatty(STDERR_FILENO) == 1) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }

  void show(const Shared& shared, std::int64_t now) {
    if (!shown_ || now - last_ < kSecond) return;
    const std::uint64_t moved = std::max(shared.sent.load(), shared.delivered.load());
    const double seconds = static_cast<double>(now - last_) / 1e9;
    const double rate = last_ == 0 ? 0 : static_cast<double>(moved - moved_) / seconds;
    const std::int64_t left = (shared.end.load() - now) / kSecond + 1;
    fmt::print(stderr, "\r\x1b[K{}: {}, {} s left, {:.0f} messages/s, {:.0f} MB/s, {} errors", what_,
               now < shared.begin.load() ? "warming up" : "measuring", std::max<std::int64_t>(left, 0), rate,
               rate * message_bytes_ / 1e6, shared.errors.load());
    last_ = now;
    moved_ = moved;
  }

 private:
  std::string_view what_;
  std::uint32_t message_bytes_;
  bool shown_;
  std::int64_t last_ = 0;
  std::uint64_t moved_ = 0;
};

using UsageSource = std::function<std::optional<Usage>()>;

/// What both sides used between the two calls of a pair: begin() and end().
class UsageSpan {
 public:
  explicit UsageSpan(UsageSource server) : server_(std::move(server)) {}
  void begin() {
    first_client_ = own_usage();
    first_server_ = server_();
    begun_ = true;
  }
  void end() {
    last_client_ = own_usage();
    last_server_ = server_();
    ended_ = true;
  }
  [[nodiscard]] bool begun() const { return begun_; }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] Usage client() const { return difference(first_client_, last_client_); }
  [[nodiscard]] std::optional<Usage> server() const {
    if (!first_server_ || !last_server_) return std::nullopt;
    return difference(*first_server_, *last_server_);
  }

 private:
  static Usage difference(const Usage& first, const Usage& last) {
    return {last.cpu_seconds - first.cpu_seconds, last.resident_bytes};
  }

  UsageSource server_;
  bool begun_ = false;
  bool ended_ = false;
  Usage first_client_;
  Usage last_client_;
  std::optional<Usage> first_server_;
  std::optional<Usage> last_server_;
};

/// A part of a run's time.
struct Slice {
  std::chrono::milliseconds warm_up;
  std::chrono::milliseconds duration;
};

struct Watched {
  Run run;
  bool interrupted = false;
};

/// Runs a load from start to end, or until a signal; a second one ends the process. `on_tick` is called every now and
/// then.
Watched watch(const Plan& plan, std::string_view what, const HeldSignals& signals, const UsageSource& server,
              const std::function<void()>& on_tick) {
  Engine engine(plan);
  UsageSpan usage(server);
  Progress progress(what, plan.options.message_bytes);
  std::int64_t interrupted = 0;
  if (plan.options.warm_up.count() == 0) usage.begin();  // a short run is over before the first look
  engine.start();
  const Shared& shared = engine.shared();
  while (engine.is_running()) {
    const auto before = now_ns();
    const std::int64_t next = usage.begun() ? shared.end.load() : shared.begin.load();
    const std::int64_t tick = plan.options.requests > 0 ? kTick / 10 : kTick;
    if (signals.wait(std::clamp(next - before, std::int64_t{100'000}, tick))) {
      // `timeout` signals its child and then its process group: what comes at once is the same request.
      if (interrupted != 0 && now_ns() - interrupted > kSameRequest) signals.give_in();
      if (interrupted == 0) interrupted = now_ns();
      engine.end_now();
    }
    const auto now = now_ns();
    if (!usage.begun() && now >= shared.begin.load()) usage.begin();
    const bool over = now >= shared.end.load() || shared.workers_starting.load() == 0;
    if (usage.begun() && !usage.ended() && over) usage.end();
    progress.show(shared, now);
    on_tick();
  }
  if (usage.begun() && !usage.ended()) usage.end();
  return {{engine.result(), usage.client(), usage.server()}, interrupted != 0};
}

Plan make_plan(const Options& options, const Target& target, const Caller& caller) {
  Plan plan;
  plan.options = options;
  plan.target = &target;
  plan.caller = caller;
  const std::uint64_t usual =
      std::clamp<std::uint64_t>(kBacklogBytes / options.message_bytes / options.queues, 1, kBacklogMessagesMax);
  const std::uint64_t messages = options.backlog > 0 ? options.backlog : usual;
  plan.stored = (messages + options.batch - 1) / options.batch * options.batch;
  plan.backlog = messages;
  return plan;
}

/// Moves the groups of a send's queues on, so that the server may use its memory again. Says once when that does not
/// work.
class Sweeper {
 public:
  Sweeper(Scene& scene, bool wanted) : scene_(scene), wanted_(wanted) {}
  void operator()() {
    if (!wanted_) return;
    const auto moved = scene_.move_all("latest");
    if (moved) return;
    wanted_ = false;
    fmt::print(stderr, "wingmq bench: what was sent cannot be given up: {}\n", moved.error());
  }

 private:
  Scene& scene_;
  bool wanted_;
};

/// The server that is measured, with the queues of the run.
class ServerSide {
 public:
  explicit ServerSide(Options& options)
      : child_(options.url.empty() ? Child::serve(options) : nullptr),
        url_(child_ ? Url{options.tls, "127.0.0.1", child_->port()} : *read_url(options.url)),
        // The certificate of a server that the bench started is nobody's but its own.
        target_(url_, options.insecure || child_ != nullptr, options.ca_file),
        client_(target_,
                {url_.host_header(), options.access_key.empty() ? "test" : options.access_key, options.secret_key,
                 options.region},
                options.timeout),
        scene_(take(Scene::make(client_, options))) {
    options.queues = static_cast<std::uint32_t>(scene_.queues().size());
    plan_ = make_plan(options, target_, client_.caller());
    plan_.queues = scene_.queues();
    for (const QueuePlace& queue : plan_.queues) {
      plan_.bodies.push_back(
          std::make_unique<const SendBody>(client_.caller(), queue.id, options));
    }
    if (child_) pid_ = child_->pid();
    if (options.server_pid != 0) pid_ = static_cast<pid_t>(options.server_pid);
    if (!pid_ && target_.is_local()) pid_ = find_listener(url_.port);
    if (const auto before = usage()) resident_bytes_before_ = before->resident_bytes;
    if (options.mode == Mode::kConsume) take(scene_.fill(plan_.stored, options));
  }

  [[nodiscard]] std::string url() const { return url_.text(); }
  [[nodiscard]] std::optional<pid_t> pid() const { return pid_; }

  [[nodiscard]] Watched run(const Slice& slice, const HeldSignals& signals) {
    plan_.options.warm_up = slice.warm_up;
    plan_.options.duration = slice.duration;
    if (plan_.options.mode == Mode::kConsume) take(scene_.move_all("earliest"));
    Sweeper sweeper(scene_, plan_.options.mode == Mode::kSend && !plan_.options.keep);
    Watched watched =
        watch(plan_, mode_name(plan_.options.mode), signals, [this] { return usage(); }, [&] { sweeper(); });
    if (watched.run.server) watched.run.server->resident_bytes_before = resident_bytes_before_;
    return watched;
  }

 private:
  template <typename T>
  static T take(std::expected<T, std::string> result) {
    if (!result) throw std::runtime_error(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  [[nodiscard]] std::optional<Usage> usage() {
    if (pid_) return usage_of(*pid_);
    const auto metrics = client_.get("/metrics");
    return metrics ? usage_in_metrics(metrics->body) : std::nullopt;
  }

  std::unique_ptr<Child> child_;
  Url url_;
  Target target_;
  ApiClient client_;
  Scene scene_;
  Plan plan_;
  std::optional<pid_t> pid_;
  std::uint64_t resident_bytes_before_ = 0;
};

RawSizes sizes_of(const Stats& stats) {
  const auto exchange = [&](Op op) {
    const OpStats& one = stats.of(op);
    const std::uint64_t requests = std::max<std::uint64_t>(one.requests, 1);
    return RawSizes::Exchange{one.request_bytes / requests, one.reply_bytes / requests};
  };
  return {exchange(Op::kSend), exchange(Op::kConsume), exchange(Op::kConfirm)};
}

/// A server that only moves bytes, for the same exchanges.
class RawSide {
 public:
  RawSide(const Options& options, const Stats& stats)
      : child_(Child::raw(options.server_threads > 0 ? options.server_threads
                                                     : std::max(std::thread::hardware_concurrency(), 1U))),
        target_({false, "127.0.0.1", child_->port()}, false, {}),
        plan_(make_plan(options, target_, {})) {
    plan_.raw = sizes_of(stats);
  }

  [[nodiscard]] Watched run(const Slice& slice, const HeldSignals& signals) {
    plan_.options.warm_up = slice.warm_up;
    plan_.options.duration = slice.duration;
    const auto usage = [this] { return usage_of(child_->pid()); };
    return watch(plan_, "ceiling", signals, usage, [] {});
  }

 private:
  std::unique_ptr<Child> child_;
  Target target_;
  Plan plan_;
};

/// With a ceiling both sides are measured in turn, several times: a machine's other work then falls on both alike.
std::vector<Slice> slices_of(const Options& options) {
  constexpr int kRounds = 4;
  constexpr std::chrono::milliseconds kLaterWarmUp{250};
  if (!options.ceiling || options.requests > 0) return {{options.warm_up, options.duration}};
  const auto duration = std::max(options.duration / kRounds, std::chrono::milliseconds(1));
  std::vector<Slice> slices(kRounds, {std::min(options.warm_up, kLaterWarmUp), duration});
  slices.front().warm_up = options.warm_up;
  return slices;
}

void measure(Outcome& outcome, const HeldSignals& signals) {
  ServerSide server(outcome.options);
  outcome.url = server.url();
  if (server.pid()) outcome.server_pid = *server.pid();
  std::optional<RawSide> raw;
  for (const Slice& slice : slices_of(outcome.options)) {
    const Watched watched = server.run(slice, signals);
    outcome.run.merge(watched.run);
    outcome.interrupted = watched.interrupted;
    const bool go_on = outcome.options.ceiling && !watched.interrupted && outcome.run.measured.seconds > 0;
    if (!go_on) return;
    if (!raw) raw.emplace(outcome.options, outcome.run.measured.stats);
    const Watched limit = raw->run(slice, signals);
    if (!outcome.ceiling) outcome.ceiling.emplace();
    outcome.ceiling->merge(limit.run);
    outcome.interrupted = limit.interrupted;
    if (limit.interrupted) return;
  }
}

void write_json(const std::string& path, const boost::json::object& object) {
  const std::string text = pretty(object);
  if (path == "-") {
    fmt::print("{}", text);
    return;
  }
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(fmt::format("--json: cannot write `{}`", path));
}

}  // namespace

int run_bench(const Options& options, std::string_view version) {
  const auto earlier = read_earlier(options.compare_file);
  const HeldSignals signals;
  Outcome outcome;
  outcome.options = options;
  outcome.version = version;
  measure(outcome, signals);

  const auto object = to_json(outcome);
  std::FILE* const people = options.json_file == "-" ? stderr : stdout;
  if (options.json_file != "-") fmt::print(people, "{}", to_table(outcome));
  if (earlier) fmt::print(people, "{}", compare(*earlier, object));
  if (!options.json_file.empty()) write_json(options.json_file, object);
  const Stats& stats = outcome.run.measured.stats;
  const bool measured = std::ranges::any_of(stats.ops, [](const OpStats& op) { return op.requests > 0; });
  if (!measured && options.json_file == "-") fmt::print(people, "{}", to_table(outcome));
  return measured ? 0 : 1;
}

}  // namespace wingmq::load
