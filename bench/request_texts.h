#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wingmq::bench {

/// What the texts of a benchmark's messages look like.
enum class Look : std::uint8_t {
  kPlain,  ///< a kilobyte of letters
  kJson,   ///< a kilobyte of JSON with a quote each eight bytes, which stands escaped in the request's JSON
};

/// The list `messages` of a send: `count` objects with a body of 1,000 bytes, as it stands in the request.
[[nodiscard]] std::string message_list(std::int64_t count, Look look);

/// The list `message` of a confirmation: every handler in a consume's reply, as a success.
[[nodiscard]] std::string confirm_list(std::string_view reply);

}  // namespace wingmq::bench
