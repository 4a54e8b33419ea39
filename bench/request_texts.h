#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "load/message_text.h"

namespace wingmq::bench {

inline constexpr std::uint32_t kTextBytes = 1000;

/// What a benchmark's argument `json` means, 0 or 1.
[[nodiscard]] constexpr load::Content content_of(std::int64_t json) {
  return json == 0 ? load::Content::kText : load::Content::kJson;
}

/// The list `messages` of a send: `count` objects with a body of kTextBytes, as it stands in the request.
[[nodiscard]] std::string message_list(std::int64_t count, load::Content content);

/// The list `message` of a confirmation: every handler in a consume's reply, as a success.
[[nodiscard]] std::string confirm_list(std::string_view reply);

}  // namespace wingmq::bench
