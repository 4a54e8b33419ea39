#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace wingmq::net {

// What the OpenAPI description says, as tables of constants. `…_json` members are JSON texts: schemas and examples read
// best in the notation that they describe. openapi.cc parses and joins them; a wrong one fails its test.

/// A row of the error table (API.md 3).
struct ErrorDoc {
  std::string_view code;
  unsigned status_code;
  std::string_view when;
};
[[nodiscard]] std::span<const ErrorDoc> error_docs();

/// A parameter: of an operation (a header on GET, a body member on POST) or of a control-plane URL.
struct ParameterDoc {
  std::string_view name;
  bool required;
  std::string_view schema_json;
  std::string_view description;
  std::string_view example_json;
};

// Parameters that many calls of the control plane take.
inline constexpr ParameterDoc kQueueInPath = {"q", true, R"({"type":"string"})", "A queue's id or name.", R"("orders")"};
inline constexpr ParameterDoc kOnlyRegion = {"region", false, R"({"type":"string"})", "Only queues of this region.", R"("cn-snxy1")"};
inline constexpr ParameterDoc kOnlyProject = {"project", false, R"({"type":"string"})", "Only queues of this customer, or of this project_id.", R"("test")"};
inline constexpr ParameterDoc kOneQueue[] = {kQueueInPath, kOnlyRegion, kOnlyProject};

/// The media type of most replies.
inline constexpr std::string_view kJsonMedia = "application/json";

/// How an operation's answer is wrapped (API.md 3).
enum class Wrapping : std::uint8_t {
  kNone,       ///< the members stand beside statusCode
  kReturnObj,  ///< returnObj is a string with JSON text inside
  kEnvelope,   ///< returnObj is an object, whose returnObj is a string with JSON text inside
};

/// One of the 14 operations (API.md 4). customInfo, which every operation takes, is not in `parameters`.
struct OperationDoc {
  std::string_view name;
  std::string_view method;
  std::string_view summary;
  std::string_view description;
  std::span<const ParameterDoc> parameters;
  Wrapping wrapping;
  std::string_view reply_schema_json;  ///< of what is wrapped
  std::string_view reply_example_json;
  std::string_view errors;  ///< codes beside those that every call may get, separated by spaces
};
[[nodiscard]] std::span<const OperationDoc> operation_docs();

/// A call of the control plane, health or metrics.
struct ServiceDoc {
  std::string_view id;  ///< operationId: what generated clients call it
  std::string_view path;
  std::string_view method;
  std::string_view summary;
  std::string_view description;
  std::span<const ParameterDoc> parameters;  ///< of the query string
  std::string_view body_schema_json;         ///< empty: takes no body
  std::string_view body_example_json;
  std::string_view reply_type;  ///< media type
  std::string_view reply_schema_json;
  std::string_view reply_example_json;
  std::string_view errors;  ///< HTTP statuses, separated by spaces
  std::string_view done = "200";  ///< those of success
};
[[nodiscard]] std::span<const ServiceDoc> service_docs();
/// Those with which a tester moves things and waits for them.
[[nodiscard]] std::span<const ServiceDoc> tester_docs();
/// Those that tell what happened.
[[nodiscard]] std::span<const ServiceDoc> journal_docs();

/// Schemas that several calls share, as one JSON object of name to schema.
[[nodiscard]] std::string_view shared_schemas_json();

}  // namespace wingmq::net
