#pragma once

#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message_io.h"

namespace wingmq::net {

/// Why the control plane refuses a call: an HTTP status, what is wrong and what would be right (server.md, control
/// plane).
struct AdminError {
  unsigned status = 400;
  std::string error;
  std::string hint;
  boost::json::object more = {};                                  ///< further members of the reply's body
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< further header lines of the reply
};

/// What the control plane answers: a text, JSON unless it says otherwise.
struct AdminReply {
  // Most calls answer with a JSON text and nothing else.
  AdminReply(std::string text) : body(std::move(text)) {}  // NOLINT(google-explicit-constructor)
  AdminReply(unsigned code, std::string text) : status(code), body(std::move(text)) {}

  unsigned status = 200;
  std::string body;
  std::string content_type = "application/json; charset=utf-8";
};

/// A value, or the refusal to send.
template <typename T>
using AdminResult = std::expected<T, AdminError>;

/// A refusal as the error of any AdminResult.
[[nodiscard]] inline std::unexpected<AdminError> refused(unsigned status, std::string error, std::string hint) {
  return std::unexpected(AdminError{.status = status, .error = std::move(error), .hint = std::move(hint)});
}

/// Headers that keep browsers from lending a reply to pages of other sites, and caches from keeping it.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> not_for_other_sites();

/// The reply with this JSON text: not to be kept, and not to be used by other sites.
[[nodiscard]] Reply reply_with(AdminReply answer);
[[nodiscard]] Reply reply_with(AdminError error);

}  // namespace wingmq::net
