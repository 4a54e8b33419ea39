#include "control/openapi.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "net/control/admin_fixture.h"

namespace wingmq::net {
namespace {

using boost::json::object;
using boost::json::value;
using Names = std::set<std::string>;

struct Operation {
  const char* name;
  const char* method;
  Names parameters;
};
const Operation kOperations[] = {
    {"createQueue", "post", {"createQueueInfo"}},
    {"queryQueue", "get", {"regionId", "includeDeadletter"}},
    {"querySpecifyQueue", "get", {"regionId", "queueId", "includeDeadletter"}},
    {"removeQueue", "post", {"regionId", "queueId"}},
    {"createConsumeGroup", "post", {"regionId", "queueId", "groups"}},
    {"querySpecifyQueueAllConsumerGroup", "get", {"regionId", "queueId", "includeDeadletter"}},
    {"removeSpecifyConsumerGroup", "post", {"regionId", "queueId", "groups"}},
    {"sendSpecifyQueueMessage", "post", {"regionId", "queueId", "messages"}},
    {"consumptionMessage", "get", {"consumerQueueInfo"}},
    {"confirmConsumedSpecifiedMessage", "post", {"regionId", "queueId", "consumerGroupId", "message"}},
    {"queryQuota", "get", {"regionId"}},
    {"consumeDeadlettersMessage", "get", {"consumedMessageInfo"}},
    {"confirmConsumeDeadlettersMessage", "post", {"consumedMessageInfo"}},
    {"consumeReset", "post", {"consumedMessageInfo"}},
};

/// Members of the parameters that are objects.
const std::map<std::string, Names> kMembers = {
    {"CreateQueueInfo", {"regionId", "name", "queueMode", "description", "redrivePolicy", "maxConsumeCount"}},
    {"ConsumerQueueInfo",
     {"regionId", "queueId", "consumerGroupId", "maxMsgs", "timeWait", "ackWait", "tag", "tagType"}},
    {"ConsumeDeadLettersInfo", {"regionId", "queueId", "consumerGroupId", "maxMsgs", "timeWait", "ackWait"}},
    {"ConfirmDeadLettersInfo", {"regionId", "queueId", "consumerGroupId", "message"}},
    {"ResetInfo", {"regionId", "queueId", "consumerGroupId", "config"}},
    {"Message", {"body", "attributes", "tags"}},
    {"CustomInfo", {"name", "email", "phone", "type", "identity"}},
};

/// Every error code with its statusCode.
const std::map<std::string, int> kCodes = {
    {"DMS.10540010", 400},      {"DMS.10240009", 400},  {"DMS.00404001", 404},    {"DMS.10240007", 400},
    {"DMS.10240011", 400},      {"DMS.10240012", 400},  {"DMS.10240010", 400},    {"DMS.10240013", 400},
    {"DMS.10240022", 400},      {"DMS.10240004", 400},  {"DMS.10240014", 400},    {"DMS.10240021", 400},
    {"DMS.10542206", 400},      {"DMS.10550035", 400},  {"DMS.10540003", 400},    {"DMS.10540001", 400},
    {"DMS.10540011", 900},      {"DMS.10240017", 900},  {"DMS.10240018", 900},    {"DMS.10240019", 900},
    {"DMS.10240020", 900},      {"DMS.10240401", 900},  {"DMS.10240405", 900},    {"DMS.10542204", 900},
    {"DMS.10540004", 900},      {"DMS.10542209", 900},  {"DMS.00400142", 900},    {"WMQ.RESET_BUSY", 900},
    {"WMQ.SIGNATURE", 900},     {"WMQ.FORBIDDEN", 900}, {"WMQ.MEMORY_FULL", 900}, {"WMQ.FAULT", 900},
    {"WMQ.SHUTTING_DOWN", 503}, {"WMQ.INTERNAL", 900},  {"WMQ.UNAVAILABLE", 503},
};

class OpenapiTest : public ::testing::Test {
 protected:
  const object& operation(const Operation& wanted) const {
    const std::string path = std::string("/apiproxy/v3/queue/") + wanted.name;
    return document_.at("paths").at(path).at(wanted.method).as_object();
  }

