// What only the whole program can show: how soon it serves, what it occupies while idle, and what parked connections cost.
//   wingmq_process_bench PATH_TO_WINGMQ [--starts N] [--connections N]
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "support/http_socket.h"

namespace {

using wingmq::test::HttpSocket;
using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "process_bench: {}\n", why);
  std::_Exit(1);
}

/// `wingmq serve` as a child process, ready.
class Program {
 public:
  explicit Program(const char* path) {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) give_up("no pipe");
    const auto begin = Clock::now();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::execl(path, path, "serve", "--listen", "127.0.0.1:0", "--log-level", "error", "--queue", "bench?groups=g",
              static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(out[1]);
    const std::string said = read_until_ready(out[0]);
    ready_ = std::chrono::duration<double, std::milli>(Clock::now() - begin);
    ::close(out[0]);
    if (said.empty()) give_up("the program did not become ready");
    port_ = boost::json::parse(said.substr(0, said.find('\n'))).at("port").to_number<std::uint16_t>();
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Start of the process until it said that it is ready, in milliseconds.
  [[nodiscard]] double ready_ms() const { return ready_.count(); }
  [[nodiscard]] double resident_kib() const {
    std::ifstream file(fmt::format("/proc/{}/statm", pid_));
    std::size_t pages = 0;
    std::size_t resident = 0;
    file >> pages >> resident;
    return static_cast<double>(resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) / 1024;
  }
  /// Processor time used so far, in milliseconds.
  [[nodiscard]] double cpu_ms() const {
    double all = 0;
    for (const auto& task : tasks()) {
      std::ifstream schedstat(fmt::format("/proc/{}/task/{}/schedstat", pid_, task));
      double nanoseconds = 0;
      schedstat >> nanoseconds;
      all += nanoseconds / 1e6;
    }
    return all;
  }

 private:
  static std::string read_until_ready(int descriptor) {
    std::string said;
    char bytes[512];
    while (said.find("Ready.\n") == std::string::npos) {
      const auto count = ::read(descriptor, bytes, sizeof(bytes));
      if (count <= 0) return {};
      said.append(bytes, static_cast<std::size_t>(count));
    }
    return said;
  }
  [[nodiscard]] std::vector<std::string> tasks() const {
    std::vector<std::string> names;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> list(::popen(fmt::format("ls /proc/{}/task", pid_).c_str(), "r"), ::pclose);
    char line[64];
    while (std::fgets(line, sizeof(line), list.get()) != nullptr) names.emplace_back(line, std::string_view(line).find('\n'));
    return names;
  }

  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
  std::chrono::duration<double, std::milli> ready_{};
};

boost::json::value shown_queue(std::uint16_t port) {
  HttpSocket socket(port);
  socket.send("GET /__admin/queues/bench HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto reply = socket.receive();
  if (!reply || reply->status != 200) give_up("the control plane does not answer");
  return boost::json::parse(reply->body);
}

/// The one connection on which something arrived.
std::size_t readable(const std::vector<std::unique_ptr<HttpSocket>>& sockets) {
  std::vector<pollfd> polled;
  polled.reserve(sockets.size());
  for (const auto& socket : sockets) polled.push_back({socket->descriptor(), POLLIN, 0});
  if (::poll(polled.data(), polled.size(), 10'000) != 1) give_up("a send did not wake exactly one");
  return static_cast<std::size_t>(std::ranges::find(polled, POLLIN, &pollfd::revents) - polled.begin());
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void measure_starts(const char* path, int starts) {
  std::vector<double> ready;
  std::vector<double> idle;
  for (int i = 0; i < starts; ++i) {
    const Program program(path);
    ready.push_back(program.ready_ms());
    idle.push_back(program.resident_kib());
  }
  fmt::print("start to ready   {:8.1f} ms   (median of {}, best {:.1f}, worst {:.1f})\n", median(ready), starts,
             std::ranges::min(ready), std::ranges::max(ready));
  fmt::print("idle, resident   {:8.1f} MiB\n", median(idle) / 1024);
}

void measure_connections(const char* path, int connections) {
  const Program program(path);
  const auto queue = shown_queue(program.port());
  const auto text = [&queue](const char* name) { return std::string(queue.at(name).as_string()); };
  const std::string place = fmt::format(R"("regionId":"cn-snxy1","queueId":"{}")", text("id"));
  const std::string consume = fmt::format(
      "GET /apiproxy/v3/queue/consumptionMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\n"
      "consumerQueueInfo: {{{},\"consumerGroupId\":\"{}\",\"maxMsgs\":1,\"timeWait\":60}}\r\n\r\n",
      place, std::string(queue.at("groups").at(0).at("id").as_string()));
  const double before = program.resident_kib();
  std::vector<std::unique_ptr<HttpSocket>> sockets;
  for (int i = 0; i < connections; ++i) {
    sockets.push_back(std::make_unique<HttpSocket>(program.port()));
    sockets.back()->send(consume);
  }
  const auto parked = [&] { return shown_queue(program.port()).at("groups").at(0).at("parked").to_number<int>(); };
  while (parked() < connections) {
  }
  fmt::print("parked           {:8d} connections\n", connections);
  fmt::print("resident, each   {:8.1f} KiB\n", (program.resident_kib() - before) / connections);

  const double cpu = program.cpu_ms();
  const timespec pause{1, 0};
  ::nanosleep(&pause, nullptr);
  fmt::print("idle second      {:8.1f} ms of processor time\n", program.cpu_ms() - cpu);

  const std::string body = "{" + place + R"(,"messages":[{"body":"x"}]})";
  HttpSocket sender(program.port());
  sender.send(fmt::format("POST /apiproxy/v3/queue/sendSpecifyQueueMessage HTTP/1.1\r\nHost: x\r\naccessKey: test\r\n"
                          "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                          body.size(), body));
  if (!sender.receive()) give_up("the send was not answered");
  if (parked() != connections - 1) give_up("a send did not wake exactly one");
  const auto reply = sockets[readable(sockets)]->receive();
  if (!reply || reply->body.find(R"(\"body\":\"x\")") == std::string::npos) give_up("who woke got no message");
  fmt::print("one send woke    {:8d} connection\n", connections - parked());
}

int number_after(int argc, char** argv, std::string_view option, int otherwise) {
  for (int i = 2; i + 1 < argc; ++i) {
    if (argv[i] == option) return std::atoi(argv[i + 1]);
  }
  return otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: {} PATH_TO_WINGMQ [--starts N] [--connections N]\n", argv[0]);
    return 2;
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  measure_starts(argv[1], number_after(argc, argv, "--starts", 21));
  measure_connections(argv[1], number_after(argc, argv, "--connections", 10'000));
  return 0;
}
