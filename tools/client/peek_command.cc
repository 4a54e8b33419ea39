#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/commands.h"
#include "client/json.h"
#include "client/places.h"
#include "client/shown.h"
#include "json_text.h"

namespace wingmq::tools {
namespace {

constexpr auto kPeekExamples = R"(
Looks and changes nothing: no lease, no failure, no signature. With --group it also shows what each message is for that group. Times are
UTC, by the server's clock.

Examples:
  wingmq peek orders
  wingmq peek orders -g g1 --state in_flight
  wingmq peek orders -g g1 --state dead --json
)";

std::vector<Cell> row_of(std::string_view text) {
  const auto message = read_json(text);
  const auto deadline = number_of(message, "lease_deadline");
  return {{number_text(message, "partition")},
          {number_text(message, "offset")},
          {time_text(number_of(message, "sent"))},
          state_cell(text_of(message, "state")),
          count_cell(number_text(message, "failed_count"), Colour::kRed),
          {deadline == 0 ? "" : time_text(deadline)},
          {tags_text(json_member(text, "tags"))},
          {value_text(json_member(text, "attributes"), "{}")},
          {value_text(json_member(text, "body"))}};
}

class PeekCommand : public Command {
 public:
  explicit PeekCommand(CLI::App& app) : Command(app, "peek", "Look at messages without taking them", kPeekExamples) {
    add_word("QUEUE", queue_, "A queue's name or id");
    options().add_option("-g,--group", group_, "A group's name or id: what messages are for it")->option_text("GROUP");
    options().add_option("--state", state_, "With --group: only these")->option_text("available|in_flight|confirmed|dead");
    options().add_option("-n,--limit", limit_, "At most so many, 1 to 1000 (default 100)")->option_text("N");
    options().add_option("--after", after_, "Go on behind the page before")->option_text("NEXT");
    places_.add_to(options());
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    auto parameters = places_.query();
    parameters.insert(parameters.end(), {{"group", group_}, {"state", state_}, {"limit", limit_}, {"after", after_}});
    const Reply reply = session.get(with_query(fmt::format("/__admin/queues/{}/messages", percent_encoded(queue_)), parameters));
    if (session.json()) return session.print_json(reply.body);
    Table table({">partition", ">offset", "sent", "state", ">failed", "leased until", "tags", "attributes", "body"});
    for (const auto message : json_parts(json_member(reply.body, "messages"))) table.add(row_of(message));
    const auto next = text_of(read_json(reply.body), "next");
    if (table.rows() == 0) return write_out("no messages\n");
    const auto printed = write_out(table.text(session.look()));
    if (!next.empty()) fail(kStopped, fmt::format("there are more: --after {}", next));
    return printed;
  }

  PlaceOptions places_;
  std::string queue_;
  std::string group_;
  std::string state_;
  std::string limit_;
  std::string after_;
};

}  // namespace

std::unique_ptr<Command> make_peek_command(CLI::App& app) { return std::make_unique<PeekCommand>(app); }

}  // namespace wingmq::tools
