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

constexpr auto kQueuesExamples = R"(
Asks the control plane for the queues of all customers, or where that is closed the operations for those of the key's owner.

Examples:
  wingmq queues
  wingmq queues --url mq:9080 --json
)";

/// A member that has one name in the control plane and another in the operations.
std::string text_of_either(const boost::json::value& object, std::string_view name, std::string_view other) {
  auto text = text_of(object, name);
  return text.empty() ? text_of(object, other) : text;
}

std::string group_names(const boost::json::value& queue) {
  std::string names;
  for (const auto& each : list_of(queue, "groups")) names += (names.empty() ? "" : ",") + text_of(each, "name");
  return names.empty() ? number_text(queue, "group_count") : names;
}

std::vector<Cell> row_of(const boost::json::value& queue) {
  const auto messages = number_text(queue, "messages");
  const auto bytes = number_text(queue, "payload_bytes");
  return {{text_of(queue, "name")},
          {text_of_either(queue, "mode", "queue_mode")},
          {messages.empty() ? number_text(queue, "produced_messages") : messages},
          {bytes.empty() ? "" : bytes_text(number_of(queue, "payload_bytes"))},
          {group_names(queue)},
          {number_text(queue, "max_consume_count")},
          {text_of(queue, "customer")},
          {text_of(queue, "region")},
          {text_of(queue, "id")}};
}

class QueuesCommand : public Command {
 public:
  explicit QueuesCommand(CLI::App& app) : Command(app, "queues", "List the queues", kQueuesExamples, Signs::kYes) {
    places_.add_region_to(options());
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    const std::string body = places_.all_queues(session);
    if (session.json()) return session.print_json(body);
    Table table({"name", "mode", ">messages", ">size", "groups", ">dead after", "customer", "region", "id"});
    const auto said = read_json(body);
    for (const auto& queue : list_of(said, "queues")) table.add(row_of(queue));
    if (table.rows() > 0) return write_out(table.text(session.look()));
    return write_out("no queues; `wingmq serve --queue 'orders?groups=g1'` starts with one\n");
  }

  PlaceOptions places_;
};

}  // namespace

std::unique_ptr<Command> make_queues_command(CLI::App& app) { return std::make_unique<QueuesCommand>(app); }

}  // namespace wingmq::tools
