// What hostile clients cost a well-behaved one. Starts the program with short deadlines, measures single sends of 1 KB while all
// is quiet, beside each kind of hostile connection, beside all kinds at once, and after they have gone.
//   wingmq_hostile_bench PATH_TO_WINGMQ [--seconds S] [--scale X]
// Exits 1 when a send of the well-behaved client fails, or when files stay open after the hostile ones have gone.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/program.h"

namespace {

using wingmq::test::HttpSocket;
using wingmq::test::Place;
using wingmq::test::Program;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{10};

struct Settings {
  std::string program;
  double seconds = 3;
  double scale = 1;
};

void pause_until(Clock::time_point time) {
  const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(time - Clock::now()).count();
  if (left <= 0) return;
  const timespec span{left / 1'000'000'000, left % 1'000'000'000};
  ::nanosleep(&span, nullptr);
}

/// A connection of a hostile client, which never waits for anything.
class Wire {
 public:
  Wire(std::uint16_t port, std::string_view opening, bool reads)
      : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), reads_(reads) {
    constexpr int kSmall = 4096;
    if (!reads) ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &kSmall, sizeof(kSmall));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // A connection on loopback is there at once, or never.
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 || errno == EINPROGRESS) say(opening);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { ::close(descriptor_); }

  void say(std::string_view bytes) const { static_cast<void>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL)); }
  /// Whether the server still has it; takes what came, unless this is one that never reads.
  [[nodiscard]] bool open() const {
    if (!reads_) {
      pollfd state{descriptor_, POLLRDHUP, 0};
      return ::poll(&state, 1, 0) == 0;
    }
    char bytes[65536];
    while (true) {
      const auto count = ::recv(descriptor_, bytes, sizeof(bytes), 0);
      if (count > 0) continue;
      return count < 0 && errno == EAGAIN;
    }
  }

 private:
  int descriptor_;
  bool reads_;
};

/// One kind of hostile client. `standing` connections are held, opened again when they are closed, and say `drip` ten times a
/// second; `storm` further ones are opened in each hundredth of a second and closed after a twentieth.
struct Kind {
  std::string name;
  std::size_t standing = 0;
  std::string opening = {};
  std::string drip = {};
  bool reads = true;
  std::size_t storm = 0;
  bool lingers = true;  ///< a storm's connections stay for a twentieth of a second, else they go at once
};

class Attack {
 public:
  Attack(std::uint16_t port, Kind kind) : port_(port), kind_(std::move(kind)), standing_(kind_.standing) {}

  void tick() {
    // Each standing connection has its turn once in ten ticks.
    for (std::size_t i = tick_ % 10; i < standing_.size(); i += 10) {
      auto& wire = standing_[i];
      if (!wire || !wire->open()) {
        wire.reset();
        wire = std::make_unique<Wire>(port_, kind_.opening, kind_.reads);
        ++opened_;
      } else if (!kind_.drip.empty()) {
        wire->say(kind_.drip);
      }
    }
    std::vector<std::unique_ptr<Wire>> fresh;
    fresh.reserve(kind_.storm);
    for (std::size_t i = 0; i < kind_.storm; ++i) fresh.push_back(std::make_unique<Wire>(port_, kind_.opening, kind_.reads));
    opened_ += kind_.storm;
    if (kind_.lingers) storms_.push_back(std::move(fresh));
    if (storms_.size() > 5) storms_.pop_front();
    ++tick_;
  }
  [[nodiscard]] std::size_t opened() const { return opened_; }

 private:
  const std::uint16_t port_;
  const Kind kind_;
  std::vector<std::unique_ptr<Wire>> standing_;
  std::deque<std::vector<std::unique_ptr<Wire>>> storms_;
  std::size_t tick_ = 0;
  std::size_t opened_ = 0;
};

/// Runs attacks in a thread of its own for as long as it lives.
class Attackers {
 public:
  Attackers(std::uint16_t port, const std::vector<Kind>& kinds) {
    for (const Kind& kind : kinds) attacks_.push_back(std::make_unique<Attack>(port, kind));
    if (!attacks_.empty()) thread_ = std::thread([this] { run(); });
  }
  Attackers(const Attackers&) = delete;
  Attackers& operator=(const Attackers&) = delete;
  ~Attackers() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// Processor time of the attackers' own, as a share of one processor.
  [[nodiscard]] double cpu_share() const { return cpu_share_; }
  [[nodiscard]] std::size_t opened() const { return opened_; }

