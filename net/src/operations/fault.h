#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wingmq/types.h"

namespace wingmq::net {

/// What a test breaks on purpose, in one call.
struct InjectedFault {
  enum class Type : std::uint8_t {
    kDelay,      ///< the operation runs, its reply waits
    kRefuse,     ///< the call is refused before it does anything
    kClose,      ///< the connection is closed before it does anything
    kLoseReply,  ///< the operation runs, then the connection is closed
    // Of consumes alone:
    kExpire,     ///< what was delivered is leased no longer
    kDuplicate,  ///< what was delivered is available as well; not in FIFO queues
    kShort,      ///< fewer messages than asked for
    kShuffle,    ///< in another order; not in FIFO queues
    kUnreadable,  ///< the request's own cannot be read
  };
  Type type = Type::kClose;
  std::string id;                     ///< what X-WingMQ-Fault of the reply says
  std::chrono::milliseconds delay{};  ///< kDelay
  std::string code;                   ///< kRefuse: an error code of net/API.md
  std::uint32_t messages_max = 0;     ///< kShort
  std::uint64_t seed = 0;             ///< kShuffle: of the order
};

/// A call as fault rules see it. The views are the request's.
struct FaultTarget {
  std::string_view operation;
  std::string_view access_key;
  std::optional<QueueId> queue;
  std::optional<GroupId> group;
  std::string_view asked;  ///< X-WingMQ-Fault of the request: it brings its own
};

/// Who knows what is to be broken. Safe for concurrent use.
class FaultSource {
 public:
  /// The fault of a call that is about to do something; nullopt: none. Counts the call.
  [[nodiscard]] virtual std::optional<InjectedFault> strike(const FaultTarget& target) = 0;

 protected:
  ~FaultSource() = default;
};

}  // namespace wingmq::net
