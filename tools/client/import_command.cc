#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <fstream>
#include <iostream>

#include "client/commands.h"
#include "client/json.h"
#include "client/shown.h"

namespace wingmq::tools {
namespace {

constexpr auto kImportExamples = R"(
Reads what `wingmq export` wrote: all of it, or where a line is wrong nothing.

Examples:
  wingmq import orders.jsonl
  wingmq export --url mq:9080 | wingmq import
)";

class ImportCommand : public Command {
 public:
  explicit ImportCommand(CLI::App& app) : Command(app, "import", "Read queues and messages that were written down", kImportExamples) {
    options().add_option("FILE", file_, "Where from, - for standard input (default -)");
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    std::ifstream file;
    if (file_ != "-") file.open(file_.starts_with('@') ? file_.substr(1) : file_, std::ios::binary);
    if (file_ != "-" && !file) throw BadOption(fmt::format("the file `{}` cannot be read", file_));
    Request request{.method = "POST",
                    .path = "/__admin/import",
                    .headers = {{"Content-Type", "application/jsonl"}},
                    .stream = file_ == "-" ? &std::cin : &file};
    const Reply reply = session.control(std::move(request));
    if (session.json()) return session.print_json(reply.body);
    const auto said = read_json(reply.body);
    return write_out(fmt::format("{}, {}\n", count_text(number_of(said, "queues"), "queue"), count_text(number_of(said, "messages"), "message")));
  }

  std::string file_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_import_command(CLI::App& app) { return std::make_unique<ImportCommand>(app); }

}  // namespace wingmq::tools
