#pragma once

#include <string_view>

#include "wingmq/net/language.h"

namespace wingmq::net {

/// The one that the text of an Accept-Language ranks higher; `otherwise`, when it wants neither.
[[nodiscard]] Language preferred_language(std::string_view accept_language, Language otherwise);

}  // namespace wingmq::net
