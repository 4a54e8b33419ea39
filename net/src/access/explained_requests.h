#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "wingmq/clock.h"

namespace wingmq::net {

/// What can be told about a call whose signature was wrong. Nothing of it is a secret, and nothing would let anybody sign.
struct Explanation {
  std::string string_to_sign;  ///< contentMD5, requestDate and path, as they came: what Hmac has to sign
  std::string digested;        ///< the parameters' values in the documented order: what contentMD5 has to be of
  std::string content_md5;     ///< its digest
};

/// The last calls whose signatures were wrong, for /__admin/requests/{id}. Safe for concurrent use.
class ExplainedRequests {
 public:
  static constexpr std::size_t kKept = 100;
  /// Bytes that are kept of a digested text.
  static constexpr std::size_t kDigestedMax = 4096;

  /// Remembers a call and returns its id, which nobody can guess. The oldest one is forgotten when there are too many.
  std::string add(Time at, std::string_view operation, std::string_view reason, std::string_view detail,
                  const Explanation& explanation);
  /// JSON that tells about it; nullopt: unknown, or forgotten.
  [[nodiscard]] std::optional<std::string> find(std::string_view id) const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::pair<std::string, std::string>> requests_;  // ids and texts, oldest first
};

}  // namespace wingmq::net
