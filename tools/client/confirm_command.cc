#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/commands.h"
#include "client/deliveries.h"
#include "client/json.h"

namespace wingmq::tools {
namespace {

constexpr auto kConfirmExamples = R"(
A batch is confirmed in the order in which it came: what is left out, and what follows it, counts as failed.

Exit codes: 0 all were confirmed, or failed with --fail; 5 some failed; 4 refused, 1 no reply, 2 bad option.

Examples:
  wingmq confirm orders g1 AQAAAAAAAAAAAPOSeqXKTbV7
  wingmq confirm orders g1 --fail AQAAAAAAAAAAAPOSeqXKTbV7
  wingmq confirm orders g1 --dead AgAAAAAAAAAAAIFCinKBwSgQ
)";

class ConfirmCommand : public Command {
 public:
  explicit ConfirmCommand(CLI::App& app) : Command(app, "confirm", "Confirm what was received", kConfirmExamples, Signs::kYes) {
    add_word("QUEUE", queue_, "A queue's name or id");
    add_word("GROUP", group_, "A group's name or id");
    options().add_option("HANDLER", handlers_, "As `wingmq recv` printed them")->option_text("...");
    options().add_flag("--fail", fail_, "Say that they failed: they are available again, or die");
    options().add_flag("--dead", dead_, "They are dead letters");
    places_.add_to(options());
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    if (handlers_.empty()) throw BadOption("the HANDLER is missing");
    const Place place = places_.find(session, queue_, group_);
    const auto reply = confirm_all(session, place, dead_ ? Letters::kDead : Letters::kLive, handlers_, fail_ ? "fail" : "success");
    const auto printed = session.json() ? session.print_json(reply) : write_out(confirmed_text(reply) + "\n");
    return printed == kStopped && !fail_ && count_failed(reply) > 0 ? kNotMet : printed;
  }

  PlaceOptions places_;
  std::string queue_;
  std::string group_;
  std::vector<std::string> handlers_;
  bool fail_ = false;
  bool dead_ = false;
};

}  // namespace

std::unique_ptr<Command> make_confirm_command(CLI::App& app) { return std::make_unique<ConfirmCommand>(app); }

}  // namespace wingmq::tools
