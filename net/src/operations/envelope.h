#pragma once

#include <string>
#include <string_view>

namespace wingmq::net {

// The Envelope of API.md 3 stands around embedded JSON: a JSON string that holds JSON.
inline constexpr std::string_view kEnvelopeStart = R"({"statusCode":800,"returnObj":{"returnObj":")";
inline constexpr std::string_view kEnvelopeEnd = R"(","errorMessageString":"","errorMessageArray":[],"succeed":true}})";

/// `json` in its Envelope.
[[nodiscard]] std::string enveloped(std::string_view json);

}  // namespace wingmq::net
