#include "control/admin_result.h"

#include <boost/json/serialize.hpp>
#include <iterator>

namespace wingmq::net {

std::vector<std::pair<std::string, std::string>> not_for_other_sites() {
  return {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}, {"Cross-Origin-Resource-Policy", "same-origin"}};
}

Reply reply_with(AdminReply answer) {
  return {.status = answer.status, .content_type = std::move(answer.content_type), .headers = not_for_other_sites(), .body = std::move(answer.body)};
}

Reply reply_with(AdminError error) {
  boost::json::object body{{"error", std::move(error.error)}, {"hint", std::move(error.hint)}};
  for (auto& [name, value] : error.more) body[name] = std::move(value);
  Reply reply = reply_with(AdminReply(error.status, boost::json::serialize(body)));
  std::move(error.headers.begin(), error.headers.end(), std::back_inserter(reply.headers));
  return reply;
}

}  // namespace wingmq::net
