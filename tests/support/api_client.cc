#include "api_client.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <ostream>
#include <sstream>
#include <stdexcept>

namespace wingmq::contract {
namespace {

namespace json = boost::json;

/// Replies may nest deeper than Boost.JSON reads by default: a body of 64 levels stands inside an envelope.
json::parse_options deep() {
  json::parse_options options;
  options.max_depth = 256;
  return options;
}

std::string info_member(std::string_view name, const std::string& value) {
  return value.empty() ? std::string() : ",\"" + std::string(name) + "\":" + json_text(value);
}

std::string consume_info(const Place& place, const ConsumeOptions& options) {
  return "{\"regionId\":" + json_text(place.region) + info_member("queueId", place.queue) +
         info_member("consumerGroupId", place.group) + info_member("maxMsgs", options.max) +
         info_member("timeWait", options.wait) + info_member("ackWait", options.ack) + info_member("tag", options.tag) +
         info_member("tagType", options.tag_type) + "}";
}

std::string confirm_members(const Place& place, const std::vector<Verdict>& verdicts) {
  std::string text = "\"regionId\":" + json_text(place.region) + info_member("queueId", place.queue) +
                     info_member("consumerGroupId", place.group) + ",\"message\":[";
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (i != 0) text += ',';
    text += "{\"handler\":" + json_text(verdicts[i].first) + ",\"status\":" + json_text(verdicts[i].second) + "}";
  }
  return text + "]";
}

void show(std::ostream& out, const PeekedMessage& message) {
  out << "  " << message.partition.value << '/' << message.offset.value << " sent "
      << message.sent.time_since_epoch().count() << ' ' << message.batch->body(message.index) << ' '
      << message.batch->attributes(message.index) << ' ' << message.batch->tags(message.index);
  if (message.state) out << " state " << static_cast<int>(*message.state);
  out << " failures " << message.failures;
  if (message.lease_deadline) out << " lease " << message.lease_deadline->time_since_epoch().count();
  out << '\n';
}

}  // namespace

// --- Answer ----------------------------------------------------------------------------------------------------------

Answer::Answer(net::Reply reply) : reply_(std::move(reply)) {
  json::error_code error;
  json_ = json::parse(reply_.body, error, {}, deep());
  if (error || !json_.is_object()) {
    ADD_FAILURE() << "a reply must be a JSON object, got HTTP " << reply_.status << ": " << reply_.body;
    json_ = json::object();
  }
}

std::int64_t Answer::status() const {
  const auto* member = json_.get_object().if_contains("statusCode");
  if (member == nullptr || !member->is_number()) return -1;
  return member->to_number<std::int64_t>();
}

std::string Answer::text_of(std::string_view member) const {
  const auto* value = json_.get_object().if_contains(member);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::value& Answer::operator[](std::string_view member) const {
  const auto* value = json_.get_object().if_contains(member);
  if (value == nullptr) throw std::runtime_error("the reply has no " + std::string(member) + ": " + text());
  return *value;
}

std::string Answer::embedded() const {
  const json::value* value = &(*this)["returnObj"];
  if (const auto* object = value->if_object()) value = object->if_contains("returnObj");
  if (value == nullptr || !value->is_string()) throw std::runtime_error("no embedded JSON string: " + text());
  return std::string(value->get_string());
}

json::value Answer::opened() const { return json::parse(embedded(), {}, deep()); }

std::string Answer::members() const {
  std::string names;
  for (const auto& member : json_.get_object()) {
    if (!names.empty()) names += ' ';
    names += std::string_view(member.key());
  }
  return names;
}

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  return out << "HTTP " << answer.http() << ' ' << answer.text().substr(0, 2000);
}

std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << "produced " << counts.produced << ", consumed " << counts.consumed << ", available " << counts.available
             << ", dead " << counts.dead_produced << '/' << counts.dead_available;
}

// --- Pending ---------------------------------------------------------------------------------------------------------

Pending::Pending(net::App& app, test::TestEngine& engine, net::Request request)
    : app_(app), engine_(engine), pending_([this] { ++wakes_; }), reply_(app.handle(std::move(request), pending_)) {
  if (!reply_) ++waits_;
  settle();
}

