#pragma once

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app.h"
#include "check.h"
#include "operations/router.h"
#include "support/rng.h"
#include "wingmq/broker.h"
#include "wingmq/memory_engine.h"
#include "wingmq/net/declared_queue.h"

namespace wingmq::test {

/// A broker behind an App, with a queue `q` that much has happened to. Inputs say `$Q` for its id and so on (expand()): an input
/// that spelled ids out would be worthless as soon as ids were made in another way. The clock stands still, ids are always the same. One thread.
class World {
 public:
  enum class Contents : std::uint8_t {
    kQueues,    ///< queues and groups
    kMessages,  ///< also messages that wait, that are leased, and that died
  };

  World(const net::ServerOptions& chosen, Contents contents) : options(chosen), app(engine, options) {
    app.set_not_ready({});
    declare_queues();
    if (contents == Contents::kMessages) fill();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { broker.close(); }

  /// A request as text: headers `Name: value`, an empty line, the body. A first line that begins with `?` is the query.
  [[nodiscard]] net::Reply call(const net::Operation& operation, std::string_view text) {
    std::string target = std::string(net::kOperationPrefix).append(operation.name);
    if (text.starts_with('?')) target.append(take_line(text));
    return ask(net::to_string(operation.method), target, text);
  }
  /// The same with any method and target.
  [[nodiscard]] net::Reply ask(std::string_view method, std::string_view target, std::string_view text) {
    net::Request request;
    request.method = method;
    request.target = target;
    while (!text.empty()) {
      const auto line = take_line(text);
      if (line.empty()) break;
      const auto colon = std::min(line.find(": "), line.size());
      request.headers.push_back({line.substr(0, colon), line.substr(std::min(colon + 2, line.size()))});
    }
    request.body = broker.buffers().copy(text);
    return answer(std::move(request));
  }
  [[nodiscard]] net::Reply call(std::string_view operation, std::string_view text) {
    const auto* found = net::find_operation(std::string(net::kOperationPrefix).append(operation));
    require(found != nullptr, "the operation exists", std::string(operation));
    return call(*found, text);
  }

  /// Replaces `$Q` `$G` (queue and group with messages), `$F` `$P` (FIFO queue and group), `$H` `$I` (handlers of a batch
  /// of two) and `$D` (a dead letter's handler).
  [[nodiscard]] std::string expand(std::string_view text) const {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto which = text[i] == '$' && i + 1 < text.size() ? kNames.find(text[i + 1]) : std::string_view::npos;
      if (which == std::string_view::npos) {
        result += text[i];
      } else {
        result += values_[which];
        ++i;
      }
    }
    return result;
  }

  /// Everything that can be looked at.
  [[nodiscard]] std::string state() {
    std::string text;
    for (const QueueGroups& each : broker.inspect()) {
      text += each.queue.project.customer + '/' + each.queue.project.region + '/' + each.queue.spec.name + ' ' +
              each.queue.id.text() + ' ' + each.queue.spec.description + ' ' + messages(each.queue.id, {}) + '\n';
      for (const GroupInfo& group : each.groups) {
        text += group.name + ' ' + group.id.text();
        for (const auto number : {group.produced, group.consumed, group.available, group.in_flight, group.dead_produced,
                                  group.dead_available, group.dead_in_flight, group.parked}) {
          text += ' ' + std::to_string(number);
        }
        for (const std::string& tag : group.tags.tags()) text += " tag " + tag;
        PeekRequest request;
        request.group = group.id;
        text += ' ' + messages(each.queue.id, request);
        request.state = MessageState::kDead;
        text += " dead " + messages(each.queue.id, request) + '\n';
      }
    }
    return text;
  }

  /// That the server still does what it is for, for somebody who has nothing to do with what came before.
  void check_service() {
    const std::string names = R"({"regionId":"r9","queueId":"$F","groups":[{"name":"late"}]})";
    const auto group = good("createConsumeGroup", "accessKey: other\n\n" + expand(names)).at("consumerGroupId");
    const std::string message = R"({"regionId":"r9","queueId":"$F","messages":[{"body":{"a":[1,"\u20ac"]},"tags":["t"]}]})";
    static_cast<void>(good("sendSpecifyQueueMessage", "accessKey: other\n\n" + expand(message)));
    const std::string by = R"("regionId":"r9","queueId":"$F","consumerGroupId":")" + std::string(group.as_string()) + "\"";
    const auto handler = handlers("consumptionMessage", "accessKey: other\nconsumerQueueInfo: {" + by + "}\n", 1).front();
    const std::string receipt = R"(,"message":[{"handler":")" + handler + R"(","status":"success"}]})";
    const auto done = inner(good("confirmConsumedSpecifiedMessage", "accessKey: other\n\n" + expand("{" + by + receipt)));
    require(done.at("success") == 1 && done.at("fail") == 0, "a message can be sent, consumed and confirmed afterwards");
  }

  static constexpr Time kStart{Millis(1'700'000'000'000)};

  const net::ServerOptions options;
  ManualClock clock{kStart};
  SeededRandom random{1};
  Broker broker{limits(), clock, random};
  MemoryEngine engine{broker};
  net::App app;

 private:
  static constexpr std::string_view kNames = "QGFPHID";

