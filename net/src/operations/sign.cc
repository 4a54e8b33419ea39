#include "wingmq/net/sign.h"

#include "access/digest.h"
#include "access/signature.h"
#include "operations/router.h"
#include "text/escape.h"
#include "text/json.h"

namespace wingmq::net {
namespace {

/// Whether a text is a JSON object or list, and can stand in a body as it is.
bool is_json_tree(std::string_view text) {
  json::Reader reader(text);
  json::Value value;
  const bool tree = reader.peek() == '{' || reader.peek() == '[';
  return tree && reader.value(value) && reader.end();
}

std::string body_of(const CallToSign& call) {
  std::string body;
  for (const auto& [name, value] : call.parameters) {
    body += body.empty() ? "{" : ",";
    append_quoted(body, name);
    body += ':';
    if (is_json_tree(value)) {
      body += value;
    } else {
      append_quoted(body, value);
    }
  }
  return body.empty() ? "{}" : body + "}";
}

}  // namespace

SignedCall sign(const CallToSign& call) {
  std::vector<std::string_view> parts;
  for (const auto& [name, value] : call.parameters) {
    if (!parts.empty()) parts.emplace_back("\n");
    parts.emplace_back(value);
  }
  const std::string path = service_path(call.operation);
  const std::string digest = md5_base64(parts);
  SignedCall made;
  made.headers = {{"accessKey", call.access_key},
                  {"contentMD5", digest},
                  {"requestDate", call.date},
                  {"Hmac", hmac_of(SigningKey(call.secret_key), digest, call.date, path)},
                  {"platform", "3"}};
  const Operation* operation = find_operation(path);
  if (operation != nullptr && operation->method == Method::kGet) {
    made.headers.insert(made.headers.end(), call.parameters.begin(), call.parameters.end());
  } else {
    made.headers.emplace_back("Content-Type", "application/json");
    made.body = body_of(call);
  }
  return made;
}

std::string service_path(std::string_view operation) { return std::string(kOperationPrefix) + std::string(operation); }

std::vector<std::string> operation_names() {
  std::vector<std::string> names;
  for (const Operation& operation : operations()) names.emplace_back(operation.name);
  return names;
}

}  // namespace wingmq::net
