#include "http/request_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "http/chunk_decoder.h"

namespace wingmq::net {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
/// For so much of a body memory is taken unasked.
constexpr std::size_t kFirstBodyBytes = std::size_t{16} << 10;
/// A body gets so many times the memory of what has arrived of it.
constexpr std::size_t kBodyGrowth = 8;
constexpr std::size_t kChunkReadBytes = std::size_t{64} << 10;

/// Where the header at the beginning of `text` ends, npos when it does not. An empty line of bare line feeds ends it too:
/// RequestHead refuses such a header, but a client that sent one must not wait for more.
std::size_t find_head_end(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const auto next = text.substr(at + 1, 2);
    if (next.starts_with('\n')) return at + 2;
    if (next == "\r\n") return at + 3;
  }
  return std::string_view::npos;
}

}  // namespace

void RequestReader::begin() {
  stir();
  if (worker_.options.on_request) begun_ = std::chrono::steady_clock::now();
}

asio::awaitable<std::expected<RequestHead, RequestReader::Refusal>> RequestReader::read_head() {
  const NetLimits& limits = worker_.options.limits;
  const auto silent = std::unexpected(Refusal());
  connection_.expire_after(limits.idle_timeout);
  // An empty line may stand before a request (RFC 9112, 2.2); a client that sends only those is idle.
  while (true) {
    while (connection_.arrived().starts_with("\r\n")) connection_.use(2);
    if (!connection_.arrived().empty() && connection_.arrived() != "\r") break;
    if (worker_.stopping) co_return silent;
    const bool more = co_await connection_.fill();
    if (!more) co_return silent;
  }
  begin();
  if (connection_.begins_as_tls()) {
    worker_.log_debug([] { return "a client speaks TLS, which is off"; });
    co_return std::unexpected(HttpFault{400, "TLS is not spoken here: use http, or start the server with a certificate"});
  }
  bool incomplete = false;
  std::size_t searched = 0;
  while (true) {
    const auto arrived = connection_.arrived();
    const std::size_t end = find_head_end(arrived, searched);
    const std::size_t bytes = std::min(end, arrived.size());
    if (bytes > limits.header_bytes_max) {
      co_return std::unexpected(
          HttpFault{431, fmt::format("the header has more than {} bytes", limits.header_bytes_max)});
    }
    if (end != std::string_view::npos) {
      auto head = RequestHead::parse(arrived.substr(0, bytes));
      connection_.use(bytes);
      if (!head) co_return std::unexpected(head.error());
      co_return std::move(*head);
    }
    if (!std::exchange(incomplete, true)) connection_.expire_after(limits.header_timeout);
    searched = bytes < 2 ? 0 : bytes - 2;  // the end's last byte is the one that may still be missing
    const bool more = co_await connection_.fill();
    if (more) continue;
    if (connection_.timed_out()) co_return std::unexpected(timeout_fault("header", limits.header_timeout));
    co_return silent;
  }
}

/// Takes what is there already; often that is all of it. Memory is taken for a share of what was announced, and for the rest
/// when that share has come: who announces much and sends nothing costs nothing. Who sends fast, or little, gets it all at once
/// and nothing is copied.
std::expected<RequestReader::Incoming, RequestReader::Refusal> RequestReader::begin_body(const RequestHead& head, const Request& request) {
  const NetLimits& limits = worker_.options.limits;
  if (head.chunked()) return Incoming();
  if (head.content_length() > limits.body_bytes_max) {
    return std::unexpected(HttpFault{
        413, fmt::format("the body has {} bytes, {} are allowed", head.content_length(), limits.body_bytes_max)});
  }
  Incoming body;
  const auto size = static_cast<std::size_t>(head.content_length());
  std::size_t room = size;
  if (size > kFirstBodyBytes) {
    room = std::min(size, std::max(kFirstBodyBytes, kBodyGrowth * (connection_.arrived().size() + connection_.waiting())));
    if (room > kFirstBodyBytes) body.refusal = worker_.service->refuse_body(request, room);
    if (body.refusal) return body;
  }
  if (size != 0) {
    body.bytes = worker_.buffers.take(room);
    body.arrived = connection_.read_now(body.bytes.data(), room);
  }
  body.complete = body.arrived == size;
  return body;
}