void Pending::settle() {
  engine_.quiesce();
  while (!reply_ && !finished_ && wakes_ > seen_wakes_) {
    ++seen_wakes_;
    reply_ = app_.finish(pending_);
    if (!reply_) ++waits_;
    engine_.quiesce();
  }
}

bool Pending::answered() {
  settle();
  return reply_.has_value();
}

Pending::~Pending() {
  if (!finished_ && !reply_) hang_up();
}

Answer Pending::answer() {
  if (!answered() || finished_) throw std::logic_error("the call has no answer yet, or it was taken before");
  finished_ = true;
  return Answer(std::move(*reply_));
}

const net::Reply& Pending::reply() {
  if (!answered()) throw std::logic_error("the call was not answered at once");
  return *reply_;
}

void Pending::ring() {
  app_.ring(pending_);
  settle();
}

void Pending::hang_up() {
  finished_ = true;
  if (!reply_ && app_.cancel(pending_)) return;
  engine_.quiesce();
  app_.abandon(pending_);
  engine_.quiesce();
}

// --- World -----------------------------------------------------------------------------------------------------------

/// Numbers that never repeat within a test and are the same in every run (splitmix64).
class World::CountingRandom final : public RandomSource {
 public:
  std::uint64_t next() override {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 20261123;
};

World::World(WorldOptions options)
    : random_(std::make_unique<CountingRandom>()),
      clock_(Time(Millis(kStartMs))),
      broker_(options.broker, clock_, *random_),
      engine_(broker_),
      app_(engine_.engine(), options.server) {
  app_.set_not_ready({});
}

World::~World() { broker_.close(); }

void World::pass(Millis span) { static_cast<void>(broker_.advance(clock_.now() + span)); }

std::unique_ptr<Pending> World::begin(const Call& call) {
  net::Request request;
  request.method = call.method;
  request.target = call.target;
  bool has_host = false;
  for (const auto& [name, value] : call.headers) {
    request.headers.push_back({name, value});
    has_host = has_host || name == "Host";
  }
  if (!has_host) request.headers.push_back({"Host", "localhost"});
  request.body = broker_.buffers().copy(call.body);
  return std::make_unique<Pending>(app_, engine_, std::move(request));
}

Answer World::ask(const Call& call) {
  const auto pending = begin(call);
  while (!pending->answered()) {
    const auto deadline = broker_.next_deadline();
    if (!deadline) throw std::logic_error("a parked call that no deadline will ever answer");
    static_cast<void>(broker_.advance(*deadline));
  }
  return pending->answer();
}

Call World::post_call(std::string_view operation, std::string body, Fields headers) const {
  bool has_key = false;
  for (const auto& header : headers) has_key = has_key || header.first == "accessKey";
  if (!has_key) headers.emplace_back("accessKey", "test");
  headers.emplace_back("Content-Type", "application/json");
  return {"POST", std::string(kPathPrefix) + std::string(operation), std::move(headers), std::move(body)};
}

Call World::get_call(std::string_view operation, Fields headers) const {
  bool has_key = false;
  for (const auto& header : headers) has_key = has_key || header.first == "accessKey";
  if (!has_key) headers.emplace_back("accessKey", "test");
  return {"GET", std::string(kPathPrefix) + std::string(operation), std::move(headers), {}};
}

Answer World::post(std::string_view operation, std::string body, Fields headers) {
  return ask(post_call(operation, std::move(body), std::move(headers)));
}

Answer World::get(std::string_view operation, Fields headers) { return ask(get_call(operation, std::move(headers))); }

Answer World::form(std::string_view operation, const Fields& fields) {
  std::string body;
  for (const auto& [name, value] : fields) {
    if (!body.empty()) body += '&';
    body += percent_encoded(name) + "=" + percent_encoded(value);
  }
  return ask({"POST",
              std::string(kPathPrefix) + std::string(operation),
              {{"accessKey", "test"}, {"Content-Type", "application/x-www-form-urlencoded"}},
              std::move(body)});
}

Answer World::admin(std::string_view method, std::string_view path, std::string body) {
  return ask({std::string(method), std::string(path), {{"Content-Type", "application/json"}}, std::move(body)});
}

std::int64_t World::hits(int number) {
  // The control plane answers with an array, which Answer does not take.
  Pending pending(app_, engine_, net::Request{"GET", "/__admin/deviations", {{"Host", "localhost"}}, {}});
  const auto list = json::parse(pending.reply().body);
  const std::string id = (number < 10 ? "D0" : "D") + std::to_string(number);
  for (const auto& entry : list.as_array()) {
    if (entry.at("id").as_string() == id) return entry.at("hits").to_number<std::int64_t>();
  }
  throw std::runtime_error("no " + id + " in the list of deviations");
}

std::string World::create_queue(const QueueOptions& options) {
  std::string info = "{\"regionId\":" + json_text(options.region) + ",\"name\":" + json_text(options.name) +
                     ",\"description\":\"d\"" + info_member("queueMode", options.mode);
  if (!options.max_consume_count.empty()) {
    info += ",\"redrivePolicy\":\"enable\"" + info_member("maxConsumeCount", options.max_consume_count);
  }
  const auto answer = post("createQueue", "{\"createQueueInfo\":" + info + "}}");
  EXPECT_TRUE(answer.done()) << answer;
  return answer.done() ? std::string(answer.opened().at("id").as_string()) : std::string();
}

std::string World::create_group(const std::string& queue, const std::string& name, const std::string& region) {
  const auto answer =
      post("createConsumeGroup", "{\"regionId\":" + json_text(region) + ",\"queueId\":" + json_text(queue) +
                                     ",\"groups\":[{\"name\":" + json_text(name) + "}]}");
  EXPECT_TRUE(answer.done()) << answer;
  return answer.text_of("consumerGroupId");
}

Place World::create(const QueueOptions& options, const std::string& group) {
  const auto queue = create_queue(options);
  return {queue, create_group(queue, group, options.region), options.region};
}

Answer World::send(const std::string& queue, const std::vector<std::string>& bodies, const std::string& region) {
  std::string messages = "[";
  for (const auto& body : bodies) messages += (messages.size() > 1 ? ",{\"body\":" : "{\"body\":") + body + "}";
  return send_messages(queue, messages + "]", region);
}

Answer World::send_messages(const std::string& queue, const std::string& messages, const std::string& region) {
  return post("sendSpecifyQueueMessage", "{\"regionId\":" + json_text(region) + ",\"queueId\":" + json_text(queue) +
                                             ",\"messages\":" + messages + "}");
}

void World::send_numbers(const std::string& queue, int first, int last) {
  std::vector<std::string> bodies;
  for (int i = first; i <= last; ++i) bodies.push_back(std::to_string(i));
  const auto answer = send(queue, bodies);
  EXPECT_TRUE(answer.done()) << answer;
}

Call World::consume_call(const Place& place, const ConsumeOptions& options) const {
  return get_call("consumptionMessage", {{"consumerQueueInfo", consume_info(place, options)}});
}

Call World::consume_dead_call(const Place& place, const ConsumeOptions& options) const {
  return get_call("consumeDeadlettersMessage", {{"consumedMessageInfo", consume_info(place, options)}});
}

Batch World::consume(const Place& place, const ConsumeOptions& options) {
  return messages_of(ask(consume_call(place, options)));
}

Batch World::consume_dead(const Place& place, const ConsumeOptions& options) {
  return messages_of(ask(consume_dead_call(place, options)));
}

std::unique_ptr<Pending> World::begin_consume(const Place& place, const ConsumeOptions& options) {
  return begin(consume_call(place, options));
}

Answer World::confirm(const Place& place, const std::vector<Verdict>& verdicts) {
  return post("confirmConsumedSpecifiedMessage", "{" + confirm_members(place, verdicts) + "}");
}

Answer World::confirm_dead(const Place& place, const std::vector<Verdict>& verdicts) {
  return post("confirmConsumeDeadlettersMessage",
              "{\"consumedMessageInfo\":{" + confirm_members(place, verdicts) + "}}");
}

Answer World::reset(const Place& place, const std::string& config) {
  return post("consumeReset", "{\"consumedMessageInfo\":{\"regionId\":" + json_text(place.region) +
                                  info_member("queueId", place.queue) + info_member("consumerGroupId", place.group) +
                                  ",\"config\":" + config + "}}");
}

Counts World::counts(const Place& place) {
  const auto answer = get("querySpecifyQueueAllConsumerGroup",
                          {{"regionId", place.region}, {"queueId", place.queue}, {"includeDeadletter", "true"}});
  EXPECT_TRUE(answer.done()) << answer;
  for (const auto& group : answer["groups"].as_array()) {
    if (group.at("id").as_string() != place.group) continue;
    const auto number = [&](const char* name) { return group.at(name).to_number<std::int64_t>(); };
    return {number("produced_messages"), number("consumed_messages"), number("available_messages"),
            number("produced_deadletters"), number("available_deadletters")};
  }
  ADD_FAILURE() << "no group " << place.group << " in " << answer;
  return {};
}

json::value World::queue_info(const std::string& queue, bool dead_letters) {
  const auto answer =
      get("querySpecifyQueue",
          {{"regionId", kRegion}, {"queueId", queue}, {"includeDeadletter", dead_letters ? "true" : "false"}});
  EXPECT_TRUE(answer.done()) << answer;
  return answer.opened();
}

std::string World::snapshot() {
  std::ostringstream out;
  const auto show_all = [&](QueueId id, const PeekRequest& request) {
    const auto messages = broker_.peek(id, request);
    for (const auto& message : messages.value()) show(out, message);
  };
  for (const auto& [queue, groups] : broker_.inspect()) {
    out << queue.project.customer << '/' << queue.project.region << ' ' << queue.id.text() << ' ' << queue.spec.name
        << ' ' << queue.spec.description << ' ' << queue.messages << ' ' << queue.payload_bytes << '\n';
    PeekRequest request;
    request.limit = std::numeric_limits<std::uint32_t>::max();
    show_all(queue.id, request);
    for (const auto& group : groups) {
      out << ' ' << group.id.text() << ' ' << group.name << ' ' << group.produced << ' ' << group.consumed << ' '
          << group.available << ' ' << group.in_flight << ' ' << group.dead_produced << ' ' << group.dead_available
          << ' ' << group.dead_in_flight << ' ' << group.parked << ' ' << static_cast<int>(group.tags.match());
      for (const auto& tag : group.tags.tags()) out << ' ' << tag;
      out << '\n';
      request.group = group.id;
      for (const auto state :
           {MessageState::kAvailable, MessageState::kInFlight, MessageState::kConfirmed, MessageState::kDead}) {
        request.state = state;
        show_all(queue.id, request);
      }
    }
  }
  return out.str();
}

// --- Messages --------------------------------------------------------------------------------------------------------

Batch messages_of(const Answer& answer) {
  if (!answer.done()) {
    ADD_FAILURE() << "consume was refused: " << answer;
    return {};
  }
  Batch batch;
  const auto opened = answer.opened();
  for (const auto& entry : opened.as_array()) {
    const auto& message = entry.at("message");
    batch.push_back({std::string(entry.at("handler").as_string()), json::serialize(message.at("body")),
                     message.at("attributes"), message.at("tags")});
  }
  return batch;
}

std::string bodies(const Batch& batch) {
  std::string text;
  for (const auto& message : batch) text += (text.empty() ? "" : " ") + message.body;
  return text;
}

std::string sorted_bodies(Batch batch) {
  std::sort(batch.begin(), batch.end(), [](const Received& a, const Received& b) { return a.body < b.body; });
  return bodies(batch);
}

std::vector<Verdict> all(const Batch& batch, const std::string& status) {
  std::vector<Verdict> verdicts;
  for (const auto& message : batch) verdicts.emplace_back(message.handler, status);
  return verdicts;
}

std::string tally(const Answer& answer) {
  if (!answer.done()) return answer.code();
  const auto opened = answer.opened();
  return std::to_string(opened.at("success").to_number<int>()) + "/" +
         std::to_string(opened.at("fail").to_number<int>());
}

}  // namespace wingmq::contract
