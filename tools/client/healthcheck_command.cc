#include <fmt/format.h>
#include <poll.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <chrono>

#include "client/commands.h"
#include "client/json.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kHealthcheckExamples = R"(
Asks /readyz, which needs no key. With --wait it asks until the server is ready, or the time is over.

Exit codes: 0 ready, 5 it says that it is not, 1 no reply, 2 bad option.

Examples:
  wingmq healthcheck
  wingmq healthcheck --wait 10s && run-the-tests
  HEALTHCHECK CMD ["wingmq", "healthcheck"]          in a Dockerfile
)";

constexpr int kPauseMs = 50;
constexpr std::chrono::seconds kPatience(5);

class HealthcheckCommand : public Command {
 public:
  explicit HealthcheckCommand(CLI::App& app) : Command(app, "healthcheck", "Ask whether the server is ready", kHealthcheckExamples) {
    options().add_option("--wait", wait_, "Keep asking for so long (default: ask once)")->option_text("SPAN");
    add_common_options();
  }

 private:
  ExitCode act(Session& session) const override {
    const auto wait = wait_.empty() ? std::chrono::milliseconds(0) : read_duration(wait_);
    if (!wait) throw BadOption(fmt::format("--wait: `{}` is given, needed is {}", wait_, wait.error()));
    const auto end = std::chrono::steady_clock::now() + *wait;
    while (true) {
      const bool last = std::chrono::steady_clock::now() >= end;
      try {
        const Reply reply = session.control({.path = "/readyz", .patience = kPatience}, {503});
        if (reply.status == 200 || last) return report(session, reply);
      } catch (const std::runtime_error&) {
        if (last) throw;
      }
      ::poll(nullptr, 0, kPauseMs);
    }
  }

  static ExitCode report(Session& session, const Reply& reply) {
    const auto printed = session.json() ? session.print_json(reply.body) : kStopped;
    if (reply.status == 200) return session.json() ? printed : write_out("ready\n");
    if (!session.json()) fail(kNotMet, fmt::format("not ready: {}", text_of(read_json(reply.body), "reason")));
    return kNotMet;
  }

  std::string wait_;
};

}  // namespace

std::unique_ptr<Command> make_healthcheck_command(CLI::App& app) { return std::make_unique<HealthcheckCommand>(app); }

}  // namespace wingmq::tools