 private:
  /// Hostile clients are elsewhere, as a rule. Here they share the processors, and take what the program and its good client leave:
  /// else a burst of theirs would hold up both by standing in their place, not by what it asks of the program.
  static void step_back() {
    const sched_param none{};
    ::pthread_setschedparam(::pthread_self(), SCHED_OTHER, &none);
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10);
  }

  void run() {
    step_back();
    const auto begin = Clock::now();
    for (auto next = begin + kTick; !stop_; next += kTick) {
      for (const auto& attack : attacks_) attack->tick();
      std::size_t opened = 0;
      for (const auto& attack : attacks_) opened += attack->opened();
      opened_ = opened;
      rusage used{};
      ::getrusage(RUSAGE_THREAD, &used);
      const double cpu = static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                         static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
      cpu_share_ = cpu / std::chrono::duration<double>(Clock::now() - begin).count();
      pause_until(next);
      next = std::max(next, Clock::now() - kTick);  // who is late does not hurry
    }
  }

  std::vector<std::unique_ptr<Attack>> attacks_;
  std::atomic<bool> stop_ = false;
  std::atomic<double> cpu_share_ = 0;
  std::atomic<std::size_t> opened_ = 0;
  std::thread thread_;
};

struct Latencies {
  double p50_us = 0;
  double p99_us = 0;
  double worst_us = 0;
  std::size_t sends = 0;
  std::size_t failed = 0;
};

double at_share(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// The well-behaved client: a single send of 1 KB each millisecond, on one connection. Its time is cut into ten slices, and the
/// percentiles are the slices' medians: what else the machine does for a moment does not count.
Latencies behave(const Program& program, const Place& place, double seconds) {
  constexpr double kSlices = 10;
  HttpSocket socket(program.port());
  const std::string request = place.send(R"({"body":")" + std::string(1000, 'x') + "\"}");
  std::vector<std::vector<double>> slices(1);
  Latencies result;
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  for (auto next = Clock::now(); next < end; next += milliseconds(1)) {
    pause_until(next);
    next = std::max(next, Clock::now() - milliseconds(1));
    const auto begin = Clock::now();
    socket.send(request);
    const auto reply = socket.receive();
    if (std::chrono::duration<double>(begin - start).count() > seconds * static_cast<double>(slices.size()) / kSlices) slices.emplace_back();
    slices.back().push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    ++result.sends;
    if (reply && reply->body.find("\"state\":0") != std::string::npos) continue;
    ++result.failed;
    if (!reply) break;
  }
  std::vector<double> p50;
  std::vector<double> p99;
  for (auto& times : slices) {
    if (times.empty()) continue;
    std::ranges::sort(times);
    p50.push_back(at_share(times, 0.5));
    p99.push_back(at_share(times, 0.99));
    result.worst_us = std::max(result.worst_us, times.back());
  }
  result.p50_us = median(p50);
  result.p99_us = median(p99);
  return result;
}

/// Fills the queue that never-reading consumers ask for.
void fill(const Program& program, const Place& place) {
  HttpSocket socket(program.port());
  for (int i = 0; i < 20; ++i) {
    socket.send(place.send(R"({"body":")" + std::string(500'000, 'y') + "\"}"));
    static_cast<void>(socket.receive());
  }
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string garbage() {
  std::string bytes(1024, '\0');
  std::uint32_t state = 12345;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

std::vector<Kind> all_kinds(const Place& large, double scale) {
  const auto of = [scale](std::size_t count) { return std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(count) * scale)); };
  const std::string post = "POST /apiproxy/v3/queue/sendSpecifyQueueMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\n";
  const std::string look = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
  return {
      {.name = "slow headers", .standing = of(500), .opening = "GET /livez HTTP/1.1\r\nHost: x\r\nX-A: ", .drip = "a"},
      {.name = "slow bodies", .standing = of(500), .opening = post + "Content-Length: 524288\r\n\r\n{", .drip = "     "},
      {.name = "consumers that never read", .standing = of(64), .opening = large.consume(1, 1), .reads = false},
      {.name = "idle connections", .standing = of(3000)},
      {.name = "half TLS handshakes", .standing = of(300), .opening = std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)},
      {.name = "garbage", .opening = garbage(), .storm = of(4)},
      {.name = "connect and close", .storm = of(10), .lingers = false},
      {.name = "pipelining floods", .standing = of(20), .opening = repeated(look, 50), .drip = repeated(look, 50)},
      {.name = "4 MiB announced", .standing = of(500), .opening = post + "Content-Length: 4194304\r\n\r\n"},
      {.name = "1 TB announced", .opening = post + "Content-Length: 1000000000000\r\n\r\n", .storm = of(4)},
  };
}

