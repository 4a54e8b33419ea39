#include "control/openapi.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

#include "control/openapi_tables.h"
#include "operations/router.h"

namespace wingmq::net {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Codes that any operation may answer with.
constexpr std::string_view kCommonErrors =
    "DMS.10540010 DMS.10240009 WMQ.SIGNATURE WMQ.FORBIDDEN WMQ.FAULT WMQ.SHUTTING_DOWN WMQ.INTERNAL";

constexpr ParameterDoc kCustomInfo = {"customInfo", false, R"({"$ref":"#/components/schemas/CustomInfo"})",
                                      "Whose resources are meant.", R"({"type":0})"};

struct PublicHeader {
  std::string_view name;
  std::string_view description;
  std::string_view example;
};
constexpr PublicHeader kPublicHeaders[] = {
    {"accessKey", "The caller's key.", "test"},
    {"contentMD5", "Base64 of the MD5 of the parameters' values, joined by newlines.", "1B2M2Y8AsgTpgAmY7PhCfg=="},
    {"requestDate", "When the request was made, in English.", "Mon, 23 Nov 2026 08:00:00 GMT"},
    {"Hmac", "Base64 of the HMAC-SHA1, by the secret key, of contentMD5, requestDate and path, joined by newlines.",
     "syP20oLpDJvhgPSOZUPvmU3YqKk="},
    {"platform", "The kind of platform, normally 3; not signed.", "3"},
};

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) result.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

object reference_to(std::string_view kind, std::string_view name) {
  return {{"$ref", fmt::format("#/components/{}/{}", kind, name)}};
}

object content(std::string_view type, value schema, value example) {
  return {{type, object{{"schema", std::move(schema)}, {"example", std::move(example)}}}};
}

object response(std::string_view description, object body) {
  return {{"description", description}, {"content", std::move(body)}};
}

// --- Operations ---------------------------------------------------------------------------------------------------

/// A parameter as a header line: text as it is, anything structured as JSON text.
object header_parameter(const ParameterDoc& doc) {
  value schema = boost::json::parse(doc.schema_json);
  value example = boost::json::parse(doc.example_json);
  object parameter{{"name", doc.name}, {"in", "header"}, {"required", doc.required}, {"description", doc.description}};
  if (example.is_structured()) {
    parameter["content"] = content("application/json", std::move(schema), std::move(example));
  } else {
    parameter["schema"] = std::move(schema);
    parameter["example"] = std::move(example);
  }
  return parameter;
}

std::vector<ParameterDoc> parameters_of(const OperationDoc& doc) {
  std::vector<ParameterDoc> parameters(doc.parameters.begin(), doc.parameters.end());
  parameters.push_back(kCustomInfo);
  return parameters;
}

object request_body(const OperationDoc& doc) {
  object properties;
  array required;
  object example;
  for (const ParameterDoc& parameter : parameters_of(doc)) {
    object schema = boost::json::parse(parameter.schema_json).as_object();
    schema["description"] = parameter.description;
    properties[parameter.name] = std::move(schema);
    if (!parameter.required) continue;
    required.emplace_back(parameter.name);
    example[parameter.name] = boost::json::parse(parameter.example_json);
  }
  const object schema{{"type", "object"}, {"required", std::move(required)}, {"properties", std::move(properties)}};
  object bodies = content("application/json", schema, example);
  bodies["application/x-www-form-urlencoded"] =
      object{{"schema", schema}};  // OpenAPI's default for structured fields is JSON text, which is what is meant
  return {{"required", true}, {"content", std::move(bodies)}};
}

/// JSON text inside a string.
object embedded_schema(value schema) {
  return {{"type", "string"}, {"contentMediaType", "application/json"}, {"contentSchema", std::move(schema)}};
}

