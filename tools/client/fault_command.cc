#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "client/commands.h"
#include "client/json.h"
#include "client/shown.h"
#include "client/signed_call.h"
#include "json_text.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr auto kFaultExamples = R"(
  wingmq fault                        the rules, how many requests they saw and how many they hit
  wingmq fault add TYPE [OPTION…]     a rule from options
  wingmq fault add JSON|@FILE|-       a rule as the control plane takes it, or a list of them
  wingmq fault rm ID|--all

TYPE: delay (--for), refuse (--code), close, lose_reply, expire, duplicate, short (--max), shuffle. Without --operation, --queue, --group and
--caller it meets every operation; the first rule that matches wins.

Examples:
  wingmq fault add lose_reply --operation confirmConsumedSpecifiedMessage --queue orders --group g1 --times 1
  wingmq fault add refuse --code WMQ.MEMORY_FULL --operation sendSpecifyQueueMessage --probability 0.1
  wingmq fault add delay --for 200ms --caller test --skip 3
  wingmq fault add '{"match":{},"when":{"every":5},"do":{"type":"close"}}'
  wingmq fault rm lost-confirm
)";

/// `a=1 b=2`, without the member `left_out`.
std::string members_text(const boost::json::value& object, std::string_view left_out = {}) {
  std::string text;
  if (!object.is_object()) return text;
  for (const auto& [name, value] : object.get_object()) {
    if (std::string_view(name) == left_out) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", std::string_view(name), value_text(boost::json::serialize(value)));
  }
  return text;
}

std::string rules_text(const boost::json::array& rules, Look look) {
  Table table({"id", "what", "operation", "queue", "group", "caller", "when", ">seen", ">hits"});
  for (const auto& rule : rules) {
    const auto& match = member_of(rule, "match");
    const auto& act = member_of(rule, "do");
    const auto more = members_text(act, "type");
    const auto operation = text_of(match, "operation");
    table.add({{text_of(rule, "id")},
               {text_of(act, "type") + (more.empty() ? "" : " " + more)},
               {operation.empty() ? "any" : operation},
               {text_of(match, "queue")},
               {text_of(match, "group")},
               {text_of(match, "access_key")},
               {members_text(member_of(rule, "when"))},
               {number_text(rule, "seen")},
               count_cell(number_text(rule, "hits"), Colour::kYellow)});
  }
  return table.rows() == 0 ? "no faults\n" : table.text(look);
}

/// What the options say, each under the name that a rule has for it.
struct RuleOptions {
  std::string id, operation, queue, group, caller, span, code, skip, times, every, max, probability;

  [[nodiscard]] bool any() const {
    for (const auto* each : {&id, &operation, &queue, &group, &caller, &span, &code, &skip, &times, &every, &max, &probability}) {
      if (!each->empty()) return true;
    }
    return false;
  }
};