asio::awaitable<std::expected<Buffer, RequestReader::Refusal>> RequestReader::read_body(const RequestHead& head, const Request& request,
                                                                                   Incoming& body) {
  connection_.expire_after(worker_.options.limits.body_timeout);
  if (body.arrived == 0) {
    const bool invited = co_await invite_body(head);
    if (!invited) co_return std::unexpected(Refusal());
  }
  if (head.chunked()) co_return co_await read_chunks(request, body);
  const auto size = static_cast<std::size_t>(head.content_length());
  if (body.refusal) co_return co_await read_past(size);
  co_return co_await read_sized(size, request, body);
}

asio::awaitable<std::expected<Buffer, RequestReader::Refusal>> RequestReader::read_sized(std::size_t size, const Request& request,
                                                                                    Incoming& body) {
  while (true) {
    const std::size_t room = body.bytes.size();
    const bool complete = co_await connection_.read(body.bytes.data() + body.arrived, room - body.arrived);
    if (!complete) co_return std::unexpected(body_lost());
    if (room == size) co_return std::move(body.bytes);
    const std::size_t more = std::min(size, kBodyGrowth * room);
    body.refusal = worker_.service->refuse_body(request, more);
    if (body.refusal) {
      body.bytes = {};
      co_return co_await read_past(size - room);
    }
    Buffer larger = worker_.buffers.take(more);
    std::memcpy(larger.data(), body.bytes.data(), room);
    body.bytes = std::move(larger);
    body.arrived = room;
  }
}

/// A client that is not told before it has sent everything would often not read the answer.
asio::awaitable<std::expected<Buffer, RequestReader::Refusal>> RequestReader::read_past(std::size_t size) {
  const std::size_t here = std::min(size, connection_.arrived().size());
  connection_.use(here);
  size -= here;
  // Whatever many connections read there at once: nobody looks at it.
  for (std::size_t part = 0; size > 0; size -= part) {
    part = std::min(size, worker_.scratch.size());
    const bool complete = co_await connection_.read(worker_.scratch.data(), part);
    if (!complete) co_return std::unexpected(body_lost());
  }
  co_return Buffer();
}

RequestReader::Refusal RequestReader::body_lost() const {
  if (connection_.timed_out()) return timeout_fault("body", worker_.options.limits.body_timeout);
  return {};
}

/// Sends 100 Continue to a client that waits for it. Returns false when the connection is broken.
asio::awaitable<bool> RequestReader::invite_body(const RequestHead& head) {
  if (!head.expects_continue() || !connection_.arrived().empty()) co_return true;
  co_return co_await connection_.write(kContinue, {});
}

asio::awaitable<std::expected<Buffer, RequestReader::Refusal>> RequestReader::read_chunks(const Request& request,
                                                                               Incoming& incoming) {
  const NetLimits& limits = worker_.options.limits;
  BufferPool& buffers = worker_.buffers;
  Buffer body = buffers.take(std::min(kFirstBodyBytes, limits.body_bytes_max));
  std::optional<Reply>& refusal = incoming.refusal;  // from then on, what comes overwrites what came
  std::size_t size = 0;
  ChunkDecoder decoder({.body_bytes = limits.body_bytes_max, .line_bytes = limits.header_bytes_max});
  while (true) {
    const auto decoded = decoder.decode(connection_.arrived(), body.data() + size, body.size() - size);
    if (!decoded) co_return std::unexpected(decoded.error());
    connection_.use(decoded->consumed);
    size += decoded->written;
    if (decoded->done) break;
    if (decoded->full) {
      const std::size_t wanted = std::min(2 * size, limits.body_bytes_max);
      if (!refusal) refusal = worker_.service->refuse_body(request, wanted);
      if (refusal) {
        size = 0;
        continue;
      }
      Buffer larger = buffers.take(wanted);
      std::memcpy(larger.data(), body.data(), size);
      body = std::move(larger);
      continue;
    }
    const bool more = co_await connection_.fill(kChunkReadBytes);
    if (!more) co_return std::unexpected(body_lost());
  }
  body.resize(size);
  co_return std::move(body);
}

HttpFault RequestReader::timeout_fault(std::string_view part, std::chrono::milliseconds allowed) {
  return {408, fmt::format("the {} did not arrive within {} ms", part, allowed.count())};
}

}  // namespace wingmq::net
