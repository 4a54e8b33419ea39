#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <boost/json/serialize.hpp>

#include "client/commands.h"
#include "client/deliveries.h"
#include "client/json.h"
#include "client/shown.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kRecvExamples = R"(
Takes messages as any consumer does: others of the group do not see them until they are confirmed or the lease ends. With --confirm what was
printed is confirmed; without it `wingmq confirm` does that with the handlers. `failed` says how often the group failed a message before,
where the control plane is open and tells.

Exit codes: 0 something came, 5 nothing came, 4 refused, 1 no reply, 2 bad option.

Examples:
  wingmq recv orders g1
  wingmq recv orders g1 -n 10 --wait 20s --confirm
  wingmq recv orders g1 --dead
  wingmq recv orders g1 --lease 5m --tag red,urgent --json
)";

class RecvCommand : public Command {
 public:
  explicit RecvCommand(CLI::App& app) : Command(app, "recv", "Receive messages", kRecvExamples, Signs::kYes) {
    using enum CLI::MultiOptionPolicy;
    add_word("QUEUE", queue_, "A queue's name or id");
    add_word("GROUP", group_, "A group's name or id");
    options().add_option("-n,--count", count_, "At most so many, 1 to 1000 (default 1)")->option_text("N");
    options().add_option("--wait", wait_, "How long to wait when nothing is there, 1s to 60s (default 3s)")->option_text("SPAN");
    options().add_option("--lease", lease_, "How long they may be confirmed, 15s to 300s (default 30s)")->option_text("SPAN");
    options().add_option("--tag", tags_, "Only messages with one of these tags")->option_text("TAG ...")->expected(1)->delimiter(',')->multi_option_policy(TakeAll);
    options().add_flag("--all-tags", all_tags_, "Only messages with all of the tags");
    options().add_flag("--confirm", confirm_, "Confirm what was printed");
    options().add_flag("--dead", dead_, "Receive the group's dead letters");
    places_.add_to(options());
    add_common_options();
  }

 private:
  ExitCode act(Session& session) const override {
    const auto wait = seconds("--wait", wait_, 1, 60);
    const auto lease = seconds("--lease", lease_, 15, 300);
    const auto count = read_number(count_, 1, 1000);
    if (!count) throw BadOption(fmt::format("--count: `{}` is given, needed is {}", count_, count.error()));
    const Place place = places_.find(session, queue_, group_);
    boost::json::object info{{"regionId", place.region}, {"queueId", place.queue_id()}, {"consumerGroupId", place.group_id()},
                             {"maxMsgs", *count},        {"timeWait", wait.count()},    {"ackWait", lease.count()}};
    if (!tags_.empty()) info["tags"] = boost::json::array(tags_.begin(), tags_.end());
    if (all_tags_) info["tagType"] = "and";
    const std::string list = consume(session, place, info, wait);
    auto delivered = read_delivery(list);
    if (place.control_plane && !delivered.empty()) look_for_failures(session, place, delivered);
    const auto printed = print(session, list, delivered);
    if (printed != kStopped || !confirm_ || delivered.empty()) return printed;
    std::vector<std::string> handlers;
    handlers.reserve(delivered.size());
    for (const auto& each : delivered) handlers.push_back(each.handler);
    const auto said = confirm_all(session, place, letters(), handlers, "success");
    return session.json() ? kStopped : write_out(confirmed_text(said) + "\n");
  }

  static std::chrono::seconds seconds(std::string_view option, const std::string& text, std::int64_t least, std::int64_t most) {
    const auto span = read_duration(text);
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(span.value_or(std::chrono::milliseconds(0)));
    if (!span || whole != *span || whole.count() < least || whole.count() > most) {
      throw BadOption(fmt::format("{}: `{}` is given, needed are whole seconds, {}s to {}s", option, text, least, most));
    }
    return whole;
  }

  [[nodiscard]] Letters letters() const { return dead_ ? Letters::kDead : Letters::kLive; }

  /// The list of what came. By a manual clock the time to wait never ends, so it ends here: who hangs up gives nothing away.
  std::string consume(Session& session, const Place& place, const boost::json::object& info, std::chrono::seconds wait) const {
    const bool manual = place.control_plane && text_of(read_json(session.get("/__admin/clock").body), "mode") == "manual";
    const std::string text = boost::json::serialize(info);
    try {
      const auto patience = manual ? wait : wait + std::chrono::seconds(15);
      return delivery_text(dead_ ? call_at(session, place, "consumeDeadlettersMessage", {{"consumedMessageInfo", text}}, patience)
                                 : call_at(session, place, "consumptionMessage", {{"consumerQueueInfo", text}}, patience));
    } catch (const NoReply&) {
      if (!manual) throw;
      return "[]";
    }
  }

  void look_for_failures(Session& session, const Place& place, std::vector<Delivered>& delivered) const {
    const auto path = with_query(fmt::format("/__admin/queues/{}/messages", place.queue_id()),
                                 {{"group", place.group_id()}, {"state", dead_ ? "dead" : "in_flight"}, {"limit", "1000"}});
    const Reply peeked = session.control({.path = path}, {400, 401, 403, 404, 409});
    if (peeked.status == 200) add_failures(delivered, peeked.body);
  }

  ExitCode print(Session& session, const std::string& list, const std::vector<Delivered>& delivered) const {
    if (session.json()) {
      const auto printed = session.print_json(list);
      return printed == kStopped && delivered.empty() ? kNotMet : printed;
    }
    if (delivered.empty()) return fail(kNotMet, fmt::format("nothing came within {}", wait_));
    Table table({"handler", ">failed", "tags", "attributes", "body"});
    for (const auto& each : delivered) {
      table.add({{each.handler}, count_cell(each.failed, Colour::kRed), {tags_text(each.tags)}, {value_text(each.attributes, "{}")}, {value_text(each.body)}});
    }
    return write_out(table.text({.colours = session.look().colours}));
  }

  PlaceOptions places_;
  std::string queue_;
  std::string group_;
  std::string count_ = "1";
  std::string wait_ = "3s";
  std::string lease_ = "30s";
  std::vector<std::string> tags_;
  bool all_tags_ = false;
  bool confirm_ = false;
  bool dead_ = false;
};

}  // namespace

std::unique_ptr<Command> make_recv_command(CLI::App& app) { return std::make_unique<RecvCommand>(app); }

}  // namespace wingmq::tools
