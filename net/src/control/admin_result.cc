#include "control/admin_result.h"

#include <boost/json/serialize.hpp>
#include <iterator>

namespace wingmq::net {

std::vector<std::pair<std::string, std::string>> not_for_other_sites() {
  return {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}, {"Cross-Origin-Resource-Policy", "same-origin"}};
}

Reply reply_with(std::string body) {
  Reply reply;
  reply.headers = not_for_other_sites();
  reply.body = std::move(body);
  return reply;
}

Reply reply_with(AdminError error) {
  boost::json::object body{{"error", std::move(error.error)}, {"hint", std::move(error.hint)}};
  for (auto& [name, value] : error.more) body[name] = std::move(value);
  Reply reply = reply_with(boost::json::serialize(body));
  reply.status = error.status;
  std::move(error.headers.begin(), error.headers.end(), std::back_inserter(reply.headers));
  return reply;
}

}  // namespace wingmq::net
