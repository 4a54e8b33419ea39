#include "client/http_client.h"

#include <fmt/format.h>

#include <array>

#include "client/reply_reader.h"
#include "values.h"

namespace wingmq::tools {
namespace {

constexpr std::size_t kPieceBytes = 65'536;

std::string head_of(const Request& request, const load::Url& url) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method, request.path, url.host_header());
  for (const auto& [name, value] : request.headers) text += fmt::format("{}: {}\r\n", name, value);
  if (request.stream != nullptr) {
    text += "Transfer-Encoding: chunked\r\n";
  } else if (request.method != "GET") {
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return text + "\r\n";
}

/// Whether all of it went out. A server may refuse a call before it has the whole of it, as one that is too large: then
/// its reply is there to be read.
bool write_all(load::Channel& channel, std::string_view text, std::chrono::milliseconds patience) {
  while (!text.empty()) {
    const iovec part{const_cast<char*>(text.data()), text.size()};
    const auto sent = channel.write({&part, 1});
    if (sent < 0) return false;
    if (sent == 0) throw NoReply(fmt::format("the server did not take the whole call within {}", duration_text(patience)));
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool write_chunks(load::Channel& channel, std::istream& stream, std::chrono::milliseconds patience) {
  std::string piece(kPieceBytes, '\0');
  while (stream.read(piece.data(), static_cast<std::streamsize>(piece.size())) || stream.gcount() > 0) {
    const auto bytes = static_cast<std::size_t>(stream.gcount());
    if (!write_all(channel, fmt::format("{:x}\r\n{}\r\n", bytes, std::string_view(piece).substr(0, bytes)), patience)) return false;
  }
  // Without its end the server takes nothing of it.
  if (stream.bad()) throw std::runtime_error("what was to be sent cannot be read to its end");
  return write_all(channel, "0\r\n\r\n", patience);
}

Reply receive(load::Channel& channel, const Request& request, bool sent, std::chrono::milliseconds patience) {
  ReplyReader reader(request.sink);
  std::array<char, kPieceBytes> piece;
  while (!reader.complete()) {
    const auto bytes = channel.read(piece.data(), piece.size());
    if (bytes == 0) throw NoReply(fmt::format("no reply came within {}; --timeout sets how long to wait", duration_text(patience)));
    if (bytes < 0) {
      throw std::runtime_error(fmt::format("the server ended the connection before {}", sent ? "its reply was whole" : "it had the whole call"));
    }
    reader.add({piece.data(), static_cast<std::size_t>(bytes)});
  }
  return reader.take();
}

}  // namespace

Reply HttpClient::exchange(const Request& request) {
  const auto patience = request.patience.count() > 0 ? request.patience : patience_;
  load::Channel channel(target_, patience, true);
  const std::string head = head_of(request, target_.url());
  const bool sent = request.stream == nullptr
                        ? write_all(channel, head + request.body, patience)
                        : write_all(channel, head, patience) && write_chunks(channel, *request.stream, patience);
  return receive(channel, request, sent, patience);
}

}  // namespace wingmq::tools
