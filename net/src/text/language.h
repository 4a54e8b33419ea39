#pragma once

#include <cstdint>
#include <string_view>

namespace wingmq::net {

/// The language of a refusal's text (API.md 3).
enum class Language : std::uint8_t { kChinese, kEnglish };

/// English when the text of an Accept-Language ranks it above Chinese, Chinese otherwise.
[[nodiscard]] Language preferred_language(std::string_view accept_language);

}  // namespace wingmq::net
