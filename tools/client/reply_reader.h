#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "client/http_client.h"

namespace wingmq::tools {

/// Reads one reply from the pieces in which it comes, with a length or in chunks. One thread.
class ReplyReader {
 public:
  /// A 200's body goes to `sink` if there is one.
  explicit ReplyReader(std::function<void(std::string_view)> sink) : sink_(std::move(sink)) {}

  /// Throws std::runtime_error when this is no reply.
  void add(std::string_view bytes);
  [[nodiscard]] bool complete() const { return part_ == Part::kNothing; }
  [[nodiscard]] Reply take() { return std::move(reply_); }

 private:
  enum class Part { kHead, kBody, kChunkSize, kChunk, kChunkEnd, kTrailer, kNothing };

  bool read_part();
  bool read_head();
  bool read_bytes(Part next);
  bool read_chunk_size();
  bool read_line(std::string& line);

  std::function<void(std::string_view)> sink_;
  Part part_ = Part::kHead;
  std::string received_;  ///< and not read yet
  std::size_t left_ = 0;  ///< bytes of the body, or of the chunk, that are still to come
  Reply reply_;
};

}  // namespace wingmq::tools
