#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wingmq::net {

/// Base64 of RFC 4648, padded.
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// Its inverse; nullopt for what base64_encode() cannot have written.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);

}  // namespace wingmq::net
