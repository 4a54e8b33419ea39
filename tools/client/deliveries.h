#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/places.h"

namespace wingmq::tools {

enum class Letters : bool { kLive, kDead };

/// One message of a consume's reply. Values are as they stand in it.
struct Delivered {
  std::string handler;
  std::string body;
  std::string attributes;
  std::string tags;
  std::string failed = {};  ///< how often the group failed it before; empty where that is not known
};

/// The list inside of a consume's reply, as text.
[[nodiscard]] std::string delivery_text(std::string_view reply);

[[nodiscard]] std::vector<Delivered> read_delivery(std::string_view list);

/// Says of each message how often it failed. A delivery does not tell, so `peeked`, what the control plane shows of the group, does:
/// where all messages of the same content agree.
void add_failures(std::vector<Delivered>& delivered, std::string_view peeked);

/// The reply of a confirmation of all these handlers with one status, `success` or `fail`.
[[nodiscard]] std::string confirm_all(Session& session, const Place& place, Letters letters, const std::vector<std::string>& handlers,
                                      std::string_view status);

/// What that reply says: `1 confirmed, 0 failed`.
[[nodiscard]] std::string confirmed_text(std::string_view reply);
[[nodiscard]] std::int64_t count_failed(std::string_view reply);

}  // namespace wingmq::tools