  static Options limits() {
    Options chosen;
    chosen.memory_limit_bytes = std::size_t{64} << 20;
    return chosen;
  }

  /// A call that waits is given all the time it wants.
  net::Reply answer(net::Request request) {
    bool woken = false;
    net::PendingCall pending([&woken] { woken = true; });
    auto reply = app.handle(std::move(request), pending);
    if (reply) {
      require(!woken, "a call is answered once");
      return std::move(*reply);
    }
    if (!woken) static_cast<void>(broker.advance(clock.now() + std::chrono::seconds(60)));
    require(woken, "a call waits no longer than a minute");
    reply = app.finish(pending);
    require(reply.has_value(), "a call waits once");
    return std::move(*reply);
  }

  boost::json::value good(std::string_view operation, const std::string& text) {
    const net::Reply reply = call(operation, expand(text));
    auto body = boost::json::parse(reply.body);
    require(reply.status == 200 && body.at("statusCode") == 800, "a right call is served", reply.body);
    return body;
  }
  static boost::json::value inner(const boost::json::value& envelope) {
    return boost::json::parse(envelope.at("returnObj").at("returnObj").as_string());
  }
  std::vector<std::string> handlers(std::string_view operation, const std::string& text, std::size_t count) {
    const auto received = inner(good(operation, text));
    require(received.as_array().size() == count, "messages that were sent are received", text);
    std::vector<std::string> result;
    for (const auto& each : received.as_array()) result.emplace_back(each.at("handler").as_string());
    return result;
  }
  void declare(std::string_view text) {
    const auto declared = net::parse_declared_queue(text);
    require(declared && net::declare_queue(engine, *declared), "a queue is declared", std::string(text));
  }
  static std::string messages_of(std::string_view a, std::string_view b) {
    return std::string(R"(,"messages":[{"body":")").append(a).append(R"("},{"body":")").append(b).append("\"}]}");
  }
  void declare_queues() {
    declare("q?groups=g,h&dlq=1&region=r1");
    declare("f?mode=FIFO&groups=g&region=r9&project=other");
    values_.resize(kNames.size());
    for (const QueueGroups& each : broker.inspect()) {
      const std::size_t at = each.queue.spec.name == "q" ? 0 : 2;
      values_[at] = each.queue.id.text();
      values_[at + 1] = each.groups.front().id.text();
    }
  }
  void fill() {
    const std::string queue = R"({"regionId":"r1","queueId":"$Q")";
    const std::string group = queue + R"(,"consumerGroupId":"$G")";
    static_cast<void>(good("sendSpecifyQueueMessage", "\n" + queue + R"(,"messages":[{"body":"dies"}]})"));
    const auto failed = handlers("consumptionMessage", "consumerQueueInfo: " + group + "}\n", 1).front();
    static_cast<void>(good("confirmConsumedSpecifiedMessage",
                           "\n" + group + R"(,"message":[{"handler":")" + failed + R"(","status":"fail"}]})"));
    values_[6] = handlers("consumeDeadlettersMessage", "consumedMessageInfo: " + group + R"(,"maxMsgs":1})", 1).front();
    static_cast<void>(good("sendSpecifyQueueMessage", "\n" + queue + messages_of("one", "two")));
    const auto leased = handlers("consumptionMessage", "consumerQueueInfo: " + group + "}\n", 2);
    values_[4] = leased.front();
    values_[5] = leased.back();
    static_cast<void>(good("sendSpecifyQueueMessage", "\n" + queue + messages_of("three", "four")));
  }

  std::string messages(QueueId queue, const PeekRequest& wanted) {
    PeekRequest request = wanted;
    request.limit = 10'000;
    const auto found = broker.peek(queue, request);
    if (!found) return "none";
    std::string text;
    for (const PeekedMessage& each : *found) {
      text.append(each.batch->body(each.index)).append(" ").append(std::to_string(each.failures));
      if (each.state) text += '/' + std::to_string(static_cast<int>(*each.state));
      if (each.lease_deadline) text += '@' + std::to_string(each.lease_deadline->time_since_epoch().count());
      text += ' ';
    }
    return text;
  }

  std::vector<std::string> values_;
};

/// What every reply of an operation is (API.md 3). Returns its statusCode.
inline std::int64_t check_reply(const net::Reply& reply, std::string_view input) {
  const std::string both = std::string(input) + "\n-> " + reply.body;
  boost::system::error_code error;
  const auto body = boost::json::parse(reply.body, error);
  require(!error && body.is_object(), "a reply is a JSON object", both);
  const auto* status = body.as_object().if_contains("statusCode");
  require(status != nullptr && status->is_int64(), "a reply has its statusCode", both);
  const std::int64_t code = status->as_int64();
  require(code == 800 || code == 900 || code == 400, "statusCode is 800, 900 or 400", both);
  require(reply.status == (code == 400 ? 400U : 200U), "the HTTP status goes with the statusCode", both);
  require(reply.content_type == "application/json; charset=utf-8", "a reply says that it is JSON", both);
  if (code == 800) return code;
  for (const auto* name : {"message", "errorCode", "errorMessageString"}) {
    const auto* text = body.as_object().if_contains(name);
    require(text != nullptr && text->is_string() && !text->as_string().empty(), "a refusal says why", both);
  }
  return code;
}

}  // namespace wingmq::test
