#include "reply_head.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <iterator>

namespace wingmq::net {

std::string reply_head(const Reply& reply, const ReplyFrame& frame) {
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(reply.status));
  std::string head;
  head.reserve(256);
  fmt::format_to(std::back_inserter(head),
                 "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", reply.status,
                 std::string_view(reason.data(), reason.size()), frame.date, reply.content_type, reply.body.size());
  for (const auto& [name, value] : reply.headers) fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  if (frame.close) head += "Connection: close\r\n";
  if (!frame.close && frame.http10) head += "Connection: keep-alive\r\n";
  head += "\r\n";
  return head;
}

}  // namespace wingmq::net