  const std::string text_ = openapi_document();
  const value document_ = boost::json::parse(text_);
};

Names members_of(const value& object_value) {
  Names names;
  for (const auto& member : object_value.as_object()) names.emplace(member.key());
  return names;
}

void visit(const value& root, const std::function<void(const object&)>& see) {
  if (root.is_object()) {
    see(root.as_object());
    for (const auto& member : root.as_object()) visit(member.value(), see);
  } else if (root.is_array()) {
    for (const value& element : root.as_array()) visit(element, see);
  }
}

TEST_F(OpenapiTest, IsOpenApi31) {
  EXPECT_EQ(document_.at("openapi").as_string(), "3.1.0");
  EXPECT_FALSE(document_.at("info").at("title").as_string().empty());
  EXPECT_FALSE(document_.at("info").at("version").as_string().empty());
}

TEST_F(OpenapiTest, SaysWhichProductAndWhoMayUseIt) {
  EXPECT_EQ(document_.at("info").at("version").as_string(), WINGMQ_VERSION);
  EXPECT_EQ(document_.at("info").at("license").at("identifier").as_string(), "Apache-2.0");
}

TEST_F(OpenapiTest, EveryCallHasAnIdASecurityAndARefusal) {
  Names ids;
  for (const auto& path : document_.at("paths").as_object()) {
    for (const auto& method : path.value().as_object()) {
      const auto& call = method.value().as_object();
      EXPECT_TRUE(ids.emplace(call.at("operationId").as_string()).second) << path.key();
      EXPECT_TRUE(call.contains("security")) << path.key();
      const Names statuses = members_of(call.at("responses"));
      EXPECT_TRUE(std::ranges::any_of(statuses, [](const auto& each) { return each.starts_with('4'); })) << path.key();
    }
  }
  EXPECT_EQ(ids.size(), std::size(kOperations) + 28);
}

TEST_F(OpenapiTest, NothingIsComposedOfOnePart) {
  visit(document_, [](const object& seen) {
    const value* parts = seen.if_contains("allOf");
    if (parts != nullptr) {
      EXPECT_GT(parts->as_array().size(), 1U);
    }
  });
}

TEST_F(OpenapiTest, NamesEveryOperationWithItsMethod) {
  Names described;
  for (const auto& path : document_.at("paths").as_object()) {
    if (path.key().starts_with("/apiproxy/")) described.emplace(path.key().substr(19));
  }
  Names wanted;
  for (const Operation& each : kOperations) {
    wanted.emplace(each.name);
    EXPECT_EQ(operation(each).at("operationId").as_string(), each.name);
    EXPECT_FALSE(operation(each).at("summary").as_string().empty());
  }
  EXPECT_EQ(described, wanted);
}

TEST_F(OpenapiTest, EveryParameterStandsWhereItIsRead) {
  const Names public_headers = {"accessKey", "contentMD5", "requestDate", "Hmac", "platform"};
  EXPECT_EQ(members_of(document_.at("components").at("parameters")), public_headers);
  for (const Operation& each : kOperations) {
    Names headers;
    std::size_t referred = 0;
    for (const value& parameter : operation(each).at("parameters").as_array()) {
      if (parameter.as_object().contains("$ref")) {
        ++referred;
        continue;
      }
      EXPECT_EQ(parameter.at("in").as_string(), "header");
      headers.emplace(parameter.at("name").as_string());
    }
    EXPECT_EQ(referred, public_headers.size()) << each.name;
    Names wanted = each.parameters;
    wanted.emplace("customInfo");
    if (std::string_view(each.method) == "get") {
      EXPECT_EQ(headers, wanted) << each.name;
      EXPECT_FALSE(operation(each).contains("requestBody")) << each.name;
      continue;
    }
    EXPECT_TRUE(headers.empty()) << each.name;
    const auto& bodies = operation(each).at("requestBody").at("content");
    for (const char* type : {"application/json", "application/x-www-form-urlencoded"}) {
      EXPECT_EQ(members_of(bodies.at(type).at("schema").at("properties")), wanted) << each.name << type;
    }
  }
}

TEST_F(OpenapiTest, NamesEveryMemberOfTheParametersThatAreObjects) {
  for (const auto& [schema, members] : kMembers) {
    EXPECT_EQ(members_of(document_.at("components").at("schemas").at(schema).at("properties")), members) << schema;
  }
}

TEST_F(OpenapiTest, NamesEveryErrorCodeAndNoOther) {
  const auto& schema = document_.at("components").at("schemas").at("ErrorCode");
  Names described;
  for (const value& code : schema.at("enum").as_array()) described.emplace(code.as_string());
  Names wanted;
  for (const auto& [code, status] : kCodes) {
    wanted.insert(code);
    EXPECT_THAT(std::string(schema.at("description").as_string()),
                ::testing::HasSubstr("`" + code + "` (" + std::to_string(status) + "): "));
  }
  EXPECT_EQ(described, wanted);
}

TEST_F(OpenapiTest, EveryCodeBelongsToAnOperationExceptThatOfAnUnknownPath) {
  Names used;
  for (const Operation& each : kOperations) {
    for (const value& code : operation(each).at("x-error-codes").as_array()) {
      const std::string name(code.as_string());
      EXPECT_TRUE(kCodes.contains(name)) << name;
      EXPECT_TRUE(used.count(name) != 0 || used.insert(name).second);
      const std::string http = kCodes.at(name) == 900 ? "200" : std::to_string(kCodes.at(name));
      EXPECT_THAT(std::string(operation(each).at("responses").at(http).at("description").as_string()),
                  ::testing::HasSubstr("`" + name + "`"))
          << each.name;
    }
  }
  EXPECT_EQ(used.size(), kCodes.size() - 1);
  EXPECT_FALSE(used.contains("DMS.00404001"));
}

TEST_F(OpenapiTest, EveryOperationShowsADoneAndARefusedReply) {
  for (const Operation& each : kOperations) {
    const auto& examples =
        operation(each).at("responses").at("200").at("content").at("application/json").at("examples");
    EXPECT_EQ(examples.at("done").at("value").at("statusCode").as_int64(), 800) << each.name;
    const auto& refused = examples.at("refused").at("value");
    EXPECT_EQ(refused.at("statusCode").as_int64(), 900) << each.name;
    EXPECT_EQ(members_of(refused), (Names{"statusCode", "message", "errorCode", "errorMessageString",
                                          "errorMessageArray", "succeed", "returnObj"}));
    EXPECT_EQ(members_of(refused.at("returnObj")),
              (Names{"returnObj", "errorMessageString", "errorMessageArray", "succeed"}));
  }
}

TEST_F(OpenapiTest, EmbeddedJsonOfTheExamplesIsJson) {
  std::size_t embedded = 0;
  for (const Operation& each : kOperations) {
    const auto& done = operation(each)
                           .at("responses")
                           .at("200")
                           .at("content")
                           .at("application/json")
                           .at("examples")
                           .at("done")
                           .at("value")
                           .as_object();
    const value* inner = done.if_contains("returnObj");
    if (inner == nullptr) continue;
    if (inner->is_object()) inner = &inner->at("returnObj");
    EXPECT_TRUE(boost::json::parse(inner->as_string()).is_structured()) << each.name;
    ++embedded;
  }
  EXPECT_EQ(embedded, 7U);
}

TEST_F(OpenapiTest, EveryReferenceLeadsSomewhere) {
  std::size_t references = 0;
  visit(document_, [&](const object& seen) {
    const value* reference = seen.if_contains("$ref");
    if (reference == nullptr) return;
    ++references;
    const std::string target(reference->as_string());
    ASSERT_EQ(target.substr(0, 2), "#/");
    boost::json::error_code error;
    EXPECT_NE(document_.find_pointer(target.substr(1), error), nullptr) << target;
  });
  EXPECT_GT(references, 50U);
}

TEST_F(OpenapiTest, PathParametersAreDeclared) {
  for (const auto& path : document_.at("paths").as_object()) {
    if (path.key().find("{q}") == boost::json::string_view::npos) continue;
    for (const auto& method : path.value().as_object()) {
      const auto& first = method.value().at("parameters").at(0);
      EXPECT_EQ(first.at("name").as_string(), "q");
      EXPECT_EQ(first.at("in").as_string(), "path");
      EXPECT_TRUE(first.at("required").as_bool());
    }
  }
}

class OpenapiOfAdminTest : public AdminTest {};

TEST_F(OpenapiOfAdminTest, DescribesEveryCallOfTheIndexWithItsParameters) {
  const auto document = get("/__admin/openapi.json");
  std::size_t described = 0;
  for (const auto& path : document.at("paths").as_object()) {
    if (path.key().starts_with("/__admin")) described += path.value().as_object().size();
  }
  const auto index = get("/__admin");
  EXPECT_EQ(index, get("/__admin/"));
  EXPECT_EQ(described, index.at("calls").as_array().size());
  for (const value& call : index.at("calls").as_array()) {
    const std::map<std::string, std::string> methods{{"GET", "get"}, {"POST", "post"}, {"DELETE", "delete"}};
    const std::string& method = methods.at(std::string(call.at("method").as_string()));
    const auto& operation = document.at("paths").at(call.at("path").as_string()).at(method);
    Names wanted;
    for (const value& parameter : call.at("parameters").as_array()) wanted.emplace(parameter.as_string());
    Names parameters;
    for (const value& parameter : operation.at("parameters").as_array()) {
      if (parameter.at("in").as_string() == "query") parameters.emplace(parameter.at("name").as_string());
    }
    EXPECT_EQ(parameters, wanted) << call.at("path").as_string();
  }
}

TEST_F(OpenapiOfAdminTest, DescribesHealthAndMetrics) {
  const auto document = get("/__admin/openapi.json");
  for (const char* path : {"/livez", "/readyz", "/metrics"}) {
    EXPECT_TRUE(document.at("paths").at(path).as_object().contains("get")) << path;
  }
}

TEST_F(OpenapiOfAdminTest, IsTheSameEveryTime) {
  EXPECT_EQ(ask("GET", "/__admin/openapi.json").body, ask("GET", "/__admin/openapi.json").body);
}

}  // namespace
}  // namespace wingmq::net
