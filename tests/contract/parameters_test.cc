#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "support/api_client.h"

// Every parameter of every operation, in the same four ways: missing, of the wrong type, given twice, in the wrong
// place. Each call starts from one that is valid, differs from it in this one thing, and must change nothing.

namespace wingmq::contract {
namespace {

namespace json = boost::json;

/// A parameter: its path through the call's parameters, and what the contract expects there.
struct Parameter {
  enum class Kind { kScalar, kObject, kList };
  std::string path;  ///< `createQueueInfo/name`, `groups/0/name`
  Kind kind = Kind::kScalar;
  bool required = true;
};

struct ValidCall {
  const char* operation;
  const char* method;
  const char* parameters;  ///< JSON text with ${queue} ${group} ${handler} ${dead}
  std::vector<Parameter> list;
};
void PrintTo(const ValidCall& call, std::ostream* out) { *out << call.operation; }

using enum Parameter::Kind;

const ValidCall kCalls[] = {
    {"createQueue",
     "POST",
     R"({"createQueueInfo":{"regionId":"cn-snxy1","name":"new","queueMode":"FIFO","description":"d",
         "redrivePolicy":"enable","maxConsumeCount":3}})",
     {{"createQueueInfo", kObject},
      {"createQueueInfo/regionId"},
      {"createQueueInfo/name"},
      {"createQueueInfo/queueMode", kScalar, false},
      {"createQueueInfo/description"},
      {"createQueueInfo/redrivePolicy", kScalar, false},
      {"createQueueInfo/maxConsumeCount"}}},
    {"queryQueue",
     "GET",
     R"({"regionId":"cn-snxy1","includeDeadletter":"true"})",
     {{"regionId"}, {"includeDeadletter", kScalar, false}}},
    {"querySpecifyQueue",
     "GET",
     R"({"regionId":"cn-snxy1","queueId":"${queue}","includeDeadletter":"true"})",
     {{"regionId"}, {"queueId"}, {"includeDeadletter", kScalar, false}}},
    {"removeQueue", "POST", R"({"regionId":"cn-snxy1","queueId":"${queue}"})", {{"regionId"}, {"queueId"}}},
    {"createConsumeGroup",
     "POST",
     R"({"regionId":"cn-snxy1","queueId":"${queue}","groups":[{"name":"g2"}]})",
     {{"regionId"}, {"queueId"}, {"groups", kList}, {"groups/0", kObject}, {"groups/0/name"}}},
    {"querySpecifyQueueAllConsumerGroup",
     "GET",
     R"({"regionId":"cn-snxy1","queueId":"${queue}","includeDeadletter":"false"})",
     {{"regionId"}, {"queueId"}, {"includeDeadletter", kScalar, false}}},
    {"removeSpecifyConsumerGroup",
     "POST",
     R"({"regionId":"cn-snxy1","queueId":"${queue}","groups":[{"name":"g1"}]})",
     {{"regionId"}, {"queueId"}, {"groups", kList}, {"groups/0", kObject}, {"groups/0/name"}}},
    {"sendSpecifyQueueMessage",
     "POST",
     R"({"regionId":"cn-snxy1","queueId":"${queue}","messages":[{"body":1,"attributes":{},"tags":["t"]}]})",
     {{"regionId"},
      {"queueId"},
      {"messages", kList},
      {"messages/0", kObject},
      {"messages/0/attributes", kObject, false},
      {"messages/0/tags", kList, false}}},
    {"consumptionMessage",
     "GET",
     R"({"consumerQueueInfo":{"regionId":"cn-snxy1","queueId":"${queue}","consumerGroupId":"${group}","maxMsgs":"1",
         "timeWait":"1","ackWait":"30","tagType":"or"}})",
     {{"consumerQueueInfo", kObject},
      {"consumerQueueInfo/regionId"},
      {"consumerQueueInfo/queueId"},
      {"consumerQueueInfo/consumerGroupId"},
      {"consumerQueueInfo/maxMsgs", kScalar, false},
      {"consumerQueueInfo/timeWait", kScalar, false},
      {"consumerQueueInfo/ackWait", kScalar, false},
      {"consumerQueueInfo/tagType", kScalar, false}}},
    {"confirmConsumedSpecifiedMessage",
     "POST",
     R"({"regionId":"cn-snxy1","queueId":"${queue}","consumerGroupId":"${group}",
         "message":[{"handler":"${handler}","status":"success"}]})",
     {{"regionId"},
      {"queueId"},
      {"consumerGroupId"},
      {"message", kList},
      {"message/0", kObject},
      {"message/0/handler"},
      {"message/0/status"}}},
    {"queryQuota", "GET", R"({"regionId":"cn-snxy1"})", {{"regionId"}}},
    {"consumeDeadlettersMessage",
     "GET",
     R"({"consumedMessageInfo":{"regionId":"cn-snxy1","queueId":"${queue}","consumerGroupId":"${group}","maxMsgs":1,
         "timeWait":1,"ackWait":30}})",
     {{"consumedMessageInfo", kObject},
      {"consumedMessageInfo/regionId"},
      {"consumedMessageInfo/queueId", kScalar, false},
      {"consumedMessageInfo/consumerGroupId"},
      {"consumedMessageInfo/maxMsgs"},
      {"consumedMessageInfo/timeWait", kScalar, false},
      {"consumedMessageInfo/ackWait", kScalar, false}}},
    {"confirmConsumeDeadlettersMessage",
     "POST",
     R"({"consumedMessageInfo":{"regionId":"cn-snxy1","queueId":"${queue}","consumerGroupId":"${group}",
         "message":{"message":[{"handler":"${dead}","status":"success"}]}}})",
     {{"consumedMessageInfo", kObject},
      {"consumedMessageInfo/regionId"},
      {"consumedMessageInfo/queueId", kScalar, false},
      {"consumedMessageInfo/consumerGroupId"},
      {"consumedMessageInfo/message", kList},
      {"consumedMessageInfo/message/message", kList},
      {"consumedMessageInfo/message/message/0/handler"},
      {"consumedMessageInfo/message/message/0/status"}}},
    {"consumeReset",
     "POST",
     R"({"consumedMessageInfo":{"regionId":"cn-snxy1","queueId":"${queue}","consumerGroupId":"${group}",
         "config":{"timestamp":"0","force":true}}})",
     {{"consumedMessageInfo", kObject},
      {"consumedMessageInfo/regionId"},
      {"consumedMessageInfo/queueId", kScalar, false},
      {"consumedMessageInfo/consumerGroupId"},
      {"consumedMessageInfo/config", kObject},
      {"consumedMessageInfo/config/timestamp"},
      {"consumedMessageInfo/config/force", kScalar, false}}},
};