double mib(std::size_t kib) { return static_cast<double>(kib) / 1024; }

class Bench {
 public:
  explicit Bench(Settings settings)
      : settings_(std::move(settings)),
        program_(settings_.program,
                 {"--memory-limit", "256M", "--log-level", "error", "--tls", "auto", "--queue", "bench?groups=g", "--queue",
                  "large?groups=g", "--limit", "header_timeout=2s", "--limit", "body_timeout=2s", "--limit",
                  "write_timeout=2s", "--limit", "idle_timeout=5s"}),
        place_(program_.port(), "bench"),
        large_(program_.port(), "large") {}

  int run() {
    fill(program_, large_);
    static_cast<void>(behave(program_, place_, settings_.seconds / 3));  // warm
    fmt::print("{:26} {:>7} {:>8} {:>8} {:>9} {:>7} {:>9} {:>6} {:>9} {:>9}\n", "beside", "sends", "p50 us", "p99 us", "worst us",
               "p99 x", "peak MiB", "files", "opened", "their CPU");
    quiet_p99_ = measure("nobody", {});
    const auto files = program_.open_files();
    const auto kinds = all_kinds(large_, settings_.scale);
    for (const Kind& kind : kinds) measure(kind.name, {kind});
    measure("all of them", kinds);
    const bool clean = settle(files);
    measure("nobody, afterwards", {});
    fmt::print("open files before {}, afterwards {}; resident afterwards {:.1f} MiB\n", files, program_.open_files(),
               mib(program_.resident_kib()));
    if (!clean) fmt::print("FAILED: files are still open\n");
    if (failed_ > 0) fmt::print("FAILED: {} sends of the well-behaved client\n", failed_);
    return clean && failed_ == 0 ? 0 : 1;
  }

 private:
  double measure(const std::string& name, const std::vector<Kind>& kinds) {
    program_.forget_peak();
    const Attackers attackers(program_.port(), kinds);
    if (!kinds.empty()) pause_until(Clock::now() + milliseconds(300));  // until they are all there
    const Latencies times = behave(program_, place_, settings_.seconds);
    failed_ += times.failed;
    const double ratio = quiet_p99_ == 0 ? 1 : times.p99_us / quiet_p99_;
    fmt::print("{:26} {:7} {:8.0f} {:8.0f} {:9.0f} {:7.1f} {:9.1f} {:6} {:9} {:8.0f}%\n", name, times.sends, times.p50_us, times.p99_us,
               times.worst_us, ratio, mib(program_.peak_kib()), program_.open_files(), attackers.opened(),
               100 * attackers.cpu_share());
    return times.p99_us;
  }
  /// Waits until the server has noticed that they have gone; every deadline is over by then.
  bool settle(std::size_t files) const {
    const auto end = Clock::now() + std::chrono::seconds(10);
    while (program_.open_files() > files) {
      if (Clock::now() > end) return false;
      pause_until(Clock::now() + kTick);
    }
    return true;
  }

  const Settings settings_;
  Program program_;
  const Place place_;
  const Place large_;
  double quiet_p99_ = 0;
  std::size_t failed_ = 0;
};

int usage(std::FILE* out, int code) {
  fmt::print(out,
             "usage: wingmq_hostile_bench PATH_TO_WINGMQ [--seconds S] [--scale X]\n"
             "  --seconds S   how long each line of the table is measured (default 3)\n"
             "  --scale X     how many hostile connections, as a multiple of the default\n");
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string_view given = argv[i];
    if (given == "--help") return usage(stdout, 0);
    if (given == "--seconds" && i + 1 < argc) {
      settings.seconds = std::atof(argv[++i]);
    } else if (given == "--scale" && i + 1 < argc) {
      settings.scale = std::atof(argv[++i]);
    } else if (settings.program.empty() && !given.starts_with('-')) {
      settings.program = given;
    } else {
      return usage(stderr, 2);
    }
  }
  if (settings.program.empty() || settings.seconds <= 0 || settings.scale <= 0) return usage(stderr, 2);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  try {
    return Bench(std::move(settings)).run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "wingmq_hostile_bench: {}\n", error.what());
    return 1;
  }
}
