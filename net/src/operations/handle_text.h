#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wingmq/delivery.h"

namespace wingmq::net {

/// The longest handler that is ever handed out (API.md D21).
inline constexpr std::size_t kHandlerBytesMax = 512;

/// What the `json` look tells about where messages come from; the same for all messages of a delivery.
struct HandleScene {
  std::string topic;  ///< `q-<project_id>-<queue id>`
  GroupId group;
  Stream stream = Stream::kQueue;
  TagRule tags;
};

/// A message as its handler in the `json` look names it.
struct HandlePlace {
  PartitionIndex partition;
  Offset offset;
  std::uint32_t failures = 0;
};

/// The `json` look of a handler: base64 of a JSON object with the members that the reference shows (API.md D21). `consumerId`
/// holds the handle's compact text, without which nobody can make one up. Tags that would make it longer than
/// kHandlerBytesMax are left out.
[[nodiscard]] std::string json_handler(const Handle& handle, const HandleScene& scene, const HandlePlace& place);

/// The `compact` look of a handler.
[[nodiscard]] std::string compact_handler(const Handle& handle);

/// Reads a handler of either look; nullopt for what is neither.
[[nodiscard]] std::optional<Handle> parse_handle(std::string_view text);

}  // namespace wingmq::net
