#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace wingmq::test {

enum class Verdict : std::uint8_t {
  kGood,     ///< must be answered
  kBad,      ///< may be answered with a refusal, behind which nothing comes
  kUnclear,  ///< strange: may be either
};

/// A request as the strict reader sees it.
struct Sent {
  Verdict verdict = Verdict::kGood;
  bool head_only = false;
  bool last = false;  ///< asks to close
  std::size_t bytes = 0;
};

/// What bounds a request.
struct RequestLimits {
  std::size_t header_bytes = 0;
  std::size_t body_bytes = 0;
};

/// Whether `text` is a header's name.
[[nodiscard]] bool is_token(std::string_view text);

/// A second reader of requests, strict, which shares no code with the server's: all requests up to the first that is not clearly
/// right. What has not come whole and may still become right is none.
[[nodiscard]] std::vector<Sent> read_requests(std::string_view text, const RequestLimits& limits);

}  // namespace wingmq::test