std::pair<std::string, std::string> split(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {"/" + path.substr(0, slash), path.substr(slash + 1)};
}

/// Queue, group, a message in flight, an available one, a dead letter in flight and an available one.
class Parameters : public ::testing::TestWithParam<ValidCall> {
 protected:
  Parameters() {
    place_ = world_.create({.max_consume_count = "1"});
    world_.send_numbers(place_.queue, 1, 2);
    EXPECT_EQ(tally(world_.confirm(place_, all(world_.consume(place_), "fail"))), "0/2");
    world_.send_numbers(place_.queue, 3, 4);
    const auto batch = world_.consume(place_, {.max = "1", .ack = "300"});
    const auto dead = world_.consume_dead(place_, {.max = "1", .ack = "100"});
    if (batch.size() != 1 || dead.size() != 1) throw std::runtime_error("the scene could not be set");
    auto text = replaced(GetParam().parameters, "${queue}", place_.queue);
    text = replaced(std::move(text), "${group}", place_.group);
    text = replaced(std::move(text), "${handler}", batch[0].handler);
    valid_ = json::parse(replaced(std::move(text), "${dead}", dead[0].handler));
  }

  /// The call with these parameters: members of the body, or a header each.
  [[nodiscard]] Call call_with(const json::value& parameters) const {
    if (std::string_view(GetParam().method) == "POST") {
      return world_.post_call(GetParam().operation, json::serialize(parameters));
    }
    Fields headers;
    for (const auto& [name, value] : parameters.as_object()) {
      headers.emplace_back(name, value.is_string() ? std::string(value.get_string()) : json::serialize(value));
    }
    return world_.get_call(GetParam().operation, std::move(headers));
  }

  [[nodiscard]] bool in_header(const Parameter& parameter) const {
    return std::string_view(GetParam().method) == "GET" && parameter.path.find('/') == std::string::npos;
  }

  void expect_bad_call(const Call& call, const std::string& what) {
    const auto before = world_.snapshot();
    const auto answer = world_.ask(call);
    EXPECT_EQ(answer.http(), 400U) << what << ": " << answer;
    EXPECT_EQ(answer.status(), 400) << what << ": " << answer;
    EXPECT_EQ(world_.snapshot(), before) << what;
    last_message_ = answer.message();
  }

  void expect_named(const std::string& name, const std::string& what) const {
    EXPECT_NE(last_message_.find(name), std::string::npos) << what << " must name " << name << ": " << last_message_;
  }

  World world_;
  Place place_;
  json::value valid_;
  std::string last_message_;
};

