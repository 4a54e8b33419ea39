#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

#include "http/connection.h"
#include "http/http_fault.h"
#include "http/request_head.h"
#include "http/worker.h"

namespace wingmq::net {

/// Reads the requests of one connection, header first, and each body to where it will live. For the connection's thread.
class RequestReader {
 public:
  template <typename T>
  using Awaitable = boost::asio::awaitable<T>;
  /// What to do when a request cannot be read: say why, or nothing at all.
  using Refusal = std::optional<HttpFault>;
  /// A body, as much of it as has arrived.
  struct Incoming {
    Buffer bytes;
    std::size_t arrived = 0;
    bool complete = false;
    std::optional<Reply> refusal;  ///< there was no memory for it: it is read past, and this is the reply
  };

  /// The references must outlive the reader.
  RequestReader(Connection& connection, Worker& worker) : connection_(connection), worker_(worker) {}

  /// Waits for the next request and reads its header.
  Awaitable<std::expected<RequestHead, Refusal>> read_head();
  /// Begins to read a request's body, without waiting.
  std::expected<Incoming, Refusal> begin_body(const RequestHead& head, const Request& request);
  /// Reads the rest of one that is not complete. `body.refusal` may be set on the way.
  Awaitable<std::expected<Buffer, Refusal>> read_body(const RequestHead& head, const Request& request, Incoming& body);

  /// Whether the connection is between two requests: none has begun since rest().
  [[nodiscard]] bool idle() const noexcept { return idle_; }
  void stir() noexcept { idle_ = false; }
  void rest() noexcept {
    idle_ = true;
    begun_.reset();
  }
  /// When the request's first byte came; nothing when nobody is told of requests.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> begun() const noexcept { return begun_; }

 private:
  void begin();
  Awaitable<bool> invite_body(const RequestHead& head);
  Awaitable<std::expected<Buffer, Refusal>> read_sized(std::size_t size, const Request& request, Incoming& body);
  Awaitable<std::expected<Buffer, Refusal>> read_past(std::size_t size);
  Awaitable<std::expected<Buffer, Refusal>> read_chunks(const Request& request, Incoming& incoming);
  [[nodiscard]] Refusal body_lost() const;
  [[nodiscard]] static HttpFault timeout_fault(std::string_view part, std::chrono::milliseconds allowed);

  Connection& connection_;
  Worker& worker_;
  bool idle_ = true;
  std::optional<std::chrono::steady_clock::time_point> begun_;
};

}  // namespace wingmq::net
