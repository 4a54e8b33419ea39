#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message_io.h"

namespace wingmq::net {

/// Why a request cannot be served, below the operations: for Service::http_fault().
struct HttpFault {
  unsigned status = 400;
  std::string detail;
};

/// The header of one HTTP/1.x request (RFC 9112), read and checked. Movable; used by one thread.
class RequestHead {
 public:
  /// Reads `text`: everything up to and with the empty line. Refuses (400) whatever two parties on the way could read
  /// differently: bare line feeds, folded lines, both lengths, a foreign transfer coding, a missing or second Host.
  [[nodiscard]] static std::expected<RequestHead, HttpFault> parse(std::string_view text);

  RequestHead(RequestHead&&) noexcept;
  RequestHead& operator=(RequestHead&&) noexcept;
  ~RequestHead();

  /// The request without its body; its views live as long as this object. Call it before decode(): trailers are not headers
  /// (RFC 9110, 6.5.1), but join them in here.
  [[nodiscard]] Request request() const;

  [[nodiscard]] bool chunked() const noexcept;
  /// Bytes of body that follow; 0 when none are announced. Meaningless when chunked.
  [[nodiscard]] std::uint64_t content_length() const noexcept;
  /// Whether the client waits for `100 Continue` before it sends the body. One that speaks HTTP/1.0 never does.
  [[nodiscard]] bool expects_continue() const noexcept;
  /// Whether the connection may go on after the reply. Before decode(), as request().
  [[nodiscard]] bool keep_alive() const noexcept;
  /// Whether the reply goes out without its body (HEAD).
  [[nodiscard]] bool head_only() const noexcept;
  /// 10 for HTTP/1.0, 11 for HTTP/1.1.
  [[nodiscard]] unsigned version() const noexcept;

  /// Decodes a chunked body. Give it what arrived; it writes decoded bytes to `out` and says how far it came.
  struct Decoded {
    std::size_t consumed = 0;  ///< of `input`
    std::size_t written = 0;   ///< to `out`
    bool full = false;         ///< more of the body is there than `out` has room for
    bool done = false;
  };
  [[nodiscard]] std::expected<Decoded, HttpFault> decode(std::string_view input, char* out, std::size_t room);

 private:
  struct Parser;
  explicit RequestHead(std::unique_ptr<Parser> parser) noexcept;
  std::unique_ptr<Parser> parser_;
};

}  // namespace wingmq::net
