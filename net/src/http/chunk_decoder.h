#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "http/http_fault.h"

namespace wingmq::net {

/// Reads a chunked body (RFC 9112, 7.1), strictly, whatever pieces it arrives in: lines end in CR LF, a trailer line is not folded.
/// Extensions and trailers are checked and dropped. Not shared between threads.
class ChunkDecoder {
 public:
  struct Limits {
    std::size_t body_bytes = 0;  ///< of all chunks; 413 as soon as a chunk announces more
    std::size_t line_bytes = 0;  ///< of a size line, of all extensions together, of the trailer: 431
  };
  explicit ChunkDecoder(const Limits& limits) : limits_(limits) {}

  struct Decoded {
    std::size_t consumed = 0;  ///< of the input
    std::size_t written = 0;   ///< to the output
    bool full = false;         ///< more of the body is there than the output has room for
    bool done = false;         ///< what is left of the input belongs to the next request
  };
  /// Reads what has arrived and writes the body's bytes to `out`, which has room for `room`. 400: it is no chunked body.
  [[nodiscard]] std::expected<Decoded, HttpFault> decode(std::string_view input, char* out, std::size_t room);

 private:
  enum class At : std::uint8_t {
    kSize, kSpace, kExtension, kSizeEnd, kData, kDataEnd, kDataLineFeed, kTrailer, kTrailerName, kTrailerValue, kTrailerEnd, kLastEnd, kDone
  };
  using Step = std::expected<void, HttpFault>;

  [[nodiscard]] Step step(char c);
  [[nodiscard]] Step read_size(char c);
  [[nodiscard]] Step end_size_line();
  [[nodiscard]] Step read_trailer(char c);
  [[nodiscard]] Step count_line();

  const Limits limits_;
  At at_ = At::kSize;
  bool has_digit_ = false;
  std::uint64_t size_ = 0;        // of the chunk that is being read: what is left of it
  std::size_t announced_ = 0;     // of all chunks
  std::size_t line_ = 0;          // bytes of this size line
  std::size_t extensions_ = 0;
  std::size_t trailer_ = 0;
};

}  // namespace wingmq::net
