#include "http/chunk_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace wingmq::net {
namespace {

std::unexpected<HttpFault> refuse(unsigned status, std::string detail) {
  return std::unexpected(HttpFault{status, std::move(detail)});
}
std::unexpected<HttpFault> bad_size() { return refuse(400, "a chunk's size is not readable"); }
std::unexpected<HttpFault> bad_trailer() { return refuse(400, "a line of the trailer is not a name and a value"); }
std::unexpected<HttpFault> bad_end() { return refuse(400, "a line of a chunked body does not end in CR LF"); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }
/// What neither a value nor an extension may hold.
bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }
bool is_token(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || kMarks.find(c) != std::string_view::npos;
}

}  // namespace

std::expected<ChunkDecoder::Decoded, HttpFault> ChunkDecoder::decode(std::string_view input, char* out, std::size_t room) {
  Decoded decoded;
  while (decoded.consumed < input.size() && at_ != At::kDone) {
    if (at_ != At::kData) {
      if (auto stepped = step(input[decoded.consumed]); !stepped) return std::unexpected(std::move(stepped.error()));
      ++decoded.consumed;
      continue;
    }
    const auto there = std::min<std::uint64_t>(size_, input.size() - decoded.consumed);
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(there, room - decoded.written));
    if (part == 0) {
      decoded.full = true;
      break;
    }
    std::memcpy(out + decoded.written, input.data() + decoded.consumed, part);
    decoded.consumed += part;
    decoded.written += part;
    size_ -= part;
    if (size_ == 0) at_ = At::kDataEnd;
  }
  decoded.done = at_ == At::kDone;
  return decoded;
}

ChunkDecoder::Step ChunkDecoder::step(char c) {
  switch (at_) {
    case At::kSize:
    case At::kSpace:
    case At::kExtension: return read_size(c);
    case At::kSizeEnd: return c == '\n' ? end_size_line() : bad_end();
    case At::kDataEnd:
      if (c != '\r') return refuse(400, "a chunk is longer than its size says");
      at_ = At::kDataLineFeed;
      return {};
    case At::kDataLineFeed:
      if (c != '\n') return bad_end();
      at_ = At::kSize;
      return {};
    default: return read_trailer(c);
  }
}

ChunkDecoder::Step ChunkDecoder::count_line() {
  const std::size_t most = std::max({line_, extensions_, trailer_});
  if (most <= limits_.line_bytes) return {};
  return refuse(431, fmt::format("a chunk's size line or the trailer has more than {} bytes", limits_.line_bytes));
}

ChunkDecoder::Step ChunkDecoder::read_size(char c) {
  ++line_;
  if (at_ == At::kSize && hex_digit(c) >= 0) {
    // Sixteen times what is too much is too much: it cannot overflow.
    if (size_ <= limits_.body_bytes) size_ = size_ * 16 + static_cast<unsigned>(hex_digit(c));
    has_digit_ = true;
    return count_line();
  }
  if (!has_digit_) return bad_size();
  if (c == '\r' && at_ != At::kSpace) {
    at_ = At::kSizeEnd;
    return {};
  }
  ++extensions_;
  if (at_ == At::kExtension) {
    if (is_control(c)) return bad_size();
  } else if (c == ';') {
    at_ = At::kExtension;
  } else if (is_blank(c)) {
    at_ = At::kSpace;
  } else {
    return bad_size();
  }
  return count_line();
}

ChunkDecoder::Step ChunkDecoder::end_size_line() {
  if (size_ > limits_.body_bytes - announced_) {
    return refuse(413, fmt::format("the body has more than {} bytes", limits_.body_bytes));
  }
  announced_ += static_cast<std::size_t>(size_);
  at_ = size_ == 0 ? At::kTrailer : At::kData;
  has_digit_ = false;
  line_ = 0;
  return {};
}

ChunkDecoder::Step ChunkDecoder::read_trailer(char c) {
  if (at_ == At::kLastEnd || at_ == At::kTrailerEnd) {
    if (c != '\n') return bad_end();
    at_ = at_ == At::kLastEnd ? At::kDone : At::kTrailer;
    return {};
  }
  ++trailer_;
  if (at_ == At::kTrailer) {
    if (c == '\r') {
      at_ = At::kLastEnd;
      return {};
    }
    if (is_blank(c)) return refuse(400, "a trailer line begins with a space: folded lines are obsolete and not taken");
    if (!is_token(c)) return bad_trailer();
    at_ = At::kTrailerName;
  } else if (at_ == At::kTrailerName) {
    if (c != ':' && !is_token(c)) return bad_trailer();
    if (c == ':') at_ = At::kTrailerValue;
  } else {
    if (c == '\r') {
      at_ = At::kTrailerEnd;
    } else if (is_control(c)) {
      return bad_trailer();
    }
  }
  return count_line();
}

}  // namespace wingmq::net
