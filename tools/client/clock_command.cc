#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/commands.h"
#include "client/json.h"
#include "client/shown.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kClockExamples = R"(
Without more it shows the time. `advance` moves it forward and shows what became due; `next` goes to whatever is due next. Times are UTC.

Examples:
  wingmq clock
  wingmq clock advance 30s
  wingmq clock advance next
  wingmq clock advance 72h --json
)";

std::string due_text(const boost::json::value& next, std::int64_t now) {
  const auto span = number_of(next, "at") - now;
  auto text = fmt::format("next: {} in {}", text_of(next, "type"), duration_text(std::chrono::milliseconds(span)));
  const auto queue = text_of(next, "queue");
  const auto group = text_of(next, "group");
  if (!queue.empty()) text += fmt::format(", queue {}", queue);
  if (!group.empty()) text += fmt::format(", group {}", group);
  return text + "\n";
}

std::string clock_text(const boost::json::value& clock) {
  const auto now = number_of(clock, "now");
  const auto offset = number_of(clock, "offset_ms");
  const auto ahead = offset == 0 ? std::string() : fmt::format(", {} ahead", duration_text(std::chrono::milliseconds(offset)));
  const auto& next = member_of(clock, "next");
  return fmt::format("{} UTC, {}{}\n{}", time_text(now), text_of(clock, "mode"), ahead, next.is_object() ? due_text(next, now) : "");
}

std::string advance_text(const boost::json::value& report, Look look) {
  const auto from = number_of(report, "from");
  const auto to = number_of(report, "to");
  const auto span = [from](std::int64_t at) { return "+" + duration_text(std::chrono::milliseconds(at - from)); };
  Table table({">at", "what", "queue", "group", ">count"});
  for (const auto& each : list_of(report, "fired")) {
    const auto type = text_of(each, "type");
    const Colour colour = type == "dead_lettered" || type == "message_expired" ? Colour::kRed : Colour::kYellow;
    table.add({{span(number_of(each, "at"))}, {type, colour}, {text_of(each, "queue")}, {text_of(each, "group")}, {number_text(each, "count")}});
  }
  auto text = fmt::format("{} UTC, {}\n{}", time_text(to), span(to), table.rows() == 0 ? "nothing was due\n" : table.text(look));
  const auto more = number_of(report, "fired_left_out");
  return more == 0 ? text : text + fmt::format("and {} more\n", more);
}

class ClockCommand : public Command {
 public:
  explicit ClockCommand(CLI::App& app) : Command(app, "clock", "Show the time, or move it", kClockExamples) {
    options().add_option("ACTION", action_, "`advance` moves the time forward");
    options().add_option("BY", by_, "With advance: a span of time such as 30s or 1h30m, or `next`");
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    if (action_.empty()) {
      const Reply reply = session.get("/__admin/clock");
      return session.json() ? session.print_json(reply.body) : write_out(clock_text(read_json(reply.body)));
    }
    const Reply reply = session.post("/__admin/clock/advance", advance_body());
    return session.json() ? session.print_json(reply.body) : write_out(advance_text(read_json(reply.body), session.look()));
  }

  [[nodiscard]] std::string advance_body() const {
    if (action_ != "advance") throw BadOption(fmt::format("`{}` is given, needed is nothing or `advance`", action_));
    if (by_ == "next") return R"({"to":"next"})";
    const auto span = read_duration(by_);
    if (!span) throw BadOption(fmt::format("advance: `{}` is given, needed is `next` or {}", by_, span.error()));
    return fmt::format(R"({{"by":{}}})", span->count());
  }

  std::string action_;
  std::string by_;
};

}  // namespace

std::unique_ptr<Command> make_clock_command(CLI::App& app) { return std::make_unique<ClockCommand>(app); }

}  // namespace wingmq::tools
