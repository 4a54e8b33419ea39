#pragma once

#include <cstdint>

namespace wingmq::net {

/// The language of a refusal's text (API.md 3).
enum class Language : std::uint8_t { kChinese, kEnglish };

}  // namespace wingmq::net
