#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/http_socket.h"

namespace wingmq::test {

/// `wingmq serve` as a child process, ready to serve; looked at from outside, as an operator would. One thread.
class Program {
 public:
  /// Starts it on a free port of 127.0.0.1 with these further arguments.
  Program(const std::string& path, const std::vector<std::string>& arguments) {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    std::vector<std::string> all{path, "serve", "--listen", "127.0.0.1:0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    pointers.reserve(all.size() + 1);
    for (std::string& argument : all) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(out[1], STDOUT_FILENO);
      ::execv(pointers[0], pointers.data());
      ::_exit(127);
    }
    ::close(out[1]);
    const std::string said = read_until_ready(out[0]);
    ::close(out[0]);
    const auto port = said.find("\"port\":");
    if (port == std::string::npos) throw std::runtime_error("the program did not become ready");
    port_ = static_cast<std::uint16_t>(std::atoi(said.c_str() + port + 7));
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ > 0) stop();
  }

  /// Asks it to end, waits, and returns its exit code; -1 when a signal ended it.
  int stop() {
    int status = 0;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  /// Whether it still runs.
  [[nodiscard]] bool alive() const { return ::waitpid(pid_, nullptr, WNOHANG) == 0; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Resident now and at most so far, in KiB.
  [[nodiscard]] std::size_t resident_kib() const { return status_kib("VmRSS:"); }
  [[nodiscard]] std::size_t peak_kib() const { return status_kib("VmHWM:"); }
  /// Forgets the peak, so that peak_kib() counts from now on.
  void forget_peak() const { std::ofstream(folder() + "clear_refs") << "5"; }
  [[nodiscard]] std::size_t open_files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder() + "fd")) ++count;
    return count;
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
  [[nodiscard]] std::string folder() const { return "/proc/" + std::to_string(pid_) + "/"; }
  [[nodiscard]] std::size_t status_kib(std::string_view name) const {
    std::ifstream file(folder() + "status");
    std::string line;
    while (std::getline(file, line)) {
      if (line.starts_with(name)) return static_cast<std::size_t>(std::atol(line.c_str() + name.size()));
    }
    return 0;
  }

  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

/// A queue and a group of a Program, and the requests that use them.
class Place {
 public:
  /// Finds the queue of this name and its first group.
  Place(std::uint16_t port, std::string_view name) {
    HttpSocket socket(port);
    socket.send("GET /__admin/queues/" + std::string(name) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto reply = socket.receive();
    if (!reply || reply->status != 200) throw std::runtime_error("the control plane does not show the queue");
    queue_ = id_after(reply->body, 0);
    group_ = id_after(reply->body, reply->body.find("\"groups\":"));
  }

  /// `messages` is the JSON text between the brackets.
  [[nodiscard]] std::string send(std::string_view messages) const {
    return post("sendSpecifyQueueMessage", of() + R"(,"messages":[)" + std::string(messages) + "]}");
  }
  [[nodiscard]] std::string consume(int max, int time_wait = 1) const {
    return "GET /apiproxy/v3/queue/consumptionMessage HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\nconsumerQueueInfo: " + of() +
           by() + R"(,"maxMsgs":)" + std::to_string(max) + R"(,"timeWait":)" + std::to_string(time_wait) + "}\r\n\r\n";
  }
  /// `entries` is the JSON text between the brackets.
  [[nodiscard]] std::string confirm(std::string_view entries) const {
    return post("confirmConsumedSpecifiedMessage", of() + by() + R"(,"message":[)" + std::string(entries) + "]}");
  }
  /// Entries that confirm every message of a consume's reply.
  [[nodiscard]] static std::string successes(const WireReply& reply) {
    static constexpr std::string_view kMark = R"(\"handler\":\")";
    std::string entries;
    for (auto at = reply.body.find(kMark); at != std::string::npos; at = reply.body.find(kMark, at + 1)) {
      const auto from = at + kMark.size();
      if (!entries.empty()) entries += ',';
      entries += R"({"handler":")";
      entries += reply.body.substr(from, reply.body.find('\\', from) - from);
      entries += R"(","status":"success"})";
    }
    return entries;
  }

 private:
  static std::string id_after(const std::string& body, std::size_t from) {
    const auto at = body.find("\"id\":\"", from) + 6;
    return body.substr(at, body.find('"', at) - at);
  }
  static std::string post(std::string_view operation, std::string_view body) {
    return "POST /apiproxy/v3/queue/" + std::string(operation) +
           " HTTP/1.1\r\nHost: localhost\r\naccessKey: test\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
  [[nodiscard]] std::string of() const { return R"({"regionId":"cn-snxy1","queueId":")" + queue_ + "\""; }
  [[nodiscard]] std::string by() const { return R"(,"consumerGroupId":")" + group_ + "\""; }

  std::string queue_;
  std::string group_;
};

}  // namespace wingmq::test
