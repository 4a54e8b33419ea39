#pragma once

#include <cstdint>

#include "http/message_io.h"

namespace wingmq::net {

/// The language of a refusal's text (API.md 3).
enum class Language : std::uint8_t { kChinese, kEnglish };

/// English when the request's Accept-Language ranks it above Chinese, Chinese otherwise.
[[nodiscard]] Language language_of(const Request& request);

/// The same for the header's text.
[[nodiscard]] Language preferred_language(std::string_view accept_language);

}  // namespace wingmq::net
