#include "http/reply_head.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>

namespace wingmq::net {

// By hand: a format string costs more here than a small request's whole work in the broker.
std::string reply_head(const Reply& reply, const ReplyFrame& frame) {
  const auto reason = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(reply.status));
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(fmt::format_int(reply.status).c_str()).append(" ").append(reason.data(), reason.size());
  head.append("\r\nDate: ").append(frame.date).append("\r\nContent-Type: ").append(reply.content_type);
  head.append("\r\nContent-Length: ").append(fmt::format_int(reply.body.size()).c_str()).append("\r\n");
  for (const auto& [name, value] : reply.headers) head.append(name).append(": ").append(value).append("\r\n");
  if (frame.close) head.append("Connection: close\r\n");
  if (!frame.close) head.append("Keep-Alive: ").append(frame.keep_alive).append("\r\n");
  if (!frame.close && frame.http10) head.append("Connection: keep-alive\r\n");
  return head.append("\r\n");
}

}  // namespace wingmq::net
