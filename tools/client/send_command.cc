#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "client/commands.h"
#include "client/json.h"
#include "client/places.h"
#include "client/signed_call.h"
#include "json_text.h"

namespace wingmq::tools {
namespace {

constexpr auto kSendExamples = R"(
A BODY is text and arrives as that text, also when it looks like JSON; with --json-body it is a JSON value and arrives as one. `@FILE` reads
it from a file, `-` from standard input, which is also what happens without BODY; one line end at the end is dropped then. The call is
signed like that of any client.

Examples:
  wingmq send orders hello
  wingmq send orders @order.json --json-body --tag red,urgent
  wingmq send orders hello --attribute trace=a1
  date | wingmq send orders
  wingmq send orders -- -5
)";

/// A body as the command line names it.
std::string body_of(const std::string& word) {
  const bool from_file = word == "-" || (word.starts_with('@') && word.size() > 1);
  if (!from_file) return word;
  auto text = read_file(word == "-" ? word : word.substr(1));
  if (!text) throw BadOption(text.error());
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return std::move(*text);
}

std::string as_json_value(const std::string& body, const std::string& word) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::json::parse(body, error, {}, options);
  if (error) throw BadOption(fmt::format("BODY: `{}` is no JSON ({}); without --json-body it is sent as text", word, error.message()));
  return flatten_json(body);
}

class SendCommand : public Command {
 public:
  explicit SendCommand(CLI::App& app) : Command(app, "send", "Send a message", kSendExamples, Signs::kYes) {
    using enum CLI::MultiOptionPolicy;
    add_word("QUEUE", queue_, "A queue's name or id");
    options().add_option("BODY", body_, "Text, @FILE, or - for standard input (default -)");
    options().add_flag("--json-body", json_body_, "BODY is a JSON value, not text");
    options().add_option("--tag", tags_, "A tag of the message")->option_text("TAG ...")->expected(1)->delimiter(',')->multi_option_policy(TakeAll);
    options()
        .add_option("--attribute", attributes_, "An attribute of the message, as text")
        ->option_text("NAME=VALUE ...")
        ->expected(1)
        ->multi_option_policy(TakeAll);
    places_.add_to(options());
    add_common_options();
    add_timeout();
  }

 private:
  ExitCode act(Session& session) const override {
    const std::string messages = messages_text();
    const Place place = places_.find(session, queue_);
    const std::string body =
        call_at(session, place, "sendSpecifyQueueMessage", {{"regionId", place.region}, {"queueId", place.queue_id()}, {"messages", messages}});
    if (session.json()) return session.print_json(body);
    return write_out(fmt::format("sent to {}\n", queue_));
  }

  /// The parameter `messages`. A body is not parsed and written anew, so that it arrives as it is.
  [[nodiscard]] std::string messages_text() const {
    const std::string body = body_of(body_);
    std::string text = "[{\"body\":" + (json_body_ ? as_json_value(body, body_) : boost::json::serialize(boost::json::string(body)));
    if (!attributes_.empty()) text += ",\"attributes\":" + boost::json::serialize(attributes());
    if (!tags_.empty()) text += ",\"tags\":" + boost::json::serialize(boost::json::array(tags_.begin(), tags_.end()));
    return text + "}]";
  }

  [[nodiscard]] boost::json::object attributes() const {
    boost::json::object object;
    for (const std::string& each : attributes_) {
      const auto equals = each.find('=');
      if (equals == 0 || equals == std::string::npos) throw BadOption(fmt::format("--attribute: `{}` is given, needed is NAME=VALUE", each));
      object[each.substr(0, equals)] = each.substr(equals + 1);
    }
    return object;
  }

  PlaceOptions places_;
  std::string queue_;
  std::string body_ = "-";
  std::vector<std::string> tags_;
  std::vector<std::string> attributes_;
  bool json_body_ = false;
};

}  // namespace

std::unique_ptr<Command> make_send_command(CLI::App& app) { return std::make_unique<SendCommand>(app); }

}  // namespace wingmq::tools
