#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/commands.h"
#include "client/json.h"
#include "client/shown.h"

namespace wingmq::tools {
namespace {

constexpr auto kResetExamples = R"(
Forgets all queues and makes those of the server's --queue again, in one step; with --keep-queues messages, leases and counts go and the rest stays.

Examples:
  wingmq reset
  wingmq reset --keep-queues
)";

class ResetCommand : public Command {
 public:
  explicit ResetCommand(CLI::App& app) : Command(app, "reset", "Start afresh", kResetExamples) {
    options().add_flag("--keep-queues", keep_, "Queues, groups, their ids and tag rules stay");
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    const Reply reply = session.post("/__admin/reset", keep_ ? R"({"keep":"queues"})" : "{}");
    if (session.json()) return session.print_json(reply.body);
    const auto queues = count_text(number_of(read_json(reply.body), "queues"), "queue");
    return write_out(keep_ ? fmt::format("all messages are gone; {} stayed\n", queues) : fmt::format("everything is gone; {} made anew\n", queues));
  }

  bool keep_ = false;
};

}  // namespace

std::unique_ptr<Command> make_reset_command(CLI::App& app) { return std::make_unique<ResetCommand>(app); }

}  // namespace wingmq::tools
