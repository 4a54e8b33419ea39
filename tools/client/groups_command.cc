#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/commands.h"
#include "client/json.h"
#include "client/places.h"
#include "client/shown.h"

namespace wingmq::tools {
namespace {

constexpr auto kGroupsExamples = R"(
The headings are the names that `wingmq wait` counts by.

Examples:
  wingmq groups orders
  wingmq groups orders --json
)";

std::string tags_of(const boost::json::value& group) {
  const auto tags = joined(list_of(group, "tags"));
  const auto type = text_of(group, "tag_type");
  return tags.empty() || type.empty() ? tags : fmt::format("{} ({})", tags, type);
}

std::vector<Cell> row_of(const boost::json::value& group, bool dead_letters) {
  const auto count = [&](std::string_view name, std::string_view other) {
    auto text = number_text(group, name);
    return text.empty() ? number_text(group, other) : text;
  };
  const auto dead = [&](std::string_view name, std::string_view other) { return dead_letters ? count(name, other) : std::string(); };
  return {{text_of(group, "name")},
          {count("produced", "produced_messages")},
          {count("consumed", "consumed_messages")},
          count_cell(count("available", "available_messages"), Colour::kGreen),
          count_cell(count("in_flight", ""), Colour::kYellow),
          {dead("dead_produced", "produced_deadletters")},
          count_cell(dead("dead_available", "available_deadletters"), Colour::kRed),
          count_cell(dead("dead_in_flight", ""), Colour::kYellow),
          {count("parked", "")},
          {tags_of(group)},
          {text_of(group, "id")}};
}

class GroupsCommand : public Command {
 public:
  explicit GroupsCommand(CLI::App& app) : Command(app, "groups", "Show a queue's groups and their counts", kGroupsExamples, Signs::kYes) {
    add_word("QUEUE", queue_, "A queue's name or id");
    places_.add_to(options());
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    const Place place = places_.find(session, queue_);
    if (session.json()) return session.print_json(place.text);
    const bool dead_letters = text_of(place.queue, "redrive_policy") == "enable";
    Table table({"name", ">produced", ">consumed", ">available", ">in_flight", ">dead_produced", ">dead_available", ">dead_in_flight",
                 ">parked", "tags", "id"});
    for (const auto& group : list_of(place.queue, "groups")) table.add(row_of(group, dead_letters));
    if (table.rows() > 0) return write_out(table.text(session.look()));
    return write_out(fmt::format("`{}` has no groups; createConsumeGroup makes them\n", queue_));
  }

  PlaceOptions places_;
  std::string queue_;
};

}  // namespace

std::unique_ptr<Command> make_groups_command(CLI::App& app) { return std::make_unique<GroupsCommand>(app); }

}  // namespace wingmq::tools
