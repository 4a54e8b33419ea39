#include "load/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

#include "load/raw_server.h"

namespace wingmq::load {
namespace {

/// A pipe whose ends are closed when it goes.
struct Pipe {
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  [[nodiscard]] int release(int end) {
    const int descriptor = ends[end];
    ends[end] = -1;
    return descriptor;
  }

  int ends[2];
};

bool names(const std::vector<std::string>& given, std::string_view name) {
  return std::ranges::any_of(given, [&](const std::string& text) { return text.substr(0, text.find('=')) == name; });
}

std::vector<std::string> arguments_of(const Options& options) {
  std::vector<std::string> arguments{"wingmq",    "serve", "--listen",          "127.0.0.1:0",
                                     "--profile", "bench", "--exit-with-parent"};
  const auto add = [&](std::string name, std::string value) {
    arguments.push_back("--" + std::move(name));
    arguments.push_back(std::move(value));
  };
  add("limit", fmt::format("queue_quota={}", std::max(options.queues, 5U)));
  add("limit", fmt::format("groups_per_queue={}", std::max(options.groups, 3U)));
  if (!names(options.server_options, "log-level")) add("log-level", "warning");
  // A gigabyte is soon full, so that what is measured is a server that uses its memory again, not one that asks for more.
  if (!names(options.server_options, "memory-limit") && !options.keep) {
    add("memory-limit", "1G");
    if (!names(options.server_options, "prefault")) add("prefault", "1G");
  }
  if (!options.access_key.empty() && !names(options.server_options, "auth")) add("auth", "verify");
  if (options.tls) add("tls", "auto");
  if (options.server_threads > 0) add("threads", fmt::format("{}", options.server_threads));
  for (const std::string& given : options.server_options) arguments.push_back("--" + given);
  return arguments;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

/// Our own environment, without what would have the server listen elsewhere, and with the credential: on a command line
/// everybody could read it.
std::vector<std::string> environment_of(const Options& options) {
  std::vector<std::string> variables;
  for (char** each = ::environ; *each != nullptr; ++each) {
    if (!std::string_view(*each).starts_with("WINGMQ_")) variables.emplace_back(*each);
  }
  if (!options.access_key.empty()) {
    variables.push_back(fmt::format("WINGMQ_CREDENTIAL={}:{}", options.access_key, options.secret_key));
  }
  return variables;
}

std::string read_until(int descriptor, std::string_view end) {
  std::string said;
  char bytes[512];
  while (said.find(end) == std::string::npos) {
    const auto count = ::read(descriptor, bytes, sizeof(bytes));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return {};
    said.append(bytes, static_cast<std::size_t>(count));
  }
  return said;
}

pid_t spawn(std::vector<std::string> arguments, std::vector<std::string> variables, int input, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int code = ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, pointers(arguments).data(),
                                 pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (code != 0) throw std::system_error(code, std::generic_category(), "cannot start a server");
  return pid;
}

[[noreturn]] void run_raw_server(unsigned threads, int input, int output) {
  ::setpgid(0, 0);
  // Nothing else of the bench's: a pipe that this process held open would keep another child from ending.
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  try {
    const RawServer server(threads);
    const std::string port = fmt::format("{}\n", server.port());
    if (::write(STDOUT_FILENO, port.data(), port.size()) == static_cast<ssize_t>(port.size())) {
      char byte = 0;
      while (::read(STDIN_FILENO, &byte, 1) > 0) {
      }
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "raw server: {}\n", error.what());
  }
  ::_exit(0);
}

std::uint16_t port_after(std::string_view said, std::string_view mark) {
  const auto at = said.find(mark);
  std::uint16_t port = 0;
  if (at != std::string_view::npos) std::from_chars(said.data() + at + mark.size(), said.data() + said.size(), port);
  return port;
}

}  // namespace

std::unique_ptr<Child> Child::serve(const Options& options) {
  Pipe input;
  Pipe output;
  std::unique_ptr<Child> child(new Child);
  child->pid_ = spawn(arguments_of(options), environment_of(options), input.ends[0], output.ends[1]);
  child->input_ = input.release(1);
  output.close_end(1);
  child->port_ = port_after(read_until(output.ends[0], "Ready.\n"), R"("port":)");
  if (child->port_ == 0)
    throw std::runtime_error("the server that was to be measured did not start; what it said stands above");
  return child;
}

std::unique_ptr<Child> Child::raw(unsigned threads) {
  Pipe input;
  Pipe output;
  std::unique_ptr<Child> child(new Child);
  child->pid_ = ::fork();
  if (child->pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child->pid_ == 0) {
    input.close_end(1);
    run_raw_server(threads, input.ends[0], output.ends[1]);
  }
  child->input_ = input.release(1);
  output.close_end(1);
  child->port_ = port_after(read_until(output.ends[0], "\n"), "");
  if (child->port_ == 0) throw std::runtime_error("the raw server did not start");
  return child;
}

Child::~Child() {
  if (input_ >= 0) ::close(input_);
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
}

}  // namespace wingmq::load