TEST_P(Parameters, MissingOnesAreNamed) {
  for (const auto& parameter : GetParam().list) {
    const auto [parent, name] = split(parameter.path);
    auto& holder = valid_.at_pointer(parent);
    if (!parameter.required || !holder.is_object()) continue;
    auto changed = valid_;
    changed.at_pointer(parent).as_object().erase(name);
    expect_bad_call(call_with(changed), parameter.path + " missing");
    expect_named(name, parameter.path);
  }
  EXPECT_TRUE(world_.ask(call_with(valid_)).done()) << "the call that the others differ from must be valid";
}

TEST_P(Parameters, OfTheWrongTypeAreRefused) {
  for (const auto& parameter : GetParam().list) {
    if (in_header(parameter) && parameter.kind == kScalar) continue;
    std::vector<json::value> wrong = {7, true, "neither JSON nor a word <", -1.5};
    if (parameter.kind == kScalar) wrong = {json::array(), json::object(), json::array{1}};
    if (parameter.kind == kObject) wrong.push_back(json::array());
    if (parameter.kind == kList) wrong.push_back(json::object{{"unknown", 1}});
    for (const auto& value : wrong) {
      auto changed = valid_;
      changed.at_pointer("/" + parameter.path) = value;
      expect_bad_call(call_with(changed), parameter.path + " = " + json::serialize(value));
    }
  }
}

/// Java and .NET clients write unset fields as null (D29, O01).
TEST_P(Parameters, O01NullIsAbsentAndARequiredOneIsMissing) {
  auto optional = GetParam().list;
  optional.push_back({"customInfo", kObject, false});
  std::vector<std::string> nulls;
  for (const auto& parameter : optional) {
    const auto [parent, name] = split(parameter.path);
    if (!valid_.at_pointer(parent).is_object()) continue;  // an element of a list is not a member
    auto changed = valid_;
    changed.at_pointer(parent).as_object()[name] = nullptr;
    if (parameter.required) {
      expect_bad_call(call_with(changed), parameter.path + " = null");
      expect_named(name, parameter.path);
      const auto told = last_message_;
      changed.at_pointer(parent).as_object().erase(name);
      expect_bad_call(call_with(changed), parameter.path + " missing");
      EXPECT_EQ(told, last_message_) << "null is missing";
    } else {
      nulls.push_back(parameter.path);
    }
  }
  auto without = valid_;
  for (const auto& path : nulls) {
    const auto [parent, name] = split(path);
    without.at_pointer(parent).as_object()[name] = nullptr;
  }
  const auto before = world_.hits(29);
  const auto answer = world_.ask(call_with(without));
  // Without force a reset is refused here, as it is when force is absent.
  EXPECT_TRUE(answer.done() || answer.code() == "WMQ.RESET_BUSY") << "all optional ones null: " << answer;
  EXPECT_GT(world_.hits(29), before);
}

TEST_P(Parameters, GivenTwiceAreRefused) {
  for (const auto& parameter : GetParam().list) {
    const auto [parent, name] = split(parameter.path);
    if (!valid_.at_pointer(parent).is_object()) continue;
    const auto what = parameter.path + " twice";
    if (in_header(parameter)) {
      auto call = call_with(valid_);
      const auto header = call.headers;
      for (const auto& [key, value] : header) {
        if (key == name) call.headers.emplace_back(key, value);
      }
      expect_bad_call(call, what);
    } else {
      // A member of another name, put in and then renamed in the text, is the only way to say it twice.
      auto changed = valid_;
      auto& holder = changed.at_pointer(parent).as_object();
      const json::value copy = holder.at(name);
      holder["placeholder"] = copy;
      auto call = call_with(changed);
      call.body = replaced(call.body, "placeholder", name);
      for (auto& header : call.headers) header.second = replaced(header.second, "placeholder", name);
      expect_bad_call(call, what);
    }
    expect_named(name, what);
  }
}

TEST_P(Parameters, InTheWrongPlaceAreMissing) {
  for (const auto& [name, value] : valid_.as_object()) {
    const auto text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    if (std::string_view(name) == "includeDeadletter") continue;
    auto without = valid_;
    without.as_object().erase(name);
    auto in_query = call_with(without);
    in_query.target += "?" + std::string(name) + "=" + percent_encoded(text);
    expect_bad_call(in_query, std::string(name) + " in the query");
    expect_named(name, "in the query");
    auto other = call_with(without);
    if (other.method == "POST") {
      other.headers.emplace_back(name, text);
    } else {
      other.body = json::serialize(valid_);
    }
    expect_bad_call(other, std::string(name) + (other.method == "POST" ? " in a header" : " in the body"));
    expect_named(name, "elsewhere");
  }
}

INSTANTIATE_TEST_SUITE_P(Operations, Parameters, ::testing::ValuesIn(kCalls),
                         [](const auto& test) { return std::string(test.param.operation); });

}  // namespace
}  // namespace wingmq::contract
