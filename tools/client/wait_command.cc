#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/commands.h"
#include "client/json.h"
#include "client/places.h"
#include "client/refusal.h"
#include "client/shown.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kWaitExamples = R"(
A condition is `drained` (nothing available, nothing in flight), or a count, `>= <= == > <` and a number: available>=3. The counts are the
headings of `wingmq groups`; without GROUP there is `messages`, the queue's own. Several conditions must hold at once. With --never the
command ends well when the conditions have not held for the time of --for. Quote them: a shell reads > as a file.

Exit codes: 0 it holds, 5 it does not (the messages that stand in the way are listed), 4 refused, 1 no reply, 2 bad option.

Examples:
  wingmq wait orders g1 drained
  wingmq wait orders g1 'dead_available>=1' --timeout 30s
  wingmq wait orders 'messages>=100'
  wingmq wait orders g1 'parked>=1' 'available==0'
  wingmq wait orders g1 --never 'dead_available>0' --for 2s
)";

bool is_condition(const std::string& word) { return word.find_first_of("<>=") != std::string::npos; }

/// `available 3, in_flight 0`
std::string counts_text(const boost::json::value& counts) {
  std::string text;
  if (!counts.is_object()) return text;
  for (const auto& [name, count] : counts.get_object()) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", std::string_view(name), number_text(counts, name));
  return text;
}

std::string holding_text(const boost::json::value& reply, Look look) {
  Table table({">partition", ">offset", "state", "leased until", "by", "handler"});
  for (const auto& each : list_of(reply, "holding")) {
    const auto deadline = number_of(each, "lease_deadline");
    table.add({{number_text(each, "partition")},
               {number_text(each, "offset")},
               state_cell(text_of(each, "state")),
               {deadline == 0 ? "" : time_text(deadline)},
               {text_of(each, "leased_by")},
               {text_of(each, "handler")}});
  }
  return table.rows() == 0 ? std::string() : table.text(look);
}

class WaitCommand : public Command {
 public:
  explicit WaitCommand(CLI::App& app) : Command(app, "wait", "Wait until a condition holds", kWaitExamples) {
    using enum CLI::MultiOptionPolicy;
    add_word("QUEUE", queue_, "A queue's name or id");
    options().add_option("[GROUP] CONDITION", words_, "A group's name or id, and conditions")->option_text("...");
    options().add_option("--never", never_, "Must not hold for the time of --for")->option_text("CONDITION ...")->expected(1)->multi_option_policy(TakeAll);
    options().add_option("--for", for_, "With --never: how long to watch (default 2s)")->option_text("SPAN");
    options().add_option("--timeout", timeout_, "How long to wait, at most 10m of real time (default 10s)")->option_text("SPAN");
    places_.add_to(options());
    add_common_options();
  }

 private:
  ExitCode act(Session& session) const override {
    const auto [path, patience] = request();
    const Reply reply = session.control({.path = path, .patience = patience}, {408, 409});
    const auto said = read_json(reply.body);
    const auto& counts = member_of(said, "counts");
    if (reply.status != 200 && !counts.is_object()) throw Refused(refusal_of_control_plane(reply));
    const bool met = reply.status == 200;
    ExitCode printed = kStopped;
    if (session.json()) {
      printed = session.print_json(reply.body);
    } else if (met) {
      printed = write_out(fmt::format("{} after {} ms: {}\n", never_.empty() ? "met" : "never met", number_of(said, "waited_ms"), counts_text(counts)));
    } else {
      say(refusal_of_control_plane(reply));
      fail(kNotMet, counts_text(counts));
      printed = write_out(holding_text(said, session.look()));
    }
    return met || printed != kStopped ? printed : kNotMet;
  }

  [[nodiscard]] std::pair<std::string, std::chrono::milliseconds> request() const {
    auto conditions = words_;
    std::string group;
    if (!conditions.empty() && !is_condition(conditions.front())) {
      group = conditions.front();
      conditions.erase(conditions.begin());
    }
    if (conditions.empty() && never_.empty()) throw BadOption("a condition is missing, such as `drained` or 'available>=1'");
    if (!conditions.empty() && !never_.empty()) throw BadOption("--never is given together with other conditions; needed is one of both");
    const std::string span = never_.empty() ? timeout_ : for_;
    const auto ms = read_duration(span);
    if (!ms) throw BadOption(fmt::format("{}: `{}` is given, needed is {}", never_.empty() ? "--timeout" : "--for", span, ms.error()));
    auto parameters = places_.query();
    parameters.insert(parameters.begin(), {{"queue", queue_}, {"group", group}});
    for (const auto& each : conditions) parameters.emplace_back("until", each);
    for (const auto& each : never_) parameters.emplace_back("never", each);
    parameters.emplace_back(never_.empty() ? "timeout" : "for", fmt::format("{}ms", ms->count()));
    return {with_query("/__admin/wait", parameters), *ms + std::chrono::seconds(15)};
  }

  PlaceOptions places_;
  std::string queue_;
  std::vector<std::string> words_;
  std::vector<std::string> never_;
  std::string for_ = "2s";
  std::string timeout_ = "10s";
};

}  // namespace

std::unique_ptr<Command> make_wait_command(CLI::App& app) { return std::make_unique<WaitCommand>(app); }

}  // namespace wingmq::tools
