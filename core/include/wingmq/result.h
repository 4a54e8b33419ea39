#pragma once

#include <cstdint>
#include <expected>

namespace wingmq {

/// Why the broker refused a well-formed call. A refused call has changed nothing.
enum class ErrorCode : std::uint8_t {
  kQueueNotFound,       ///< no such queue in this project
  kGroupNotFound,       ///< no such consumer group in this queue
  kQueueNameTaken,      ///< the project has a queue of this name
  kGroupNameTaken,      ///< the queue has a group of this name, or the request names it twice
  kQueueQuotaExceeded,  ///< limit = queues per project, actual = queues there would be
  kGroupLimitExceeded,  ///< limit = groups per queue, actual = groups there would be
  kPayloadTooLarge,     ///< limit = bytes per batch, actual = bytes of this one
  kTagsNotSupported,    ///< the queue's mode takes no tags
  kMemoryFull,          ///< limit = the memory limit in bytes, actual = bytes in use
  kTagRuleMismatch,     ///< the group's tag rule is another one
  kHandleForeign,       ///< a handle of another queue, group or stream
  kHandleInvalid,       ///< a handle that is unreadable, expired, confirmed or released
  kResetTimeOutOfRange, ///< the instant is in the future or before the retention window
  kTooManyParked,       ///< limit = calls that may be parked at a time; nothing was available either
  kResetBusy,           ///< messages are in flight and the reset was not forced
  // Of engines whose answers come later, or from elsewhere
  kShuttingDown,        ///< the engine closes; nothing was done
  kUnavailable,         ///< the engine cannot be reached, recovers or has too much waiting; nothing was done
  kOutcomeUnknown,      ///< the engine did not answer in time; it may have been done
  kStorageFull,         ///< there is no room where the engine keeps messages; nothing was stored
};

/// A refusal, with the numbers that explain it (0 where none apply).
struct Error {
  ErrorCode code;
  std::uint64_t limit = 0;
  std::uint64_t actual = 0;
  bool operator==(const Error&) const = default;
};

/// A value, or the reason why there is none.
template <typename T>
using Result = std::expected<T, Error>;

}  // namespace wingmq
