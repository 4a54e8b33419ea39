#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/http_fault.h"
#include "http/message_io.h"

namespace wingmq::net {

/// The header of one HTTP/1.x request (RFC 9112), read and checked. Movable; used by one thread.
class RequestHead {
 public:
  /// Reads `text`: everything up to and with the empty line. Refuses (400) whatever two parties on the way could read
  /// differently: bare line feeds, folded lines, both lengths, a foreign transfer coding, a missing or second Host or one that is no
  /// host, a target that is neither a path nor an http URL, headers twice that decide what the request means.
  [[nodiscard]] static std::expected<RequestHead, HttpFault> parse(std::string_view text);

  RequestHead(RequestHead&&) noexcept;
  RequestHead& operator=(RequestHead&&) noexcept;
  ~RequestHead();

  /// The request without its body; its views live as long as this object. Of a target that names the server as well, the path and
  /// query, and the server as Host (RFC 9112, 3.2.2).
  [[nodiscard]] Request request() const;

  [[nodiscard]] bool chunked() const noexcept;
  /// Bytes of body that follow; 0 when none are announced. Meaningless when chunked.
  [[nodiscard]] std::uint64_t content_length() const noexcept;
  /// Whether the client waits for `100 Continue` before it sends the body. One that speaks HTTP/1.0 never does.
  [[nodiscard]] bool expects_continue() const noexcept;
  /// Whether the connection may go on after the reply.
  [[nodiscard]] bool keep_alive() const noexcept;
  /// Whether the reply goes out without its body (HEAD).
  [[nodiscard]] bool head_only() const noexcept;
  /// 10 for HTTP/1.0, 11 for HTTP/1.1.
  [[nodiscard]] unsigned version() const noexcept;

 private:
  struct Parser;
  explicit RequestHead(std::unique_ptr<Parser> parser) noexcept;
  std::unique_ptr<Parser> parser_;
};

}  // namespace wingmq::net