object success_schema(const OperationDoc& doc) {
  value inner = boost::json::parse(doc.reply_schema_json);
  object properties{{"statusCode", object{{"const", 800}}}};
  array required{"statusCode"};
  if (doc.wrapping == Wrapping::kNone) {
    object& beside = inner.as_object();
    for (const value& name : beside["required"].as_array()) required.push_back(name);
    for (const auto& [name, schema] : beside["properties"].as_object()) properties[name] = schema;
    return {{"type", "object"}, {"required", std::move(required)}, {"properties", std::move(properties)}};
  }
  required.emplace_back("returnObj");
  object embedded = embedded_schema(std::move(inner));
  if (doc.wrapping == Wrapping::kEnvelope) {
    properties["returnObj"] =
        object{{"type", "object"},
               {"required", array{"returnObj", "errorMessageString", "errorMessageArray", "succeed"}},
               {"properties", object{{"returnObj", std::move(embedded)},
                                     {"errorMessageString", object{{"const", ""}}},
                                     {"errorMessageArray", object{{"type", "array"}, {"maxItems", 0}}},
                                     {"succeed", object{{"const", true}}}}}};
  } else {
    properties["returnObj"] = std::move(embedded);
  }
  return {{"type", "object"}, {"required", std::move(required)}, {"properties", std::move(properties)}};
}

object success_example(const OperationDoc& doc) {
  const value inner = boost::json::parse(doc.reply_example_json);
  object example{{"statusCode", 800}};
  switch (doc.wrapping) {
    case Wrapping::kNone:
      for (const auto& [name, member] : inner.as_object()) example[name] = member;
      break;
    case Wrapping::kReturnObj:
      example["returnObj"] = boost::json::serialize(inner);
      break;
    case Wrapping::kEnvelope:
      example["returnObj"] = object{{"returnObj", boost::json::serialize(inner)},
                                    {"errorMessageString", ""},
                                    {"errorMessageArray", array{}},
                                    {"succeed", true}};
      break;
  }
  return example;
}

/// The codes of an operation that come with this statusCode, each with its meaning.
std::string codes_text(const OperationDoc& doc, unsigned status_code) {
  std::string text;
  const std::string all = fmt::format("{} {}", kCommonErrors, doc.errors);
  const auto wanted = words(all);
  for (const ErrorDoc& error : error_docs()) {
    if (error.status_code != status_code || std::find(wanted.begin(), wanted.end(), error.code) == wanted.end())
      continue;
    text += fmt::format("\n- `{}`: {}", error.code, error.when);
  }
  return text;
}

object error_example(const OperationDoc& doc, unsigned status_code) {
  const std::string all = fmt::format("{} {}", doc.errors, kCommonErrors);
  const auto wanted = words(all);
  for (const std::string_view code : wanted) {
    for (const ErrorDoc& error : error_docs()) {
      if (error.code != code || error.status_code != status_code) continue;
      const array texts{error.when};
      const object inner{
          {"returnObj", ""}, {"errorMessageString", error.when}, {"errorMessageArray", texts}, {"succeed", false}};
      return {{"statusCode", status_code},  {"message", error.when},
              {"errorCode", error.code},    {"errorMessageString", error.when},
              {"errorMessageArray", texts}, {"succeed", false},
              {"returnObj", inner}};
    }
  }
  return {};
}

object responses_of(const OperationDoc& doc) {
  const object error = reference_to("schemas", "Error");
  object done{{"schema", object{{"oneOf", array{success_schema(doc), error}}}}};
  done["examples"] = object{{"done", object{{"value", success_example(doc)}}},
                            {"refused", object{{"value", error_example(doc, 900)}}}};
  object responses;
  responses["200"] = response("Done (statusCode 800), or refused (statusCode 900) with:" + codes_text(doc, 900),
                              object{{"application/json", std::move(done)}});
  responses["400"] =
      response("A bad call:" + codes_text(doc, 400), content("application/json", error, error_example(doc, 400)));
  responses["503"] = response("This call is not taken now:" + codes_text(doc, 503),
                              content("application/json", error, error_example(doc, 503)));
  return responses;
}

object operation_of(const OperationDoc& doc) {
  array codes;
  const std::string all = fmt::format("{} {}", kCommonErrors, doc.errors);
  for (const std::string_view code : words(all)) codes.emplace_back(code);
  array parameters;
  for (const PublicHeader& header : kPublicHeaders) parameters.emplace_back(reference_to("parameters", header.name));
  object operation{{"operationId", doc.name}, {"tags", array{"operations"}}, {"summary", doc.summary}};
  if (!doc.description.empty()) operation["description"] = doc.description;
  if (doc.method == "GET") {
    for (const ParameterDoc& parameter : parameters_of(doc)) parameters.emplace_back(header_parameter(parameter));
  } else {
    operation["requestBody"] = request_body(doc);
  }
  operation["parameters"] = std::move(parameters);
  operation["responses"] = responses_of(doc);
  operation["security"] = array{object{{"accessKey", array{}}, {"signature", array{}}}, object{{"accessKey", array{}}}};
  operation["x-error-codes"] = std::move(codes);
  return operation;
}

