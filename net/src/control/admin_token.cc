#include "control/admin_token.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "text/text.h"

namespace wingmq::net {
namespace {

/// Compares in a time that depends on the lengths only, so that a token cannot be found character by character.
bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

AdminResult<void> check_token(const Request& request, std::string_view token, std::string_view what) {
  if (token.empty()) return {};
  constexpr std::string_view kScheme = "Bearer ";
  const Header* header = request.find_header("Authorization");
  AdminError error{.status = 401,
                   .error = fmt::format("the {} needs a token", what),
                   .hint = "Send the header \"Authorization: Bearer TOKEN\" with the --admin-token of the server.",
                   .headers = {{"WWW-Authenticate", "Bearer realm=\"wingmq\""}}};
  if (header == nullptr) return std::unexpected(std::move(error));
  const std::string_view value = trimmed(header->value);
  if (equal_ignoring_case(value.substr(0, kScheme.size()), kScheme) &&
      equal_secrets(trimmed(value.substr(kScheme.size())), token)) {
    return {};
  }
  error.error = "the token is wrong";
  error.headers.front().second += ", error=\"invalid_token\"";
  return std::unexpected(std::move(error));
}

}  // namespace wingmq::net
