#include "client/reply_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "load/reply.h"

namespace wingmq::tools {
namespace {

constexpr std::size_t kLineMax = 8192;

[[noreturn]] void refuse(std::string_view why) {
  throw std::runtime_error(fmt::format("what came back is no reply of WingMQ: {}", why));
}

}  // namespace

void ReplyReader::add(std::string_view bytes) {
  received_ += bytes;
  while (read_part()) {
  }
}

/// Whether there may be more to read.
bool ReplyReader::read_part() {
  std::string line;
  switch (part_) {
    case Part::kHead: return read_head();
    case Part::kBody: return read_bytes(Part::kNothing);
    case Part::kChunkSize: return read_chunk_size();
    case Part::kChunk: return read_bytes(Part::kChunkEnd);
    case Part::kChunkEnd:
      if (!read_line(line)) return false;
      if (!line.empty()) refuse("a chunk does not end where it should");
      part_ = Part::kChunkSize;
      return true;
    case Part::kTrailer:
      if (!read_line(line)) return false;
      if (line.empty()) part_ = Part::kNothing;
      return true;
    case Part::kNothing: return false;
  }
  return false;
}

bool ReplyReader::read_head() {
  const auto end = received_.find("\r\n\r\n");
  std::string head = received_.substr(0, end == std::string::npos ? end : end + 4);
  const bool chunked = end != std::string::npos && load::header_of(head, "Transfer-Encoding") == "chunked";
  // load::read_head() wants a length.
  if (chunked) head.insert(head.find("\r\n"), "\r\nContent-Length: 0");
  const auto read = load::read_head(head);
  if (!read) refuse(read.error());
  if (!*read) return false;
  reply_.head = received_.substr(0, end + 4);
  reply_.status = (*read)->status;
  received_.erase(0, end + 4);
  left_ = (*read)->body_bytes;
  part_ = chunked ? Part::kChunkSize : Part::kBody;
  return true;
}

bool ReplyReader::read_bytes(Part next) {
  const std::size_t bytes = std::min(left_, received_.size());
  if (sink_ && reply_.status == 200) {
    if (bytes > 0) sink_(std::string_view(received_).substr(0, bytes));
  } else {
    reply_.body.append(received_, 0, bytes);
  }
  received_.erase(0, bytes);
  left_ -= bytes;
  if (left_ > 0) return false;
  part_ = next;
  return true;
}

bool ReplyReader::read_chunk_size() {
  std::string line;
  if (!read_line(line)) return false;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
  const bool ends = end == line.data() + line.size() || *end == ';' || *end == ' ';
  if (error != std::errc() || !ends) refuse("a chunk without a size");
  part_ = left_ == 0 ? Part::kTrailer : Part::kChunk;
  return true;
}

bool ReplyReader::read_line(std::string& line) {
  const auto end = received_.find("\r\n");
  if (end == std::string::npos) {
    if (received_.size() > kLineMax) refuse("a line between chunks does not end");
    return false;
  }
  line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return true;
}

}  // namespace wingmq::tools
