#pragma once

#include <string>
#include <string_view>

#include "http/message_io.h"

namespace wingmq::net {

/// What a reply's header says about the connection.
struct ReplyFrame {
  std::string_view date;  ///< as in RFC 9110, 5.6.7
  std::string_view keep_alive;  ///< what Keep-Alive says of a connection that stays
  bool close = false;     ///< the connection ends after this reply
  bool http10 = false;    ///< the client speaks HTTP/1.0 and has to be told when the connection stays
};

/// The status line and the header of a reply, with the empty line.
[[nodiscard]] std::string reply_head(const Reply& reply, const ReplyFrame& frame);

}  // namespace wingmq::net
