#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fstream>

#include "client/commands.h"

namespace wingmq::tools {
namespace {

constexpr auto kExportExamples = R"(
Writes queues, groups and messages as JSON Lines, to standard output or a file, piece by piece as they come. `wingmq import` and
`wingmq serve --load FILE` read them.

Examples:
  wingmq export >all.jsonl
  wingmq export --queue orders --output orders.jsonl
)";

class ExportCommand : public Command {
 public:
  explicit ExportCommand(CLI::App& app) : Command(app, "export", "Write down queues and their messages", kExportExamples) {
    options().add_option("--queue", queue_, "Only this one, by name or id")->option_text("QUEUE");
    options().add_option("-o,--output", file_, "Where to (default standard output)")->option_text("FILE");
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    std::ofstream file;
    if (!file_.empty()) file.open(file_, std::ios::binary | std::ios::trunc);
    if (!file_.empty() && !file) throw BadOption(fmt::format("--output: the file `{}` cannot be written", file_));
    const auto sink = [&](std::string_view piece) {
      if (file_.empty()) {
        if (write_out(piece) != kStopped) throw Unwritable();
      } else {
        file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
      }
    };
    try {
      // A 200's body went into the sink; anything else has been thrown.
      static_cast<void>(session.control({.path = with_query("/__admin/export", {{"queue", queue_}}), .sink = sink}));
    } catch (const Unwritable&) {
      return kFailed;  // it is said already
    }
    if (file_.empty() || file.flush()) return kStopped;
    return fail(kFailed, fmt::format("the file `{}` cannot be written to its end", file_));
  }

  struct Unwritable {};

  std::string queue_;
  std::string file_;
};

}  // namespace

std::unique_ptr<Command> make_export_command(CLI::App& app) { return std::make_unique<ExportCommand>(app); }

}  // namespace wingmq::tools