// --- Control plane, health, metrics -------------------------------------------------------------------------------

bool is_admin(const ServiceDoc& doc) { return doc.path.starts_with("/__admin"); }

std::string_view meaning_of(std::string_view status, bool admin) {
  if (status == "400") return "The request, a parameter or the body is wrong.";
  if (status == "401") return "The token is missing or wrong.";
  if (status == "403") return "It is off, or read-only, or not served under this Host.";
  if (status == "404") return "There is no such queue or group.";
  if (status == "415") return "The body is not said to be JSON.";
  if (status == "408") return "What was waited for did not come in time.";
  if (status == "409") return "It does not go with what is there, or several queues have this name.";
  if (status == "413") return "The messages are too large.";
  if (status == "507") return "There is no memory left for messages.";
  if (status == "503" && admin) return "The server is stopping.";
  return "Not ready.";
}

/// What comes with a status other than 200: health alone has a body of its own, and below all there is only HTTP.
object failed_content(const ServiceDoc& doc, std::string_view status) {
  if (status == "503" && !is_admin(doc)) {
    return content(doc.reply_type, boost::json::parse(doc.reply_schema_json),
                   object{{"status", "not ready"}, {"reason", "starting"}});
  }
  if (status == "400" && !is_admin(doc)) {
    return object{{"application/json", object{{"schema", reference_to("schemas", "Error")}}}};
  }
  return content("application/json", reference_to("schemas", "AdminError"),
                 object{{"error", meaning_of(status, is_admin(doc))}, {"hint", "What would be right."}});
}

object service_parameter(const ServiceDoc& doc, const ParameterDoc& parameter) {
  const bool in_path = doc.path.find(fmt::format("{{{}}}", parameter.name)) != std::string_view::npos;
  return {{"name", parameter.name},
          {"in", in_path ? "path" : "query"},
          {"required", parameter.required},
          {"description", parameter.description},
          {"schema", boost::json::parse(parameter.schema_json)},
          {"example", boost::json::parse(parameter.example_json)}};
}

object service_responses(const ServiceDoc& doc) {
  object responses;
  for (const std::string_view status : words(doc.done)) {
    responses[status] = response(status == "201" ? "Made." : "Done.", content(doc.reply_type, boost::json::parse(doc.reply_schema_json),
                                                                              boost::json::parse(doc.reply_example_json)));
  }
  const std::string all = is_admin(doc) ? fmt::format("401 403 {}", doc.errors) : std::string(doc.errors);
  for (const std::string_view status : words(all)) {
    responses[status] = response(meaning_of(status, is_admin(doc)), failed_content(doc, status));
  }
  return responses;
}

object service_of(const ServiceDoc& doc) {
  object operation{{"operationId", doc.id},
                   {"tags", array{is_admin(doc) ? "control plane" : "health"}},
                   {"summary", doc.summary}};
  if (!doc.description.empty()) operation["description"] = doc.description;
  array parameters;
  for (const ParameterDoc& parameter : doc.parameters) parameters.emplace_back(service_parameter(doc, parameter));
  operation["parameters"] = std::move(parameters);
  if (!doc.body_schema_json.empty()) {
    operation["requestBody"] = object{{"required", doc.body_example_json != "{}"},
                                      {"content", content("application/json", boost::json::parse(doc.body_schema_json),
                                                          boost::json::parse(doc.body_example_json))}};
  }
  operation["responses"] = service_responses(doc);
  const bool asks = is_admin(doc) || doc.errors.find("401") != std::string_view::npos;
  operation["security"] = asks ? array{object{}, object{{"adminToken", array{}}}} : array{};
  return operation;
}

// --- The whole ----------------------------------------------------------------------------------------------------

std::string lower_case(std::string_view method) { return method == "GET" ? "get" : method == "POST" ? "post" : "delete"; }