void put_text(boost::json::object& object, std::string_view name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

void put_number(boost::json::object& object, std::string_view name, const std::string& text) {
  if (text.empty()) return;
  const auto number = read_number(text, 0, 1'000'000'000);
  if (!number) throw BadOption(fmt::format("--{}: `{}` is given, needed is {}", name, text, number.error()));
  object[name] = *number;
}

void put_probability(boost::json::object& object, const std::string& text) {
  if (text.empty()) return;
  boost::system::error_code error;
  const auto number = boost::json::parse(text, error);
  if (error || !number.is_number()) throw BadOption(fmt::format("--probability: `{}` is given, needed is a number of 0 to 1, such as 0.1", text));
  object["probability"] = number;
}

std::string rule_of(const std::string& type, const RuleOptions& options) {
  boost::json::object match;
  put_text(match, "operation", options.operation);
  put_text(match, "queue", options.queue);
  put_text(match, "group", options.group);
  put_text(match, "access_key", options.caller);
  boost::json::object when;
  put_number(when, "skip", options.skip);
  put_number(when, "times", options.times);
  put_number(when, "every", options.every);
  put_probability(when, options.probability);
  boost::json::object act{{"type", type}};
  put_text(act, "for", options.span);
  put_text(act, "code", options.code);
  put_number(act, "max", options.max);
  boost::json::object rule;
  put_text(rule, "id", options.id);
  rule["match"] = std::move(match);
  if (!when.empty()) rule["when"] = std::move(when);
  rule["do"] = std::move(act);
  return boost::json::serialize(rule);
}

class FaultCommand : public Command {
 public:
  explicit FaultCommand(CLI::App& app) : Command(app, "fault", "Make calls fail on purpose", kFaultExamples) {
    options().add_option("ACTION", action_, "list (default), add or rm");
    options().add_option("RULE", rule_word_, "What to add, or the id of what to remove");
    options().add_flag("--all", all_, "With rm: all rules");
    add_rule_option("--operation", rule_.operation, "Only calls of this operation", "NAME");
    add_rule_option("--queue", rule_.queue, "Only calls on this queue", "QUEUE");
    add_rule_option("--group", rule_.group, "Only calls on this group", "GROUP");
    add_rule_option("--caller", rule_.caller, "Only calls of this access key", "AK");
    add_rule_option("--skip", rule_.skip, "Not the first N of them", "N");
    add_rule_option("--times", rule_.times, "Then so many times (default without end)", "N");
    add_rule_option("--every", rule_.every, "Only every N-th", "N");
    add_rule_option("--probability", rule_.probability, "Only with this chance, 0 to 1", "P");
    add_rule_option("--for", rule_.span, "How long to delay", "SPAN");
    add_rule_option("--code", rule_.code, "The error code to refuse with", "CODE");
    add_rule_option("--max", rule_.max, "At most so many messages", "N");
    add_rule_option("--id", rule_.id, "A name for the rule", "ID");
    add_common_options();
    add_timeout();
  }

 private:
  void add_rule_option(const std::string& name, std::string& value, const std::string& help, const std::string& placeholder) {
    options().add_option(name, value, help)->option_text(placeholder)->group("Rule");
  }

  ExitCode act(Session& session) const override {
    if (action_ != "add" && rule_.any()) throw BadOption("the options of a rule belong to `fault add`");
    if (action_ == "list") return list(session);
    if (action_ == "add") return add(session);
    if (action_ == "rm") return remove(session);
    throw BadOption(fmt::format("`{}` is given, needed is list, add or rm", action_));
  }

  ExitCode list(Session& session) const {
    const Reply reply = session.get("/__admin/faults");
    if (session.json()) return session.print_json(reply.body);
    const auto said = read_json(reply.body);
    return write_out(rules_text(list_of(said, "faults"), session.look()));
  }

  ExitCode add(Session& session) const {
    for (const std::string& rule : rules()) {
      const Reply reply = session.post("/__admin/faults", rule);
      const auto printed = session.json() ? session.print_json(reply.body) : write_out(text_of(read_json(reply.body), "id") + "\n");
      if (printed != kStopped) return printed;
    }
    return kStopped;
  }

  [[nodiscard]] std::vector<std::string> rules() const {
    const std::string& word = rule_word_;
    if (word.empty()) throw BadOption("add: needed is a TYPE, JSON, @FILE or -");
    if (word.find_first_of("{[@") != 0 && word != "-") return {rule_of(word, rule_)};
    if (rule_.any()) throw BadOption("add: a rule in JSON is given together with options of a rule; needed is one of both");
    std::string text = word;
    if (word == "-" || word.starts_with('@')) {
      auto read = read_file(word == "-" ? word : word.substr(1));
      if (!read) throw BadOption("add: " + read.error());
      text = std::move(*read);
    }
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos || text[begin] != '[') return {text};
    std::vector<std::string> all;
    for (const auto each : json_parts(text)) all.emplace_back(each);
    return all;
  }

  ExitCode remove(Session& session) const {
    if (rule_word_.empty() != all_) throw BadOption("rm: needed is the id of a rule, or --all");
    if (all_) {
      const Reply reply = session.remove("/__admin/faults");
      return session.json() ? session.print_json(reply.body) : write_out("no faults\n");
    }
    const Reply reply = session.remove("/__admin/faults/" + percent_encoded(rule_word_));
    return session.json() ? session.print_json(reply.body) : write_out(fmt::format("removed {}\n", rule_word_));
  }

  std::string action_ = "list";
  std::string rule_word_;
  bool all_ = false;
  RuleOptions rule_;
};

}  // namespace

std::unique_ptr<Command> make_fault_command(CLI::App& app) { return std::make_unique<FaultCommand>(app); }

}  // namespace wingmq::tools