object paths() {
  object paths;
  for (const OperationDoc& doc : operation_docs()) {
    paths[fmt::format("{}{}", kOperationPrefix, doc.name)] = object{{lower_case(doc.method), operation_of(doc)}};
  }
  for (const auto docs : {service_docs(), tester_docs(), journal_docs()}) {
    for (const ServiceDoc& doc : docs) {
      value& path = paths[doc.path];
      if (!path.is_object()) path = object{};
      path.as_object()[lower_case(doc.method)] = service_of(doc);
    }
  }
  return paths;
}

/// Every statusCode but that of success.
array refused_statuses() {
  array statuses;
  for (const ErrorDoc& error : error_docs()) {
    const value status(error.status_code);
    if (std::ranges::find(statuses, status) == statuses.end()) statuses.push_back(status);
  }
  return statuses;
}

object error_schemas() {
  array codes;
  std::string meanings = "What each code means:";
  for (const ErrorDoc& error : error_docs()) {
    codes.emplace_back(error.code);
    meanings += fmt::format("\n- `{}` ({}): {}", error.code, error.status_code, error.when);
  }
  const object text{{"type", "string"}};
  const object texts{{"type", "array"}, {"items", text}};
  const object failed{{"const", false}};
  const object inner{{"type", "object"},
                     {"required", array{"returnObj", "errorMessageString", "errorMessageArray", "succeed"}},
                     {"properties", object{{"returnObj", object{{"const", ""}}},
                                           {"errorMessageString", text},
                                           {"errorMessageArray", texts},
                                           {"succeed", failed}}}};
  const object properties{{"statusCode", object{{"enum", refused_statuses()}}},
                          {"message", object{{"type", "string"}, {"description", "Chinese, or English if preferred."}}},
                          {"errorCode", reference_to("schemas", "ErrorCode")},
                          {"errorMessageString", text},
                          {"errorMessageArray", texts},
                          {"succeed", failed},
                          {"returnObj", inner}};
  const array required{"statusCode",        "message", "errorCode", "errorMessageString",
                       "errorMessageArray", "succeed", "returnObj"};
  return {{"ErrorCode", object{{"type", "string"}, {"enum", std::move(codes)}, {"description", std::move(meanings)}}},
          {"Error", object{{"type", "object"}, {"required", required}, {"properties", properties}}}};
}

object security_schemes() {
  const auto header = [](std::string_view name, std::string_view description) {
    return object{{"type", "apiKey"}, {"in", "header"}, {"name", name}, {"description", description}};
  };
  return {{"accessKey", header("accessKey", "Names the caller.")},
          {"signature", header("Hmac", "Signs contentMD5, requestDate and path with the caller's secret key; needed when the "
                                       "server verifies.")},
          {"adminToken", object{{"type", "http"}, {"scheme", "bearer"}, {"description", "Of --admin-token, when it is given."}}}};
}

object components() {
  object schemas = boost::json::parse(shared_schemas_json()).as_object();
  for (auto& [name, schema] : error_schemas()) schemas[name] = schema;
  object parameters;
  for (const PublicHeader& header : kPublicHeaders) {
    parameters[header.name] = object{{"name", header.name},       {"in", "header"},
                                     {"required", false},         {"description", header.description},
                                     {"example", header.example}, {"schema", object{{"type", "string"}}}};
  }
  return {{"schemas", std::move(schemas)},
          {"parameters", std::move(parameters)},
          {"securitySchemes", security_schemes()}};
}

array tags() {
  const auto tag = [](std::string_view name, std::string_view description) {
    return object{{"name", name}, {"description", description}};
  };
  return {tag("operations", "The message-queue API of CTYUN."),
          tag("control plane", "Looks into the broker, moves its time, empties it."), tag("health", "For who watches the process.")};
}

}  // namespace

std::string openapi_document() {
  const object info{
      {"title", "WingMQ"},
      {"version", WINGMQ_VERSION},
      {"license", object{{"name", "Apache License 2.0"}, {"identifier", "Apache-2.0"}}},
      {"description",
       "The message-queue API of CTYUN as WingMQ serves it, and WingMQ's own control plane. The five public "
       "headers are required when the server verifies signatures. Numbers are the defaults."}};
  return boost::json::serialize(object{{"openapi", "3.1.0"},
                                       {"info", info},
                                       {"servers", array{object{{"url", "/"}}}},
                                       {"tags", tags()},
                                       {"paths", paths()},
                                       {"components", components()}});
}

}  // namespace wingmq::net
